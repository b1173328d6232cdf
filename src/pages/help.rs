//! Help: what Bon Geste is and is not, how to use it, and the words to know.

use crate::{
    components::{control, icon, pager, shell},
    i18n::{K, t},
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
pub fn show(app: App, simple: bool) -> AnyView {
    if simple { one_by_one(app) } else { full(app) }
}

fn full(app: App) -> AnyView {
    let how = HOW.map(
        |(title, text)| view! { <div class="card stack tight"><h3>{t(title)}</h3><p>{t(text)}</p></div> },
    );
    let words = WORDS.map(|(word, text)| view! { <div><dt>{t(word)}</dt><dd>{t(text)}</dd></div> });
    let body = view! {
        <section class="card stack tight not-replace">
            <h2>{t(K::HelpReplaceTitle)}</h2>
            <p class="strong">{t(K::HelpReplace)}</p>
            <p>{t(K::HelpReplaceText)}</p>
        </section>
        <section class="stack"><h2>{t(K::HelpHowTitle)}</h2><div class="pair">{how.collect_view()}</div></section>
        <section class="stack"><h2>{t(K::HelpUseTitle)}</h2><p>{t(K::HelpUseText)}</p></section>
        <section class="stack"><h2>{t(K::HelpWordsTitle)}</h2><dl class="facts">{words.collect_view()}</dl></section>
        <section class="stack">
            <h2>{t(K::HelpCallTitle)}</h2>
            <div class="row">
                {control::link("button", "", icon::PHONE, t(K::ReportCall15), "tel:15")}
                {control::link("button", "", icon::PHONE, t(K::ReportCall112), "tel:112")}
            </div>
        </section>
        <p class="soft">{t(K::HelpAbout)}</p>
        <div class="row">{control::link("button", "", icon::SETTINGS, t(K::HelpSettings), "settings")}</div>
    };
    shell::screen(app, t(K::HelpTitle), body.into_any())
}

fn one_by_one(app: App) -> AnyView {
    let mut topics = vec![(K::HelpReplaceTitle, K::HelpReplace)];
    topics.extend(HOW);
    topics.push((K::HelpUseTitle, K::HelpUseText));
    topics.extend(WORDS);
    let at = RwSignal::new(0_usize);
    let topic = move || {
        let now = at.get();
        topics.get(now).map(|(title, text)| {
            let onward = (now + 1 < topics.len()).then(|| pager::onward(at));
            let backward = (now > 0).then(|| pager::backward(at));
            view! {
                <div class="card stack">
                    {pager::place(now, topics.len())}
                    <h2>{t(*title)}</h2>
                    <p>{t(*text)}</p>
                </div>
                {onward}
                {backward}
            }
        })
    };
    shell::screen(app, t(K::HelpTitle), topic.into_any())
}
