//! « J’ai trouvé une vidéo »: a link that was pasted or shared into the portal, five questions, one step
//! aside, one of three answers. The video is never opened, and what hurts leads to the warning screen at
//! once. The rules are `care::video_check`'s; what came out is read back from the journal.

use crate::{
    components::{
        clues, control, field,
        icon::{self, Icon},
        install, notice, pager,
        provenance::outside,
        shell::{self, section},
    },
    i18n::{self, K, t},
    pages::{lost, report},
    platform::{
        clipboard,
        dom::{View, all, el, none, region},
        draft, location, navigation, page,
    },
    state::App,
};
use care::{
    journal::By,
    json::{Json as _, Word as _},
    quiz::{Checked, Cue, Learning},
    video_check::{
        Draft, Next, Outcome, Platform, QUESTIONS, Said, SharedVideo, checked_first, given, shared, why,
    },
};
use leptos::prelude::*;

/// The Ordre of the physiotherapists, the directory of the health insurance, and two public sources.
const ORDER: &str = "https://www.ordremk.fr/";
const DIRECTORY: &str = "https://annuairesante.ameli.fr/";
const AMELI: &str = "https://www.ameli.fr/";
const SANTE: &str = "https://www.sante.fr/";

/// The screen of an address: the check, its list, what came of one, or « J’ai mal depuis ».
pub fn show(app: App, path: &str, simple: bool) -> View {
    match path.split_once('/').map(|(_, rest)| rest) {
        None => begin(app, simple),
        Some("pain") => report::after_video(app, simple, RwSignal::new(kept().which())),
        Some("list") => list(app, simple),
        Some(id) => checked(app)
            .into_iter()
            .find(|c| c.id == id)
            .map_or_else(|| lost::show(app), |video| result(app, &video, simple)),
    }
}

/// The check under way, if there is one.
fn kept() -> Draft {
    draft::kept().and_then(|text| Draft::read(&text)).unwrap_or_default()
}

fn keep(draft: &Draft) {
    draft::keep(&draft.write());
}

/// To another screen of these; in a clinic's frame it stays there.
fn go(path: &str) {
    let here = navigation::current();
    let before = here.split_once("check").map_or("", |(before, _)| before);
    navigation::go(&[before, path].concat());
}

/// The videos that were checked, the newest first.
fn checked(app: App) -> Vec<Checked> {
    // What the patient reads must not be taken away because something was written elsewhere.
    let mut checked = untrack(|| app.journal(|events| care::quiz::History::of(events).checked));
    checked.reverse();
    checked
}

/// « J’ai mal depuis »: straight to the warning screen, with the video already named.
fn hurts(mut draft: Draft) {
    draft.check.hurts();
    keep(&draft);
    go("check/pain");
}

fn pain(class: &str, act: impl Fn() + 'static) -> View {
    control::button(class, "check-pain", icon::ALERT, t(K::CheckPain), act)
}

/// A question, and where to look for its answer.
fn question(cue: Cue) -> (K, K) {
    match cue {
        Cue::Promise => (K::CheckAskPromise, K::CheckWherePromise),
        Cue::Pain => (K::CheckAskPain, K::CheckWherePain),
        Cue::ForWhom => (K::CheckAskForWhom, K::CheckWhereForWhom),
        Cue::Speaker => (K::CheckAskSpeaker, K::CheckWhereSpeaker),
        _ => (K::CheckAskCare, K::CheckWhereCare),
    }
}

/// A signal that was seen, in words.
fn signal(cue: Cue) -> K {
    match cue {
        Cue::Promise => K::CheckSawPromise,
        Cue::Pain => K::CheckSawPain,
        Cue::ForWhom => K::CheckSawForWhom,
        Cue::Speaker => K::CheckSawSpeaker,
        _ => K::CheckSawCare,
    }
}

/// « En savoir plus »: the lesson of a cue.
fn lesson(cue: Cue) -> View {
    clues::lesson("check-lesson", cue, t(question(cue).0))
}

/// Simple mode: below the three choices of a screen, and none of them, as the bar below it is not either.
fn beside(pain: View) -> View {
    el("aside", "beside").attr("aria-label", t(K::CheckPain)).with(pain)
}

/// The icon and the words of an outcome.
fn outcome_words(outcome: Outcome) -> (&'static str, Icon, K) {
    match outcome {
        Outcome::Grave => ("warn", icon::HAND, K::CheckChipGrave),
        Outcome::NoSignal => ("plain", icon::PERSON, K::CheckChipNone),
        Outcome::NotEnough => ("plain", icon::HELP, K::CheckChipUnknown),
    }
}

fn chip(outcome: Outcome) -> View {
    let (kind, picture, word) = outcome_words(outcome);
    notice::chip(kind, picture, word)
}

/// One way through the check.
#[derive(Clone, Copy)]
struct Page {
    app: App,
    simple: bool,
    draft: RwSignal<Draft>,
    by: RwSignal<By>,
    /// Simple mode: the field is asked for. Elsewhere it is always there.
    typing: RwSignal<bool>,
    /// Simple mode: the patient has looked, and answers.
    looked: RwSignal<bool>,
    /// The browser gave nothing to paste.
    nothing: RwSignal<bool>,
}

fn begin(app: App, simple: bool) -> View {
    let mut under_way = kept();
    if let Some([title, text, url]) = location::take_shared() {
        under_way = Draft::of(given(&title, &text, &url));
        keep(&under_way);
    } else if under_way.check.next() == Next::Warning {
        // What led to the warning screen is no check any more.
        draft::forget();
        under_way = Draft::default();
    }
    let page = Page {
        app,
        simple,
        by: RwSignal::new(under_way.by),
        draft: RwSignal::new(under_way),
        typing: RwSignal::new(!simple || !clipboard::can_paste()),
        looked: RwSignal::new(false),
        nothing: RwSignal::new(false),
    };
    region(move || page.screen())
}

impl Page {
    fn screen(self) -> View {
        let draft = self.draft.get();
        match (&draft.video, draft.begun) {
            (Some(video), false) => self.found(video),
            (None, false) if !self.typing.get() => self.start_simply(),
            (None, false) => self.start(),
            (_, true) => self.asking(&draft),
        }
    }

    /// What is known now, with a change; kept over a reload.
    fn change(self, change: impl FnOnce(&mut Draft)) {
        let by = self.by.get_untracked();
        self.looked.set(false);
        self.draft.update(|draft| {
            draft.by = by;
            change(draft);
        });
        self.draft.with_untracked(keep);
        page::turn();
    }

    fn pain(self, class: &str) -> View {
        pain(class, move || hurts(self.draft.get_untracked()))
    }

    /// Takes what was pasted or written; with nothing in it the questions begin.
    fn take(self, text: &str) {
        let video = given("", text, "");
        self.change(|draft| match text.trim().is_empty() {
            true => draft.begun = true,
            false => draft.video = Some(video),
        });
    }

    /// « Coller »: what the patient has copied, where the browser gives it.
    fn paste(self) -> View {
        let take = move |text: Option<String>| match text {
            Some(text) => self.take(&text),
            None if !self.typing.get_untracked() => self.typing.set(true),
            None => {}
        };
        install::paste("check-paste", K::CheckPaste, self.nothing, take).unwrap_or_else(none)
    }

    /// The link or the name, and what was checked before.
    fn start(self) -> View {
        let (view, words) = field::words("video", K::CheckField, Some(K::CheckFieldHint));
        let paste = if self.simple { none() } else { self.paste() };
        let go_on = el("button", "button main wide")
            .attr("type", "submit")
            .action("check-go")
            .with(icon::icon(icon::NEXT))
            .with(el("span", "").text(t(K::AppNext)));
        let class = if self.simple { "stack" } else { "card stack" };
        let form = el("form", class)
            .with(view)
            .with(install::nothing_pasted(self.nothing))
            .with(paste)
            .with(go_on)
            .with(el("p", "soft").text(t(K::CheckNever)))
            .on("submit", move |event| {
                event.prevent_default();
                self.take(&field::written(&words));
            });
        let past = checked(self.app);
        let past = if self.simple && !past.is_empty() {
            control::link("button wide", "check-list", icon::DOCUMENT, t(K::CheckListTitle), "check/list")
        } else {
            before(self.app, &past)
        };
        let lead = if self.simple { none() } else { el("p", "lead").text(t(K::HelpCheckLead)) };
        shell::screen(self.app, t(K::HelpCheck), all([lead, form, self.pain("button wide"), past]))
    }

    /// Simple mode: how the video comes here.
    fn start_simply(self) -> View {
        let write = move || {
            self.typing.set(true);
            page::turn();
        };
        let body = all([
            el("p", "lead").text(t(K::HelpCheckLead)),
            self.paste(),
            control::button("button wide", "check-write", icon::NEXT, t(K::CheckNoLink), write),
            self.pain("button wide"),
        ]);
        shell::screen(self.app, t(K::HelpCheck), body)
    }

    /// What was recognised, before anything is asked.
    fn found(self, video: &SharedVideo) -> View {
        let known = !video.which().is_empty();
        let card = if known {
            let note = if video.url.is_empty() { K::CheckNever } else { K::CheckClean };
            all([card(video), el("p", "soft").text(t(note))])
        } else {
            let text = el("p", "").text(t(K::CheckRefusedText));
            notice::notice("warn", icon::ALERT, t(K::CheckRefused), text).attr("data-problem", "video_link")
        };
        let start = move || {
            self.change(|draft| {
                draft.begun = true;
                // What is no video's link is not kept.
                draft.video = draft.video.take().filter(|video| !video.which().is_empty());
            })
        };
        let other = move || self.change(|draft| draft.video = None);
        let helper = if self.simple { none() } else { field::helper(self.by) };
        let body = all([
            card,
            helper,
            control::button("button main wide", "check-start", icon::NEXT, t(K::CheckStart), start),
            control::button("button wide", "check-change", icon::LINK, t(K::CheckChange), other),
            self.pain("button wide"),
        ]);
        shell::screen(self.app, t(if known { K::CheckFound } else { K::HelpCheck }), body)
    }

    /// A question, the step aside, or the end.
    fn asking(self, draft: &Draft) -> View {
        let screen = match draft.check.next() {
            Next::Ask(cue) => self.ask(draft, cue),
            Next::Listed => self.aside(draft, true),
            Next::Confirmed => self.aside(draft, false),
            // Both lead elsewhere: what is left here was told already.
            Next::Warning | Next::Told(_) => return none(),
        };
        if self.simple { all([screen, beside(self.pain("button wide"))]) } else { screen }
    }

    /// An answer; the last one ends the check.
    fn say(self, said: Said) {
        self.change(|draft| draft.check.answer(said));
        self.end();
    }

    /// Writes what came out into the journal, once, and shows it.
    fn end(self) {
        let Some(told) = self.draft.with_untracked(Draft::told) else { return };
        draft::forget();
        self.app.note(told.to_json());
        let id = untrack(|| self.app.journal(|events| events.last().map(|event| event.id.clone())));
        if let Some(id) = id {
            go(&["check/", &id].concat());
        }
    }

    fn answers(self) -> View {
        let answer = |action: &str, picture, word: K, said| {
            control::button("button wide", action, picture, t(word), move || self.say(said))
        };
        control::choices(
            "",
            [
                answer("check-yes", icon::CHECK, K::ReportYes, Said::Yes),
                answer("check-no", icon::CROSS, K::ReportNo, Said::No),
                answer("check-unknown", icon::HELP, K::CheckUnknown, Said::Unknown),
            ],
        )
    }

    /// Back, and what hurts; simple mode has three choices already, and what hurts below them.
    fn ways(self) -> View {
        if self.simple {
            return none();
        }
        let back = move || {
            self.change(|draft| match draft.check == Default::default() {
                true => draft.begun = false,
                false => draft.check.back(),
            });
        };
        el("div", "check-ways")
            .with(control::button("button", "check-back", icon::BACK, t(K::AppBack), back))
            .with(self.pain("button"))
    }

    /// Where the patient is, and which video it is about.
    fn place(self, draft: &Draft, at: usize, total: usize) -> View {
        let video = draft
            .video
            .as_ref()
            .map(|video| el("p", "soft check-about").attr("dir", "auto").text(&name(video)));
        el("div", "check-place").with(pager::place(at, total)).maybe(video)
    }

    fn ask(self, draft: &Draft, cue: Cue) -> View {
        let (words, hint) = question(cue);
        let at = QUESTIONS.iter().position(|asked| *asked == cue).unwrap_or(0);
        let more = if self.simple { none() } else { lesson(cue) };
        let look = el("div", "card note stack tight")
            .with(el("h2", "check-where").text(t(K::CheckWhere)))
            .with(el("p", "").text(t(hint)))
            .with(more);
        let body = all([
            self.place(draft, at, QUESTIONS.len()).attr("data-cue", cue.word()),
            look,
            self.answers(),
            self.ways(),
        ]);
        shell::screen(self.app, t(words), body)
    }

    /// The step aside: a directory, or another source. Without a network the clinic is asked.
    fn aside(self, draft: &Draft, listed: bool) -> View {
        let (title, text, links) = if listed {
            (K::CheckListed, K::CheckListedText, [(K::CheckDirectory, DIRECTORY), (K::CheckOrder, ORDER)])
        } else {
            (K::CheckConfirmed, K::CheckConfirmedText, [(K::CheckAmeli, AMELI), (K::CheckSante, SANTE)])
        };
        let step = if listed { "listed" } else { "confirmed" };
        let place = self.place(draft, usize::from(!listed), 2).attr("data-step", step);
        let words = el("p", "lead").text(t(text));
        let body = region(move || {
            let online = self.app.online.get();
            if self.simple && !self.looked.get() {
                self.look_simply(online, links[0])
            } else {
                self.look(online, &links)
            }
        });
        shell::screen(self.app, t(title), all([place, words, body]))
    }

    fn clinic(self, class: &str) -> View {
        let ask = move || {
            self.change(|draft| draft.check.ask_the_clinic());
            self.end();
        };
        control::button(class, "check-clinic", icon::PHONE, t(K::CheckClinic), ask)
    }

    fn look(self, online: bool, links: &[(K, &str); 2]) -> View {
        if self.simple {
            return self.answers();
        }
        let open = |(word, url): &(K, &str)| source("button", *word, url);
        let where_to = if online {
            el("div", "stack tight")
                .with(el("div", "row").with(all(links.iter().map(open))))
                .with(notice::chip("plain", icon::GLOBE, K::AppInternetNeeded))
        } else {
            offline()
        };
        let main = if online { "button wide" } else { "button main wide" };
        let (before, after) = if online { (none(), self.clinic(main)) } else { (self.clinic(main), none()) };
        all([where_to, before, self.answers(), after, self.ways()])
    }

    /// Simple mode: first one looks, or asks the clinic.
    fn look_simply(self, online: bool, (word, url): (K, &str)) -> View {
        let looked = move || {
            self.looked.set(true);
            page::turn();
        };
        let have = control::button("button wide", "check-looked", icon::CHECK, t(K::CheckLooked), looked);
        if online {
            all([source("button wide", word, url), have, self.clinic("button wide")])
        } else {
            all([offline(), self.clinic("button main wide"), have])
        }
    }
}

/// A place to look, opened only by a tap.
fn source(class: &str, word: K, url: &str) -> View {
    outside(url)
        .attr("class", class)
        .action("check-source")
        .with(icon::icon(icon::GLOBE))
        .with(el("span", "").text(t(word)))
}

fn offline() -> View {
    notice::notice("info", icon::GLOBE, t(K::AppOffline), el("p", "").text(t(K::CheckOffline)))
}

/// « TikTok » and the title, in one line.
fn name(video: &SharedVideo) -> String {
    let place = match video.platform.name() {
        "" => video.host(),
        name => name,
    };
    match (place.is_empty(), video.title.is_empty()) {
        (false, false) => [place, " · ", &video.title].concat(),
        (false, true) => place.to_owned(),
        _ => video.title.clone(),
    }
}

/// A video: where it is, its title, its address. Text alone: nothing here opens it.
fn card(video: &SharedVideo) -> View {
    let place = match (video.platform, video.url.is_empty()) {
        (_, true) => t(K::CheckNoAddress).to_owned(),
        (Platform::Other, false) => i18n::fill(K::CheckOn, &[("name", video.host())]),
        (known, false) => i18n::fill(K::CheckOn, &[("name", known.name())]),
    };
    let title = (!video.title.is_empty()).then(|| el("p", "strong").attr("dir", "auto").text(&video.title));
    let address =
        (!video.url.is_empty()).then(|| el("p", "soft check-address").attr("dir", "ltr").text(&video.url));
    el("section", "card stack tight check-card")
        .attr("data-platform", video.platform.word())
        .with(el("p", "check-platform").with(icon::icon(icon::PLAY)).with(el("span", "").text(&place)))
        .maybe(title)
        .maybe(address)
}

/// The video of a check, as the journal has it.
fn video_of(checked: &Checked) -> SharedVideo {
    let url = checked.url.clone().unwrap_or_default();
    let platform = shared("", &url, "").map_or(Platform::Other, |video| video.platform);
    SharedVideo { url, platform, title: checked.title.clone() }
}

/// « Je l’ai montrée »
fn shown(app: App, checked: &Checked, class: &str) -> View {
    let on = RwSignal::new(checked.shown);
    let id = checked.id.clone();
    let act = move || {
        on.update(|on| *on = !*on);
        app.note(Learning::VideoShown { check: id.clone(), shown: on.get_untracked() }.to_json());
    };
    control::toggle("check-shown", icon::CHECK, t(K::CheckShown), move || on.get(), act).attr("class", class)
}

/// What came out, why, and what to do now.
fn result(app: App, video: &Checked, simple: bool) -> View {
    let found = video_of(video);
    let about = Draft::of(found.clone());
    let hurt = move |class: &str| {
        let about = about.clone();
        pain(class, move || hurts(about.clone()))
    };
    let again = || control::link("button wide", "check-again", icon::AGAIN, t(K::CheckAgain), "check");
    let kit = app.kits.with_untracked(|kits| !kits.is_empty());
    let results = || {
        control::link(
            "button main wide",
            "check-results",
            icon::PERSON,
            t(K::CheckResults),
            "follow-up/results",
        )
    };
    let title = match video.outcome {
        Outcome::Grave => K::CheckGrave,
        Outcome::NoSignal => K::CheckNone,
        Outcome::NotEnough => K::CheckNotEnough,
    };
    let show_this = el("p", if kit { "soft" } else { "strong" }).text(t(if kit {
        K::CheckGoes
    } else {
        K::CheckShowThis
    }));
    let reasons = reasons(video, simple);
    let body = if simple {
        let send = if kit { results() } else { none() };
        all([reasons, show_this, send, shown(app, video, "button wide"), again()])
    } else {
        let date = el("p", "soft").text(&i18n::date(video.day));
        let about = if found.which().is_empty() { none() } else { card(&found).with(date) };
        let send = if kit { all([results(), show_this]) } else { show_this };
        all([reasons, about, send, shown(app, video, "button wide"), again(), hurt("button wide")])
    };
    let screen = shell::screen(app, t(title), body);
    if simple { all([screen, beside(hurt("button wide"))]) } else { screen }
}

/// Why it came out so.
fn reasons(video: &Checked, simple: bool) -> View {
    let why = why(&video.answers, video.outcome);
    let (_, picture, word) = outcome_words(video.outcome);
    let line = |words: K, cue: Cue| {
        let more = if simple { none() } else { lesson(cue) };
        el("li", "").with(el("span", "").text(t(words))).text(" ").with(more)
    };
    let seen = why.signals.iter().map(|cue| line(signal(*cue), *cue));
    let open = why.open.iter().map(|cue| line(question(*cue).0, *cue));
    let lines: Vec<View> = seen.chain(open).collect();
    let list = if lines.is_empty() { none() } else { el("ul", "list").with(all(lines)) };
    let text = match video.outcome {
        Outcome::Grave => K::CheckGraveText,
        Outcome::NoSignal => K::CheckNoneText,
        Outcome::NotEnough if why.nobody => K::CheckNobody,
        Outcome::NotEnough => K::CheckOpen,
    };
    let kind = if video.outcome == Outcome::Grave { "warn" } else { "info" };
    notice::notice(kind, picture, t(word), all([el("p", "").text(t(text)), list]))
        .attr("data-outcome", video.outcome.word())
}

/// A video of the list: its name, when it was checked, what came out. `first` stands before the name.
fn listed(video: &Checked, class: &str, first: View, heading: &str) -> View {
    let words = name(&video_of(video));
    let words = if words.is_empty() { t(K::CheckUnnamed) } else { &words };
    el("div", class)
        .attr("data-checked", video.outcome.word())
        .with(first)
        .with(el(heading, "check-name").attr("dir", "auto").text(words))
        .with(el("p", "soft").text(&i18n::date(video.day)))
        .with(chip(video.outcome))
}

/// The same among others, with its way in.
fn row(app: App, video: &Checked) -> View {
    let open = ["check/", &video.id].concat();
    let open = control::link("button", "check-open", icon::NEXT, t(K::CheckSee), &open);
    let ways = el("div", "row").with(open).with(shown(app, video, "button"));
    el("li", "").with(listed(video, "item stack tight", none(), "h3").with(ways))
}

/// What was checked before.
fn before(app: App, checked: &[Checked]) -> View {
    if checked.is_empty() {
        return none();
    }
    let rows = checked.iter().map(|video| row(app, video));
    let rows = el("ul", "rows").attr("data-count", &checked.len().to_string()).with(all(rows));
    section(K::CheckListTitle, all([tried(app), rows]))
}

/// What the check is for: of the videos that were tried, how many had been checked before. Two numbers, and
/// no word on them.
fn tried(app: App) -> View {
    let (first, tried) = untrack(|| app.journal(checked_first));
    if tried == 0 {
        return none();
    }
    let numbers = [("n", &*first.to_string()), ("total", &*tried.to_string())];
    el("p", "soft").attr("data-tried", &tried.to_string()).text(&i18n::fill(K::CheckTried, &numbers))
}

/// The same as a screen of its own; in simple mode one video a screen.
fn list(app: App, simple: bool) -> View {
    let checked = checked(app);
    if checked.is_empty() || !simple {
        let inside = if checked.is_empty() {
            el("p", "lead").text(t(K::CheckListNone))
        } else {
            before(app, &checked)
        };
        let again = control::link("button main wide", "check-again", icon::AGAIN, t(K::CheckAgain), "check");
        return shell::screen(app, t(K::CheckListTitle), all([inside, again]));
    }
    let at = RwSignal::new(0_usize);
    let one = move || {
        let now = at.get();
        let Some(video) = checked.get(now) else { return none() };
        all([
            listed(video, "card stack", pager::place(now, checked.len()), "h2"),
            shown(app, video, "button wide"),
            if now + 1 < checked.len() { pager::onward(at) } else { none() },
            if now > 0 { pager::backward(at) } else { none() },
        ])
    };
    shell::screen(app, t(K::CheckListTitle), all([tried(app), region(one)]))
}
