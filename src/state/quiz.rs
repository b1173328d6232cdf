//! The questions of the quiz: those that come with the portal, and a clinic’s own where it has some.

use super::{App, keys::fetch_text};
use crate::platform::js;
use care::{
    json::Json,
    quiz::{
        Bank, History, Item, Learning, Pool,
        schedule::{Plan, Review},
    },
    text::Lang,
};
use leptos::prelude::*;
use std::{cell::RefCell, hint::black_box, rc::Rc};

/// The questions in French and in English, which the build names after their bytes.
const ITEMS: [&str; 2] = ["quiz/items-0000000000000000.fr.json", "quiz/items-0000000000000000.en.json"];

thread_local! {
    /// The questions that are here, as long as the page.
    static HERE: RefCell<Vec<(Lang, Rc<Bank>)>> = const { RefCell::new(Vec::new()) };
}

impl App {
    /// The questions of a language, if they are here.
    pub fn questions(self, lang: Lang) -> Option<Rc<Bank>> {
        HERE.with_borrow(|all| all.iter().find(|(of, _)| *of == lang).map(|(_, bank)| bank.clone()))
    }

    /// Brings the questions of a language; false when they do not come. Those that the clinic added join
    /// them when they have come too.
    pub async fn bring_questions(self, lang: Lang) -> bool {
        let name = black_box(ITEMS)[lang as usize];
        let Some(bank) = fetch(name).await else { return false };
        keep(lang, bank.clone());
        leptos::task::spawn_local(async move {
            // A clinic that added none has no such file.
            if let Some(own) = fetch(&["quiz/own.", lang.tag(), ".json"].concat()).await {
                let mut bank = bank;
                bank.sources.extend(own.sources);
                // They are for training: what measures is the same for everybody.
                bank.items.extend(own.items.into_iter().filter(|item| item.pool == Pool::Train));
                keep(lang, bank);
            }
            self.keep_too(&[name]).await;
        });
        true
    }

    /// Asks again for what came before the service worker was in charge, so that it keeps that too. The
    /// browser has it already: nothing is paid for twice.
    pub async fn keep_too(self, names: &[&str]) {
        const EVERY_MS: i32 = 1_000;
        const TRIES: u32 = 600;
        if self.app_offline.get_untracked() {
            return;
        }
        for _ in 0..TRIES {
            js::sleep(EVERY_MS).await;
            if self.app_offline.get_untracked() {
                for name in names {
                    // What does not come now comes at the next visit.
                    drop(fetch_text(name, None).await);
                }
                return;
            }
        }
    }

    /// The next question of a session; none at its end, or when nothing may be asked again yet.
    pub fn next_question(self, bank: &Bank, history: &History, session: &str) -> Option<Item> {
        Plan::of(bank, history, self.today(), &self.profile_id(), session).next().cloned()
    }

    /// When a session helps next.
    pub fn next_review(self, bank: &Bank, history: &History) -> Option<Review> {
        Plan::review(bank, history, self.today(), &self.profile_id())
    }

    /// Writes into the journal what happened in the quiz.
    pub fn learnt(self, what: &Learning) {
        self.note(what.to_json());
    }
}

/// Has these questions here, in the place of those of the same language.
fn keep(lang: Lang, bank: Bank) {
    HERE.with_borrow_mut(|all| {
        all.retain(|(of, _)| *of != lang);
        all.push((lang, Rc::new(bank)));
    });
}

async fn fetch(url: &str) -> Option<Bank> {
    let (text, _) = fetch_text(url, None).await.ok()??;
    // A Wi-Fi’s login page asks no questions.
    Bank::parse(text.as_bytes()).ok()
}
