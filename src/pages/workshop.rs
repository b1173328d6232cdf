//! The workshop: five minutes at the clinic or in a village hall. Six made-up posts are looked at
//! together, hands are raised and counted, the answer follows with its reasons. Nothing is kept: what is on
//! view lives in this screen alone, and goes when nobody has touched it for two minutes.

use crate::{
    components::{
        brought, clues, control,
        icon::{self, icon},
        notice, pager, qr, scene, shell,
    },
    i18n::{self, K, fill, t},
    platform::{
        clock,
        dom::{View, all, el, none, region},
        navigation, page, random,
        ticker::Ticker,
    },
    state::{App, Files, Local},
};
use care::{
    json::Word as _,
    quiz::{
        Item, Verdict,
        workshop::{POSTS, Workshop, mix},
    },
};
use leptos::prelude::*;
use std::{hint::black_box, rc::Rc};

/// The notes in French and in English, which the build names after their bytes.
const NOTES: Files = ["quiz/workshop-0000000000000000.fr.json", "quiz/workshop-0000000000000000.en.json"];

/// Nobody touched it: the room is empty. Some seconds before, it says so.
const LEFT_MS: f64 = 120_000.0;
const LEAVING_MS: f64 = 100_000.0;

/// What is on view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// Before the first post.
    Start,
    /// A post, and the hands.
    Post(usize),
    /// Simple mode: the hands for one answer by themselves.
    Hands(usize, Verdict),
    /// The answer to it.
    Told(usize),
    /// After the last.
    End,
}

#[derive(Clone, Copy)]
struct Room {
    app: App,
    simple: bool,
    notes: Local<Rc<Workshop>>,
    here: RwSignal<bool>,
    six: Local<Vec<Item>>,
    at: RwSignal<At>,
    /// Hands for « Fiable » and for « Pas fiable ».
    hands: RwSignal<[u32; 2]>,
    failed: RwSignal<bool>,
    leaving: RwSignal<bool>,
    touched: StoredValue<f64>,
}

/// The workshop, at its beginning.
pub fn show(app: App, simple: bool) -> View {
    brought::screen(app, black_box(NOTES), Workshop::parse, move |notes| {
        let room = Room {
            app,
            simple,
            notes: RwSignal::new_local(Rc::new(notes)),
            here: RwSignal::new(app.questions(i18n::lang()).is_some()),
            six: RwSignal::new_local(Vec::new()),
            at: RwSignal::new(At::Start),
            hands: RwSignal::new([0, 0]),
            failed: RwSignal::new(false),
            leaving: RwSignal::new(false),
            touched: StoredValue::new(clock::monotonic_ms()),
        };
        if !room.here.get_untracked() {
            room.bring();
        }
        // It lives as long as the screen.
        StoredValue::<_, LocalStorage>::new_local(Ticker::every(1_000, move || room.look_around()));
        let touched = move |_: &web_sys::Event| room.touched();
        el("div", "room")
            .on("pointerdown", touched)
            .on("keydown", touched)
            .on("wheel", touched)
            .on("scroll", touched)
            .with(region(move || room.warning()))
            .with(region(move || room.screen()))
    })
}

impl Room {
    fn touched(self) {
        self.touched.set_value(clock::monotonic_ms());
        if self.leaving.get_untracked() {
            self.leaving.set(false);
        }
    }

    /// Back to the beginning when nobody is there any more.
    fn look_around(self) {
        if self.at.get_untracked() == At::Start {
            return;
        }
        let alone = clock::monotonic_ms() - self.touched.get_value();
        if alone >= LEFT_MS {
            self.leaving.set(false);
            self.go(At::Start);
        } else if alone >= LEAVING_MS && !self.leaving.get_untracked() {
            self.leaving.set(true);
        }
    }

    fn warning(self) -> View {
        let said = if self.leaving.get() {
            notice::notice("info", icon::CLOCK, t(K::WorkshopLeaving), none())
        } else {
            none()
        };
        el("div", "notices").attr("role", "status").with(said)
    }

    fn bring(self) {
        self.failed.set(false);
        let lang = i18n::lang();
        leptos::task::spawn_local(async move {
            let here = self.app.bring_questions(lang).await;
            // The room may be empty meanwhile.
            if !self.failed.is_disposed() {
                self.failed.set(!here);
                self.here.set(here);
            }
        });
    }

    fn go(self, to: At) {
        if to == At::Start {
            self.six.set(Vec::new());
        }
        self.at.set(to);
        page::turn();
    }

    fn begin(self) {
        let bank = self.app.questions(i18n::lang());
        let six = bank.as_deref().and_then(|bank| mix(bank, random::number()));
        let six = six.map(|six| six.into_iter().cloned().collect::<Vec<_>>());
        self.six.set(six.unwrap_or_default());
        self.open(0);
    }

    /// A post, with no hand raised yet; after the last, the end.
    fn open(self, n: usize) {
        self.hands.set([0, 0]);
        self.go(if n < self.six.with_untracked(Vec::len) { At::Post(n) } else { At::End });
    }

    fn screen(self) -> View {
        let at = self.at.get();
        let item = |n: usize| self.six.with_untracked(|six| six.get(n).cloned());
        match at {
            At::Start => self.start(),
            At::Post(n) => item(n).map_or_else(none, |item| self.post(n, &item)),
            At::Hands(n, verdict) => self.hands_alone(n, verdict),
            At::Told(n) => item(n).map_or_else(none, |item| self.told(n, &item)),
            At::End => self.end(),
        }
    }

    fn start(self) -> View {
        let notes = self.notes.get_untracked();
        let begin = if self.here.get() {
            control::button(
                "button main wide",
                "workshop-start",
                icon::PLAY,
                t(K::WorkshopStart),
                move || {
                    self.begin();
                },
            )
        } else if self.failed.get() {
            control::button("button main wide", "retry", icon::AGAIN, t(K::AppRetry), move || self.bring())
        } else {
            el("p", "busy").attr("role", "status").text(t(K::QuizComing))
        };
        let kept = el("p", "").with(notice::chip("good", icon::SHIELD, K::WorkshopKept));
        let how = list(K::WorkshopHow, "numbered", notes.steps.iter().map(String::as_str));
        let first = list(K::WorkshopFirst, "said", notes.open.iter().map(String::as_str));
        let bank = if self.here.get() { self.app.questions(i18n::lang()) } else { None };
        let drafts = bank.and_then(|bank| clues::drafts(&bank));
        let drafts = drafts.map_or_else(none, |words| el("p", "soft").text(&words));
        let body = if self.simple {
            all([el("p", "lead").text(t(K::WorkshopLead)), kept, begin, how, first, drafts])
        } else {
            all([
                el("p", "lead").text(t(K::WorkshopLead)),
                kept,
                el("div", "workshop-pair").with(how).with(first),
                begin,
                drafts,
            ])
        };
        shell::screen(self.app, t(K::WorkshopTitle), el("div", "workshop stack").with(body))
    }

    fn post(self, n: usize, item: &Item) -> View {
        let place = pager::place(n, POSTS);
        let post = scene::post(item, None);
        if self.simple {
            let onward = control::button(
                "button main wide",
                "workshop-hands",
                icon::HAND,
                t(K::WorkshopHands),
                move || {
                    self.go(At::Hands(n, Verdict::Reliable));
                },
            );
            return self.framed(t(K::QuizAsk), all([place, post, onward]));
        }
        let aloud = crate::platform::speech::available().then(|| shell::read_aloud(self.app));
        let votes =
            el("div", "votes").with(self.vote(Verdict::Reliable)).with(self.vote(Verdict::Unreliable));
        let show = control::button(
            "button main wide",
            "workshop-answer",
            icon::CHECK,
            t(K::WorkshopAnswer),
            move || {
                self.go(At::Told(n));
            },
        );
        let side = el("div", "stack workshop-side")
            .with(place)
            .with(el("h2", "").text(t(K::WorkshopHands)))
            .with(votes)
            .with(show)
            .maybe(aloud)
            .with(self.to_ask(item));
        self.framed(t(K::QuizAsk), el("div", "workshop-split").with(post).with(side))
    }

    fn framed(self, title: &str, body: View) -> View {
        shell::screen(self.app, title, el("div", "workshop stack").with(body))
    }

    /// For the one who leads: closed until it is asked for.
    fn to_ask(self, item: &Item) -> View {
        let notes = self.notes.get_untracked();
        let general = notes.ask.iter().map(String::as_str);
        let rows = notes.ask(item).into_iter().chain(general).map(|row| el("li", "").text(row));
        el("details", "card")
            .with(el("summary", "").action("workshop-notes").text(t(K::WorkshopToAsk)))
            .with(el("ul", "list").with(all(rows)))
    }

    /// How many hands, with − and +.
    fn vote(self, verdict: Verdict) -> View {
        let at = usize::from(verdict == Verdict::Unreliable);
        let ((word, picture), name) = (clues::verdict(verdict), verdict.word());
        let count = move || self.hands.with(|hands| hands.get(at).copied().unwrap_or_default());
        let change = move |by: i32| {
            self.hands.update(|hands| {
                if let Some(hands) = hands.get_mut(at) {
                    *hands = hands.saturating_add_signed(by).min(MOST_HANDS);
                }
            });
        };
        let step = |action: &str, picture, label: K, by: i32| {
            control::bare_button("button", &[action, name].concat())
                .attr("aria-label", &[t(label), t(K::LessonColon), t(word)].concat())
                .with(icon(picture))
                .on("click", move |_| change(by))
        };
        let shown = el("output", "hands").attr("data-hands", name).words(move || count().to_string());
        el("div", "vote")
            .attr("role", "group")
            .attr("aria-label", t(word))
            .with(el("p", "vote-word").with(icon(picture)).with(el("span", "").text(t(word))))
            .with(
                el("div", "vote-count")
                    .with(step("hands-less-", icon::MINUS, K::WorkshopLess, -1))
                    .with(shown.attr("aria-live", "polite"))
                    .with(step("hands-more-", icon::PLUS, K::WorkshopMore, 1)),
            )
    }

    fn hands_alone(self, n: usize, verdict: Verdict) -> View {
        let onward = move || match verdict {
            Verdict::Reliable => self.go(At::Hands(n, Verdict::Unreliable)),
            Verdict::Unreliable => self.go(At::Told(n)),
        };
        let body = all([
            pager::place(n, POSTS),
            self.vote(verdict),
            control::button("button main wide", "workshop-answer", icon::NEXT, t(K::AppNext), onward),
        ]);
        self.framed(t(K::WorkshopHands), body)
    }

    fn told(self, n: usize, item: &Item) -> View {
        let notes = self.notes.get_untracked();
        let (_, picture) = clues::verdict(item.verdict);
        let [good, bad] = self.hands.get_untracked().map(|hands| hands.to_string());
        let hands = el("p", "").text(&fill(K::WorkshopSaid, &[("good", &good), ("bad", &bad)]));
        let verdict = el("section", "card stack tight workshop-verdict")
            .attr("data-verdict", item.verdict.word())
            .with(
                el("p", "vote-word")
                    .with(icon(picture))
                    .with(el("span", "").text(t(clues::is(item.verdict)))),
            )
            .with(el("p", "strong").text(&item.feedback.verdict))
            .with(hands);
        let following = if n + 1 < POSTS { K::WorkshopNext } else { K::QuizFinish };
        let next =
            control::button("button main wide", "workshop-next", icon::NEXT, t(following), move || {
                self.open(n + 1);
            });
        let say = el("details", "card")
            .with(el("summary", "").action("workshop-notes").text(t(K::WorkshopToSay)))
            .with(el("ul", "list").with(all(notes.say(item).into_iter().map(|row| el("li", "").text(row)))));
        let body = if self.simple {
            all([pager::place(n, POSTS), verdict, clues::rule(item), next])
        } else {
            let side = el("div", "stack workshop-side")
                .with(pager::place(n, POSTS))
                .with(verdict)
                .with(clues::rule(item))
                .with(next)
                .with(say);
            el("div", "workshop-split").with(clues::all_of(item, &[], true, |_| none())).with(side)
        };
        self.framed(t(K::WorkshopTold), body)
    }

    fn end(self) -> View {
        let notes = self.notes.get_untracked();
        let address = navigation::address("quiz");
        let home = el("section", "card workshop-home")
            .with(
                el("div", "stack tight")
                    .with(el("h2", "").text(t(K::WorkshopHome)))
                    .with(el("p", "").text(t(K::WorkshopHomeText)))
                    .with(el("p", "strong address").text(qr::readable(&address))),
            )
            .with(qr::code(&address));
        let again = control::button(
            "button main wide",
            "workshop-again",
            icon::AGAIN,
            t(K::WorkshopAgain),
            move || {
                self.go(At::Start);
            },
        );
        let last = list(K::WorkshopLast, "said", notes.close.iter().map(String::as_str));
        let body = all([
            el("p", "").with(notice::chip("good", icon::SHIELD, K::WorkshopKept)),
            el("div", "workshop-pair").with(last).with(home),
            again,
        ]);
        self.framed(t(K::WorkshopEnd), body)
    }
}

/// More hands than any hall has.
const MOST_HANDS: u32 = 999;

fn list<'a>(title: K, class: &str, rows: impl Iterator<Item = &'a str>) -> View {
    let rows = rows.map(|row| el("li", "").with(el("span", "").text(row)));
    el("section", "card stack tight")
        .with(el("h2", "").text(t(title)))
        .with(el(if class == "numbered" { "ol" } else { "ul" }, class).with(all(rows)))
}
