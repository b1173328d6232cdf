//! Our own drawings: icons on a 24-unit grid, and the few larger pictures. An icon never stands
//! without its word, so all are hidden from screen readers.

use crate::platform::dom::{self, View};

/// The inside of an icon's `<svg>`.
pub type Icon = &'static str;

/// A house.
pub const HOME: Icon = r#"<path d="M3 11.5 12 4l9 7.5M5.5 10v10h13V10M10 20v-6h4v6"/>"#;
/// A warning triangle.
pub const ALERT: Icon = r#"<path d="M12 3.5 22 20.5H2ZM12 10v5M12 17.8v.2"/>"#;
/// A telephone receiver.
pub const PHONE: Icon = r#"<path d="M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a1.5 1.5 0 0 1-1.7 1.5A16 16 0 0 1 3.5 5.7 1.5 1.5 0 0 1 5 4Z"/>"#;
/// A question mark.
pub const HELP: Icon =
    r#"<circle cx="12" cy="12" r="9"/><path d="M9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M12 17v.2"/>"#;
/// Play.
pub const PLAY: Icon = r#"<path d="M7 4.5v15l12.5-7.5Z" fill="currentColor"/>"#;
/// Pause.
pub const PAUSE: Icon = r#"<path d="M8 5v14M16 5v14" stroke-width="4"/>"#;
/// Ten seconds back.
pub const BACK_10: Icon =
    r#"<path d="M4 5v5h5M4.5 10A8 8 0 1 1 4 13.5M9.5 10.5 11 9.7V16M14 9.7h2v6.3h-2Z"/>"#;
/// Again and again.
pub const LOOP: Icon =
    r#"<path d="M17 3l4 4-4 4M21 7H8a5 5 0 0 0-5 5M7 21l-4-4 4-4M3 17h13a5 5 0 0 0 5-5"/>"#;
/// A slow dial.
pub const SLOW: Icon = r#"<path d="M4 18a9 9 0 1 1 16 0M12 14 6.5 10.5M12 15.5v.2"/>"#;
/// Captions.
pub const CAPTIONS: Icon =
    r#"<rect x="3" y="5" width="18" height="14" rx="2.5"/><path d="M7 14.5h5M15 14.5h2M7 11h2M12 11h5"/>"#;
/// The whole screen.
pub const FULL: Icon = r#"<path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5"/>"#;
/// Done.
pub const CHECK: Icon = r#"<circle cx="12" cy="12" r="9"/><path d="m8 12.5 2.8 2.8L16 9.5"/>"#;
/// Not to be relied on.
pub const REFUSED: Icon = r#"<circle cx="12" cy="12" r="9"/><path d="m8.500 8.500 7 7M15.500 8.500l-7 7"/>"#;
/// Bring it here.
pub const DOWNLOAD: Icon = r#"<path d="M12 3v12M7 10.5 12 15.5l5-5M4 20.5h16"/>"#;
/// A phone that has it all.
pub const READY: Icon =
    r#"<rect x="6" y="2.5" width="12" height="19" rx="2.5"/><path d="m9 12 2.2 2.2L15.5 10"/>"#;
/// The world outside.
pub const GLOBE: Icon =
    r#"<circle cx="12" cy="12" r="9"/><path d="M3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18"/>"#;
/// A camera.
pub const CAMERA: Icon = r#"<path d="M4 8h3.5L9 5.5h6L16.5 8H20v11H4Z"/><circle cx="12" cy="13" r="3.5"/>"#;
/// A photo.
pub const IMAGE: Icon = r#"<rect x="3" y="4.5" width="18" height="15" rx="2"/><circle cx="8.5" cy="9.5" r="1.5"/><path d="m4 17 5-4.5 3.5 3L16 12l4.5 4"/>"#;
/// A link.
pub const LINK: Icon = r#"<path d="M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7L12 7M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7L12 17"/>"#;
/// A sheet of paper.
pub const DOCUMENT: Icon = r#"<path d="M6 3h8l4 4v14H6ZM14 3v4h4M9 12h6M9 16h6"/>"#;
/// A person.
pub const PERSON: Icon =
    r#"<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c.8-4.5 3.6-6.5 7.5-6.5s6.7 2 7.5 6.5"/>"#;
/// Two persons.
pub const HELPER: Icon = r#"<circle cx="9" cy="8.5" r="3.5"/><path d="M2.5 20c.6-4 3-6 6.5-6s5.9 2 6.5 6M16 5.3a3.5 3.5 0 0 1 0 6.4M18 14.3c2 .8 3.2 2.7 3.5 5.7"/>"#;
/// A shield with a tick.
pub const SHIELD: Icon =
    r#"<path d="M12 3 20 6v5.5c0 5-3.3 8-8 9.5-4.7-1.5-8-4.5-8-9.5V6ZM8.5 12l2.5 2.5 4.5-5"/>"#;
/// An open hand: stop.
pub const HAND: Icon = r#"<path d="M8 13V5.5a1.5 1.5 0 0 1 3 0V11V4a1.5 1.5 0 0 1 3 0v7V5.5a1.5 1.5 0 0 1 3 0V15c0 4-2 6.5-5.5 6.5S6.3 20 5 17l-1.8-3.6A1.5 1.5 0 0 1 5.7 12L8 14.5"/>"#;
/// A clock.
pub const CLOCK: Icon = r#"<circle cx="12" cy="12" r="9"/><path d="M12 7v5.5l3.5 2"/>"#;
/// A loudspeaker.
pub const SPEAKER: Icon =
    r#"<path d="M4 9.5v5h3.5L12 19V5L7.5 9.5ZM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11"/>"#;
/// Sliders.
pub const SETTINGS: Icon =
    r#"<path d="M4 7h9M17 7h3M4 17h3M11 17h9"/><circle cx="15" cy="7" r="2"/><circle cx="9" cy="17" r="2"/>"#;
/// To the next.
pub const NEXT: Icon = r#"<path d="m9 5 7 7-7 7"/>"#;
/// To the one before.
pub const BACK: Icon = r#"<path d="m15 5-7 7 7 7"/>"#;
/// A bin.
pub const ERASE: Icon = r#"<path d="M4 7h16M9 7V4h6v3M6 7l1 14h10l1-14M10 11v6M14 11v6"/>"#;
/// Once more.
pub const AGAIN: Icon = r#"<path d="M20 4v5h-5M19.5 9A8 8 0 1 0 20 14"/>"#;
/// Larger letters.
pub const LETTERS: Icon = r#"<path d="M2 19 8 5l6 14M4.2 14.5h7.6M15 19l3.5-8 3.5 8M16.2 16.5h4.6"/>"#;
/// All on one page.
pub const FULL_VIEW: Icon =
    r#"<rect x="3" y="4" width="18" height="16" rx="2"/><path d="M3 9.5h18M9.5 9.5V20"/>"#;
/// A letter to write.
pub const MESSAGE: Icon = r#"<path d="M4 5h16v11H10l-5 4v-4H4ZM8 9h8M8 12.5h5"/>"#;
/// Put it on the home screen.
pub const INSTALL: Icon =
    r#"<rect x="6" y="2.5" width="12" height="19" rx="2.5"/><path d="M12 7v7M9 11.5l3 3 3-3"/>"#;
/// Not this.
pub const CROSS: Icon = r#"<path d="m6 6 12 12M18 6 6 18"/>"#;
/// Plus.
pub const PLUS: Icon = r#"<path d="M12 5v14M5 12h14"/>"#;
/// Minus.
pub const MINUS: Icon = r#"<path d="M5 12h14"/>"#;
/// The kit: a small case.
pub const KIT: Icon =
    r#"<rect x="3" y="8" width="18" height="12" rx="2"/><path d="M9 8V4.5h6V8M3 13h18M12 11.5v3"/>"#;

/// The logo: someone with open arms.
pub const LOGO: &str = r#"<rect width="48" height="48" rx="13" fill="var(--accent)"/><g fill="none" stroke="var(--on-accent)" stroke-width="4" stroke-linecap="round" stroke-linejoin="round"><circle cx="24" cy="13.5" r="4.8" fill="var(--on-accent)" stroke="none"/><path d="M9.5 17c2 8 7.5 11.5 14.5 11.5S36.5 25 38.5 17M24 28.5c0 5-1.5 8.5-5 12M24 28.5c0 5 1.5 8.5 5 12"/></g>"#;

/// Someone rising from a chair, a window on the hills.
pub const HERO: &str = r#"<rect x="8" y="10" width="344" height="176" rx="20" fill="var(--tint)"/><g fill="var(--surface)"><rect x="34" y="30" width="116" height="92" rx="8"/></g><path d="M34 104c24-26 44-30 66-10 16-14 32-16 50-6v26a8 8 0 0 1-8 8H42a8 8 0 0 1-8-8Z" fill="var(--accent)" opacity=".35"/><circle cx="122" cy="54" r="11" fill="var(--cloth)"/><path d="M92 30v92M34 76h116" stroke="var(--tint)" stroke-width="5"/><path d="M8 166h344v0a20 20 0 0 1-20 20H28a20 20 0 0 1-20-20Z" fill="var(--sunk)"/><g fill="none" stroke-linecap="round" stroke-linejoin="round"><path d="M196 82v84M196 128h54v38M196 128v-46" stroke="var(--line)" stroke-width="8"/><path d="M238 92c-6 14-8 22-6 32l34 4v36" stroke="var(--accent)" stroke-width="17"/><path d="M266 164h12" stroke="var(--ink)" stroke-width="10"/><path d="M240 96c10 14 22 18 38 12" stroke="var(--cloth)" stroke-width="12"/><path d="M240 90c-2 8-4 14-6 26" stroke="var(--cloth)" stroke-width="20"/></g><circle cx="250" cy="62" r="16" fill="var(--skin)"/><path d="M234 60c0-14 26-20 32-4-8-2-14-2-20 2-2 6-6 8-12 2Z" fill="var(--soft)"/><path d="M308 116c10-16 10-34 0-50m0 0-12 8m12-8 8 13" fill="none" stroke="var(--accent)" stroke-width="5" stroke-linecap="round" stroke-linejoin="round"/>"#;

/// What stands where a film's still has not come yet.
pub const STILL: &str = r#"<rect width="160" height="90" fill="var(--sunk)"/><g fill="none" stroke="var(--line)" stroke-width="5" stroke-linecap="round" stroke-linejoin="round"><circle cx="80" cy="25" r="6" fill="var(--line)" stroke="none"/><path d="M58 31c3 10 11 14 22 14s19-4 22-14M80 45c0 9-2 15-7 21M80 45c0 9 2 15 7 21"/></g>"#;

/// An icon, in the size and colour of the words beside it.
pub fn icon(inside: Icon) -> View {
    // A size of its own, for the moment or the browser in which the style is missing.
    dom::svg("icon", "0 0 24 24", inside).attr("width", "24").attr("height", "24")
}

/// A larger drawing; `view_box` is its size.
pub fn drawing(class: &str, view_box: &str, inside: &'static str) -> View {
    dom::svg(class, view_box, inside)
}
