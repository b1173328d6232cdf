//! Links with a spoken code (SMART Health Links, flag `P`): the code opens the link's manifest, which says
//! where the kit lies. It is kept with the kit, so that new versions come without asking again; one that the
//! clinic no longer takes is forgotten at once, for each wrong try costs one of the few there are.

use super::{App, adding::RECIPIENT_NAME, keys::PendingLink};
use crate::platform::{clock::DeviceClock, net};
use care::{
    json::Value,
    link::{KitLink, ShLink},
    ports::{Clock, Records},
    problem::Problem,
};
use leptos::prelude::*;

/// Longest manifest that is read: one file's address.
const MAX_MANIFEST: u64 = 64 * 1024;

/// Why a link did not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The code is wrong; so many tries are left.
    Code(u32),
    /// Anything else.
    Other(Problem),
}

impl<P: Into<Problem>> From<P> for Refused {
    fn from(problem: P) -> Self {
        Refused::Other(problem.into())
    }
}

/// Asks a link's manifest where the kit lies.
async fn place(link: &ShLink, code: &str) -> Result<String, Refused> {
    let question = Value::of_texts(&[("recipient", RECIPIENT_NAME), ("passcode", code)]).to_text();
    let (status, text) = net::post_json(&link.url, &question, MAX_MANIFEST).await?;
    let answer = Value::parse(text.as_bytes()).unwrap_or_default();
    if status == 401 {
        return match answer.get("remainingAttempts") {
            Value::Int(left) => Err(Refused::Code(u32::try_from(*left).unwrap_or_default())),
            // A login page asks for a password of its own.
            _ => Err(Refused::Other(Problem::KitNotAKit)),
        };
    }
    if let Some(problem) = Problem::of_kit_status(status) {
        return Err(Refused::Other(problem));
    }
    let location = answer.get("files").items().iter().find_map(|file| file.get("location").as_str());
    match location {
        Some(location) if net::same_origin(location) => Ok(location.to_owned()),
        _ => Err(Refused::Other(Problem::KitNotAKit)),
    }
}

impl App {
    /// The link that waits for its code: one that was just opened, or a kit's whose code changed.
    pub async fn link_to_open(self) -> Option<(ShLink, bool)> {
        let kept = self.kits.with_untracked(|kits| {
            let asks = |record: &care::opening::KitRecord| record.link.has('P') && record.passcode.is_none();
            kits.iter().find(|kit| asks(&kit.record.borrow())).map(|kit| kit.record.borrow().link.clone())
        });
        if let Some(link) = kept {
            return Some((link, true));
        }
        let pending = self.database()?.get::<PendingLink>(PendingLink::KEY).await.ok().flatten()?;
        match KitLink::parse(&pending.text, DeviceClock.now_ms()) {
            Ok(KitLink::Shl(link)) if link.has('P') => Some((link, false)),
            _ => None,
        }
    }

    /// Opens a link with the code that the patient was told.
    ///
    /// # Errors
    /// When the code is wrong, with the tries that are left; or why the kit did not come.
    pub async fn open_with_code(self, link: &ShLink, code: &str) -> Result<(), Refused> {
        let place = place(link, code).await?;
        self.try_add(&link.to_uri(), Some(place)).await?;
        // The newest kit stands first.
        if let Some(kit) = self.kits.with_untracked(|kits| kits.first().cloned()) {
            let code = code.to_owned();
            kit.keep(move |record| record.passcode = Some(code.clone()));
        }
        Ok(())
    }

    /// Whether a kit's code is not taken any more: on any screen that can say so.
    pub fn code_is_wanted(self) -> bool {
        self.kits.with(|kits| {
            kits.iter().any(|kit| {
                let record = kit.record.borrow();
                record.link.has('P') && record.passcode.is_none()
            })
        })
    }

    /// Asks the clinic for newer versions of the kits behind a code.
    pub(crate) fn check_coded(self) {
        leptos::task::spawn_local(async move {
            for kit in self.kits.get_untracked() {
                let record = kit.record.borrow().clone();
                let Some(code) = record.passcode.clone().filter(|_| record.link.has('P')) else { continue };
                match place(&record.link, &code).await {
                    Ok(place) => drop(self.check_kit(&kit, Some(place)).await),
                    Err(Refused::Code(_)) => {
                        kit.keep(|record| record.passcode = None);
                        self.kits.update(|_| ());
                    }
                    // Tried again at the next occasion.
                    Err(Refused::Other(_)) => {}
                }
            }
        });
    }
}
