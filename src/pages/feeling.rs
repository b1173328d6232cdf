//! « Ressenti »: after a session one question, how much it hurts; the rest behind « Ajouter ». At
//! another moment the same, about no session. All of it may be passed over and nothing is asked twice.

use crate::{
    components::{
        control, field, icon,
        scale::{self, About},
        shell,
    },
    i18n::{K, t},
    platform::{
        dom::{View, all, el, none, region, switch},
        page,
    },
    state::App,
};
use care::{
    feeling,
    journal::{By, Feeling, What},
};
use leptos::prelude::*;

/// What is on view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// Simple mode: who answers, or nobody.
    Who(Feeling),
    /// A question.
    Asking(Feeling),
    /// A few words.
    Note,
    /// « C’est noté »
    Noted,
}

/// What may be added, in the order in which simple mode asks. Its last question has three answers and
/// no room for « Passer »: leaving it loses nothing.
const MORE: [At; 4] =
    [At::Asking(Feeling::Fatigue), At::Asking(Feeling::Effort), At::Note, At::Asking(Feeling::Difficulty)];

#[derive(Clone, Copy)]
struct Page {
    app: App,
    simple: bool,
    at: RwSignal<At>,
    about: RwSignal<About>,
    by: RwSignal<By>,
    /// What was answered or passed over on this visit.
    past: RwSignal<Vec<At>>,
}

/// The one question, or what follows it. `what` is the last part of the address: `pain` or `fatigue` for a
/// feeling of another moment, else nothing.
pub fn show(app: App, what: &str, simple: bool) -> View {
    let asked = match what {
        "pain" => Some(Feeling::Pain),
        "fatigue" => Some(Feeling::Fatigue),
        _ => None,
    };
    // A new version of the kit must not take away what is being answered.
    switch(move || usize::from(app.kits.with(Vec::is_empty)), move || begun(app, asked, simple))
}

fn begun(app: App, asked: Option<Feeling>, simple: bool) -> View {
    let Some(kit) = app.kits.with_untracked(|kits| kits.first().map(|kit| kit.kit.kit_id.clone())) else {
        let add = control::link("button main wide", "", icon::PLUS, t(K::KitAdd), "kit");
        return shell::screen(app, t(K::FeelingTitle), all([el("p", "lead").text(t(K::FeelingNoKit)), add]));
    };
    let today = app.today();
    let session = untrack(|| app.journal(|events| feeling::session_of_today(events, &kit, today)));
    let session = session.filter(|_| asked.is_none());
    let done = session.as_deref().is_some_and(|session| answered(app, session, Feeling::Pain));
    let first = if done { At::Noted } else { begin(asked.unwrap_or(Feeling::Pain), simple) };
    let page = Page {
        app,
        simple,
        at: RwSignal::new(first),
        about: RwSignal::new(About { kit, session, after: true }),
        by: RwSignal::new(By::Patient),
        past: RwSignal::new(Vec::new()),
    };
    region(move || page.screen())
}

fn begin(what: Feeling, simple: bool) -> At {
    if simple { At::Who(what) } else { At::Asking(what) }
}

fn answered(app: App, session: &str, what: Feeling) -> bool {
    untrack(|| app.journal(|events| feeling::answered(events, session, what, true)))
}

impl Page {
    fn screen(self) -> View {
        match self.at.get() {
            At::Who(what) => self.who(what),
            At::Asking(what) => self.asking(what),
            At::Note => self.note(),
            At::Noted => self.noted(),
        }
    }

    fn go(self, to: At) {
        self.at.set(to);
        page::turn();
    }

    /// « Après la séance d’aujourd’hui », or « À un autre moment ».
    fn moment(self) -> View {
        let of_session = self.about.with_untracked(|about| about.session.is_some());
        el("p", "soft").text(t(if of_session { K::FeelingAfter } else { K::FeelingOtherMoment }))
    }

    fn who(self, what: Feeling) -> View {
        let start = move |by| {
            self.by.set(by);
            self.go(At::Asking(what));
        };
        let body = all([
            self.moment(),
            control::button("button main wide", "feeling-start", icon::NEXT, t(K::FeelingStart), move || {
                start(By::Patient);
            }),
            control::button("button wide", "by-helper", icon::HELPER, t(K::ReportForOther), move || {
                start(By::Helper);
            }),
            control::link("button wide", "felt-pass", icon::HOME, t(K::FeelingPass), "./"),
        ]);
        shell::screen(self.app, scale::question(what), body)
    }

    fn asking(self, what: Feeling) -> View {
        let about = self.about.get_untracked();
        let ask = scale::ask(self.app, about, what, self.by, self.simple, move || {
            self.past.update_untracked(|past| past.push(At::Asking(what)));
            self.onward(what == Feeling::Pain);
        });
        shell::screen(self.app, scale::question(what), all([self.moment(), ask]))
    }

    /// After an answer: « C’est noté »; simple mode, once it adds, goes on to the next.
    fn onward(self, first: bool) {
        let next = if self.simple && !first { self.left().first().copied() } else { None };
        self.go(next.unwrap_or(At::Noted));
    }

    /// What may still be added.
    fn left(self) -> Vec<At> {
        let about = self.about.get_untracked();
        let past = self.past.get_untracked();
        let open = |at: &At| {
            let told = match (&about.session, at) {
                (Some(session), At::Asking(what)) => answered(self.app, session, *what),
                (Some(session), _) => untrack(|| self.app.journal(|e| feeling::noted(e, session))),
                // Only a session has an effort, and is too easy or too hard.
                (None, At::Asking(Feeling::Effort | Feeling::Difficulty)) => true,
                (None, _) => false,
            };
            !told && !past.contains(at)
        };
        MORE.into_iter().filter(open).collect()
    }

    fn note(self) -> View {
        let (view, input) = field::words("note", K::FeelingNote, Some(K::FeelingNoteHint));
        let end = move || {
            self.past.update_untracked(|past| past.push(At::Note));
            self.onward(false);
        };
        let keep = move || {
            let text = field::written(&input);
            if !text.is_empty() {
                let session = self.about.with_untracked(|about| about.session.clone());
                self.app.append(What::Noted { session, text, by: self.by.get_untracked() });
            }
            end();
        };
        let body = all([
            self.moment(),
            view,
            if self.simple { none() } else { field::helper(self.by) },
            control::button("button main wide", "note-keep", icon::CHECK, t(K::FeelingKeep), keep),
            control::button("button wide", "felt-pass", icon::NEXT, t(K::FeelingPass), end),
        ]);
        shell::screen(self.app, t(K::FeelingAddNote), body)
    }

    fn noted(self) -> View {
        let left = self.left();
        let home = control::link("button main wide", "", icon::HOME, t(K::LostHome), "./");
        let again = move || {
            self.about.update(|about| about.session = None);
            self.past.set(Vec::new());
            self.go(begin(Feeling::Pain, self.simple));
        };
        let again =
            || control::button("button quiet wide", "felt-again", icon::CLOCK, t(K::FeelingAgain), again);
        let more = match left.first().copied() {
            None => none(),
            Some(next) if self.simple => control::button(
                "button wide",
                "felt-more-questions",
                icon::PLUS,
                t(K::FeelingAdd),
                move || {
                    self.go(next);
                },
            ),
            Some(_) => {
                let rows = left.into_iter().map(|at| el("li", "").with(self.add(at)));
                el("details", "card")
                    .with(el("summary", "").action("felt-more-questions").text(t(K::FeelingAdd)))
                    .with(el("ul", "rows").with(all(rows)))
            }
        };
        let body = all([el("p", "lead").text(t(K::FeelingNotedText)), home, more, again()]);
        shell::screen(self.app, t(K::FeelingNoted), body)
    }

    fn add(self, at: At) -> View {
        let (action, word) = match at {
            At::Asking(Feeling::Effort) => ("add-effort", K::FeelingAddEffort),
            At::Asking(Feeling::Difficulty) => ("add-difficulty", K::FeelingAddDifficulty),
            At::Note => ("add-note", K::FeelingAddNote),
            At::Asking(_) | At::Who(_) | At::Noted => ("add-fatigue", K::FeelingAddFatigue),
        };
        control::button("button wide", action, icon::PLUS, t(word), move || self.go(at))
    }
}
