//! Buttons and links that look alike: icon + word, large enough for any finger. `action` is the
//! public hook of DESIGN §11, empty where there is none.

use super::icon::{Icon, icon};
use leptos::{html, prelude::*};

/// Whether an attribute stands at all.
fn given(text: &'static str) -> Option<&'static str> {
    (!text.is_empty()).then_some(text)
}

/// A button.
pub fn button(
    class: &'static str,
    action: &'static str,
    picture: Icon,
    label: impl Into<String>,
    act: impl Fn() + 'static,
) -> AnyView {
    boxed_button(class, action, picture, label.into(), Box::new(act))
}

fn boxed_button(
    class: &'static str,
    action: &'static str,
    picture: Icon,
    label: String,
    act: Box<dyn Fn()>,
) -> AnyView {
    view! {
        <button type="button" class=class data-action=given(action) on:click=move |_| act()>
            {icon(picture)}
            <span>{label}</span>
        </button>
    }
    .into_any()
}

/// A button that is on or off; its word stays the same.
pub fn switch(
    class: &'static str,
    action: &'static str,
    picture: Icon,
    label: impl Into<String>,
    on: impl Fn() -> bool + Send + Sync + 'static,
    act: impl Fn() + 'static,
) -> AnyView {
    boxed_switch(class, action, picture, label.into(), Signal::derive(on), Box::new(act))
}

fn boxed_switch(
    class: &'static str,
    action: &'static str,
    picture: Icon,
    label: String,
    on: Signal<bool>,
    act: Box<dyn Fn()>,
) -> AnyView {
    let pressed = move || if on.get() { "true" } else { "false" };
    view! {
        <button type="button" class=class data-action=given(action) aria-pressed=pressed on:click=move |_| act()>
            {icon(picture)}
            <span>{label}</span>
        </button>
    }
    .into_any()
}

/// A link to another screen, or to the telephone.
pub fn link(
    class: &'static str,
    action: &'static str,
    picture: Icon,
    label: impl Into<String>,
    href: impl Into<String>,
) -> AnyView {
    plain_link(class, action, picture, label.into(), href.into())
}

fn plain_link(
    class: &'static str,
    action: &'static str,
    picture: Icon,
    label: String,
    href: String,
) -> AnyView {
    view! {
        <a class=class data-action=given(action) href=href>
            {icon(picture)}
            <span>{label}</span>
        </a>
    }
    .into_any()
}

/// A question over everything else. `body` ends with its buttons; `id` names its heading.
pub fn dialog(node: NodeRef<html::Dialog>, id: &'static str, title: &'static str, body: AnyView) -> AnyView {
    view! {
        <dialog class="dialog" node_ref=node aria-labelledby=id>
            <div class="stack">
                <h2 id=id>{title}</h2>
                {body}
            </div>
        </dialog>
    }
    .into_any()
}
