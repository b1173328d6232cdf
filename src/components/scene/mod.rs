//! A fictional post as it would be met on a phone: the look of its kind of network (no real one’s), its
//! drawn picture, and its words as segments that can be read, listened to, or pointed at.

mod drawing;
mod person;
mod places;
mod poses;

use super::icon::{self, Icon, icon};
use crate::{
    i18n::{K, count, fill, t},
    platform::{
        device,
        dom::{View, all, el, none, svg},
    },
};
use care::quiz::{
    Item, Segment,
    item::{Decoy, Platform, SegmentKind},
};
use drawing::Cut;
use leptos::prelude::*;

/// So many segments can be pointed at.
pub const MOST: usize = 3;

/// The segments that a patient points at, by their ids.
pub type Picked = RwSignal<Vec<String>>;

/// The post. With `picked`, each of its segments is a button.
pub fn post(item: &Item, picked: Option<Picked>) -> View {
    let list = |class: &str, wanted: fn(SegmentKind) -> bool| {
        let segments = item.segments.iter().filter(|segment| wanted(segment.kind));
        let mut rows = segments.map(|s| el("li", word(s.kind).2).with(segment(s, picked))).peekable();
        if rows.peek().is_none() { none() } else { el("ul", class).with(all(rows)) }
    };
    let title = || list("post-title", |kind| kind == SegmentKind::Title);
    let author =
        || el("div", "post-author").with(face(item)).with(list("", |kind| kind == SegmentKind::Author));
    let said = || {
        use SegmentKind::{Author, Onscreen, Title};
        list("post-said", |kind| !matches!(kind, Author | Title | Onscreen))
    };
    let film = || {
        let onscreen = list("post-onscreen", |kind| kind == SegmentKind::Onscreen);
        el("div", "post-film").with(picture(item)).with(onscreen)
    };
    let (name, class, mark) = look(item.scene.platform);
    let inside = match item.scene.platform {
        Platform::Short => all([film(), author(), said()]),
        Platform::Feed | Platform::Chat => all([author(), film(), said()]),
        Platform::Long => all([film(), title(), author(), said()]),
        Platform::Forum => all([title(), author(), film(), said()]),
    };
    let bar = el("p", "post-bar").with(icon(mark)).with(el("span", "").text(t(name)));
    el("article", &["post ", class].concat())
        .attr("aria-label", t(name))
        .attr("data-item", &item.id)
        .with(bar)
        .with(inside)
}

/// A kind of network: its name, its class and its sign.
fn look(platform: Platform) -> (K, &'static str, Icon) {
    match platform {
        Platform::Short => (K::QuizShort, "post-short", SHORT),
        Platform::Feed => (K::QuizFeed, "post-feed", icon::IMAGE),
        Platform::Long => (K::QuizLong, "post-long", icon::PLAY),
        Platform::Forum => (K::QuizForum, "post-forum", FORUM),
        Platform::Chat => (K::QuizChat, "post-chat", FORWARDED),
    }
}

/// An upright film.
const SHORT: Icon = r#"<rect x="6" y="2.500" width="12" height="19" rx="3"/><path d="M10.500 8.500v7l5-3.500Z" fill="currentColor"/>"#;
/// Two who talk.
const FORUM: Icon = r#"<path d="M3 4.500h12v8.500H8l-3 3v-3H3ZM9 16h6l3.500 3.500V16H21V8h-3"/>"#;
/// Sent on.
const FORWARDED: Icon = r#"<path d="M13 6l7 6-7 6v-4Q7 14 4 18q0-8 9-8Z"/>"#;
/// A note.
const MUSIC: Icon = r#"<path d="M9 18V5l10-2v13"/><circle cx="6.500" cy="18" r="2.500"/><circle cx="16.500" cy="16" r="2.500"/>"#;
/// An eye.
const VIEWS: Icon = r#"<path d="M2 12q10-14 20 0-10 14-20 0Z"/><circle cx="12" cy="12" r="3"/>"#;
/// A heart.
const HEART: Icon = r#"<path d="M12 20.500Q3 14 3 8.500 3 4 7.500 4q3 0 4.500 3 1.500-3 4.500-3Q21 4 21 8.500q0 5.500-9 12Z"/>"#;

/// What a segment is: the word that a screen reader says before it, its sign, its class.
fn word(kind: SegmentKind) -> (K, Option<Icon>, &'static str) {
    match kind {
        SegmentKind::Author => (K::QuizSegAuthor, None, ""),
        SegmentKind::Title => (K::QuizSegTitle, None, ""),
        SegmentKind::Caption => (K::QuizSegCaption, None, ""),
        SegmentKind::Speech => (K::QuizSegSpeech, Some(icon::SPEAKER), "seg-speech"),
        SegmentKind::Onscreen => (K::QuizSegOnscreen, None, ""),
        SegmentKind::Post => (K::QuizSegPost, None, "seg-post"),
        SegmentKind::Reply => (K::QuizSegReply, None, "seg-reply"),
        SegmentKind::Comment => (K::QuizSegComment, Some(icon::MESSAGE), "seg-comment"),
        SegmentKind::Label => (K::QuizSegLabel, None, "seg-label"),
        SegmentKind::Link => (K::QuizSegLink, Some(icon::LINK), "seg-link"),
    }
}

/// A segment, to read or to point at.
fn segment(segment: &Segment, picked: Option<Picked>) -> View {
    let (name, mark, _) = word(segment.kind);
    let kind = || el("span", "visually-hidden").text(t(name)).text(" ");
    let words = || el("span", "seg-words").text(&segment.text);
    let Some(picked) = picked else {
        return el("p", "seg").maybe(mark.map(icon)).with(kind()).with(words());
    };
    let (id, own) = (segment.id.clone(), segment.id.clone());
    let is_picked = move || picked.with(|all| all.contains(&own));
    let pressed = move || Some(if is_picked() { "true" } else { "false" }.into());
    let pick = move |_: &web_sys::Event| picked.update(|all| turn(all, id.clone(), MOST));
    super::control::bare_button("seg seg-pick", "quiz-segment")
        .attr("data-segment", &segment.id)
        .live("aria-pressed", pressed)
        .maybe(mark.map(icon))
        .with(kind())
        .with(words())
        .with(el("span", "seg-tick").with(icon(icon::CHECK)))
        .on("click", pick)
}

/// Takes one among those that are chosen, or away from them; never more than `most`.
pub fn turn<T: PartialEq>(chosen: &mut Vec<T>, one: T, most: usize) {
    match chosen.iter().position(|other| *other == one) {
        Some(at) => drop(chosen.remove(at)),
        None if chosen.len() < most => chosen.push(one),
        None => (),
    }
}

/// The person’s face beside the name.
fn face(item: &Item) -> View {
    let (view_box, inside) = drawing::draw(&item.scene, &[], Cut::Face, false);
    svg("post-face", view_box, &inside)
}

/// The picture, which moves a little and then stands; how long the film is, and how often it was seen.
fn picture(item: &Item) -> View {
    let scene = &item.scene;
    let cut = Cut::Whole(scene.platform);
    let (view_box, inside) = drawing::draw(scene, &item.decoys, cut, !device::wants_less_movement());
    // In words for who hears the post: the voice of the phone reads it among the others.
    let alt = el("p", "visually-hidden").text(t(K::QuizSegPicture)).text(" ").text(&scene.alt);
    let drawn = el("div", "post-drawn").with(svg("", view_box, &inside)).with(alt);
    let mark = |picture: Icon, words: &str| {
        el("span", "post-mark").with(icon(picture)).with(el("span", "").text(words))
    };
    let views = (scene.views > 0).then(|| mark(VIEWS, &views(scene.views)));
    let long = (scene.duration > 0).then(|| mark(icon::PLAY, &crate::i18n::clock(f64::from(scene.duration))));
    let music = item.decoys.contains(&Decoy::Music).then(|| mark(MUSIC, t(K::QuizMusic)));
    // What networks put there to be tapped. Numbers of likes prove nothing, and are not shown.
    let rail = (scene.platform == Platform::Short).then(|| {
        let signs = [HEART, icon::MESSAGE, FORWARDED].map(icon);
        el("span", "post-rail").attr("aria-hidden", "true").with(all(signs))
    });
    all([drawn.maybe(rail), el("p", "post-marks").maybe(views).maybe(long).maybe(music)])
}

/// « 900 vues », « 12 k vues », « 2,4 M de vues ».
fn views(n: u32) -> String {
    let (k, unit) = match n {
        0..1_000 => return count(u64::from(n), K::QuizViewsOne, K::QuizViewsOther),
        1_000..1_000_000 => (K::QuizViewsThousand, 1_000),
        _ => (K::QuizViewsMillion, 1_000_000),
    };
    let (whole, tenth) = (n / unit, n % unit / (unit / 10));
    let mut number = whole.to_string();
    if whole < 10 && tenth > 0 {
        number.push_str(t(K::UnitsDecimal));
        number.push_str(&tenth.to_string());
    }
    fill(k, &[("n", &number)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_written_as_networks_write_them() {
        crate::i18n::take_later();
        crate::i18n::take_quiz();
        for (n, words) in [
            (12, "12\u{a0}vues"),
            (900, "900\u{a0}vues"),
            (1_000, "1\u{a0}k vues"),
            (1_500, "1,5\u{a0}k vues"),
            (12_300, "12\u{a0}k vues"),
            (999_999, "999\u{a0}k vues"),
            (2_400_000, "2,4\u{a0}M de vues"),
        ] {
            assert_eq!(views(n), words);
        }
    }
}
