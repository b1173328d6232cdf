//! What the home screen says of today and of this week: derived from the journal, facts only. Never a
//! streak, never a reproach after a gap.

use crate::{
    components::{control, icon, late, notice, reply},
    i18n::{self, K, count, fill, t},
    platform::dom::{View, all, el, none},
    state::{App, KitHandle},
};
use care::follow_up::History;

/// Days after which one begins again gently.
const LONG_AWAY: i64 = 5;

/// Whether the kiné answered, or a clip was found again.
pub fn has_news(app: App, kit: &KitHandle) -> bool {
    reply::is_new(app, kit) || !app.found_clips().is_empty()
}

/// The kiné's newest answer, and « Nous avons retrouvé votre vidéo ».
pub fn news(app: App, kit: &KitHandle) -> View {
    let found = (!app.found_clips().is_empty()).then(|| {
        let open = control::link("button wide", "clip-found", icon::PLAY, t(K::ClipFoundOpen), "clip");
        notice::notice("info", icon::CAMERA, t(K::ClipFound), none()).attr("data-found", "").with(open)
    });
    reply::newest(app, kit).maybe(found)
}

/// What is to do today, done and prescribed this week, and when the next appointment is.
pub fn figures(app: App, kit: &KitHandle) -> View {
    let day = app.today();
    let (due, week, away, appointment) = app.journal(|events| {
        let history = History::of(events);
        let week = history.week(&kit.kit, day);
        let due = history.due(&kit.kit, day).len();
        let appointment = history.next_appointment(&kit.kit, day).on;
        (due, (week.done(), week.prescribed()), history.days_since_last_session(day), appointment)
    });
    let what =
        if due > 0 { count(due as u64, K::TodayNOne, K::TodayNOther) } else { t(K::TodayDone).to_owned() };
    let gently = away.is_some_and(|days| days >= LONG_AWAY);
    let (done, prescribed) = (week.0.to_string(), week.1.to_string());
    let numbers = [("done", done.as_str()), ("prescribed", prescribed.as_str())];
    let appointment =
        appointment.map(|day| el("p", "").text(&fill(K::TodayAppointment, &[("date", &i18n::date(day))])));
    news(app, kit)
        .with(all([
            el("p", "strong").text(&what),
            el("p", "soft").text(&fill(K::TodayWeek, &numbers)),
            late::note(app),
        ]))
        .maybe(gently.then(|| el("p", "").text(t(K::TodayAgainGently))))
        .maybe(appointment)
}
