//! Help: what Bon Geste is and is not, how to use it, and the words to know.

use crate::{
    components::{
        control, icon, pager, provenance,
        shell::{self, section},
    },
    i18n::{K, t},
    platform::dom::{View, all, el, none, region, text},
    state::App,
};
use leptos::prelude::*;

const HOW: [(K, K); 4] = [
    (K::HelpHowAdd, K::HelpHowAddText),
    (K::HelpHowReady, K::HelpHowReadyText),
    (K::HelpHowDo, K::HelpHowDoText),
    (K::HelpHowBig, K::HelpHowBigText),
];

const WORDS: [(K, K); 5] = [
    (K::HelpWordKit, K::HelpWordKitText),
    (K::HelpWordLink, K::HelpWordLinkText),
    (K::HelpWordCode, K::HelpWordCodeText),
    (K::HelpWordOffline, K::HelpWordOfflineText),
    (K::HelpWordSignature, K::HelpWordSignatureText),
];

/// All of it, or one thing a screen.
pub fn show(app: App, simple: bool) -> View {
    if simple { one_by_one(app) } else { full(app) }
}

fn paragraph(class: &str, words: K) -> View {
    el("p", class).text(t(words))
}

fn full(app: App) -> View {
    let how = HOW.map(|(title, words)| {
        el("div", "card stack tight").with(el("h3", "").text(t(title))).with(paragraph("", words))
    });
    let words = WORDS.map(|(word, meaning)| provenance::entry(word, text(t(meaning))));
    let calls = el("div", "row")
        .with(control::link("button", "", icon::PHONE, t(K::ReportCall15), "tel:15"))
        .with(control::link("button", "", icon::PHONE, t(K::ReportCall112), "tel:112"));
    let body = all([
        el("section", "card stack tight not-replace")
            .with(el("h2", "").text(t(K::HelpReplaceTitle)))
            .with(paragraph("strong", K::HelpReplace))
            .with(paragraph("", K::HelpReplaceText)),
        section(K::HelpHowTitle, el("div", "pair").with(all(how))),
        section(K::HelpUseTitle, paragraph("", K::HelpUseText)),
        section(K::HelpQuiz, all([paragraph("", K::HelpQuizWhy), quiz()])),
        section(K::HelpCheck, check()),
        section(
            K::HelpBooklet,
            all([paragraph("", K::HelpBookletText), el("div", "row").with(booklet("button"))]),
        ),
        section(K::HelpWordsTitle, el("dl", "facts").with(all(words))),
        section(K::HelpCallTitle, calls),
        paragraph("soft", K::HelpAbout),
    ]);
    shell::screen(app, t(K::HelpTitle), body)
}

/// The way to the quiz.
fn quiz() -> View {
    control::link("button wide", "quiz", icon::SHIELD, t(K::HomeQuiz), "quiz")
}

/// The way to « J’ai trouvé une vidéo ».
fn check() -> View {
    let open = control::link("button", "check-video", icon::PLAY, t(K::HelpCheckOpen), "check");
    all([paragraph("", K::HelpCheckLead), el("div", "row").with(open)])
}

/// The way to the booklet, and from it to the lessons, the poster and the workshop.
pub fn booklet(class: &str) -> View {
    control::link(class, "booklet", icon::DOCUMENT, t(K::HelpBooklet), "booklet")
}

fn one_by_one(app: App) -> View {
    let mut topics = vec![(K::HelpReplaceTitle, K::HelpReplace)];
    topics.extend(HOW);
    topics.extend([(K::HelpUseTitle, K::HelpUseText), (K::HelpCheck, K::HelpCheckLead)]);
    topics.push((K::HelpBooklet, K::HelpBookletText));
    topics.extend(WORDS);
    let at = RwSignal::new(0_usize);
    let topic = move || {
        let now = at.get();
        let Some((title, words)) = topics.get(now) else { return none() };
        let way = match title {
            K::HelpCheck => {
                control::link("button wide", "check-video", icon::PLAY, t(K::HelpCheckOpen), "check")
            }
            K::HelpBooklet => booklet("button wide"),
            _ => none(),
        };
        let card = el("div", "card stack")
            .with(pager::place(now, topics.len()))
            .with(el("h2", "").text(t(*title)))
            .with(paragraph("", *words));
        all([
            card,
            way,
            if now + 1 < topics.len() { pager::onward(at) } else { quiz() },
            if now > 0 { pager::backward(at) } else { none() },
        ])
    };
    shell::screen(app, t(K::HelpTitle), region(topic))
}
