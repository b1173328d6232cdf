//! « Qui a fait cette vidéo ? »: author, diploma, date, rights, sources, and who checked it.

use super::words::said;
use crate::{
    i18n::{self, K, t},
    platform::dom::{View, all, el, text},
    state::KitHandle,
};
use care::{
    kit::{Exercise, Source},
    trust::Badge,
};

/// A term and what is said of it.
pub fn entry(term: K, what: View) -> View {
    el("div", "").with(el("dt", "").text(t(term))).with(el("dd", "").with(what))
}

/// A published source; its address opens outside and needs the Internet. Simple mode names it only.
pub fn source(source: &Source, simple: bool) -> View {
    let words = [source.title.as_str(), &source.publisher, &source.date].join(", ");
    match source.url.as_deref().filter(|url| !simple && url.starts_with("https://")) {
        Some(url) => {
            let note = [" (", t(K::AppInternetNeeded), ")"].concat();
            all([outside(url).text(&words), el("span", "soft").text(&note)])
        }
        None => text(&words),
    }
}

/// A link out of the portal: opened only by a tap, in a tab of its own, that learns nothing.
pub fn outside(url: &str) -> View {
    el("a", "").attr("href", url).attr("target", "_blank").attr("rel", "noopener noreferrer")
}

/// Everything that is known of an exercise's content.
pub fn facts(kit: &KitHandle, exercise: &Exercise, simple: bool) -> View {
    let made = &exercise.provenance;
    let checked = match kit.badge() {
        Badge::Validated(by) => all([
            text(&[&by.name, ", "].concat()),
            said(&by.qualification),
            text(&[", ", &i18n::date(by.on)].concat()),
        ]),
        _ => text(t(K::ExerciseWhoNotChecked)),
    };
    let sources = if made.sources.is_empty() {
        text(t(K::ExerciseWhoNoSources))
    } else {
        el("ul", "list").with(all(made.sources.iter().map(|s| el("li", "source").with(source(s, simple)))))
    };
    el("dl", "facts")
        .with(entry(
            K::ExerciseWhoAuthor,
            all([text(&[&made.author, ", "].concat()), said(&made.qualification)]),
        ))
        .with(entry(K::ExerciseWhoMade, text(&i18n::date(made.made))))
        .with(entry(K::ExerciseWhoChecked, checked))
        .with(entry(K::KitForWhom, said(&kit.kit.for_whom)))
        .with(entry(K::KitNotFor, said(&kit.kit.not_for)))
        .with(entry(K::ExerciseWhoRights, said(&made.rights)))
        .with(entry(K::ExerciseWhoSources, sources))
}
