//! Views: pieces of the document, built by plain calls and kept in step with signals.
//!
//! Leptos runs the signals; its view macro is not used. There every view is a type of its own with
//! its own code to build, rebuild and erase it, which made the portal twice as heavy as a rural
//! phone may be asked to fetch (326 KB Brotli against 150). Here a view is a node, and one
//! body of code serves them all.

use gloo_events::{EventListener, EventListenerOptions};
use leptos::prelude::{LocalStorage, Owner, RenderEffect, StoredValue, untrack};
use std::{cell::Cell, rc::Rc};
use wasm_bindgen::{JsCast, UnwrapThrowExt};
use web_sys::{Document, Element, Event, Node};

/// A piece of the document: an element, a text, or a fragment of several.
#[derive(Clone)]
pub struct View(Node);

fn document() -> Document {
    // The portal runs in a page or not at all.
    web_sys::window().and_then(|w| w.document()).unwrap_throw()
}

/// An element. An empty `class` leaves it without.
pub fn el(tag: &str, class: &str) -> View {
    in_namespace(None, tag, class)
}

fn in_namespace(namespace: Option<&str>, tag: &str, class: &str) -> View {
    // Only a tag that is no name fails, and all are written in this program.
    let element = document().create_element_ns(namespace.or(Some(HTML)), tag).unwrap_throw();
    let view = View(element.into());
    if class.is_empty() { view } else { view.attr("class", class) }
}

const HTML: &str = "http://www.w3.org/1999/xhtml";
const SVG: &str = "http://www.w3.org/2000/svg";

/// An `<svg>` with this inside, hidden from screen readers: its word stands beside it. What is inside is
/// this program’s own: never words from elsewhere.
pub fn svg(class: &str, view_box: &str, inside: &str) -> View {
    let view = shape("svg", class);
    view.element().set_inner_html(inside);
    view.attr("viewBox", view_box).attr("aria-hidden", "true")
}

/// A piece of an `<svg>`, or that itself, which screen readers are told of: a chart.
pub fn shape(tag: &str, class: &str) -> View {
    in_namespace(Some(SVG), tag, class)
}

/// Words.
pub fn text(words: &str) -> View {
    View(document().create_text_node(words).into())
}

/// Several views in a row, without an element around them.
pub fn all(views: impl IntoIterator<Item = View>) -> View {
    let fragment = View(document().create_document_fragment().into());
    for view in views {
        fragment.append(&view);
    }
    fragment
}

/// Nothing.
pub fn none() -> View {
    all([])
}

/// A view that is built again whenever a signal that it read has changed.
pub fn region(build: impl Fn() -> View + 'static) -> View {
    region_of(Box::new(build))
}

/// A view that is built again whenever `key` gives another number; signals that only the building
/// reads don't matter, so that a button keeps its focus while numbers beside it change.
pub fn switch(key: impl Fn() -> usize + 'static, build: impl Fn() -> View + 'static) -> View {
    let last = Cell::new(None);
    switch_of(Box::new(move || last.replace(Some(key())) != last.get()), Box::new(build))
}

fn region_of(build: Box<dyn Fn() -> View>) -> View {
    let (view, place, owner) = held_place();
    keep(Box::new(move || {
        let inside = owner.with_cleanup(&build);
        place.fill(&inside);
    }));
    view
}

fn switch_of(changed: Box<dyn Fn() -> bool>, build: Box<dyn Fn() -> View>) -> View {
    let (view, place, owner) = held_place();
    keep(Box::new(move || {
        if changed() {
            let inside = untrack(|| owner.with_cleanup(&build));
            place.fill(&inside);
        }
    }));
    view
}

fn held_place() -> (View, Place, Owner) {
    let (start, end) = (document().create_comment(""), document().create_comment(""));
    let view = all([View(start.clone().into()), View(end.clone().into())]);
    (view, Place { start: start.into(), end: end.into() }, Owner::new())
}

/// Where a region stands: between two comments, wherever these are moved.
struct Place {
    start: Node,
    end: Node,
}

impl Place {
    fn fill(&self, view: &View) {
        let Some(parent) = self.end.parent_node() else { return };
        while let Some(old) = self.start.next_sibling().filter(|n| !n.is_same_node(Some(&self.end))) {
            // It is a child of its parent.
            let _ = parent.remove_child(&old);
        }
        let _ = parent.insert_before(&view.0, Some(&self.end));
    }
}

/// Runs `effect` now and after each change of a signal it read, as long as the owner lives.
pub fn keep(mut effect: Box<dyn FnMut()>) {
    let effect = RenderEffect::new(move |_: Option<()>| effect());
    StoredValue::<_, LocalStorage>::new_local(effect);
}

impl View {
    /// The element; a fragment or a text has none.
    pub fn element(&self) -> &Element {
        self.0.unchecked_ref()
    }

    fn append(&self, child: &View) {
        // Our own nodes form no circle.
        let _ = self.0.append_child(&child.0);
    }

    /// Puts this view into an element of the page.
    pub fn mount(&self, root: &Element) {
        let _ = root.append_child(&self.0);
    }

    /// Sets an attribute.
    pub fn attr(self, name: &str, value: &str) -> Self {
        // Only a name that is none fails, and all are written in this program.
        let _ = self.element().set_attribute(name, value);
        self
    }

    /// Sets an attribute if there is a value.
    pub fn opt(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.attr(name, value),
            None => self,
        }
    }

    /// The public hook of DESIGN §11.
    pub fn action(self, name: &str) -> Self {
        if name.is_empty() { self } else { self.attr("data-action", name) }
    }

    /// An attribute that follows signals; absent while there is no value.
    pub fn live(self, name: &'static str, value: impl Fn() -> Option<String> + 'static) -> Self {
        self.live_of(name, Box::new(value))
    }

    fn live_of(self, name: &'static str, value: Box<dyn Fn() -> Option<String>>) -> Self {
        let element = self.element().clone();
        keep(Box::new(move || {
            let value = value();
            if element.get_attribute(name) != value {
                let _ = match value {
                    Some(value) => element.set_attribute(name, &value),
                    None => element.remove_attribute(name),
                };
            }
        }));
        self
    }

    /// Words inside.
    pub fn text(self, words: &str) -> Self {
        self.append(&text(words));
        self
    }

    /// Words that follow signals.
    pub fn words(self, words: impl Fn() -> String + 'static) -> Self {
        self.words_of(Box::new(words))
    }

    fn words_of(self, words: Box<dyn Fn() -> String>) -> Self {
        let node = document().create_text_node("");
        self.append(&View(node.clone().into()));
        let shown = Rc::new(Cell::new(String::new()));
        keep(Box::new(move || {
            let now = words();
            // A live region must not speak again of what has not changed.
            if shown.replace(now.clone()) != now {
                node.set_data(&now);
            }
        }));
        self
    }

    /// A view inside.
    pub fn with(self, child: View) -> Self {
        self.append(&child);
        self
    }

    /// A view inside, if there is one.
    pub fn maybe(self, child: Option<View>) -> Self {
        if let Some(child) = child {
            self.append(&child);
        }
        self
    }

    /// Listens, as long as the owner lives.
    pub fn on(self, event: &'static str, act: impl Fn(&Event) + 'static) -> Self {
        self.on_of(event, Box::new(act))
    }

    fn on_of(self, event: &'static str, act: Box<dyn Fn(&Event)>) -> Self {
        let options = EventListenerOptions::enable_prevent_default();
        let listener = EventListener::new_with_options(self.element(), event, options, act);
        StoredValue::<_, LocalStorage>::new_local(listener);
        self
    }
}
