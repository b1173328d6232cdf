//! « Me filmer »: why and for whom, the picture, what is filmed, and what becomes of it. « Mon geste »
//! is filmed at the clinic in the same steps. And what a start has found of a recording that was cut off.

use crate::{
    components::{
        block,
        clips::{self, Choice},
        control, field, figure,
        icon::{self, icon},
        notice, safety, sent,
        shell::{self, section},
        words::said_in,
    },
    i18n::{self, K, fill, t},
    pages::lost,
    platform::{
        dom::{View, all, el, keep, none, region, switch},
        page,
        recorder::Facing,
    },
    state::{App, Filming, KitHandle, Shot, Watched},
};
use care::{
    clip::{self, Clip, Trouble},
    kit::{Exercise, Position, ReturnPath},
};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlTextAreaElement, HtmlVideoElement};

/// Where the patient is.
#[derive(Clone, PartialEq)]
enum Step {
    /// Why and for whom.
    Start,
    /// How to place the phone, in simple mode.
    Prepare,
    /// One of the questions, in simple mode.
    Ask(usize),
    /// Its answer was no.
    No(usize),
    /// The camera.
    Film,
    /// Kept.
    Kept(Box<Clip>),
    /// The word to a kept clip, in simple mode.
    Word(Box<Clip>),
    /// The clips of this exercise.
    Mine,
}

/// What the parts of the screen share.
#[derive(Clone)]
struct Here {
    app: App,
    kit: KitHandle,
    exercise: String,
    simple: bool,
    /// « Mon geste », at the clinic.
    reference: bool,
    step: Watched<Step>,
}

impl Here {
    fn exercise(&self) -> Option<&Exercise> {
        self.kit.kit.exercise(&self.exercise)
    }

    fn go(&self, to: Step) {
        self.step.set(to);
        page::turn();
    }

    fn to(&self, class: &str, action: &str, picture: icon::Icon, word: K, to: Step) -> View {
        let here = self.clone();
        control::button(class, action, picture, t(word), move || here.go(to.clone()))
    }

    /// « Revenir à l’exercice »
    fn leave(&self, class: &str) -> View {
        let address = ["exercise/", &self.exercise].concat();
        control::link(class, "", icon::BACK, t(K::ClipToExercise), &address)
    }

    fn screen(&self, title: K, body: View) -> View {
        shell::screen(self.app, t(title), body)
    }

    fn title(&self) -> K {
        if self.reference { K::ClipGesture } else { K::ClipTitle }
    }

    fn longest_s(&self) -> u32 {
        clip::longest_s(self.exercise().and_then(|e| e.film_s))
    }
}

/// Filming an exercise, of the current kit or another one. `what` is its id, with `/reference` behind it
/// for « Mon geste ».
pub fn show(app: App, what: &str, simple: bool) -> View {
    let (id, reference) = match what.strip_suffix("/reference") {
        Some(id) => (id.to_owned(), true),
        None => (what.to_owned(), false),
    };
    let step = Watched::new(Step::Start);
    let passed = RwSignal::new(false);
    // What was cut off comes first, but never in the middle of something else.
    let at = step.clone();
    let found = move || at.get() == Step::Start && !passed.get() && !app.found_clips().is_empty();
    let key = found.clone();
    switch(
        move || usize::from(key()),
        move || {
            if untrack(&found) {
                return found_one(app, simple, move || {
                    passed.set(true);
                    page::turn();
                });
            }
            let (id, step) = (id.clone(), step.clone());
            region(move || {
                let kit = app.kits.with(|kits| kits.iter().find(|k| k.kit.exercise(&id).is_some()).cloned());
                let Some(kit) = kit else {
                    return shell::screen(app, t(K::ExerciseNotFound), lost::home());
                };
                let step = step.clone();
                let here = Here { app, kit, exercise: id.clone(), simple, reference, step };
                block::or(app, move |stop| shell::screen(app, t(K::ClipTitle), stop), move || steps(&here))
            })
        },
    )
}

/// Every clip: those that were found, then those that are kept.
pub fn all_of_them(app: App, simple: bool) -> View {
    let passed = RwSignal::new(false);
    let found = move || !passed.get() && !app.found_clips().is_empty();
    switch(
        move || usize::from(found()),
        move || {
            if untrack(found) {
                return found_one(app, simple, move || {
                    passed.set(true);
                    page::turn();
                });
            }
            let list = move || {
                let clips = every(app);
                if clips.is_empty() {
                    return el("p", "lead").text(t(K::ClipMineNone));
                }
                clips::one_by_one(app, clips, "h2", simple, true)
            };
            shell::screen(
                app,
                t(K::ClipMine),
                all([region(list), if simple { none() } else { lost::home() }]),
            )
        },
    )
}

/// All kept clips of the kit on view, newest first; also those of exercises that it has no more.
pub fn every(app: App) -> Vec<Clip> {
    let Some(kit) = app.current() else { return Vec::new() };
    app.clips(|clips| {
        // « Mon geste » has its place beside its exercise, as long as that is there.
        let here = |c: &&Clip| !c.reference || kit.kit.exercise(&c.exercise).is_none();
        let of_kit = clip::kept_of_kit(clips, &kit.kit.kit_id);
        of_kit.into_iter().filter(here).cloned().collect()
    })
}

/// « Nous avons retrouvé votre vidéo »
fn found_one(app: App, simple: bool, later: impl Fn() + Clone + 'static) -> View {
    let inside = move || {
        let Some(clip) = app.found_clips().first().cloned() else { return none() };
        let title = clips::title(app, &clip);
        let failed = Watched::new(None::<Trouble>);
        let (kept, unkept) = (clip.clone(), failed.clone());
        let keep = move || clips::carry_out(app.keep_clip(kept.clone()), &unkept, page::turn);
        let delete = clips::deletion(app, &clip, &failed, page::turn);
        let (question, dialog) =
            clips::confirm("delete-found", t(K::ClipRemoveTitle), t(K::ClipRemoveText), vec![delete]);
        let later = later.clone();
        // Three choices at most.
        let pass = if simple {
            none()
        } else {
            control::button("button wide", "clip-later", icon::CLOCK, t(K::ClipLater), later)
        };
        all([
            el("p", "lead").text(t(K::ClipFoundText)),
            el("div", "card stack")
                .attr("data-status", "recording")
                .attr("data-clip", &clip.id)
                .with(el("h2", "").attr("dir", "auto").text(&title))
                .with(clips::player(app, &clip, &title, simple))
                .with(clips::facts(app, &clip)),
            clips::failure(&failed),
            control::button("button main wide", "clip-keep", icon::CHECK, t(K::ClipKeep), keep),
            control::button("button wide", "clip-delete", icon::ERASE, t(K::ClipDelete), move || {
                page::open_dialog(&dialog);
            }),
            pass,
            question,
        ])
    };
    shell::screen(app, t(K::ClipFound), region(inside))
}

fn steps(here: &Here) -> View {
    let here = here.clone();
    region(move || {
        let step = here.step.get();
        // Clips that are read, kits that change: what stands is not built again under a finger.
        untrack(|| match step {
            Step::Start => start(&here),
            Step::Prepare => prepare(&here),
            Step::Ask(n) => ask(&here, n),
            Step::No(n) => refused(&here, n),
            Step::Film => film(&here),
            Step::Kept(clip) => kept(&here, &clip),
            Step::Word(clip) => word(&here, &clip),
            Step::Mine => mine(&here),
        })
    })
}

/// A question that must be answered with yes before the camera goes on.
#[derive(Clone, Copy)]
struct Question {
    hook: &'static str,
    asked: K,
    yes: K,
    no: K,
}

fn questions(here: &Here) -> Vec<Question> {
    let helped = here.exercise().is_some_and(|e| clip::filming(e) == clip::Filming::Helped);
    let mut all = Vec::new();
    if here.reference {
        all.push(Question {
            hook: "clip-kine",
            asked: K::ClipAskKine,
            yes: K::ClipAskKineYes,
            no: K::ClipAskKineNo,
        });
    } else if helped {
        all.push(Question {
            hook: "clip-helper",
            asked: K::ClipAskHelper,
            yes: K::ClipAskHelperYes,
            no: K::ClipAskHelperNo,
        });
    }
    all.push(Question {
        hook: "clip-others",
        asked: K::ClipAskOthers,
        yes: K::ClipAskOthersYes,
        no: K::ClipAskOthersNo,
    });
    all.push(Question { hook: "clip-age", asked: K::ClipAskAge, yes: K::ClipAskAgeYes, no: K::ClipAskAgeNo });
    all
}

fn why(here: &Here) -> View {
    let length = fill(K::ClipWhyLength, &[("time", &i18n::duration(here.longest_s()))]);
    let lines = if here.reference {
        vec![t(K::ClipGestureLater).to_owned(), t(K::ClipWhyHere).to_owned()]
    } else {
        vec![t(K::ClipWhyHere).to_owned(), t(K::ClipWhyConsent).to_owned()]
    };
    let more = [t(K::ClipWhySound).to_owned(), length];
    let lines = lines.into_iter().chain(more.into_iter().filter(|_| !here.simple));
    let lead = if here.reference { K::ClipGestureWhy } else { K::ClipWhy };
    all([
        el("p", "lead").text(t(lead)),
        el("ul", "list").with(all(lines.map(|line| el("li", "").text(&line)))),
    ])
}

fn how() -> View {
    let lines = [
        K::ClipPreparePhone,
        K::ClipPrepareFar,
        K::ClipPrepareLight,
        K::ClipPrepareTurn,
        K::ClipPrepareBehind,
    ];
    el("ul", "list").with(all(lines.map(|line| el("li", "").text(t(line)))))
}

fn start(here: &Here) -> View {
    let Some(exercise) = here.exercise() else { return none() };
    let name = said_in("p", "strong", &exercise.title);
    if !here.reference && clip::filming(exercise) == clip::Filming::Never {
        let body = all([
            name,
            el("p", "lead").text(t(K::ClipNeverText)),
            gesture_link(here),
            here.leave("button wide"),
        ]);
        return here.screen(K::ClipNever, body);
    }
    if here.simple {
        let here2 = here.clone();
        let mine = move || {
            if mine_of(&here2).is_empty() {
                // Three choices: the first visit offers the way that is for the clinic.
                if here2.reference { none() } else { gesture_link(&here2) }
            } else {
                here2.to("button wide", "clip-mine", icon::PLAY, K::ClipMine, Step::Mine)
            }
        };
        let body = all([
            name,
            why(here),
            here.to("button main wide", "clip-next-step", icon::NEXT, K::AppNext, Step::Prepare),
            region(mine),
            here.leave("button wide"),
        ]);
        return here.screen(here.title(), body);
    }
    let here2 = here.clone();
    let mine = move || {
        let clips = mine_of(&here2);
        if clips.is_empty() {
            return none();
        }
        section(K::ClipMine, untrack(|| clips::one_by_one(here2.app, clips, "h3", false, true)))
    };
    let body = all([
        name,
        why(here),
        section(K::ClipPrepare, el("div", "card").with(how())),
        section(K::ClipCheck, checks(here, exercise)),
        region(mine),
        here.leave("button wide"),
    ]);
    here.screen(here.title(), body)
}

fn mine_of(here: &Here) -> Vec<Clip> {
    let kit = &here.kit.kit.kit_id;
    here.app.clips(|clips| clip::kept(clips, kit, &here.exercise).into_iter().cloned().collect())
}

/// The questions as lines to tick, and the camera.
fn checks(here: &Here, exercise: &Exercise) -> View {
    let (lines, boxes): (Vec<View>, Vec<HtmlInputElement>) =
        questions(here).iter().map(|q| control::check(q.hook, t(q.yes), false)).unzip();
    let missing = RwSignal::new(false);
    let (notice, go) = to_camera(here, exercise);
    let act = move || {
        let all = boxes.iter().all(HtmlInputElement::checked);
        missing.set(!all);
        if all {
            go();
        }
    };
    let said = move || if missing.get() { t(K::ClipAskFirst) } else { "" }.to_owned();
    el("div", "stack")
        .with(all(lines))
        .with(el("p", "strong outcome").attr("role", "alert").words(said))
        .with(control::button("button main wide", "clip-start", icon::CAMERA, t(K::ClipStart), act))
        .with(notice)
}

/// To the camera, past the contraindications where these were not read.
fn to_camera(here: &Here, exercise: &Exercise) -> (View, Box<dyn Fn()>) {
    let on = here.clone();
    let film = move || on.go(Step::Film);
    if here.kit.must_acknowledge(exercise) {
        let (view, dialog) = safety::contraindications(&here.kit, exercise, film);
        (view, Box::new(move || page::open_dialog(&dialog)))
    } else {
        (none(), Box::new(film))
    }
}

fn prepare(here: &Here) -> View {
    let body = all([
        how(),
        here.to("button main wide", "clip-next-step", icon::NEXT, K::AppNext, Step::Ask(0)),
        here.to("button wide", "", icon::BACK, K::AppBack, Step::Start),
    ]);
    here.screen(K::ClipPrepare, body)
}

fn ask(here: &Here, n: usize) -> View {
    let (all_of_them, Some(exercise)) = (questions(here), here.exercise()) else { return none() };
    let Some(question) = all_of_them.get(n).copied() else { return none() };
    let last = n + 1 == all_of_them.len();
    let (notice, go) =
        if last { to_camera(here, exercise) } else { (none(), Box::new(|| ()) as Box<dyn Fn()>) };
    let on = here.clone();
    let yes = move || if last { go() } else { on.go(Step::Ask(n + 1)) };
    let body = all([
        control::button("button main wide", question.hook, icon::CHECK, t(question.yes), yes),
        here.to("button wide", "clip-no", icon::CROSS, K::ReportNo, Step::No(n)),
        notice,
    ]);
    here.screen(question.asked, body)
}

fn refused(here: &Here, n: usize) -> View {
    let Some(question) = questions(here).get(n).copied() else { return none() };
    let body = all([
        el("p", "lead").text(t(question.no)),
        here.leave("button main wide"),
        here.to("button wide", "", icon::BACK, K::AppBack, Step::Ask(n)),
    ]);
    here.screen(question.asked, body)
}

/// Which of its screens filming is at. Within one, no button moves.
fn screen_of(shot: &Shot) -> usize {
    match shot {
        Shot::Opening | Shot::Ready | Shot::Counting | Shot::Rolling | Shot::Ending => 0,
        Shot::Done(..) => 1,
        Shot::Failed(_) => 2,
    }
}

fn film(here: &Here) -> View {
    let filming = Filming::of(here.app, &here.kit, &here.exercise, here.reference, here.longest_s());
    let left = filming.clone();
    // A listener's own callbacks may run after the views are gone.
    let left = StoredValue::new_local(left);
    on_cleanup(move || left.with_value(Filming::leave));
    let (keyed, here, shown) = (filming.clone(), here.clone(), filming.clone());
    let mut last = None;
    keep(Box::new(move || {
        let now = screen_of(&shown.shot());
        if last.replace(now).is_some_and(|before| before != now) {
            page::turn();
        }
    }));
    switch(
        move || screen_of(&keyed.shot()),
        move || match filming.shot() {
            Shot::Done(clip, why) => view(&here, &filming, &clip, why),
            Shot::Failed(why) => failed(&here, &filming, why),
            _ => camera(&here, &filming),
        },
    )
}

/// Lines that are seen on every picture: black below white.
macro_rules! twice {
    ($lines:literal) => {
        concat!(
            r#"<g fill="none" stroke="black" stroke-opacity=".6" stroke-width="5">"#,
            $lines,
            r#"</g><g fill="none" stroke="white" stroke-width="2.5" stroke-dasharray="6 5" stroke-linecap="round">"#,
            $lines,
            "</g>"
        )
    };
}

/// Where the patient should be: someone standing with arms a little apart, on a chair seen from the side, lying.
fn outline(position: Position) -> View {
    let (word, view_box, lines) = match position {
        Position::Standing => (
            "standing",
            "0 0 100 150",
            twice!(
                r#"<circle cx="50" cy="20" r="10"/><path d="M38 34c-8 3-13 16-17 34M62 34c8 3 13 16 17 34M38 34h24M40 36c2 16 1 26-1 38l-3 62M60 36c-2 16-1 26 1 38l3 62M50 84v50"/>"#
            ),
        ),
        Position::Sitting => (
            "sitting",
            "0 0 100 150",
            twice!(
                r#"<circle cx="39" cy="32" r="10"/><path d="M31 46c-6 14-6 32-4 46 1 6 5 9 11 9h24v35h16v-5l-7-3V94c0-5-3-8-8-8H45c2-14 2-28-3-40zM37 54c-1 12 2 20 8 25l14 4M23 58v78M23 106h36v30"/>"#
            ),
        ),
        Position::Lying => (
            "lying",
            "0 55 100 60",
            twice!(
                r#"<circle cx="14" cy="82" r="8"/><path d="M26 76h24c14 0 28 2 40 5V72h5v17c-14 4-30 5-45 5H26c-4 0-4-18 0-18zM30 84c8 3 16 3 24 1M4 98h92"/>"#
            ),
        ),
    };
    icon::drawing("outline", view_box, lines).attr("data-position", word)
}

/// The picture, the movement to do beside it, and what there is to press.
fn camera(here: &Here, filming: &Filming) -> View {
    let Some(exercise) = here.exercise() else { return none() };
    let video = el("video", "camera-picture")
        .attr("playsinline", "")
        .attr("muted", "")
        .attr("aria-label", t(K::ClipCamera));
    let element: HtmlVideoElement = video.element().clone().unchecked_into();
    filming.open(element.clone());
    // A phone on its side, or a computer: the picture is wide, and so is its frame.
    let wide = RwSignal::new(false);
    let video = video.on("resize", move |_| wide.set(element.video_width() > element.video_height()));
    let of = || filming.clone();
    let (mirrored, framed, numbered, worded, stated) = (of(), of(), of(), of(), of());
    let number = move || match numbered.shot() {
        Shot::Counting => numbered.seconds().to_string(),
        Shot::Rolling => i18n::clock(f64::from(numbered.seconds())),
        _ => String::new(),
    };
    let words = move || {
        t(match worded.shot() {
            Shot::Opening => K::ClipOpening,
            Shot::Counting => K::ClipCounting,
            Shot::Rolling => K::ClipRolling,
            Shot::Ending => K::ClipEnding,
            _ => K::ClipFrame,
        })
        .to_owned()
    };
    let state = move || matches!(stated.shot(), Shot::Rolling).then(|| "recording".to_owned());
    let position = exercise.film_position;
    let framing = move || matches!(framed.shot(), Shot::Ready | Shot::Counting);
    let outline = region(move || if framing() { outline(position) } else { none() });
    let picture = el("div", "camera-frame")
        .live("data-mirrored", move || (mirrored.facing() == Facing::Front).then(String::new))
        .with(video)
        .with(outline)
        .with(el("p", "camera-number").attr("role", "timer").words(number));
    let app = here.app;
    let reference = app.clips(|clips| clip::reference(clips, &here.kit.kit.kit_id, &here.exercise).cloned());
    let own = reference.filter(|_| !here.reference).map(|clip| {
        el("div", "stack tight")
            .with(clips::gesture(app, &clip))
            .with(el("p", "soft").text(t(K::ClipGesture)))
    });
    let model = el("div", "camera-model stack tight").with(figure::beside(&here.kit, exercise)).maybe(own);
    let body = el("div", "filming stack")
        .live("data-status", state)
        .with(el("p", "camera-word").attr("role", "status").words(words))
        .with(
            el("div", "camera")
                .live("data-wide", move || wide.get().then(String::new))
                .with(picture)
                .with(model),
        )
        .with(buttons(here, filming));
    shell::screen(app, i18n::text(&exercise.title), body)
}

fn buttons(here: &Here, filming: &Filming) -> View {
    let keyed = filming.clone();
    let kind = move || match keyed.shot() {
        Shot::Ready => 1,
        Shot::Counting | Shot::Rolling => 2,
        _ => 0,
    };
    let (here, filming) = (here.clone(), filming.clone());
    let key = kind.clone();
    let inside = switch(kind, move || {
        let of = || filming.clone();
        match key() {
            1 => {
                let (begun, flipped, heard, turned) = (of(), of(), of(), of());
                all([
                    control::button(
                        "button main wide record",
                        "clip-record",
                        icon::CAMERA,
                        t(K::ClipRecord),
                        move || {
                            begun.begin();
                        },
                    ),
                    control::button("button", "clip-flip", icon::AGAIN, t(K::ClipFlip), move || {
                        flipped.flip()
                    }),
                    control::toggle(
                        "clip-sound",
                        icon::SPEAKER,
                        t(K::ClipSound),
                        move || heard.sound(),
                        move || turned.turn_sound(),
                    ),
                ])
            }
            2 => {
                let stopped = of();
                control::button(
                    "button stop-button wide",
                    "clip-stop",
                    icon::HAND,
                    t(K::ClipStop),
                    move || {
                        stopped.stop();
                    },
                )
            }
            _ => here.leave("button wide"),
        }
    });
    el("div", "camera-buttons").with(inside)
}

/// « Choisir une vidéo »: filmed with the phone’s own camera, or before.
fn file_way(filming: &Filming) -> View {
    let field =
        el("input", "visually-hidden").attr("type", "file").attr("accept", "video/*").action("clip-file");
    let input: HtmlInputElement = field.element().clone().unchecked_into();
    let filming = filming.clone();
    let chosen = move || {
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            filming.take_file(file.into());
            // The same one may be chosen again.
            input.set_value("");
        }
    };
    el("label", "button wide")
        .with(icon(icon::IMAGE))
        .with(el("span", "").text(t(K::ClipFile)))
        .with(field.on("change", move |_| chosen()))
}

fn failed(here: &Here, filming: &Filming, why: Trouble) -> View {
    let again = filming.clone();
    let retry =
        control::button("button main wide", "retry", icon::AGAIN, t(K::AppRetry), move || again.again());
    let file = match why {
        Trouble::NoSpace | Trouble::NotKept => none(),
        _ => file_way(filming),
    };
    here.screen(here.title(), all([clips::trouble(why), retry, file, here.leave("button wide")]))
}

/// What was filmed, before it is kept.
fn view(here: &Here, filming: &Filming, clip: &Clip, why: Option<Trouble>) -> View {
    let app = here.app;
    let title = clips::title(app, clip);
    let problem = Watched::new(None::<Trouble>);
    let field = (!here.simple).then(|| field::words("word", K::ClipWordLabel, None));
    let words = field.as_ref().map(|(_, element)| element.clone());
    let (held, kept, on, unkept) = (filming.clone(), clip.clone(), here.clone(), problem.clone());
    let keep = move || {
        let (mut clip, held, on) = (kept.clone(), held.clone(), on.clone());
        clip.say(&words.as_ref().map(HtmlTextAreaElement::value).unwrap_or_default());
        clip.state = clip::State::Kept;
        let kept = Step::Kept(Box::new(clip.clone()));
        clips::carry_out(app.keep_clip(clip), &unkept, move || {
            held.let_go();
            on.go(kept);
        });
    };
    let (redone, redo_clip) = (filming.clone(), clip.clone());
    let redo = Choice {
        class: "button main wide",
        action: "clip-redo",
        picture: icon::AGAIN,
        word: t(K::ClipRedo),
        act: Box::new(move || redone.redo(&redo_clip)),
    };
    let on = here.clone();
    let delete = clips::deletion(app, clip, &problem, move || on.go(Step::Start));
    let (question, dialog) =
        clips::confirm("delete-clip", t(K::ClipRemoveTitle), t(K::ClipRemoveText), vec![redo, delete]);
    let older = here.reference
        && app.clips(|clips| clip::reference(clips, &here.kit.kit.kit_id, &here.exercise).is_some());
    let (replacing, keep): (View, Box<dyn Fn()>) = if older {
        let yes = Choice {
            class: "button main wide",
            action: "clip-replace",
            picture: icon::CHECK,
            word: t(K::ClipReplaceYes),
            act: Box::new(keep),
        };
        let (view, dialog) = clips::confirm("replace", t(K::ClipReplace), t(K::ClipReplaceText), vec![yes]);
        (view, Box::new(move || page::open_dialog(&dialog)))
    } else {
        (none(), Box::new(keep))
    };
    let seen = all([
        match why {
            // Neither the file nor another try is on this screen.
            Some(why @ Trouble::Failed) => {
                notice::alert(why.key(), t(K::ClipFailedWhat), t(K::ClipFailedKept))
            }
            why => why.map_or_else(none, clips::trouble),
        },
        el("p", "lead").text(t(K::ClipViewText)),
        el("div", "card stack")
            .attr("data-status", "recording")
            .attr("data-clip", &clip.id)
            .with(clips::player(app, clip, &title, here.simple))
            .with(clips::facts(app, clip)),
        clips::failure(&problem),
    ]);
    let body = all([
        seen,
        field.map_or_else(none, |(view, _)| view),
        control::button("button main wide", "clip-keep", icon::CHECK, t(K::ClipKeep), keep),
        control::button("button wide", "clip-delete", icon::ERASE, t(K::ClipRemove), move || {
            page::open_dialog(&dialog);
        }),
        question,
        replacing,
    ]);
    here.screen(K::ClipView, body)
}

/// The field for a word, and its element.
fn kept(here: &Here, clip: &Clip) -> View {
    let show = match here.kit.kit.return_path {
        ReturnPath::Server => none(),
        ReturnPath::File | ReturnPath::Show => el("p", "").text(t(K::ClipKeptShow)),
    };
    let told = all([el("p", "").text(t(K::ClipKeptText)), if here.reference { none() } else { show }]);
    let told = notice::notice("good", icon::READY, t(K::ClipKept), told).attr("data-status", "kept");
    let word = if here.simple && !here.reference && clip.words.is_none() {
        here.to("button wide", "clip-word", icon::MESSAGE, K::ClipWord, Step::Word(Box::new(clip.clone())))
    } else {
        none()
    };
    let sends = here.kit.upload().is_some() && !here.reference;
    let body = all([
        told,
        if sends { sent::way(here.app, clip, "button main wide") } else { none() },
        here.leave(if sends { "button wide" } else { "button main wide" }),
        word,
        // Three choices in simple mode.
        if here.simple && sends {
            none()
        } else {
            here.to("button wide", "clip-again", icon::CAMERA, K::ClipAgain, Step::Film)
        },
    ]);
    here.screen(K::ClipKeptTitle, body)
}

fn word(here: &Here, clip: &Clip) -> View {
    let app = here.app;
    let (view, element) = field::words("word", K::ClipWordLabel, None);
    element.set_value(clip.words.as_deref().unwrap_or_default());
    let failed = Watched::new(None::<Trouble>);
    let (on, clip, unkept) = (here.clone(), clip.clone(), failed.clone());
    let back = Step::Kept(Box::new(clip.clone()));
    let keep = move || {
        let (on, mut clip) = (on.clone(), clip.clone());
        clip.say(&element.value());
        let kept = Step::Kept(Box::new(clip.clone()));
        clips::carry_out(app.keep_clip(clip), &unkept, move || on.go(kept));
    };
    let body = all([
        view,
        clips::failure(&failed),
        control::button("button main wide", "clip-word-keep", icon::CHECK, t(K::ClipWordKeep), keep),
        here.to("button wide", "", icon::BACK, K::AppBack, back),
    ]);
    here.screen(K::ClipWord, body)
}

fn mine(here: &Here) -> View {
    let of = here.clone();
    let list = move || {
        let clips = mine_of(&of);
        if clips.is_empty() {
            return all([el("p", "lead").text(t(K::ClipMineNone)), of.leave("button wide")]);
        }
        let one = clips.len() == 1;
        let list = untrack(|| clips::one_by_one(of.app, clips, "h2", true, true));
        // Three choices: with several clips the way on takes the place of the way back.
        all([list, if one { of.leave("button wide") } else { none() }])
    };
    here.screen(K::ClipMine, region(list))
}

/// « Filmer mon geste avec mon kiné »
fn gesture_link(here: &Here) -> View {
    film_gesture(&here.exercise, "button wide")
}

/// The way to filming « Mon geste ».
pub fn film_gesture(exercise: &str, class: &str) -> View {
    let address = ["clip/", exercise, "/reference"].concat();
    control::link(class, "clip-gesture", icon::PERSON, t(K::ClipGestureFilm), &address)
}

/// The way to filming an exercise, from its own screen.
pub fn film_link(exercise: &str, class: &str) -> View {
    control::link(class, "clip-open", icon::CAMERA, t(K::ClipTitle), &["clip/", exercise].concat())
}

/// The part of an exercise's screen about its clips: « Mon geste », those of home, and the ways to film.
pub fn of_exercise(app: App, kit: &KitHandle, exercise: &Exercise) -> View {
    let (kit_id, id) = (kit.kit.kit_id.clone(), exercise.id.clone());
    let list = move || {
        let (own, kept) = app.clips(|clips| {
            let kept = clip::kept(clips, &kit_id, &id).into_iter().cloned().collect::<Vec<_>>();
            (clip::reference(clips, &kit_id, &id).cloned(), kept)
        });
        let own =
            own.map(|own| section(K::ClipGesture, clips::one_by_one(app, vec![own], "h3", false, true)));
        let kept =
            (!kept.is_empty()).then(|| section(K::ClipMine, clips::one_by_one(app, kept, "h3", false, true)));
        none().maybe(own).maybe(kept)
    };
    let film = match clip::filming(exercise) {
        clip::Filming::Never => none(),
        _ => film_link(&exercise.id, "button"),
    };
    all([region(list), el("div", "row").with(film).with(film_gesture(&exercise.id, "button"))])
}
