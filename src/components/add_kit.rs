//! Adding a kit: a pasted link, the camera, or a picture of the code.

use super::{
    control,
    icon::{self, icon},
    install::nothing_pasted,
    notice,
};
use crate::{
    i18n::{K, t},
    later,
    platform::{
        dom::{View, all, el, none, region, switch},
        page::{self, Early},
    },
    state::{Adding, App},
};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;

/// How adding goes, beside the form. A link that was tapped may fail while the form is out of sight.
fn outcome(app: App) -> View {
    let words = move || match app.adding.get() {
        Adding::Idle => none(),
        Adding::Busy => el("p", "busy").text(t(K::KitAdding)),
        Adding::Failed(problem) => {
            let said = notice::problem(problem);
            page::reveal(&said);
            said
        }
    };
    el("div", "outcome").attr("role", "status").with(region(words))
}

/// The field for the link and its button; in standard mode also one to paste with, where the browser has it.
pub fn paste_form(app: App, simple: bool) -> View {
    let nothing = RwSignal::new(false);
    let pasting = move || match simple {
        true => none(),
        false => later::paste_link(app, nothing).unwrap_or_else(none),
    };
    let field = el("input", "")
        .attr("id", "link")
        .attr("type", "text")
        .attr("inputmode", "url")
        .attr("autocomplete", "off")
        .attr("autocapitalize", "none")
        .attr("spellcheck", "false")
        .attr("aria-describedby", "link-hint");
    let input: HtmlInputElement = field.element().clone().unchecked_into();
    if let Some(early) = use_context::<StoredValue<Early>>() {
        early.with_value(|early| input.set_value(&early.text));
    }
    let busy = move || (app.adding.get() == Adding::Busy).then(String::new);
    el("form", "stack card")
        .with(
            el("div", "field")
                .with(el("label", "").attr("for", "link").text(t(K::KitLinkLabel)))
                .with(field)
                .with(el("p", "soft").attr("id", "link-hint").text(t(K::KitLinkHint))),
        )
        .with(outcome(app))
        .with(
            el("button", "button main wide")
                .attr("type", "submit")
                .action("kit-add")
                .live("disabled", busy)
                .with(icon(icon::PLUS))
                .with(el("span", "").text(t(K::KitAdd))),
        )
        .with(el("div", "stack tight").with(region(pasting)).with(nothing_pasted(nothing)))
        .on("submit", move |event| {
            event.prevent_default();
            app.add_kit(input.value());
        })
}

/// The camera and the picture.
pub fn scan_card(app: App) -> View {
    el("div", "stack card").with(scan(app)).with(picture(app))
}

/// « Scanner la carte »: the camera's image takes the place of the button.
pub fn scan(app: App) -> View {
    let on = RwSignal::new(false);
    // A code that was read, or a camera that was refused, ends the scan.
    let end = move || {
        if app.adding.get() != Adding::Idle {
            on.set(false);
        }
    };
    crate::platform::dom::keep(Box::new(end));
    let view = move || {
        if on.get() {
            later::viewfinder(app, on)
        } else {
            let start = move || {
                app.adding.set(Adding::Idle);
                on.set(true);
            };
            control::button("button wide", "kit-scan", icon::CAMERA, t(K::KitScan), start)
        }
    };
    el("div", "stack").with(region(view))
}

/// « Choisir une photo du code ».
pub fn picture(app: App) -> View {
    let field =
        el("input", "visually-hidden").attr("type", "file").attr("accept", "image/*").action("kit-image");
    let input: HtmlInputElement = field.element().clone().unchecked_into();
    let chosen = move || {
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            later::read_picture(app, file);
            // The same picture may be chosen again.
            input.set_value("");
        }
    };
    el("label", "button wide")
        .with(icon(icon::IMAGE))
        .with(el("span", "").text(t(K::KitImage)))
        .with(field.on("change", move |_| chosen()))
}

/// Simple mode: one way a screen.
pub fn simple(app: App) -> View {
    let (typing, nothing) = (RwSignal::new(false), RwSignal::new(false));
    let writing = move || typing.get() || nothing.get();
    switch(
        move || usize::from(writing()),
        move || {
            if writing() {
                let back = move || {
                    typing.set(false);
                    nothing.set(false);
                };
                let back = control::button("button wide", "kit-back", icon::BACK, t(K::AppBack), back);
                return all([nothing_pasted(nothing), paste_form(app, true), back]);
            }
            let write = move || typing.set(true);
            let write =
                move || control::button("button wide", "kit-link", icon::LINK, t(K::KitHaveLink), write);
            let link = move || match app.adding.get() {
                // What was pasted is no link: perhaps it can be written.
                Adding::Failed(_) => write(),
                _ => later::paste_link(app, nothing).unwrap_or_else(write),
            };
            all([el("p", "lead").text(t(K::KitAddText)), outcome(app), scan(app), picture(app), region(link)])
        },
    )
}
