//! Buttons and links that look alike: icon + word, large enough for any finger. `action` is the
//! public hook of DESIGN §11, empty where there is none.

use super::icon::{Icon, icon};
use crate::platform::dom::{View, all, el};
use wasm_bindgen::JsCast;
use web_sys::{HtmlDialogElement, HtmlInputElement};

/// A button.
pub fn button(class: &str, action: &str, picture: Icon, label: &str, act: impl Fn() + 'static) -> View {
    bare_button(class, action)
        .with(icon(picture))
        .with(el("span", "").text(label))
        .on("click", move |_| act())
}

/// A button with nothing in it yet.
pub fn bare_button(class: &str, action: &str) -> View {
    el("button", class).attr("type", "button").action(action)
}

/// A button that is on or off; its word stays the same.
pub fn toggle(
    action: &str,
    picture: Icon,
    label: &str,
    on: impl Fn() -> bool + 'static,
    act: impl Fn() + 'static,
) -> View {
    button("button", action, picture, label, act)
        .live("aria-pressed", move || Some(if on() { "true" } else { "false" }.into()))
}

/// Answers to choose from. In a list the phone’s voice reads them too: other buttons it passes over.
pub fn choices(class: &str, buttons: impl IntoIterator<Item = View>) -> View {
    let rows = buttons.into_iter().map(|button| el("li", "").with(button));
    el("ul", ["choices ", class].concat().trim_end()).with(all(rows))
}

/// A link to another screen, or to the telephone.
pub fn link(class: &str, action: &str, picture: Icon, label: &str, href: &str) -> View {
    el("a", class).attr("href", href).action(action).with(icon(picture)).with(el("span", "").text(label))
}

/// One of several: a large radio button, with its words.
pub fn radio(
    name: &str,
    action: &str,
    words: View,
    chosen: impl Fn() -> bool + 'static,
    act: impl Fn() + 'static,
) -> View {
    let field = el("input", "").attr("type", "radio").attr("name", name).action(action);
    let radio = field.element().clone().unchecked_into::<HtmlInputElement>();
    crate::platform::dom::keep(Box::new(move || radio.set_checked(chosen())));
    el("label", "choice").with(field.on("change", move |_| act())).with(words)
}

/// Yes or no by itself: a large checkbox, with its words, and its element.
pub fn check(action: &str, words: &str, on: bool) -> (View, HtmlInputElement) {
    let field = el("input", "").attr("type", "checkbox").action(action);
    let element: HtmlInputElement = field.element().clone().unchecked_into();
    element.set_checked(on);
    (el("label", "choice").with(field).with(el("span", "choice-text").text(words)), element)
}

/// A question over everything else, and its element. `body` ends with its buttons; `id` names its heading.
pub fn dialog(id: &str, title: &str) -> (View, HtmlDialogElement) {
    // Read from its beginning: the focus would else go to the first button, and the words out of sight.
    let heading = el("h2", "").attr("id", id).attr("tabindex", "-1").attr("autofocus", "").text(title);
    let dialog = el("dialog", "dialog").attr("aria-labelledby", id).with(heading);
    let element = dialog.element().clone().unchecked_into();
    (dialog, element)
}
