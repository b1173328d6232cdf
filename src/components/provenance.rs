//! « Qui a fait cette vidéo ? »: author, diploma, date, rights, sources, and who checked it.

use super::{HeldKit, words::said};
use crate::i18n::{self, K, t};
use care::{
    kit::{Exercise, Source},
    trust::Badge,
};
use leptos::prelude::*;

fn entry(term: K, what: AnyView) -> AnyView {
    view! { <div><dt>{t(term)}</dt><dd>{what}</dd></div> }.into_any()
}

/// A published source; its address opens outside and needs the Internet.
pub fn source(source: &Source) -> AnyView {
    let words = [source.title.as_str(), &source.publisher, &source.date].join(", ");
    match source.url.clone().filter(|url| url.starts_with("https://")) {
        Some(url) => view! {
            <a href=url target="_blank" rel="noopener noreferrer">{words}</a>
            " "
            <span class="soft">"("{t(K::AppInternetNeeded)}")"</span>
        }
        .into_any(),
        None => words.into_any(),
    }
}

/// Everything that is known of an exercise's content.
pub fn facts(kit: HeldKit, exercise: &Exercise) -> AnyView {
    let made = &exercise.provenance;
    let author = view! { {made.author.clone()}", "{said(&made.qualification)} }.into_any();
    let checked = kit.with_value(|kit| match kit.badge() {
        Badge::Validated(by) => {
            view! { {by.name.clone()}", "{said(&by.qualification)}", "{i18n::date(by.on)} }.into_any()
        }
        _ => t(K::ExerciseWhoNotChecked).into_any(),
    });
    let for_whom = kit.with_value(|kit| said(&kit.kit.for_whom));
    let not_for = kit.with_value(|kit| said(&kit.kit.not_for));
    let sources = if made.sources.is_empty() {
        t(K::ExerciseWhoNoSources).into_any()
    } else {
        let items: Vec<_> = made.sources.iter().map(|s| view! { <li>{source(s)}</li> }).collect();
        view! { <ul class="list">{items}</ul> }.into_any()
    };
    view! {
        <dl class="facts">
            {entry(K::ExerciseWhoAuthor, author)}
            {entry(K::ExerciseWhoMade, i18n::date(made.made).into_any())}
            {entry(K::ExerciseWhoChecked, checked)}
            {entry(K::KitForWhom, for_whom)}
            {entry(K::KitNotFor, not_for)}
            {entry(K::ExerciseWhoRights, said(&made.rights))}
            {entry(K::ExerciseWhoSources, sources)}
        </dl>
    }
    .into_any()
}
