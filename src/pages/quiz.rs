//! « Cette vidéo est-elle fiable ? »: six made-up posts, one after the other. Read or listen, say « Fiable »
//! or « Pas fiable », how sure, what helped; then at once why. Simple mode asks one thing a screen.
//!
//! Good and bad posts get the same care on every screen: places, sizes and words do not lean.

use crate::{
    components::{
        chart, clues, control, happened,
        icon::{self, Icon, icon},
        notice, safety,
        scene::{self, MOST},
        shell,
    },
    i18n::{self, K, fill, t},
    pages::{help, lesson, reminders},
    platform::{
        dom::{View, all, el, none, region},
        js, page, random, speech,
    },
    state::{App, Local},
};
use care::{
    json::Word as _,
    quiz::{
        Bank, Confidence, Cue, History, Item, Learning, Moment, Verdict,
        estimate::{Calibration, Counts, Found, ToTell, professionals},
        forms,
        schedule::{Review, SESSION, decisive},
    },
    reminder::Weekday,
};
use leptos::prelude::*;
use std::{cell::RefCell, rc::Rc};

/// What is on view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// Before the first question.
    Start,
    /// What this quiz is.
    About,
    /// A post, to read or to listen to.
    Look,
    /// Simple mode: the question by itself.
    Ask,
    /// How sure.
    Sure,
    /// What helped.
    Helped,
    /// The answer, and what shows it.
    Told,
    /// Simple mode: what to take along.
    Kept,
    /// After six, or when there is no question left.
    End,
    /// Simple mode: whether the kiné may know of it.
    Tell,
    /// Half of a form is done.
    Rest,
    /// A form is done.
    Formed(Moment),
}

#[derive(Clone, Copy)]
struct Page {
    app: App,
    simple: bool,
    at: RwSignal<At>,
    failed: RwSignal<bool>,
    /// The questions are here.
    here: RwSignal<bool>,
    item: Local<Option<Rc<Item>>>,
    /// The journal as the quiz sees it, read once for each event that is written.
    history: Memo<History>,
    session: RwSignal<String>,
    form: RwSignal<Option<Moment>>,
    verdict: RwSignal<Verdict>,
    sure: RwSignal<Option<Confidence>>,
    picked: scene::Picked,
    missing: RwSignal<Vec<Cue>>,
    planned: RwSignal<bool>,
    told: RwSignal<bool>,
    /// The question that comes next.
    ahead: StoredValue<Option<Ahead>, LocalStorage>,
}

/// Where the patient was when a lesson was opened.
struct Left {
    at: At,
    session: String,
    item: Option<String>,
    told: bool,
}

thread_local! {
    /// Taken once, on the way back from the lesson. A reload forgets it: then the next question comes, for the
    /// answer is in the journal.
    static LEFT: RefCell<Option<Left>> = const { RefCell::new(None) };
}

/// A question that was made before it is asked, after how many answers it was planned, and what keeps its
/// buttons alive.
struct Ahead {
    item: Rc<Item>,
    answers: usize,
    view: View,
    owner: Owner,
}

/// The answer stands; while it is read, what comes next is made.
const AHEAD_MS: i32 = 200;

/// The quiz, where the patient left it.
pub fn show(app: App, simple: bool) -> View {
    let history = Memo::new(move |_| app.journal(History::of));
    let page = Page {
        app,
        simple,
        at: RwSignal::new(At::Start),
        failed: RwSignal::new(false),
        here: RwSignal::new(app.questions(i18n::lang()).is_some()),
        item: RwSignal::new_local(None),
        history,
        session: RwSignal::new(String::new()),
        form: RwSignal::new(None),
        verdict: RwSignal::new(Verdict::Reliable),
        sure: RwSignal::new(None),
        picked: RwSignal::new(Vec::new()),
        missing: RwSignal::new(Vec::new()),
        planned: RwSignal::new(history.with_untracked(|history| history.planned)),
        told: RwSignal::new(false),
        ahead: StoredValue::new_local(None),
    };
    untrack(|| if page.here.get() { page.go_on() } else { page.bring() });
    region(move || page.screen())
}

/// How sure one may be, its word, and its button.
const SURE: [(Confidence, K, &str, Icon); 3] = [
    (Confidence::Guess, K::QuizGuess, "sure-guess", icon::HELP),
    (Confidence::RatherSure, K::QuizRather, "sure-rather", icon::CHECK),
    (Confidence::Sure, K::QuizSure, "sure-sure", icon::SHIELD),
];

/// « Il manque… »: what may lack, and its words.
const LACKING: [(Cue, K); 6] = [
    (Cue::ForWhom, K::QuizMissingForWhom),
    (Cue::Pain, K::QuizMissingPain),
    (Cue::Speaker, K::QuizMissingSpeaker),
    (Cue::Care, K::QuizMissingCare),
    (Cue::Sources, K::QuizMissingSources),
    (Cue::Dose, K::QuizMissingDose),
];

impl Page {
    fn screen(self) -> View {
        if !self.here.get() {
            return self.coming();
        }
        match self.at.get() {
            At::Start => self.start(),
            At::About => self.about(),
            At::Look => self.look(),
            At::Ask => self.ask(),
            At::Sure => self.how_sure(),
            At::Helped => self.helped(),
            At::Told => self.told(),
            At::Kept => self.kept(),
            At::End => self.end(),
            At::Tell => self.tell(),
            At::Rest => self.rest(),
            At::Formed(moment) => self.formed(moment),
        }
    }

    fn go(self, to: At) {
        self.at.set(to);
        page::turn();
    }

    /// The questions in the language on view. Those that the clinic added may come later than the others.
    fn bank(self) -> Rc<Bank> {
        self.app.questions(i18n::lang()).unwrap_or_default()
    }

    /// Looks into the journal; what is on view does not change because something was written elsewhere.
    fn past<T>(self, look: impl FnOnce(&History) -> T) -> T {
        self.history.with_untracked(look)
    }

    /// The questions, on their way or not.
    fn coming(self) -> View {
        let body = if self.failed.get() {
            let again = move || self.bring();
            all([
                notice::alert("quiz-missing", t(K::QuizFailed), t(K::QuizFailedText)),
                control::button("button main wide", "retry", icon::AGAIN, t(K::AppRetry), again),
            ])
        } else {
            el("p", "busy").attr("role", "status").text(t(K::QuizComing))
        };
        shell::screen(self.app, t(K::HelpQuiz), body)
    }

    fn bring(self) {
        self.failed.set(false);
        let lang = i18n::lang();
        leptos::task::spawn_local(async move {
            let here = self.app.bring_questions(lang).await;
            // The patient may have left meanwhile.
            if self.at.is_disposed() {
                return;
            }
            self.here.set(here);
            self.failed.set(!here);
            if here {
                self.go_on();
            }
        });
    }

    /// Back to where the patient was: to what a lesson was read about; else, if in the middle of six, to the
    /// question: after a reload the same one comes.
    fn go_on(self) {
        if LEFT.take().is_some_and(|left| self.back_to(&left)) {
            return;
        }
        let today = self.app.today();
        let open = self.past(|history| history.open_session(today).map(str::to_owned));
        if let Some(session) = open {
            self.session.set(session);
            self.next();
        }
    }

    /// Shows again what was on view when a lesson was opened; false when the journal has nothing of it.
    fn back_to(self, left: &Left) -> bool {
        let known = self.past(|history| {
            let answers = history.session(&left.session);
            match &left.item {
                Some(id) => answers.into_iter().rfind(|a| a.item == *id).map(|a| Some(a.clone())),
                None => (!answers.is_empty() || matches!(left.at, At::Formed(_))).then_some(None),
            }
        });
        let Some(answer) = known else { return false };
        if let Some(answer) = answer {
            let bank = self.bank();
            let Some(item) = bank.items.iter().find(|item| item.id == answer.item) else { return false };
            self.item.set(Some(Rc::new(item.clone())));
            self.verdict.set(answer.verdict);
            self.picked.set(answer.segments);
        }
        self.session.set(left.session.clone());
        self.told.set(left.told);
        self.at.set(left.at);
        if left.item.is_some() {
            self.look_ahead();
        }
        true
    }

    /// A lesson is being opened: the way back leads to what is on view.
    fn leave(self) {
        let at = self.at.get_untracked();
        let item = if matches!(at, At::Told | At::Kept) { self.item() } else { None };
        LEFT.set(Some(Left {
            at,
            session: self.session.get_untracked(),
            item: item.map(|item| item.id.clone()),
            told: self.told.get_untracked(),
        }));
    }

    /// The lesson of a cue, from which one comes back here.
    fn lesson(self, cue: Cue) -> View {
        clues::lesson("lesson", cue, t(happened::cue(cue))).on("click", move |_| self.leave())
    }

    fn begin(self) {
        self.form.set(None);
        self.session.set(format!("{:016x}", random::number()));
        self.next();
    }

    /// The next question of the session, or its end. What was made ahead is planned already; another tab
    /// may have answered since.
    fn next(self) {
        let answers = self.past(|history| history.answers.len());
        let planned = self.ahead.with_value(|ahead| {
            ahead.as_ref().filter(|ahead| ahead.answers == answers).map(|ahead| ahead.item.clone())
        });
        self.serve(planned.or_else(|| self.following().map(Rc::new)), At::End);
    }

    fn following(self) -> Option<Item> {
        let session = self.session.get_untracked();
        self.past(|history| self.app.next_question(&self.bank(), history, &session))
    }

    /// Makes the next question while the patient reads why: on a slow phone a tap then only has to show it.
    fn look_ahead(self) {
        leptos::task::spawn_local(async move {
            js::sleep(AHEAD_MS).await;
            if self.at.is_disposed() {
                return;
            }
            if let Some(item) = self.following() {
                let owner = Owner::new();
                let view = owner.with(|| self.question(&item));
                let answers = self.past(|history| history.answers.len());
                self.ahead.set_value(Some(Ahead { item: Rc::new(item), answers, view, owner }));
            }
        });
    }

    /// Shows a question; where there is none, `otherwise`.
    fn serve(self, item: Option<Rc<Item>>, otherwise: At) {
        let to = if item.is_some() { At::Look } else { otherwise };
        self.item.set(item);
        self.sure.set(None);
        self.picked.set(Vec::new());
        self.missing.set(Vec::new());
        self.go(to);
    }

    fn item(self) -> Option<Rc<Item>> {
        self.item.get_untracked()
    }

    /// How many of this session, or of this sitting, were answered, and of how many.
    fn place(self) -> (usize, usize) {
        self.past(|history| match self.form.get_untracked() {
            Some(moment) => (history.form(moment).len() % forms::SITTING, forms::SITTING),
            None => (self.session.with_untracked(|s| history.session(s).len()), SESSION),
        })
    }

    /// « Question 2 sur 6 »; `told` once it is answered.
    fn n_of(self, told: bool) -> String {
        let (answered, total) = self.place();
        let n = if told { answered } else { answered + 1 };
        fill(K::QuizNOf, &[("n", &n.to_string()), ("total", &total.to_string())])
    }

    /// Where one is among the questions, and a voice for what is on view.
    fn head(self, told: bool) -> View {
        self.aloud(el("p", "soft place").text(&self.n_of(told)))
    }

    /// What stands at the head, and a voice for what is on view; in simple mode that is in the heading.
    fn aloud(self, beside: View) -> View {
        let aloud = (!self.simple && speech::available()).then(|| shell::read_aloud(self.app));
        el("div", "row apart").with(beside).maybe(aloud)
    }

    // ---- Before ----------------------------------------------------------------------------

    fn start(self) -> View {
        let begin = move || self.begin();
        let start = control::button("button main wide", "quiz-start", icon::NEXT, t(K::QuizStart), begin);
        let about = move || self.go(At::About);
        let about = control::button("button wide", "quiz-about", icon::HELP, t(K::QuizAbout), about);
        let draft = match self.bank().drafts() {
            0 => none(),
            _ => notice::chip("plain", icon::CLOCK, K::QuizShortDraft),
        };
        let form = self.offered();
        let review = self.review(true);
        if self.simple {
            let words = [K::QuizLead, K::HelpQuizWhy].map(|k| el("p", "").text(t(k)));
            let body = all([all(words), review, draft, start, form, about]);
            return shell::screen(self.app, t(K::HelpQuiz), body);
        }
        let card = el("section", "card note stack tight")
            .with(el("p", "strong").text(t(K::QuizRuleOne)))
            .with(el("p", "").text(t(K::QuizRuleTwo)));
        let results = self.results(Some(safety::headed(icon::CHECK, K::QuizFormDone)));
        let body = all([
            self.aloud(el("p", "lead").text(t(K::QuizLead))),
            el("p", "").text(t(K::HelpQuizWhy)),
            card,
            el("p", "").text(t(K::QuizHow)),
            review,
            draft,
            start,
            form,
            results,
            help::booklet("button wide"),
            about,
        ]);
        shell::screen(self.app, t(K::HelpQuiz), body)
    }

    /// When it helps to come back: an invitation. At the end of a session nobody is asked to go on at once.
    fn review(self, today_too: bool) -> View {
        let bank = self.bank();
        match self.past(|history| self.app.next_review(&bank, history)) {
            Some(Review::On(day)) => {
                let date = [reminders::day_word(Weekday::of(day)), " ", &i18n::date(day)].concat();
                el("p", "")
                    .attr("data-review", &day.to_string())
                    .text(&fill(K::QuizReviewOn, &[("date", &date)]))
            }
            Some(Review::Today) if today_too => {
                el("p", "").attr("data-review", "today").text(t(K::QuizReviewToday))
            }
            _ => none(),
        }
    }

    /// The forms that were filled in, side by side.
    fn results(self, heading: Option<View>) -> View {
        let results = self.past(forms::results);
        if results.is_empty() {
            return none();
        }
        let row = |(moment, counts): &(Moment, Counts)| {
            let when = match moment {
                Moment::Before => K::FollowUpBefore,
                Moment::After => K::FollowUpAfter,
                Moment::Later => K::QuizFormLater,
            };
            let of = |n: u32, total: u32| {
                fill(K::HomePageN, &[("n", &n.to_string()), ("total", &total.to_string())])
            };
            let (traps, good) = (of(counts.caught, counts.bad), of(counts.recognised(), counts.good));
            vec![t(when).to_owned(), traps, good]
        };
        let columns = [K::QuizFormWhen, K::QuizFormTraps, K::QuizFormGood];
        let table = chart::spoken(K::QuizFormDone, &columns, results.iter().map(row));
        el("section", "card stack tight").maybe(heading).with(table)
    }

    /// « Faire le point », where it is offered today.
    fn offered(self) -> View {
        let (bank, today) = (self.bank(), self.app.today());
        let offer = self.past(|history| {
            let offer = forms::offered(&bank, history, today, random::number());
            offer.map(|offer| (offer.moment, offer.form, offer.begun, offer.at_rest()))
        });
        let Some((moment, form, begun, half)) = offer else { return none() };
        let act = move || {
            if !begun {
                self.app.learnt(&Learning::FormStarted { moment, form });
            }
            self.form.set(Some(moment));
            self.next_of_form();
        };
        let word = if half { K::QuizFormNext } else { K::QuizFormStart };
        let button = control::button("button wide", "quiz-form", icon::CHECK, t(word), act);
        if self.simple {
            return button;
        }
        let words = [K::QuizFormText, K::QuizFormFree].map(|k| el("p", "").text(t(k)));
        el("section", "card stack")
            .with(safety::headed(icon::CHECK, K::QuizFormTitle))
            .with(all(words))
            .with(button)
    }

    fn about(self) -> View {
        let bank = self.bank();
        let drafts = clues::drafts(&bank)
            .map(|words| el("li", "").attr("data-count", &bank.drafts().to_string()).text(&words));
        let words = [K::QuizAboutMadeUp, K::QuizAboutKept, K::QuizAboutKine];
        let words = drafts.into_iter().chain(words.map(|k| el("li", "").text(t(k))));
        let back = move || self.go(At::Start);
        let body = all([
            el("ul", "list").with(all(words)),
            control::button("button main wide", "", icon::BACK, t(K::AppBack), back),
            if self.simple { help::booklet("button wide") } else { none() },
        ]);
        shell::screen(self.app, t(K::QuizAbout), body)
    }

    // ---- One question ------------------------------------------------------------------------

    /// The post; in standard mode the question follows it.
    fn look(self) -> View {
        let Some(item) = self.item() else { return none() };
        let ahead = self.ahead.try_update_value(Option::take).flatten();
        let body = match ahead.filter(|ahead| Rc::ptr_eq(&ahead.item, &item)) {
            Some(Ahead { view, owner, .. }) => {
                // Its buttons live as long as this screen.
                StoredValue::<_, LocalStorage>::new_local(owner);
                view
            }
            None => self.question(&item),
        };
        let n = self.n_of(false);
        shell::screen(self.app, if self.simple { &n } else { t(K::QuizAsk) }, body)
    }

    fn question(self, item: &Item) -> View {
        let post = scene::post(item, None);
        if self.simple {
            let to_ask = move || self.go(At::Ask);
            let answer =
                control::button("button main wide", "quiz-answer", icon::NEXT, t(K::QuizAnswer), to_ask);
            return all([post, answer]);
        }
        all([self.head(false), post, self.verdicts()])
    }

    fn ask(self) -> View {
        let back = move || self.go(At::Look);
        let back = control::button("button quiet", "quiz-look-again", icon::BACK, t(K::QuizLookAgain), back);
        shell::screen(self.app, t(K::QuizAsk), all([self.verdicts(), back]))
    }

    /// Always in the same places, and of the same weight.
    fn verdicts(self) -> View {
        let verdict = |verdict| {
            let (word, picture) = clues::verdict(verdict);
            let action = ["verdict-", verdict.word()].concat();
            control::button("button verdict", &action, picture, t(word), move || self.say(verdict))
        };
        let verdicts = [Verdict::Reliable, Verdict::Unreliable].map(verdict);
        el("div", "")
            .attr("role", "group")
            .attr("aria-label", t(K::QuizAsk))
            .with(control::choices("verdicts", verdicts))
    }

    fn say(self, verdict: Verdict) {
        self.verdict.set(verdict);
        if self.simple { self.answer() } else { self.go(At::Sure) }
    }

    fn how_sure(self) -> View {
        let levels = SURE.map(|(level, word, action, picture)| {
            control::button("button wide", action, picture, t(word), move || {
                self.sure.set(Some(level));
                if self.form.get_untracked().is_some() { self.answer() } else { self.go(At::Helped) }
            })
        });
        let (word, picture) = clues::verdict(self.verdict.get_untracked());
        let back = move || self.go(At::Look);
        let body = all([
            self.aloud(el("p", "").with(notice::chip("plain", picture, word))),
            control::choices("", levels),
            control::button("button quiet wide", "quiz-look-again", icon::BACK, t(K::QuizLookAgain), back),
        ]);
        shell::screen(self.app, t(K::QuizSureAsk), body)
    }

    fn helped(self) -> View {
        let Some(item) = self.item() else { return none() };
        let chosen = move || {
            let n = self.picked.with(Vec::len).to_string();
            fill(K::QuizHelpedN, &[("n", &n), ("total", &MOST.to_string())])
        };
        let lacking = LACKING.map(|(cue, word)| {
            let on = move || self.missing.with(|all| all.contains(&cue));
            let act = move || self.missing.update(|all| scene::turn(all, cue, LACKING.len()));
            el("li", "").with(control::toggle("quiz-missing", icon::PLUS, t(word), on, act))
        });
        let lacking = el("details", "card lacking")
            .with(el("summary", "").action("quiz-lacking").text(t(K::QuizHelpedMissing)))
            .with(el("ul", "row").with(all(lacking)));
        let answer = move || self.answer();
        let body = all([
            self.aloud(el("p", "").text(t(K::QuizHelpedText))),
            scene::post(&item, Some(self.picked)),
            lacking,
            el("p", "soft place").attr("role", "status").words(chosen),
            control::button("button main wide", "quiz-helped", icon::NEXT, t(K::QuizHelpedDone), answer),
        ]);
        shell::screen(self.app, t(K::QuizHelpedAsk), body)
    }

    /// Into the journal, and on to why; in a form to the next question.
    fn answer(self) {
        let Some(item) = self.item() else { return };
        let (verdict, form) = (self.verdict.get_untracked(), self.form.get_untracked());
        self.app.learnt(&Learning::QuizAnswered {
            session: if form.is_some() { String::new() } else { self.session.get_untracked() },
            item: item.id.clone(),
            version: item.version,
            pool: item.pool,
            form,
            verdict,
            right: verdict == item.verdict,
            confidence: self.sure.get_untracked(),
            segments: self.picked.get_untracked(),
            missing: self.missing.get_untracked(),
        });
        if form.is_some() {
            return self.next_of_form();
        }
        self.go(At::Told);
        self.look_ahead();
    }

    /// The answer. In simple mode what to take along has its own screen.
    fn told(self) -> View {
        let Some(item) = self.item() else { return none() };
        let said = self.verdict.get_untracked();
        let seen = if said == item.verdict {
            t(K::QuizYouRight).to_owned()
        } else {
            fill(K::QuizYouWrong, &[("said", &t(clues::verdict(said).0).to_lowercase())])
        };
        let (title, picture) = (clues::is(item.verdict), clues::verdict(item.verdict).1);
        let answer = el("section", "card note told stack tight")
            .attr("data-verdict", item.verdict.word())
            .attr("data-right", if said == item.verdict { "true" } else { "false" })
            .with(el("p", "told-head strong").with(icon(picture)).with(el("span", "").text(&seen)))
            .with(el("p", "").text(&item.feedback.verdict));
        // In simple mode the way to a lesson is on the next screen.
        let more = |cue| if self.simple { none() } else { self.lesson(cue) };
        let shown = clues::all_of(&item, &self.picked.get_untracked(), self.simple, more);
        if self.simple {
            let on = move || self.go(At::Kept);
            let on = control::button("button main wide", "quiz-keep", icon::NEXT, t(K::QuizToRule), on);
            return shell::screen(self.app, t(title), all([answer, shown, on]));
        }
        // Made when it is asked for: a slow phone would build it, and take it away again, for nobody.
        let (asked, seen) = (RwSignal::new(false), item.clone());
        let again = el("summary", "").text(t(K::QuizLookAgain)).on("click", move |_| asked.set(true));
        let again_post = move || if asked.get() { scene::post(&seen, None) } else { none() };
        let post = el("details", "card").with(again).with(region(again_post));
        let sources = clues::sources(&self.bank(), &item, false);
        let body = all([
            self.head(true),
            answer,
            shown,
            clues::rule(&item),
            clues::action(&item),
            post,
            sources,
            self.onward(),
        ]);
        shell::screen(self.app, t(title), body)
    }

    fn kept(self) -> View {
        let Some(item) = self.item() else { return none() };
        let lesson = decisive(&item).first().map(|cue| self.lesson(*cue));
        let sources = clues::sources(&self.bank(), &item, true);
        let body =
            all([clues::rule_itself(&item), clues::action(&item), all(lesson), sources, self.onward()]);
        shell::screen(self.app, t(K::QuizKeep), body)
    }

    fn onward(self) -> View {
        let (answered, total) = self.place();
        let word = if answered < total { K::QuizNext } else { K::QuizFinish };
        control::button("button main wide", "quiz-next", icon::NEXT, t(word), move || self.next())
    }

    // ---- After ---------------------------------------------------------------------------------

    fn end(self) -> View {
        let session = self.session.get_untracked();
        let told = self.past(|history| {
            let answers = history.session(&session);
            (!answers.is_empty()).then(|| self.result(&answers))
        });
        let Some(told) = told else {
            let home = control::link("button main wide", "", icon::HOME, t(K::LostHome), "./");
            return shell::screen(
                self.app,
                t(K::HelpQuiz),
                all([el("p", "lead").text(t(K::QuizNoneLeft)), home]),
            );
        };
        let again = move || self.begin();
        let again = || control::button("button wide", "quiz-start", icon::AGAIN, t(K::QuizAgain), again);
        let review = self.review(false);
        let body = if self.simple {
            all([told, review, self.gesture(), self.to_tell()])
        } else {
            all([self.aloud(review), told, self.gesture(), self.telling(), again()])
        };
        shell::screen(self.app, t(K::QuizEndTitle), body)
    }

    /// One real gesture: to check a video, or a plan.
    fn gesture(self) -> View {
        let plan = move || {
            if self.planned.get() {
                return el("p", "strong told-head")
                    .attr("role", "status")
                    .with(icon(icon::CHECK))
                    .with(el("span", "").text(t(K::QuizGesturePlanned)));
            }
            control::button("button wide", "quiz-plan", icon::HAND, t(K::QuizGesturePlan), move || {
                self.planned.set(true);
                self.app.learnt(&Learning::QuizPlanned { session: self.session.get_untracked() });
            })
        };
        el("section", "card stack")
            .with(safety::headed(icon::PERSON, K::QuizGesture))
            .with(el("p", "").text(t(K::QuizGestureText)))
            .with(control::link(
                "button main wide",
                "check-video",
                icon::SHIELD,
                t(K::QuizGestureCheck),
                "check",
            ))
            .with(region(plan))
    }

    /// Whether there is something to tell, and a clinic to tell it to, that was not asked yet.
    fn untold(self) -> bool {
        let open = self.app.current().is_some() && !self.told.get();
        open && self.past(|history| ToTell::of(&self.bank(), history)).is_some()
    }

    /// Simple mode: the way to the question whether the kiné may know, until it is answered.
    fn to_tell(self) -> View {
        if !self.untold() {
            return none();
        }
        let go = move || self.go(At::Tell);
        control::button("button wide", "quiz-to-tell", icon::MESSAGE, t(K::QuizTell), go)
    }

    /// That question on a screen of its own.
    fn tell(self) -> View {
        let back = move || self.go(At::End);
        let back = control::button("button wide", "quiz-told", icon::BACK, t(K::AppBack), back);
        shell::screen(self.app, t(K::QuizTell), all([self.telling(), back]))
    }

    /// What the kiné may know of it: asked where there is a clinic to tell, and only a yes lets it go.
    fn telling(self) -> View {
        if self.app.current().is_none() {
            return none();
        }
        region(move || {
            if self.told.get() {
                let agreed = self.past(|history| history.told == Some(true));
                let words = if agreed { K::QuizToldYes } else { K::QuizToldNo };
                let words = el("span", "").text(t(words));
                return el("p", "strong told-head")
                    .attr("role", "status")
                    .with(icon(icon::CHECK))
                    .with(words);
            }
            let Some(to_tell) = self.past(|history| ToTell::of(&self.bank(), history)) else { return none() };
            let cues = to_tell.cues.iter().map(|cue| t(happened::cue(*cue))).collect::<Vec<_>>().join(", ");
            let cues =
                (!cues.is_empty()).then(|| el("p", "").text(&fill(K::QuizTellCues, &[("cues", &cues)])));
            let answer = |action, picture, word, agreed| {
                let to_tell = to_tell.clone();
                control::button("button wide", action, picture, t(word), move || {
                    self.told.set(true);
                    self.app.learnt(&to_tell.clone().told(agreed));
                })
            };
            // In simple mode the screen has this heading.
            let heading = (!self.simple).then(|| safety::headed(icon::MESSAGE, K::QuizTell));
            el("section", "card stack")
                .maybe(heading)
                .with(el("p", "").text(t(K::QuizTellText)))
                .maybe(cues)
                .with(answer("quiz-tell", icon::CHECK, K::QuizTellYes, true))
                .with(answer("quiz-tell-not", icon::CROSS, K::QuizTellNo, false))
        })
    }

    /// « Pièges repérés : 3 sur 3. Bonnes vidéos reconnues : 2 sur 3. »
    fn result(self, answers: &[&care::quiz::Answer]) -> View {
        let Found { counts, strength, revise: revised } = Found::of(&self.bank(), answers.iter().copied());
        let count = |k, n: u32, total: u32| {
            (total > 0).then(|| {
                let words = fill(k, &[("n", &n.to_string()), ("total", &total.to_string())]);
                el("li", "strong").text(&words)
            })
        };
        let cue = |k, cue: Cue| fill(k, &[("cue", t(happened::cue(cue)))]);
        // One rule to read again, in its lesson’s words, and the way there. In simple mode not as long as
        // there are three choices without it.
        let revise = |at: Cue| {
            let to_lesson = if self.simple && self.untold() { none() } else { self.lesson(at) };
            el("li", "stack tight")
                .attr("data-cue", at.word())
                .with(el("p", "strong").text(&cue(K::QuizEndRevise, at)))
                .with(lesson::rule(self.app, at))
                .with(to_lesson)
        };
        el("ul", "card list told-list")
            .maybe(count(K::QuizEndTraps, counts.caught, counts.bad))
            .maybe(count(K::QuizEndGood, counts.recognised(), counts.good))
            .maybe(strength.map(|at| el("li", "").text(&cue(K::QuizEndStrength, at))))
            .maybe(revised.map(revise))
    }

    /// What sixteen answers tell beside that: how well being sure goes with being right, and the good posts
    /// of professionals that were taken for traps. In plain numbers of answers.
    fn measured(self, answers: &[&care::quiz::Answer]) -> View {
        let of = |k, n: u32, total: u32, level: &str| {
            let numbers = [("n", &*n.to_string()), ("total", &*total.to_string()), ("level", level)];
            el("li", "").text(&fill(k, &numbers))
        };
        let Calibration { levels, .. } = Calibration::of(answers.iter().copied());
        let sure = SURE.iter().zip(levels).filter(|(_, (said, _))| *said > 0);
        let sure = sure.map(|((_, word, ..), (said, right))| of(K::QuizSureRight, right, said, t(*word)));
        let (good, rejected) = professionals(&self.bank(), answers.iter().copied());
        let apart = (rejected > 0).then(|| of(K::QuizEndProfessionals, rejected, good, ""));
        let rows: Vec<View> = sure.chain(apart).collect();
        if rows.is_empty() { none() } else { el("ul", "card list told-list").with(all(rows)) }
    }

    // ---- Forms -----------------------------------------------------------------------------------

    fn next_of_form(self) {
        let Some(moment) = self.form.get_untracked() else { return };
        let filled = self.past(|history| {
            let open = history.forms.iter().find(|f| f.moment == moment && f.finished.is_none());
            forms::is_filled(history, moment).then(|| open.map(|begun| begun.form))
        });
        if let Some(open) = filled {
            if let Some(form) = open {
                self.app.learnt(&Learning::FormFinished { moment, form });
            }
            return self.go(At::Formed(moment));
        }
        // Eight are done, and nobody has rested yet.
        let resting = matches!(self.at.get_untracked(), At::Look | At::Ask | At::Sure);
        let (bank, today) = (self.bank(), self.app.today());
        let offer = self.past(|history| {
            let offer = forms::offered(&bank, history, today, random::number());
            offer.map(|offer| (offer.next.cloned(), offer.at_rest()))
        });
        let (next, half) = offer.unwrap_or_default();
        if half && resting { self.go(At::Rest) } else { self.serve(next.map(Rc::new), At::Start) }
    }

    fn rest(self) -> View {
        let home = control::link("button main wide", "", icon::HOME, t(K::LostHome), "./");
        let on = move || self.next_of_form();
        let on = control::button("button wide", "quiz-form", icon::NEXT, t(K::QuizFormNext), on);
        shell::screen(
            self.app,
            t(K::QuizFormTitle),
            all([self.aloud(el("p", "lead").text(t(K::QuizFormHalf))), home, on]),
        )
    }

    fn formed(self, moment: Moment) -> View {
        let told = self.past(|history| {
            let answers = history.form(moment);
            all([self.result(&answers), self.measured(&answers)])
        });
        let begin = move || self.begin();
        let start = control::button("button main wide", "quiz-start", icon::NEXT, t(K::QuizStart), begin);
        // By itself the first one is what stands above.
        let before =
            if self.past(|history| forms::results(history).len()) > 1 { self.results(None) } else { none() };
        shell::screen(self.app, t(K::QuizFormDone), all([told, before, start]))
    }
}
