//! What the patient may write or tick beside an answer: a few words, and that somebody helps.

use crate::{
    i18n::{K, t},
    platform::dom::{View, el, keep},
};
use care::journal::By;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlTextAreaElement};

/// The most that is kept of what was written, in UTF-16 units: a few sentences.
const MOST: &str = "500";

/// A field for a few words; nothing need be written.
pub fn words(id: &str, label: K, hint: Option<K>) -> (View, HtmlTextAreaElement) {
    let field = el("textarea", "")
        .attr("id", id)
        .attr("rows", "2")
        .attr("maxlength", MOST)
        .attr("autocomplete", "off")
        .attr("dir", "auto");
    let element = field.element().clone().unchecked_into();
    let view = el("div", "field").with(el("label", "").attr("for", id).text(t(label)));
    let Some(hint) = hint else { return (view.with(field), element) };
    let hint_id = [id, "-hint"].concat();
    let field = field.attr("aria-describedby", &hint_id);
    (view.with(field).with(el("p", "soft").attr("id", &hint_id).text(t(hint))), element)
}

/// What stands in a field, without the spaces around it.
pub fn written(field: &HtmlTextAreaElement) -> String {
    field.value().trim().to_owned()
}

/// « Noté par un proche ».
pub fn helper(by: RwSignal<By>) -> View {
    let tick = el("input", "").attr("type", "checkbox").action("by-helper");
    let input = tick.element().clone().unchecked_into::<HtmlInputElement>();
    let shown = input.clone();
    keep(Box::new(move || shown.set_checked(by.get() == By::Helper)));
    let tick = tick.on("change", move |_| by.set(if input.checked() { By::Helper } else { By::Patient }));
    el("label", "choice").with(tick).with(el("span", "choice-text strong").text(t(K::ReportByHelper)))
}
