//! « Ça ne va pas »: the 15 first, then what happened, then the signs: one sign, one fixed screen. The
//! most urgent signs are asked first, and no screen ever mixes two levels. Nothing is computed; what
//! was chosen goes into the journal, and nothing need be written.

use crate::{
    components::{
        control, field,
        icon::{self, icon},
        provenance, safety, shell,
        words::{said, said_in},
    },
    i18n::{self, K, fill, t},
    later::{self, Arrival},
    platform::{
        dom::{View, all, el, none, region},
        page,
    },
    state::{App, KitHandle},
};
use care::{
    journal::{By, What},
    kit::{Level, WarningRule},
    safety::is_about_a_fall,
};
use leptos::prelude::*;

const LEVELS: [Level; 3] = [Level::Red, Level::Orange, Level::Yellow];

/// What the patient came for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    Sign,
    Pain,
    Fatigue,
    Fall,
    Elsewhere,
}

/// Where the patient is in the questions.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    /// The 15, and what happened.
    Start,
    /// Simple mode: what happened, one question a screen.
    Happened(usize),
    /// The video from elsewhere; in simple mode the second field on a second screen.
    Telling(usize),
    /// After a fall, where the kit has no rule that asks it.
    Hurt,
    /// Hurt, or unable to get up.
    HurtAnswer,
    /// The signs of a level; in simple mode the n-th of them.
    Asking(usize, usize),
    /// The answer of the rule at this place in the kit.
    Answer(usize),
    /// No sign was chosen.
    Other,
}

/// One way through the questions.
#[derive(Clone, Copy)]
pub struct Flow {
    app: App,
    simple: bool,
    at: RwSignal<At>,
    why: RwSignal<Why>,
    by: RwSignal<By>,
    /// What was written in the first field of [`At::Telling`].
    which: RwSignal<String>,
    /// What this way has told the journal: a choice is told once, though one comes back to it.
    told: RwSignal<Vec<String>>,
}

/// Shows the question or the answer.
pub fn show(app: App, simple: bool) -> View {
    begin(app, simple, At::Start, Why::Sign, RwSignal::new(String::new()))
}

/// « J’ai mal depuis », said of a video that is known: what happened, then the signs.
pub fn after_video(app: App, simple: bool, which: RwSignal<String>) -> View {
    // In simple mode the video has a screen of its own, which is passed over when it is named.
    let named = which.with_untracked(|which| !which.is_empty());
    begin(app, simple, At::Telling(usize::from(simple && named)), Why::Elsewhere, which)
}

fn begin(app: App, simple: bool, at: At, why: Why, which: RwSignal<String>) -> View {
    region(move || {
        let flow = Flow {
            app,
            simple,
            at: RwSignal::new(at),
            why: RwSignal::new(why),
            by: RwSignal::new(By::Patient),
            which,
            told: RwSignal::new(Vec::new()),
        };
        let kit = app.current();
        region(move || flow.screen(kit.as_ref()))
    })
}

/// A level's rules with their places in the kit; after a fall those about falling first.
fn of_level(kit: Option<&KitHandle>, level: usize, why: Why) -> Vec<(usize, &WarningRule)> {
    let rules = kit.map_or(&[][..], |kit| &kit.kit.warnings);
    let mut rules: Vec<_> = rules.iter().enumerate().filter(|(_, w)| w.level == LEVELS[level]).collect();
    rules.sort_by_key(|(_, w)| why == Why::Fall && !is_about_a_fall(w));
    rules
}

/// Asks for the next level that has signs, or ends.
fn first(kit: Option<&KitHandle>, from: usize) -> At {
    let has = |level: &usize| !of_level(kit, *level, Why::Sign).is_empty();
    (from..LEVELS.len()).find(has).map_or(At::Other, |level| At::Asking(level, 0))
}

/// The signs that this reason leads to.
fn signs(kit: Option<&KitHandle>, why: Why) -> At {
    let asks_hurt = |kit| of_level(kit, 0, why).iter().any(|(_, rule)| is_about_a_fall(rule));
    if why == Why::Fall && !asks_hurt(kit) { At::Hurt } else { first(kit, 0) }
}

fn call(class: &str, word: K, href: &str) -> View {
    control::link(class, "", icon::PHONE, t(word), href)
}

/// Within reach at every question.
fn call_15() -> View {
    call("button wide", K::ReportCall15, "tel:15")
}

impl Flow {
    fn screen(self, kit: Option<&KitHandle>) -> View {
        match self.at.get() {
            At::Start => match kit {
                None => self.whom(true),
                Some(_) if self.simple => self.start_simply(),
                Some(_) => self.start(kit),
            },
            At::Happened(n) => self.happened(kit, n),
            At::Telling(n) => later::telling(self.app, self, kit, n),
            At::Hurt => {
                let words = el("p", "one-step").attr("data-sign", "hurt").text(t(K::ReportHurt));
                self.yes_or_no(words, At::HurtAnswer, first(kit, 0), || ())
            }
            At::HurtAnswer => self.hurt(),
            At::Asking(level, n) if self.simple => self.ask_one(kit, level, n),
            At::Asking(level, _) => self.ask(kit, level),
            At::Answer(rule) => kit
                .and_then(|kit| Some((kit, kit.kit.warnings.get(rule)?)))
                .map_or_else(none, |(kit, rule)| self.answer(kit, rule)),
            At::Other => match kit {
                Some(kit) => self.other(kit),
                None => self.whom(false),
            },
        }
    }

    fn go(self, to: At) {
        self.at.set(to);
        page::turn();
    }

    /// Tells the journal, once for each `key`.
    fn tell(self, key: &str, what: What) {
        if !self.told.with_untracked(|told| told.iter().any(|k| k == key)) {
            self.told.update_untracked(|told| told.push(key.to_owned()));
            self.app.append(what);
        }
    }

    fn by(self) -> By {
        self.by.get_untracked()
    }

    fn why(self) -> Why {
        self.why.get_untracked()
    }

    /// The patient says what happened: on to what it leads to.
    fn came_for(self, kit: Option<&KitHandle>, why: Why) {
        self.why.set(why);
        match why {
            // Which video is only noted: the signs do not wait for what can ask it.
            Why::Elsewhere if self.app.later.get_untracked() == Arrival::Here => self.go(At::Telling(0)),
            Why::Fall => {
                self.tell("fell", What::Fell { by: self.by() });
                self.go(signs(kit, why));
            }
            _ => self.go(signs(kit, why)),
        }
    }

    /// A row of the first screen.
    fn entry(self, kit: Option<&KitHandle>, action: &str, word: K, why: Why) -> View {
        let kit = kit.cloned();
        let row = control::bare_button("sign", action)
            .with(el("span", "").text(t(word)))
            .with(el("span", "chevron").with(icon(icon::NEXT)))
            .on("click", move |_| self.came_for(kit.as_ref(), why));
        el("li", "").with(row)
    }

    /// The first screen: the 15 before everything else.
    fn start(self, kit: Option<&KitHandle>) -> View {
        let rows = [
            ("report-fall", K::ReportFell, Why::Fall),
            ("report-pain", K::ReportPain, Why::Pain),
            ("report-fatigue", K::ReportFatigue, Why::Fatigue),
            ("report-elsewhere", K::ReportElsewhere, Why::Elsewhere),
            ("report-signs", K::ReportAnother, Why::Sign),
        ];
        let rows = rows.map(|(action, word, why)| self.entry(kit, action, word, why));
        let body = all([
            el("p", "strong").text(t(K::ReportEmergency)),
            call("button main wide", K::ReportCall15, "tel:15"),
            shell::section(K::ReportWhat, el("ul", "rows").with(all(rows))),
            field::helper(self.by),
        ]);
        shell::screen(self.app, t(K::ReportTitle), body)
    }

    /// The same in simple mode.
    fn start_simply(self) -> View {
        let go_on = move |by| {
            self.by.set(by);
            self.go(At::Happened(0));
        };
        let body = all([
            el("p", "strong").text(t(K::ReportEmergency)),
            call("button main wide", K::ReportCall15, "tel:15"),
            control::button("button wide", "report-go", icon::NEXT, t(K::ReportGoOn), move || {
                go_on(By::Patient)
            }),
            control::button("button wide", "by-helper", icon::HELPER, t(K::ReportForOther), move || {
                go_on(By::Helper);
            }),
        ]);
        shell::screen(self.app, t(K::ReportTitle), body)
    }

    /// Simple mode: the reasons, one a screen.
    fn happened(self, kit: Option<&KitHandle>, n: usize) -> View {
        let reasons = [
            ("report-fall", K::ReportFell, Why::Fall),
            ("report-pain", K::ReportPainOrFatigue, Why::Pain),
            ("report-elsewhere", K::ReportElsewhere, Why::Elsewhere),
        ];
        // Without a kit no signs are asked: a pain alone has nowhere to lead.
        let reasons = reasons.into_iter().filter(|(.., why)| kit.is_some() || *why != Why::Pain);
        let reasons: Vec<_> = reasons.collect();
        let Some((action, word, why)) = reasons.get(n).copied() else { return none() };
        let next = if n + 1 < reasons.len() { At::Happened(n + 1) } else { first(kit, 0) };
        let kit = kit.cloned();
        let body = all([
            el("p", "one-step").text(t(word)),
            control::button("button main wide", action, icon::CHECK, t(K::ReportYes), move || {
                self.came_for(kit.as_ref(), why);
            }),
            control::button("button wide", "report-none", icon::CROSS, t(K::ReportNo), move || self.go(next)),
            call_15(),
        ]);
        shell::screen(self.app, t(K::ReportAskOne), body)
    }

    /// « J’ai essayé une vidéo ailleurs »: which one, what happened. Both may stay empty.
    pub fn telling(self, kit: Option<&KitHandle>, n: usize) -> View {
        let (which, which_field) = field::words("which", K::ElsewhereWhich, Some(K::ElsewhereWhichHint));
        let (happened, happened_field) =
            field::words("happened", K::ElsewhereHappened, Some(K::ElsewhereHappenedHint));
        which_field.set_value(&self.which.get_untracked());
        let (simple, to) = (self.simple, signs(kit, Why::Elsewhere));
        let on = move || {
            if !simple || n == 0 {
                self.which.set(field::written(&which_field));
            }
            if simple && n == 0 {
                return self.go(At::Telling(1));
            }
            let (which, happened) = (self.which.get_untracked(), field::written(&happened_field));
            let key = ["elsewhere", &which, &happened].join("\n");
            self.tell(&key, What::TriedElsewhere { which, happened, by: self.by() });
            self.go(to);
        };
        let fields = match (simple, n) {
            (false, _) => all([which, happened, el("p", "soft").text(t(K::ElsewhereKept))]),
            (true, 0) => which,
            (true, _) => happened,
        };
        let body = all([
            fields,
            control::button("button main wide", "report-told", icon::NEXT, t(K::ElsewhereToSigns), on),
            call_15(),
        ]);
        shell::screen(self.app, t(K::ReportElsewhere), body)
    }

    /// The signs of a level, all on one screen.
    fn ask(self, kit: Option<&KitHandle>, level: usize) -> View {
        let rules = of_level(kit, level, self.why());
        let signs = rules.into_iter().map(|(i, rule)| {
            let what = self.chosen(kit, rule);
            let id = rule.id.clone();
            let sign = control::bare_button("sign", "")
                .attr("data-sign", &rule.id)
                .with(said(&rule.sign))
                .with(el("span", "chevron").with(icon(icon::NEXT)))
                .on("click", move |_| {
                    self.tell(&id, what.clone());
                    self.go(At::Answer(i));
                });
            el("li", "").with(sign)
        });
        let (title, none_word) = match LEVELS[level] {
            Level::Red if self.why() == Why::Fall => (K::ReportFellTitle, K::ReportNoneRed),
            Level::Red => (K::ReportRedTitle, K::ReportNoneRed),
            Level::Orange => (K::ReportOrangeTitle, K::ReportNoneOrange),
            Level::Yellow => (K::ReportYellowTitle, K::ReportNoneYellow),
        };
        let next = first(kit, level + 1);
        let body = all([
            el("p", "lead").text(t(K::ReportNewOnly)),
            el("ul", "rows").with(all(signs)),
            control::button("button wide", "report-none", icon::NEXT, t(none_word), move || self.go(next)),
            call_15(),
            self.again(),
        ]);
        shell::screen(self.app, t(title), body)
    }

    /// Simple mode: one sign a screen.
    fn ask_one(self, kit: Option<&KitHandle>, level: usize, n: usize) -> View {
        let rules = of_level(kit, level, self.why());
        let Some((i, rule)) = rules.get(n).copied() else { return none() };
        let next = if rules.len() == n + 1 { first(kit, level + 1) } else { At::Asking(level, n + 1) };
        let (id, what) = (rule.id.clone(), self.chosen(kit, rule));
        let words = said_in("p", "one-step", &rule.sign).attr("data-sign", &rule.id);
        self.yes_or_no(words, At::Answer(i), next, move || self.tell(&id, what.clone()))
    }

    /// One question; `chosen` runs when the answer is yes.
    fn yes_or_no(self, words: View, yes: At, no: At, chosen: impl Fn() + 'static) -> View {
        let choose = move || {
            chosen();
            self.go(yes);
        };
        let body = all([
            words,
            control::button("button main wide", "sign-yes", icon::CHECK, t(K::ReportYes), choose),
            control::button("button wide", "sign-no", icon::CROSS, t(K::ReportNo), move || self.go(no)),
            call_15(),
        ]);
        shell::screen(self.app, t(K::ReportAskOne), body)
    }

    /// The event of having chosen a sign.
    fn chosen(self, kit: Option<&KitHandle>, rule: &WarningRule) -> What {
        let kit = kit.map(|kit| kit.kit.kit_id.clone()).unwrap_or_default();
        What::SignChosen { kit, sign: rule.id.clone(), level: rule.level, by: self.by() }
    }

    fn again(self) -> View {
        control::button("button quiet wide", "", icon::BACK, t(K::ReportAgain), move || self.go(At::Start))
    }

    /// A new pain or fatigue may be written down for the kiné, once its signs were asked.
    fn note(self) -> Option<View> {
        let (word, href) = match self.why() {
            Why::Pain => (K::ReportNotePain, "feeling/pain"),
            Why::Fatigue => (K::ReportNoteFatigue, "feeling/fatigue"),
            Why::Sign | Why::Fall | Why::Elsewhere => return None,
        };
        Some(control::link("button wide", "report-note", icon::MESSAGE, t(word), href))
    }

    /// What stands last on a screen that calls the clinic; in simple mode one thing.
    fn onward(self) -> View {
        match self.note() {
            Some(note) if self.simple => note,
            Some(note) => all([note, self.again()]),
            None => self.again(),
        }
    }

    /// The fixed screen of a sign.
    fn answer(self, kit: &KitHandle, rule: &WarningRule) -> View {
        let (word, level, head) = match rule.level {
            Level::Red => ("red", K::ReportRed, K::ReportRedHead),
            Level::Orange => ("orange", K::ReportOrange, K::ReportOrangeHead),
            Level::Yellow => ("yellow", K::ReportYellow, K::ReportYellowHead),
        };
        let calls = match rule.level {
            Level::Red => emergency(),
            Level::Orange => all([el("p", "strong").text(t(K::ReportClosed)), call_15(), no_network()]),
            Level::Yellow => all([clinic(kit), el("p", "").text(t(K::ReportOutside))]),
        };
        let words = all([said_in("p", "strong", &rule.sign), said_in("p", "lead", &rule.action)]);
        let source = if self.simple {
            none()
        } else {
            el("p", "soft source")
                .text(t(K::ReportSource))
                .text(" ")
                .with(provenance::source(&rule.source, self.simple))
        };
        // Three choices at most: on the red screen of simple mode they are the calls.
        let last = match rule.level {
            Level::Red if self.simple => none(),
            Level::Red | Level::Orange => self.again(),
            Level::Yellow => self.onward(),
        };
        shell::screen(self.app, t(head), all([fixed(word, level, words), calls, source, last]))
    }

    /// Hurt by a fall, or unable to get up.
    fn hurt(self) -> View {
        let words = el("p", "strong").text(t(K::ReportHurt));
        let last = if self.simple { none() } else { self.again() };
        let body = all([fixed("red", K::ReportRed, words), emergency(), last]);
        shell::screen(self.app, t(K::ReportRedHead), body)
    }

    /// No sign of the kit.
    fn other(self, kit: &KitHandle) -> View {
        let text = if self.why() == Why::Fall { K::ReportFellOther } else { K::ReportOtherText };
        let body = all([el("p", "lead").text(t(text)), clinic(kit), self.onward()]);
        shell::screen(self.app, t(K::ReportOtherTitle), body)
    }

    /// Without a kit: whom to call; at the beginning also what may be noted, afterwards that it is.
    fn whom(self, begin: bool) -> View {
        let whom = [K::ReportNoKit15, K::ReportNoKitDoctor, K::ReportNoKitKine]
            .map(|line| el("li", "").text(t(line)));
        let rows = || {
            let rows = [
                ("report-fall", K::ReportFell, Why::Fall),
                ("report-elsewhere", K::ReportElsewhere, Why::Elsewhere),
            ];
            let rows = rows.map(|(action, word, why)| self.entry(None, action, word, why));
            let rows = el("ul", "rows").with(all(rows));
            shell::section(K::ReportWrite, all([rows, field::helper(self.by)]))
        };
        let write = move || self.go(At::Happened(0));
        let write = || control::button("button wide", "report-go", icon::MESSAGE, t(K::ReportWrite), write);
        let told = self.told.with_untracked(|told| !told.is_empty());
        let lead = if begin {
            el("p", "lead").text(t(K::ReportNoKit))
        } else if told {
            el("p", "lead").text(t(K::ReportWritten))
        } else {
            none()
        };
        let fell = (!begin && self.why() == Why::Fall).then(|| el("p", "strong").text(t(K::ReportFellOther)));
        let body = all([
            lead,
            fell.unwrap_or_else(none),
            call("button main wide", K::ReportCall15, "tel:15"),
            call("button wide", K::ReportCall112, "tel:112"),
            el("p", "strong").text(t(K::ReportPlace)),
            el("ul", "list").with(all(whom)),
            if self.simple { none() } else { no_network() },
            match (begin, self.simple) {
                (false, _) => none(),
                (true, false) => rows(),
                (true, true) => write(),
            },
        ]);
        shell::screen(self.app, t(K::ReportTitle), body)
    }
}

/// The words of a fixed screen under their level.
fn fixed(level: &str, name: K, words: View) -> View {
    el("section", &["level ", level].concat())
        .attr("data-level", level)
        .with(el("p", "level-word").with(icon(icon::ALERT)).text(t(name)))
        .with(words)
}

/// The calls of the red screens.
fn emergency() -> View {
    all([
        call("button main wide", K::ReportCall15, "tel:15"),
        call("button wide", K::ReportCall112, "tel:112"),
        el("p", "strong").text(t(K::ReportPlace)),
        no_network(),
        el("p", "").with(el("a", "plain-link").attr("href", "sms:114").text(t(K::ReportSms114))),
    ])
}

/// The clinic's telephone, and its mobile for messages where it has one. No symptom is written.
fn clinic(kit: &KitHandle) -> View {
    let clinic = &kit.kit.clinic;
    let name = fill(K::ReportCallClinic, &[("name", &clinic.name)]);
    let phone = control::link("button main wide", "", icon::PHONE, &name, &["tel:", &clinic.phone].concat());
    let Some(number) = &clinic.sms else { return phone };
    let href = ["sms:", number, "?body=", &page::in_address(t(K::ReportSmsBody))].concat();
    let days = clinic.reading_days.as_ref();
    let days = days.map(|days| fill(K::ReportReadingDays, &[("days", i18n::text(days))])).unwrap_or_default();
    all([
        phone,
        control::link("button wide", "sms", icon::MESSAGE, t(K::ReportSmsClinic), &href),
        el("p", "soft").text(t(K::ReportNotWatched)).text(" ").text(&days),
    ])
}

fn no_network() -> View {
    let lines = [K::ReportNoNetwork1, K::ReportNoNetwork2, K::ReportNoNetwork3]
        .map(|line| el("li", "").text(t(line)));
    el("section", "card stack tight")
        .with(safety::headed(icon::PHONE, K::ReportNoNetwork))
        .with(el("ul", "list").with(all(lines)))
}
