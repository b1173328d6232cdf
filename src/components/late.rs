//! What is said when the portal is opened well after a reminder. An invitation, never a reproach.

use super::{icon, notice};
use crate::{
    i18n::{K, fill, t},
    platform::dom::{View, el, none, region},
    state::App,
};

/// « 9 h 05 », “9:05”: minutes since midnight.
pub fn time(minutes: u32) -> String {
    let mut minute = (minutes % 60).to_string();
    if minute.len() < 2 {
        minute.insert(0, '0');
    }
    fill(K::LateTime, &[("hour", &(minutes / 60).to_string()), ("minute", &minute)])
}

/// The note, while there is reason for it.
pub fn note(app: App) -> View {
    region(move || match app.opened_late() {
        Some(at) => {
            let text = el("p", "").text(&fill(K::LateText, &[("time", &time(at))]));
            notice::notice("info", icon::CLOCK, t(K::LateTitle), text).attr("data-late", &at.to_string())
        }
        None => none(),
    })
}
