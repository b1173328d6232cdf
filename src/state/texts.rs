//! The texts around the quiz: files beside the portal, one a language, brought when a screen asks for them.

use super::{App, keys::fetch_text};
use crate::i18n;
use std::{cell::RefCell, rc::Rc};

/// A text’s files in French and in English.
pub type Files = [&'static str; 2];

thread_local! {
    /// Those that are here, as long as the page.
    static HERE: RefCell<Vec<(&'static str, Rc<str>)>> = const { RefCell::new(Vec::new()) };
}

impl App {
    /// A text in the language on view, if it is here.
    pub fn text(self, files: Files) -> Option<Rc<str>> {
        let file = of_language(files);
        HERE.with_borrow(|all| all.iter().find(|(name, _)| *name == file).map(|(_, text)| text.clone()))
    }

    /// Brings a text in the language on view; false when it does not come.
    pub async fn bring_text(self, files: Files) -> bool {
        let file = of_language(files);
        let Ok(Some((text, _))) = fetch_text(file, None).await else { return false };
        HERE.with_borrow_mut(|all| {
            // In the place of what came before and was no such text.
            all.retain(|(name, _)| *name != file);
            all.push((file, text.into()));
        });
        leptos::task::spawn_local(async move { self.keep_too(&[file]).await });
        true
    }
}

fn of_language(files: Files) -> &'static str {
    let [french, english] = files;
    if i18n::lang() == care::text::Lang::En { english } else { french }
}
