//! Reading a kit's code: with the camera, or from a picture. Comes with the later screens: whoever
//! scans has the network, for the kit has yet to come.

use super::{control, icon};
use crate::{
    i18n::{K, t},
    platform::{
        camera,
        dom::{View, all, el},
        qr,
    },
    state::{Adding, App},
};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{File, HtmlVideoElement};

/// The camera's image, until a code is read: then its kit is added. The camera is on as long as this
/// view stands; `on` is what shows it.
pub fn viewfinder(app: App, on: RwSignal<bool>) -> View {
    let video = el("video", "viewfinder")
        .attr("playsinline", "")
        .attr("muted", "")
        .attr("aria-label", t(K::KitScanText));
    let element: HtmlVideoElement = video.element().clone().unchecked_into();
    let read = move |text| app.add_kit(text);
    let failed = move |problem| app.adding.set(Adding::Failed(problem));
    StoredValue::<camera::Scan, LocalStorage>::new_local(camera::scan(element, read, failed));
    all([
        el("p", "").text(t(K::KitScanText)),
        video,
        control::button("button wide", "", icon::CROSS, t(K::KitScanStop), move || on.set(false)),
    ])
}

/// Reads the code in a picture and adds its kit.
pub fn read_picture(app: App, file: File) {
    app.adding.set(Adding::Busy);
    leptos::task::spawn_local(async move {
        match qr::decode_file(&file).await {
            Ok(text) => {
                app.adding.set(Adding::Idle);
                app.add_kit(text);
            }
            Err(problem) => app.adding.set(Adding::Failed(problem)),
        }
    });
}
