//! The guided session: what is on today and what to get ready, then exercise by exercise at the
//! prescribed pace, with STOP always under the thumb.

use crate::{
    components::{
        block, control,
        figure::{figure, paced},
        icon, safety,
        scale::{self, About},
        shell::{self, section},
        words::{dosage, said_in, said_list},
    },
    i18n::{self, K, fill, t},
    pages::lost,
    platform::{
        dom::{View, all, el, keep, none, region, switch},
        page,
    },
    state::{App, KitHandle, Now, Session},
};
use care::{
    follow_up::History,
    journal::{By, Feeling, Side, StopReason},
    kit::{Company, Exercise},
    session::{Command, Plan, Player, State, Why, unfinished},
};
use leptos::prelude::*;

/// Where STOP has led.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// Its question is being asked.
    Asked,
    /// It was answered.
    Because(StopReason),
}

/// What the parts of the screen share.
#[derive(Clone, Copy)]
struct Here {
    app: App,
    simple: bool,
    session: RwSignal<Option<Session>, LocalStorage>,
    stop: RwSignal<Option<Stop>>,
    /// Pain before the session is being asked, for those who want to note it.
    asking: RwSignal<bool>,
}

/// The session of the current kit.
pub fn show(app: App, simple: bool) -> View {
    let here = Here {
        app,
        simple,
        session: RwSignal::new_local(None),
        stop: RwSignal::new(None),
        asking: RwSignal::new(false),
    };
    on_cleanup(move || {
        if let Some(session) = here.session.try_get_untracked().flatten() {
            session.leave();
        }
    });
    region(move || {
        if let Some(session) = here.session.get() {
            return under_way(here, session);
        }
        match app.current() {
            // After a fall, a red sign or a stop for pain nothing begins before a word with a professional.
            Some(kit) => block::or(
                app,
                move |stop| shell::screen(app, t(K::SessionTitle), stop),
                move || before(here, &kit),
            ),
            None => shell::screen(app, t(K::SessionTitle), lost::home()),
        }
    })
}

/// « Environ 12 minutes »: whole minutes, never none.
fn minutes(plan: &Plan) -> String {
    i18n::duration(plan.duration_s().div_ceil(60).max(1) * 60)
}

fn titles<'k>(exercises: impl Iterator<Item = &'k Exercise>) -> String {
    exercises.map(|e| i18n::text(&e.title)).collect::<Vec<_>>().join(", ")
}

/// Before it begins.
fn before(here: Here, kit: &KitHandle) -> View {
    let Here { app, .. } = here;
    let kit_id = &kit.kit.kit_id;
    let (plan, waiting) = untrack(|| {
        app.journal(|events| {
            (History::of(events).plan(&kit.kit, app.today()), unfinished(events, kit_id, app.now_ms()))
        })
    });
    if let Some(waiting) = waiting {
        let (resumed, anew) = (kit.clone(), kit.clone());
        let go_on = move || open(here, Session::resume(app, &resumed, &waiting));
        let body = all([
            el("p", "lead").text(t(K::SessionWaitingText)),
            control::button("button main wide", "session-resume", icon::PLAY, t(K::SessionResume), go_on),
            starts(here, &anew, &plan, true),
        ]);
        return shell::screen(app, t(K::SessionWaiting), body);
    }
    if plan.sets.is_empty() {
        let some = kit.kit.exercises.iter().any(|e| e.do_with != Company::Never);
        let (title, words) = if some {
            (K::SessionAllDone, K::SessionAllDoneText)
        } else {
            (K::SessionTitle, K::SessionNothing)
        };
        return shell::screen(app, t(title), all([el("p", "lead").text(t(words)), lost::home()]));
    }
    let exercises = of_plan(kit, &plan);
    let number = exercises.len();
    let lead = if number == 1 { K::SessionExercisesOne } else { K::SessionExercisesOther };
    let lead = fill(lead, &[("n", &number.to_string()), ("time", &minutes(&plan))]);
    let rows = exercises.iter().map(|e| {
        let dose = dosage(&e.dosage).into_iter().next().unwrap_or_default();
        el("li", "item").with(said_in("p", "strong", &e.title)).with(el("p", "soft").text(&dose))
    });
    let programme = section(K::SessionList, el("ul", "rows").with(all(rows)));
    let prepare = if kit.kit.preparation.is_empty() {
        none()
    } else {
        section(K::SessionPrepare, el("div", "card").with(said_list(&kit.kit.preparation)))
    };
    let body = all([
        el("p", "lead").text(&lead),
        safety::expired(app, kit),
        prepare,
        starts(here, kit, &plan, false),
        if here.simple { none() } else { programme },
    ]);
    shell::screen(app, t(K::SessionTitle), body)
}

fn of_plan<'k>(kit: &'k KitHandle, plan: &Plan) -> Vec<&'k Exercise> {
    plan.exercises().iter().filter_map(|id| kit.kit.exercise(id)).collect()
}

/// The ways to begin: where an exercise asks for a helper, with and without one.
fn starts(here: Here, kit: &KitHandle, plan: &Plan, again: bool) -> View {
    let exercises = of_plan(kit, plan);
    if exercises.is_empty() {
        return none();
    }
    let helped = |e: &&&Exercise| e.do_with == Company::Helper;
    let begin = |plan: Plan, class: &str, action: &str, word: K| {
        let kit = kit.clone();
        control::button(class, action, icon::PLAY, t(word), move || {
            open(here, Session::begin(here.app, &kit, plan.clone()));
        })
    };
    let class = if again { "button wide" } else { "button main wide" };
    if !exercises.iter().any(|e| helped(&e)) {
        let word = if again { K::SessionAnew } else { K::SessionStart };
        return begin(plan.clone(), class, "session-start", word);
    }
    let alone: Vec<&Exercise> = exercises.iter().filter(|e| !helped(e)).copied().collect();
    let list = titles(exercises.iter().filter(helped).copied());
    let without = (!alone.is_empty()).then(|| {
        all([
            begin(Plan::of(&alone), "button wide", "session-start-alone", K::SessionStartAlone),
            el("p", "soft").text(t(K::SessionAlone)),
        ])
    });
    all([
        el("p", "strong").text(&fill(K::SessionHelped, &[("list", &list)])),
        begin(plan.clone(), class, "session-start", K::SessionStartHelped),
    ])
    .maybe(without)
}

fn open(here: Here, session: Session) {
    here.session.set(Some(session));
    page::turn();
}

/// Which screen the session is at. Within one, only words change, and no button moves.
fn screen_of(session: &Session) -> usize {
    // A skipped or finished exercise settles sets: the next start is another screen.
    let now = session.now();
    match now.state {
        State::Done => 0,
        State::Stopped => 1,
        State::Paused { why: Why::Start } => 3 + now.settled,
        _ => 2,
    }
}

fn under_way(here: Here, session: Session) -> View {
    let shown = session.clone();
    let mut last = None;
    keep(Box::new(move || {
        let place = (screen_of(&shown), here.stop.get(), here.asking.get());
        if last.replace(place).is_some_and(|before| before != place) {
            page::turn();
        }
    }));
    let keyed = session.clone();
    region(move || {
        if let Some(stop) = here.stop.get() {
            return stopped(here, &session, stop);
        }
        if here.asking.get() {
            return pain_before(here, &session);
        }
        let (keyed, session) = (keyed.clone(), session.clone());
        switch(
            move || screen_of(&keyed),
            move || match (session.now().state, session.exercise()) {
                (State::Paused { why: Why::Start }, Some(exercise)) => start_of(here, &session, exercise),
                (State::Done | State::Stopped, _) | (_, None) => done(here),
                (_, Some(exercise)) => pacing(here, &session, exercise),
            },
        )
    })
}

/// « Exercice 1 sur 3 »
fn which(session: &Session) -> String {
    session.player(|player| {
        let all = player.plan().exercises();
        let at = player.current().and_then(|set| all.iter().position(|e| *e == set.exercise)).unwrap_or(0);
        fill(K::SessionExerciseN, &[("n", &(at + 1).to_string()), ("total", &all.len().to_string())])
    })
}

/// Before an exercise: the patient says when.
fn start_of(here: Here, session: &Session, exercise: &Exercise) -> View {
    let kit = session.kit();
    let dose = dosage(&exercise.dosage);
    let begun = session.clone();
    let begin = move || begun.act(Command::Resume);
    let (notice, ask) = if kit.must_acknowledge(exercise) {
        let (view, dialog) = safety::contraindications(kit, exercise, begin);
        let ask: Box<dyn Fn()> = Box::new(move || page::open_dialog(&dialog));
        (view, ask)
    } else {
        (none(), Box::new(begin) as Box<dyn Fn()>)
    };
    let skipped = session.clone();
    let skip = move || skipped.act(Command::SkipExercise);
    let steps = exercise.steps.iter().map(|step| el("li", "").with(said_in("span", "", step)));
    let steps = el("ol", "numbered").with(all(steps));
    let rest = if here.simple {
        none()
    } else {
        all([section(K::ExerciseSteps, steps), safety::stop_rules(exercise)])
    };
    let body = all([
        el("p", "soft place").text(&which(session)),
        safety::doing(exercise),
        el("p", "dose-first").text(dose.first().map_or("", String::as_str)),
        el("div", "session-look").with(figure(kit, exercise)),
        control::button("button main wide", "exercise-start", icon::PLAY, t(K::SessionBegin), ask),
        control::button("button wide", "exercise-skip", icon::NEXT, t(K::SessionSkip), skip),
        before_pain(here, session),
        rest,
        notice,
    ]);
    shell::screen(here.app, i18n::text(&exercise.title), body)
}

/// The way to noting the pain before the first set: offered once, never asked for.
fn before_pain(here: Here, session: &Session) -> View {
    let first = session.player(|player| player.settled() == 0);
    let id = session.id().to_owned();
    let noted = untrack(|| {
        here.app.journal(|events| {
            History::of(events).pain(&session.kit().kit.kit_id).iter().any(|p| p.session == Some(&id))
        })
    });
    if !first || noted || here.simple {
        return none();
    }
    control::button("button quiet wide", "pain-before", icon::PLUS, t(K::SessionPainBefore), move || {
        here.asking.set(true);
    })
}

fn pain_before(here: Here, session: &Session) -> View {
    let by = RwSignal::new(By::Patient);
    let back = move || here.asking.set(false);
    let (kit, id) = (session.kit().kit.kit_id.clone(), session.id().to_owned());
    let about = About { kit, session: Some(id), after: false };
    let ask = scale::ask(here.app, about, Feeling::Pain, by, here.simple, back);
    shell::screen(here.app, scale::question(Feeling::Pain), ask)
}

/// The number that everybody looks at, and what it is.
fn big(now: Now, reps: u32) -> (String, String) {
    let seconds = |left: u32| left.to_string();
    let word = |k: K| t(k).to_owned();
    match now.state {
        State::GetReady { left } => (seconds(left), word(K::SessionReady)),
        State::Hold { left, .. } => (seconds(left), word(K::SessionHold)),
        State::Rest { left } => (seconds(left), word(K::SessionRest)),
        State::ChangeSide { to: Side::Left, left } => (seconds(left), word(K::SessionChangeLeft)),
        State::ChangeSide { left, .. } => (seconds(left), word(K::SessionChangeRight)),
        State::Paused { why: Why::Late } => (String::new(), word(K::SessionLate)),
        State::Paused { .. } => (String::new(), word(K::SessionPaused)),
        _ => (now.counted.to_string(), fill(K::SessionRep, &[("total", &reps.to_string())])),
    }
}

fn is_paused(now: Now) -> bool {
    matches!(now.state, State::Paused { .. })
}

/// The exercise under way.
fn pacing(here: Here, session: &Session, exercise: &Exercise) -> View {
    let shown = |what: fn(&Session) -> String| {
        let session = session.clone();
        move || {
            session.now();
            what(&session)
        }
    };
    let place = shown(|session| {
        let set = session.player(|player| player.current().cloned());
        let Some(set) = set else { return String::new() };
        let last = session.player(|player| {
            player.plan().sets.iter().filter(|s| s.exercise == set.exercise).map(|s| s.set).max()
        });
        let total = last.unwrap_or(set.set).to_string();
        let mut words = fill(K::SessionSetN, &[("n", &set.set.to_string()), ("total", &total)]);
        match set.side {
            Side::Both => {}
            Side::Left => words.extend([", ", t(K::SessionLeft)]),
            Side::Right => words.extend([", ", t(K::SessionRight)]),
        }
        words
    });
    let number = shown(|session| big(session.now(), reps(session)).0);
    let caption = shown(|session| big(session.now(), reps(session)).1);
    let said = el("div", "")
        .with(el("p", "count-word").attr("role", "status").words(caption))
        .with(el("p", "soft").words(place));
    let count = el("div", "count")
        .with(el("p", "count-number").attr("role", "timer").attr("data-count", "").words(number))
        .with(said);
    let ended = session.clone();
    let stop = move || {
        ended.stop();
        here.stop.set(Some(Stop::Asked));
    };
    let controls = el("div", "session-controls").with(pace(session)).with(more(here, session, exercise));
    let body = el("div", "session stack").with(count).with(paced(session, exercise)).with(controls).with(
        el("div", "session-stop").with(pause(session)).with(control::button(
            "button stop-button",
            "session-stop",
            icon::HAND,
            t(K::SessionStop),
            stop,
        )),
    );
    shell::screen(here.app, i18n::text(&exercise.title), body)
}

fn reps(session: &Session) -> u32 {
    session.player(|player| player.current().map_or(0, |set| set.reps))
}

/// « Pause » and « Reprendre » are one button: the focus stays.
fn pause(session: &Session) -> View {
    let (acted, pictured, worded) = (session.clone(), session.clone(), session.clone());
    let act = move |_: &web_sys::Event| {
        let command = if is_paused(acted.now()) { Command::Resume } else { Command::Pause };
        acted.act(command);
    };
    let word = move || t(if is_paused(worded.now()) { K::SessionGoOn } else { K::SessionPause }).to_owned();
    let key = pictured.clone();
    let picture = switch(
        move || usize::from(is_paused(key.now())),
        move || icon::icon(if is_paused(pictured.now()) { icon::PLAY } else { icon::PAUSE }),
    );
    control::bare_button("button main", "session-pause")
        .with(picture)
        .with(el("span", "").words(word))
        .on("click", act)
}

/// « Plus lentement », and back where it is as slow as it gets.
fn pace(session: &Session) -> View {
    let (acted, worded) = (session.clone(), session.clone());
    let slowest = |now: Now| now.pace >= 200;
    let act = move |_: &web_sys::Event| {
        acted.act(if slowest(acted.now()) { Command::UsualPace } else { Command::Slower });
    };
    let word = move || t(if slowest(worded.now()) { K::SessionUsual } else { K::SessionSlower }).to_owned();
    control::bare_button("button", "slower")
        .with(icon::icon(icon::SLOW))
        .with(el("span", "").words(word))
        .on("click", act)
}

/// What is needed more rarely; in simple mode only while the session stands still.
fn more(here: Here, session: &Session, exercise: &Exercise) -> View {
    let has_easier = exercise.easier.is_some();
    let session = session.clone();
    let seen = session.clone();
    // Which of them are there: nothing else builds them again, so that none loses its focus.
    let kind = move || {
        let now = seen.now();
        let rests = matches!(now.state, State::Rest { .. });
        usize::from(here.simple && !is_paused(now)) + 2 * usize::from(rests)
    };
    switch(kind, move || {
        let now = session.now();
        if here.simple && !is_paused(now) {
            return none();
        }
        let act = |command: Command| {
            let session = session.clone();
            move || session.act(command)
        };
        let button = |action: &str, picture, word: K, command: Command| {
            control::button("button", action, picture, t(word), act(command))
        };
        let easier = has_easier.then(|| {
            let (acted, worded) = (session.clone(), session.clone());
            let word = move || t(if worded.now().easier { K::SessionAsPlanned } else { K::SessionEasier });
            control::bare_button("button", "easier")
                .with(icon::icon(icon::PERSON))
                .with(el("span", "").words(move || word().to_owned()))
                .on("click", move |_| acted.act(Command::Easier(!acted.player(Player::is_easier))))
        });
        let skip = if matches!(now.state, State::Rest { .. }) {
            button("skip-rest", icon::NEXT, K::SessionSkipRest, Command::SkipRest)
        } else {
            button("set-done", icon::CHECK, K::SessionFinishSet, Command::FinishSet)
        };
        let (heard, muted) = (session.clone(), session.clone());
        let silence = control::toggle(
            "silent",
            icon::SPEAKER,
            t(K::SessionSilent),
            move || heard.is_silent(),
            move || muted.set_silent(!muted.is_silent()),
        );
        let pass = button("exercise-skip", icon::NEXT, K::SessionSkip, Command::SkipExercise);
        all([none().maybe(easier), skip, pass, silence])
    })
}

/// After STOP: its question, and where the answer leads.
fn stopped(here: Here, session: &Session, stop: Stop) -> View {
    let app = here.app;
    let report = |class: &str| control::link(class, "report", icon::ALERT, t(K::BarReport), "report");
    let because = match stop {
        Stop::Asked => {
            let answer = |action: &str, picture, word: K, why: StopReason| {
                let session = session.clone();
                control::button("button wide", action, picture, t(word), move || {
                    // « Autre chose » is what STOP itself wrote down.
                    if why != StopReason::Other {
                        session.stopped_for(why);
                    }
                    here.stop.set(Some(Stop::Because(why)));
                })
            };
            let body = all([
                answer("stop-pain", icon::ALERT, K::SessionStopPain, StopReason::Pain),
                answer("stop-fatigue", icon::CLOCK, K::SessionStopFatigue, StopReason::Fatigue),
                answer("stop-other", icon::HELP, K::SessionStopOther, StopReason::Other),
            ]);
            return shell::screen(app, t(K::SessionStopTitle), body);
        }
        Stop::Because(why) => why,
    };
    let (title, words) = match because {
        StopReason::Pain => (K::SessionPainTitle, K::SessionPainText),
        StopReason::Fatigue => (K::SessionFatigueTitle, K::SessionFatigueText),
        StopReason::Other => (K::SessionOtherTitle, K::SessionOtherText),
    };
    let lead = el("p", "lead").text(t(words));
    let body = if because == StopReason::Pain {
        all([
            lead,
            safety::call_clinic(session.kit(), "button main wide"),
            report("button wide"),
            session.exercise().map_or_else(none, safety::stop_rules),
        ])
    } else {
        all([lead, report("button wide"), lost::home()])
    };
    shell::screen(app, t(title), body)
}

fn done(here: Here) -> View {
    let body = all([
        el("p", "lead").text(t(K::SessionDoneText)),
        control::link("button main wide", "feeling", icon::MESSAGE, t(K::SessionFeeling), "feeling"),
        control::link("button wide", "", icon::HOME, t(K::LostHome), "./"),
    ]);
    shell::screen(here.app, t(K::SessionDone), body)
}
