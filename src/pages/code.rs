//! The spoken code of a link: asked once, kept with the kit. How many tries are left is said before they are
//! gone.

use crate::{
    components::{
        control,
        icon::{self, icon},
        notice, shell,
    },
    i18n::{self, K, t},
    platform::dom::{View, all, el, none, region, switch},
    state::{App, Local, Refused},
};
use care::link::ShLink;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

/// The question for the code.
pub fn show(app: App) -> View {
    let link: Local<Option<Option<(ShLink, bool)>>> = RwSignal::new_local(None);
    leptos::task::spawn_local(async move {
        let found = app.link_to_open().await;
        let _ = link.try_set(Some(found));
    });
    let which = move || link.with(|link| link.as_ref().map_or(0, |found| 1 + usize::from(found.is_some())));
    let body = switch(which, move || match link.get() {
        None => none(),
        Some(None) => all([
            el("p", "lead").text(t(K::CodeNone)),
            control::link("button main wide", "", icon::PLUS, t(K::KitAdd), "kit"),
        ]),
        Some(Some((link, again))) => question(app, link, again),
    });
    shell::screen(app, t(K::CodeTitle), body)
}

fn question(app: App, link: ShLink, again: bool) -> View {
    let field = el("input", "")
        .attr("id", "code")
        .attr("type", "text")
        .attr("inputmode", "numeric")
        .attr("autocomplete", "off")
        .attr("autocapitalize", "none")
        .attr("spellcheck", "false")
        // An empty one is told by the browser, in its own words.
        .attr("required", "")
        .attr("aria-describedby", "code-hint");
    let input: HtmlInputElement = field.element().clone().unchecked_into();
    let told = RwSignal::new(None::<Refused>);
    let busy = RwSignal::new(false);
    let outcome = move || match told.get() {
        _ if busy.get() => el("p", "busy").text(t(K::KitAdding)),
        None => none(),
        Some(Refused::Other(problem)) => notice::problem(problem),
        Some(Refused::Code(left)) => {
            let words = match left {
                0 => t(K::CodeOver).to_owned(),
                left => i18n::count(u64::from(left), K::CodeLeftOne, K::CodeLeftOther),
            };
            notice::alert("code_wrong", t(K::CodeWrong), &words).attr("data-count", &left.to_string())
        }
    };
    let open = move || {
        let code = input.value().trim().to_owned();
        if code.is_empty() || busy.get_untracked() {
            return;
        }
        busy.set(true);
        let link = link.clone();
        leptos::task::spawn_local(async move {
            let opened = app.open_with_code(&link, &code).await;
            let _ = busy.try_set(false);
            match opened {
                Ok(()) => app.go.set(Some("/kit")),
                Err(why) => drop(told.try_set(Some(why))),
            }
        });
    };
    let disabled = move || busy.get().then(String::new);
    el("form", "stack card")
        .with(el("p", "lead").text(t(if again { K::CodeChanged } else { K::CodeText })))
        .with(
            el("div", "field")
                .with(el("label", "").attr("for", "code").text(t(K::CodeLabel)))
                .with(field)
                .with(el("p", "soft").attr("id", "code-hint").text(t(K::CodeHint))),
        )
        .with(el("div", "outcome").attr("role", "status").with(region(outcome)))
        .with(
            el("button", "button main wide")
                .attr("type", "submit")
                .action("code-open")
                .live("disabled", disabled)
                .with(icon(icon::CHECK))
                .with(el("span", "").text(t(K::CodeOpen))),
        )
        .on("submit", move |event| {
            event.prevent_default();
            open();
        })
}
