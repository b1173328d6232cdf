//! Adding a kit: a pasted link, the camera, or a picture of the code.

use super::{control, icon, notice};
use crate::{
    i18n::{K, t},
    platform::page::Early,
    state::{Adding, App, CameraScan},
};
use leptos::{ev, html, prelude::*};

/// How adding goes, beside the form.
fn outcome(app: App) -> AnyView {
    let words = move || match app.adding.get() {
        Adding::Idle => None,
        Adding::Busy => Some(view! { <p class="busy">{t(K::KitAdding)}</p> }.into_any()),
        Adding::Failed(problem) => Some(notice::problem(problem)),
    };
    view! { <div role="status">{words}</div> }.into_any()
}

/// The field for the link and its button.
pub fn paste_form(app: App) -> AnyView {
    let field = NodeRef::<html::Input>::new();
    let early = use_context::<StoredValue<Early>>();
    let text = early.map(|early| early.with_value(|e| e.text.clone())).unwrap_or_default();
    let add = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if let Some(field) = field.get_untracked() {
            app.add_kit(field.value());
        }
    };
    let busy = move || app.adding.get() == Adding::Busy;
    view! {
        <form class="stack card" on:submit=add>
            <div class="field">
                <label for="link">{t(K::KitLinkLabel)}</label>
                <input id="link" type="text" inputmode="url" autocomplete="off" autocapitalize="none"
                    spellcheck="false" aria-describedby="link-hint" node_ref=field value=text />
                <p id="link-hint" class="soft">{t(K::KitLinkHint)}</p>
            </div>
            <button type="submit" class="button main wide" data-action="kit-add" disabled=busy>
                {icon::icon(icon::PLUS)}
                <span>{t(K::KitAdd)}</span>
            </button>
            {outcome(app)}
        </form>
    }
    .into_any()
}

/// The camera and the picture. Turning the camera on shows its image in the place of the button.
pub fn scan_card(app: App) -> AnyView {
    view! { <div class="stack card">{scan(app)}{picture(app)}</div> }.into_any()
}

/// « Scanner la carte ».
pub fn scan(app: App) -> AnyView {
    let on = RwSignal::new(false);
    let video = NodeRef::<html::Video>::new();
    let camera = StoredValue::new_local(None::<CameraScan>);
    Effect::new(move |_| {
        if let Some(video) = video.get() {
            camera.set_value(Some(app.start_camera(video)));
        }
    });
    // A code that was read, or a camera that was refused, ends the scan.
    Effect::new(move |_| {
        if app.adding.get() != Adding::Idle {
            on.set(false);
        }
    });
    let stop = move || {
        camera.set_value(None);
        on.set(false);
    };
    on_cleanup(move || camera.set_value(None));
    let view = move || {
        if on.get() {
            view! {
                <p>{t(K::KitScanText)}</p>
                <video class="viewfinder" node_ref=video playsinline muted aria-label=t(K::KitScanText)></video>
                {control::button("button wide", "", icon::CROSS, t(K::KitScanStop), stop)}
            }
            .into_any()
        } else {
            camera.set_value(None);
            let start = move || {
                app.adding.set(Adding::Idle);
                on.set(true);
            };
            control::button("button wide", "kit-scan", icon::CAMERA, t(K::KitScan), start)
        }
    };
    view! { <div class="stack">{view}</div> }.into_any()
}

/// « Choisir une photo du code ».
pub fn picture(app: App) -> AnyView {
    let field = NodeRef::<html::Input>::new();
    let chosen = move |_| {
        if let Some(file) = field.get_untracked().and_then(|f| f.files()).and_then(|files| files.get(0)) {
            app.scan_file(file);
        }
    };
    view! {
        <label class="button wide">
            {icon::icon(icon::IMAGE)}
            <span>{t(K::KitImage)}</span>
            <input class="visually-hidden" type="file" accept="image/*" data-action="kit-image" node_ref=field on:change=chosen />
        </label>
    }
    .into_any()
}

/// Simple mode: one way a screen.
pub fn simple(app: App) -> AnyView {
    let typing = RwSignal::new(false);
    move_between(app, typing)
}

fn move_between(app: App, typing: RwSignal<bool>) -> AnyView {
    (move || {
        if typing.get() {
            view! {
                {paste_form(app)}
                {control::button("button wide", "", icon::BACK, t(K::AppBack), move || typing.set(false))}
            }
            .into_any()
        } else {
            view! {
                <p class="lead">{t(K::KitAddText)}</p>
                {outcome(app)}
                {scan(app)}
                {picture(app)}
                {control::button("button wide", "kit-link", icon::LINK, t(K::KitHaveLink), move || typing.set(true))}
            }
            .into_any()
        }
    })
    .into_any()
}
