//! The page around the screens: title, language and mode of the document, focus, dialogs, the
//! shell of `index.html`, and what is shown when the program itself fails.

use super::{dom::View, js};
use care::{profile::Mode, text::Lang};
use js_sys::Function;
use wasm_bindgen::JsCast;
use web_sys::{Document, FocusOptions, HtmlDialogElement, HtmlElement, HtmlInputElement};

fn document() -> Option<Document> {
    web_sys::window()?.document()
}

/// What the patient did in the shell before the program had come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Early {
    /// What stands in the field for the link.
    pub text: String,
    /// « Ajouter mon kit » was pressed.
    pub sent: bool,
}

/// Takes the shell of `index.html` away, now that a screen stands in its place.
pub fn remove_shell() -> Early {
    let mut early = Early::default();
    if let Some(document) = document() {
        if let Some(field) =
            document.get_element_by_id("early").and_then(|e| e.dyn_into::<HtmlInputElement>().ok())
        {
            early = Early { text: field.value(), sent: field.has_attribute("data-sent") };
        }
        if let Some(shell) = document.get_element_by_id("shell") {
            shell.remove();
        }
    }
    early
}

/// The element that holds the screens.
pub fn root() -> Option<HtmlElement> {
    document()?.get_element_by_id("app")?.dyn_into().ok()
}

/// Tells the browser and the screen reader how the screens are shown.
pub fn describe(lang: Lang, mode: Mode) {
    if let Some(html) = document().and_then(|d| d.document_element()) {
        let mode = if mode == Mode::Simple { "simple" } else { "standard" };
        // Neither name is ever invalid.
        let _ = html.set_attribute("lang", lang.tag());
        let _ = html.set_attribute("data-mode", mode);
    }
}

/// Moves the focus without moving the page.
pub fn focus(element: &HtmlElement) {
    let options = FocusOptions::new();
    options.set_prevent_scroll(true);
    // Only a detached element refuses, and then there is nothing to focus.
    let _ = element.focus_with_options(&options);
}

/// The same for the element with this id, if it is on view.
pub fn focus_on(id: &str) {
    let element = document().and_then(|d| d.get_element_by_id(id));
    if let Some(element) = element.and_then(|e| e.dyn_into::<HtmlElement>().ok()) {
        focus(&element);
    }
}

/// The words on view, for reading aloud: the main part without its controls.
pub fn words() -> String {
    let Some(main) = document().and_then(|d| d.query_selector("main").ok().flatten()) else {
        return String::new();
    };
    let Ok(copy) = main.clone_node_with_deep(true) else { return String::new() };
    let Some(copy) = copy.dyn_ref::<web_sys::Element>() else { return String::new() };
    let mut out = String::new();
    const PARTS: &str = "h1,h2,h3,p,li,dt,dd,label";
    if let Ok(parts) = copy.query_selector_all(PARTS) {
        let parts = (0..parts.length()).filter_map(|i| parts.item(i)?.dyn_into::<web_sys::Element>().ok());
        // What holds other parts would be said twice.
        for part in parts.filter(|part| !matches!(part.query_selector(PARTS), Ok(Some(_)))) {
            out.push_str(part.text_content().unwrap_or_default().trim());
            out.push_str(". ");
        }
    }
    out
}

/// Opens a dialog over everything else.
pub fn open_dialog(dialog: &HtmlDialogElement) {
    // Refused only when it is open already.
    let _ = dialog.show_modal();
}

/// Opens the browser's own page to print.
pub fn print() {
    if let Some(window) = web_sys::window() {
        // A browser without printing does nothing.
        let _ = window.print();
    }
}

/// Whether a key was pressed on a field or slider, which has its own use for arrows.
pub fn is_field(target: Option<web_sys::EventTarget>) -> bool {
    target.is_some_and(|t| t.has_type::<HtmlInputElement>())
}

/// Words as they stand in an address.
pub fn in_address(words: &str) -> String {
    js_sys::encode_uri_component(words).into()
}

/// `performance.mark("usable")` (DESIGN §11), two frames from now: when the screen is painted. Then
/// `after` runs.
pub fn mark_usable(after: impl FnOnce() + 'static) {
    leptos::prelude::request_animation_frame(|| {
        leptos::prelude::request_animation_frame(|| {
            let performance = js::global("performance");
            if let Ok(mark) = js::get(&performance, "mark").dyn_into::<Function>() {
                // A browser without User Timing goes unmeasured.
                let _ = mark.call1(&performance, &"usable".into());
            }
            after();
        });
    });
}

/// Once the views stand that the signals of this moment ask for.
pub fn next_frame(act: impl FnOnce() + 'static) {
    leptos::prelude::request_animation_frame(act);
}

/// Brings what has just come into view, if it is not, once it stands.
pub fn reveal(view: &View) {
    let element = view.element().clone();
    next_frame(move || {
        if let Ok(scroll) = js::get(&element, "scrollIntoView").dyn_into::<Function>() {
            // Whatever it answers, the words stand there.
            let _ = scroll.call1(&element, &js::object(&[("block", "nearest".into())]));
        }
    });
}

/// Another screen stands in the place of the last one, at the same address: to its beginning.
pub fn turn() {
    if let Some(window) = web_sys::window() {
        window.scroll_to_with_x_and_y(0.0, 0.0);
    }
    arrive(true);
}

/// A screen has come: its heading becomes the document's title and, when the patient moved there,
/// takes the focus. Waits for the frame in which the screen stands.
pub fn arrive(moved: bool) {
    leptos::prelude::request_animation_frame(move || {
        let heading = document().and_then(|d| d.query_selector("main h1").ok().flatten());
        let Some(heading) = heading.and_then(|h| h.dyn_into::<HtmlElement>().ok()) else { return };
        let name = heading.text_content().unwrap_or_default();
        if let Some(document) = document() {
            document.set_title(&[name.as_str(), " · Bon Geste"].concat());
        }
        if moved {
            focus(&heading);
        }
    });
}
