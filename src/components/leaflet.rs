//! The booklet and the poster as they are printed: eight pages of A5, one by one or as two sheets of A4 to
//! fold, and one large page. All sizes are in millimetres or points; colours are those of paper.

use super::{
    icon::{self, Icon, icon},
    qr,
};
use crate::{
    i18n::{K, fill, t},
    pages::lesson::{LOOK, quoted},
    platform::{
        dom::{View, all, el, svg},
        navigation,
    },
};
use care::quiz::booklet::{Booklet, Part, Point};

/// What is printed, and on which paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    /// The booklet on two sheets of A4, both sides, to fold.
    Fold,
    /// Its pages one after the other, A5.
    Pages,
    /// The poster, A4.
    Small,
    /// The poster, A3.
    Large,
}

/// Which two pages of eight lie side by side on each side of the two sheets.
const FOLDED: [[usize; 2]; 4] = [[7, 0], [1, 6], [5, 2], [3, 4]];

/// What goes to the printer; on a screen it is not shown.
pub fn printed(booklet: &Booklet, paper: Paper) -> View {
    let (class, inside) = match paper {
        Paper::Fold => {
            let sheet = |[left, right]: [usize; 2]| {
                el("div", "folio").with(page(booklet, left)).with(page(booklet, right))
            };
            ("leaves fold", all(FOLDED.map(sheet)))
        }
        Paper::Pages => ("leaves", all((0..=booklet.parts.len()).map(|n| page(booklet, n)))),
        Paper::Small => ("leaves small", poster(booklet)),
        Paper::Large => ("leaves large", poster(booklet)),
    };
    el("div", class).attr("lang", &booklet.lang).with(inside)
}

/// A page of the booklet; the first is its cover.
fn page(booklet: &Booklet, n: usize) -> View {
    let Some(part) = n.checked_sub(1).and_then(|n| booklet.parts.get(n)) else { return cover(booklet) };
    let last = n == booklet.parts.len();
    let foot = || {
        el("p", "leaf-foot")
            .with(el("span", "").text(t(K::AppName)))
            .with(el("span", "").text(&(n + 1).to_string()))
    };
    el("section", &["leaf page-", &part.id].concat())
        .with(el("h2", "").text(&part.title))
        .with(el("p", "leaf-lead").text(&part.lead))
        .with(el("ul", "leaf-points").with(all(part.points.iter().map(point))))
        .maybe(part.rule.as_deref().map(|rule| el("p", "leaf-rule").text(rule)))
        .with(if last { back(booklet) } else { foot() })
}

fn cover(booklet: &Booklet) -> View {
    el("section", "leaf page-cover")
        .with(svg("leaf-art", ART_BOX, ART))
        .with(el("h1", "").text(&booklet.title))
        .with(el("p", "leaf-lead").text(&booklet.lead))
        .with(brand())
}

fn brand() -> View {
    el("p", "leaf-brand")
        .with(icon::drawing("", "0 0 48 48", icon::LOGO))
        .with(el("span", "").text(t(K::AppName)))
}

fn point(point: &Point) -> View {
    let sign = match picture(&point.icon) {
        Some(picture) => el("span", "leaf-sign").with(icon(picture)),
        None => el("span", "leaf-sign leaf-number").text(&point.icon),
    };
    let phrase = |class: &'static str, picture: Icon, word: K, words: &Option<String>| {
        words.as_deref().map(|words| {
            let said = el("span", "").with(el("b", "").text(t(word))).text(&quoted(words));
            el("p", class).with(icon(picture)).with(said)
        })
    };
    let words = el("div", "")
        .with(el("p", "leaf-title").text(&point.title))
        .maybe(point.text.as_deref().map(|text| el("p", "").text(text)))
        .maybe(phrase("leaf-phrase leaf-good", icon::CHECK, K::LessonGood, &point.good))
        .maybe(phrase("leaf-phrase leaf-bad", icon::REFUSED, K::LessonBad, &point.bad));
    el("li", "").with(sign).with(words)
}

/// The foot of the back: the way to the quiz, room for the clinic's stamp, what these words rest on.
fn back(booklet: &Booklet) -> View {
    let sources = booklet
        .sources
        .iter()
        .map(|source| [source.title.as_str(), ", ", &source.publisher, ", ", &source.date].concat());
    let sources = sources.collect::<Vec<_>>().join(" ; ");
    let about =
        [edition(booklet).as_str(), &fill(K::BookletSource, &[("what", &sources)]), t(K::BookletLicence)]
            .join(" ");
    all([
        way_to_quiz(booklet),
        el("p", "leaf-stamp").text(t(K::BookletClinic)),
        el("p", "leaf-small").text(&about),
    ])
}

/// When these words were last changed; and that they are drafts, as long as they are.
pub fn edition(booklet: &Booklet) -> String {
    let edition = fill(K::BookletEdition, &[("date", &booklet.edition)]);
    if booklet.is_draft() { [&edition, " ", t(K::BookletDraft)].concat() } else { edition }
}

/// The code and the address of the quiz, at the place that this portal is served from.
fn way_to_quiz(booklet: &Booklet) -> View {
    let address = navigation::address("quiz");
    let words = el("div", "")
        .with(el("p", "leaf-title").text(&booklet.invite))
        .with(el("p", "leaf-address").text(qr::readable(&address)));
    el("div", "leaf-quiz").with(qr::code(&address)).with(words)
}

/// The waiting room's poster. Its unit is a width of 210.
pub fn poster(booklet: &Booklet) -> View {
    let Part { title, lead, points, rule, .. } = &booklet.poster;
    // What stands in quotation marks is drawn as a network's own tab.
    let (tab, rest) = title.find(['»', '”']).map_or(("", title.as_str()), |at| {
        let end = at + title[at..].chars().next().map_or(0, char::len_utf8);
        title.split_at(end)
    });
    let question = |point: &Point| {
        el("li", "").with(el("span", "leaf-number").text(&point.icon)).with(el("span", "").text(&point.title))
    };
    el("section", "poster")
        .with(svg("poster-art", POSTER_BOX, POSTER))
        .with(el("h2", "").with(el("span", "poster-tab").text(tab)).with(el("span", "").text(rest)))
        .with(el("p", "poster-lead").text(lead))
        .with(el("p", "poster-ask").text(t(K::BookletAsk)))
        .with(el("ul", "poster-questions").with(all(points.iter().map(question))))
        .maybe(rule.as_deref().map(|rule| el("p", "poster-rule").text(rule)))
        .with(way_to_quiz(booklet))
        .with(el("p", "poster-foot").with(el("span", "").text(t(K::BookletClinic))).with(
            el("span", "leaf-brand").with(icon::drawing("", "0 0 48 48", icon::LOGO)).text(t(K::AppName)),
        ))
}

/// A point's drawing by its name; none for a number.
pub fn picture(name: &str) -> Option<Icon> {
    Some(match name {
        "look" => LOOK,
        "hand" => icon::HAND,
        "person" => icon::PERSON,
        "coat" => COAT,
        "eye" => EYE,
        "film" => icon::PLAY,
        "age" => icon::HELPER,
        "phone" => icon::READY,
        "spark" => SPARK,
        "source" => icon::DOCUMENT,
        "story" => icon::MESSAGE,
        "dose" => icon::LOOP,
        "loud" => icon::SPEAKER,
        "blur" => icon::CAMERA,
        "alert" => icon::ALERT,
        _ => return None,
    })
}

/// A coat with its lapels.
const COAT: Icon =
    r#"<path d="M9 3 5 6l-1.500 15h17L19 6l-4-3M9 3l3 5 3-5M12 8v13M7 15h2.500M14.500 15H17"/>"#;
/// An eye.
const EYE: Icon = r#"<path d="M2 12q10-14 20 0-10 14-20 0Z"/><circle cx="12" cy="12" r="3"/>"#;
/// Made by a machine.
const SPARK: Icon = r#"<path d="M11 3q1 7 8 8-7 1-8 8-1-7-8-8 7-1 8-8ZM19 16v5M16.500 18.500h5"/>"#;

const ART_BOX: &str = "0 0 320 300";

/// A film on a phone, and a glass to look closer.
const ART: &str = r##"<rect x="6" y="24" width="308" height="260" rx="26" fill="#dff0e9"/><circle cx="66" cy="76" r="30" fill="#fff"/><circle cx="266" cy="66" r="18" fill="#fff"/><path d="M6 232Q90 206 160 226T314 216V258a26 26 0 0 1-26 26H32A26 26 0 0 1 6 258Z" fill="#bfe0d3"/><rect x="88" y="6" width="144" height="268" rx="24" fill="#231e18"/><rect x="97" y="16" width="126" height="248" rx="16" fill="#fbf7f0"/><path d="M97 186H223V248A16 16 0 0 1 207 264H113A16 16 0 0 1 97 248Z" fill="#f2eadc"/><rect x="112" y="40" width="52" height="46" rx="6" fill="#cfe8f0"/><path d="M138 40V86M112 63H164" stroke="#fff" stroke-width="4"/><path d="M172 170h40v-46q0-6-6-6h-28q-6 0-6 6Z" fill="#e9b872"/><g transform="translate(96 66) scale(1.12)"><g fill="none" stroke-linecap="round" stroke-linejoin="round"><path d="M44 92 40 134M56 92 60 134" stroke="#4b4337" stroke-width="13"/><path d="M38 52 24 78" stroke="#e3a985" stroke-width="9"/><path d="M62 52 74 30 70 6" stroke="#e3a985" stroke-width="9"/><path d="M39 53 32 66M61 53 69 39" stroke="#0c554d" stroke-width="12"/></g><path d="M36 46Q50 40 64 46L62 98H38Z" fill="#0c554d"/><circle cx="50" cy="26" r="14" fill="#e3a985"/><path d="M36 24Q38 9 50 9T64 24Q56 17 50 18T36 24Z" fill="#6d5a4a"/></g><path d="M112 240h66M112 251h40" stroke="#857a6a" stroke-width="6" stroke-linecap="round"/><rect x="140" y="20" width="40" height="7" rx="3.5" fill="#231e18"/><path d="m258 240 34 36" stroke="#c8893f" stroke-width="17" stroke-linecap="round"/><circle cx="224" cy="200" r="52" fill="#fff" stroke="#0c554d" stroke-width="11"/><path d="m200 186 7 7 13-15" fill="none" stroke="#0c554d" stroke-width="7" stroke-linecap="round" stroke-linejoin="round"/><path d="M232 186h20" stroke="#857a6a" stroke-width="7" stroke-linecap="round"/><path d="m201 210 13 13m0-13-13 13" stroke="#8c1620" stroke-width="7" stroke-linecap="round"/><path d="M232 217h20" stroke="#857a6a" stroke-width="7" stroke-linecap="round"/>"##;

const POSTER_BOX: &str = "0 4 640 292";

/// A feed that runs on, and somebody who looks up from it.
const POSTER: &str = r##"<rect width="640" height="300" rx="18" fill="#dff0e9"/><path d="M0 246Q160 214 330 240T640 232V282a18 18 0 0 1-18 18H18A18 18 0 0 1 0 282Z" fill="#bfe0d3"/><g transform="rotate(-5 250 150)"><g transform="translate(26 52)"><rect width="118" height="176" rx="14" fill="#8c5a86"/><g transform="translate(12 26) scale(0.92)"><g fill="none" stroke-linecap="round" stroke-linejoin="round"><path d="M46 90 66 104 60 134M44 92 62 110 54 134" stroke="#2f2a4a" stroke-width="12"/><path d="M52 54 84 58" stroke="#8a5a3c" stroke-width="9"/><path d="M52 54 66 56" stroke="#f0c75e" stroke-width="12"/></g><path d="M40 50Q50 42 60 48L56 98 38 94Z" fill="#f0c75e"/><circle cx="56" cy="28" r="14" fill="#8a5a3c"/><path d="M42 28Q42 12 57 13 70 14 70 26 60 18 52 22T42 28Z" fill="#3a2b20"/></g><path d="M96 114v0M96 134v0M96 154v0" stroke="#fff" stroke-width="11" stroke-linecap="round"/></g><g transform="translate(388 50)"><rect width="118" height="176" rx="14" fill="#b5622e"/><g transform="translate(10 22) scale(0.92)"><g fill="none" stroke-linecap="round" stroke-linejoin="round"><path d="M44 92 40 134M56 92 60 134" stroke="#3b3226" stroke-width="13"/><path d="M38 52 24 78" stroke="#f0c9a4" stroke-width="9"/><path d="M62 52 74 30 70 6" stroke="#f0c9a4" stroke-width="9"/><path d="M39 53 32 66M61 53 69 39" stroke="#2d6f8f" stroke-width="12"/></g><path d="M36 46Q50 40 64 46L62 98H38Z" fill="#2d6f8f"/><circle cx="50" cy="26" r="14" fill="#f0c9a4"/><path d="M36 24Q38 9 50 9T64 24Q56 17 50 18T36 24Z" fill="#6d5a4a"/></g><path d="M96 114v0M96 134v0M96 154v0" stroke="#fff" stroke-width="11" stroke-linecap="round"/></g></g><rect x="182" y="8" width="170" height="284" rx="26" fill="#231e18"/><rect x="192" y="18" width="150" height="264" rx="17" fill="#2d6f8f"/><g transform="translate(196 60) scale(1.36)"><g fill="none" stroke-linecap="round" stroke-linejoin="round"><path d="M44 92 40 134M56 92 60 134" stroke="#173947" stroke-width="13"/><path d="M38 52 24 78" stroke="#e3a985" stroke-width="9"/><path d="M62 52 74 30 70 6" stroke="#e3a985" stroke-width="9"/><path d="M39 53 32 66M61 53 69 39" stroke="#fbf7f0" stroke-width="12"/></g><path d="M36 46Q50 40 64 46L62 98H38Z" fill="#fbf7f0"/><circle cx="50" cy="26" r="14" fill="#e3a985"/><path d="M36 24Q38 9 50 9T64 24Q56 17 50 18T36 24Z" fill="#6d5a4a"/></g><path d="M320 172v0M320 200v0M320 228v0" stroke="#fff" stroke-width="17" stroke-linecap="round"/><path d="M208 256h84M208 268h52" stroke="#fff" stroke-width="6" stroke-linecap="round" opacity=".85"/><path d="M252 34h-30M312 34h-30" stroke="#fff" stroke-width="6" stroke-linecap="round" opacity=".7"/><path d="M222 44h30" stroke="#fff" stroke-width="4" stroke-linecap="round"/><g transform="translate(506 92) scale(1.42)"><path d="M18 60V134M18 96H58V134" fill="none" stroke="#9a6b33" stroke-width="6" stroke-linecap="round"/><g fill="none" stroke-linecap="round" stroke-linejoin="round"><path d="M36 88H70L72 130" stroke="#4b4337" stroke-width="13"/><path d="M40 56 56 70 66 60" stroke="#e3a985" stroke-width="9"/><path d="M40 56 50 65" stroke="#0c554d" stroke-width="12"/></g><path d="M28 50Q38 44 48 50L46 94H28Z" fill="#0c554d"/><circle cx="40" cy="30" r="14" fill="#e3a985"/><path d="M26 32Q24 14 40 15 54 15 54 26 44 20 38 24T26 32Z" fill="#d9d4cc"/><rect x="62" y="46" width="11" height="19" rx="2.5" fill="#231e18" transform="rotate(18 67 55)"/></g><path d="M512 92a22 22 0 1 1 8 16l-13 5Z" fill="#fff"/><path d="M526 80q0-7 7-7t7 6q0 5-7 8v4M533 98v.2" fill="none" stroke="#0c554d" stroke-width="4.5" stroke-linecap="round"/>"##;
