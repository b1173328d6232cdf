//! The kiné's answers: words, a still with where to look, or a short film; kept with the kit, so also
//! without network.

use super::{
    control,
    icon::{self, icon},
    notice,
    safety::headed,
};
use crate::{
    i18n::{self, K, fill, t},
    platform::dom::{View, all, el, none, region},
    state::{App, KitHandle},
};
use care::{kit::Reply, outbox::OutboxItem};

/// The answers about an exercise, the newest first.
pub fn of_exercise(kit: &KitHandle, exercise: &str) -> View {
    list(kit, |reply| reply.exercise.as_deref() == Some(exercise))
}

/// The exercise on whose screen an answer stands; none when it is about results, or about an exercise that the
/// kit has no more.
fn exercise_of<'r>(kit: &KitHandle, reply: &'r Reply) -> Option<&'r str> {
    reply.exercise.as_deref().filter(|id| kit.kit.exercise(id).is_some())
}

/// The way to the answer to what was sent, where it stands with its exercise.
pub fn to_answer(app: App, item: &OutboxItem) -> Option<View> {
    let kit = app.kit_of(&item.header.kit_id)?;
    let answers = kit.kit.replies().iter().filter(|reply| reply.item.as_ref() == Some(&item.header.item));
    let to = exercise_of(&kit, answers.max_by_key(|reply| reply.on)?)?;
    let to = ["exercise/", to].concat();
    Some(control::link("button wide", "outbox-answer", icon::PERSON, t(K::ReplyRead), &to))
}

/// The answers that stand on no exercise's screen.
pub fn without_exercise(kit: &KitHandle) -> View {
    list(kit, |reply| exercise_of(kit, reply).is_none())
}

fn list(kit: &KitHandle, which: impl Fn(&Reply) -> bool) -> View {
    let mut answers: Vec<&Reply> = kit.kit.replies().iter().filter(|reply| which(reply)).collect();
    answers.sort_by_key(|reply| std::cmp::Reverse(reply.on));
    if answers.is_empty() {
        return none();
    }
    let rows = answers.iter().map(|reply| el("li", "stack tight").with(answer(kit, reply)));
    el("section", "card note stack")
        .with(headed(icon::PERSON, K::ReplyTitle))
        .with(el("ul", "plain stack").with(all(rows)))
}

fn answer(kit: &KitHandle, reply: &Reply) -> View {
    let id = reply.id.clone();
    kit.mark_seen(&id);
    let words = reply.words.as_ref().map(|words| el("p", "").attr("dir", "auto").text(words));
    let picture = reply.picture.as_ref().map(|jpeg| {
        let url = ["data:image/jpeg;base64,", jpeg].concat();
        el("img", "reply-picture").attr("alt", t(K::ReplyPicture)).attr("src", &url)
    });
    let film = reply.video.as_ref().map(|video| {
        let film = kit.film_of(Some(video));
        kit.bring_answer(video);
        region(move || match film.url.get() {
            Some(url) => el("video", "reply-film")
                .attr("controls", "")
                .attr("playsinline", "")
                .attr("preload", "metadata")
                .attr("aria-label", t(K::ReplyFilm))
                .attr("src", &url),
            None => el("p", "soft").text(t(K::ReplyComing)),
        })
    });
    all([el("p", "soft").text(&fill(K::ReplyOn, &[("date", &i18n::date(reply.on))]))])
        .maybe(words)
        .maybe(picture)
        .maybe(film)
}

fn unread(kit: &KitHandle) -> Option<&Reply> {
    kit.kit.replies().iter().filter(|reply| !kit.seen(&reply.id)).max_by_key(|reply| reply.on)
}

/// Whether [`newest`] has something to say.
pub fn is_new(app: App, kit: &KitHandle) -> bool {
    unread(kit).is_some() || app.code_is_wanted()
}

/// The newest answer that was not read yet, on home: where it is.
pub fn newest(app: App, kit: &KitHandle) -> View {
    let wanted = app.code_is_wanted().then(|| {
        let open = control::link("button", "code", icon::NEXT, t(K::CodeGive), "code");
        notice::notice("warn", icon::ALERT, t(K::CodeChanged), open)
    });
    let told = unread(kit).map(|reply| {
        let to = exercise_of(kit, reply).map_or_else(|| "outbox".to_owned(), |id| ["exercise/", id].concat());
        let open = el("a", "button main")
            .attr("href", &to)
            .action("reply-open")
            .with(icon(icon::PERSON))
            .with(el("span", "").text(t(K::ReplyRead)));
        let on = el("p", "").text(&fill(K::ReplyOn, &[("date", &i18n::date(reply.on))]));
        notice::notice("info", icon::PERSON, t(K::ReplyNew), all([on, open])).attr("data-reply", &reply.id)
    });
    none().maybe(wanted).maybe(told)
}
