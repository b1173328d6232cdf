//! Everything of the patient as one file: to keep, or to go on with on another phone.

use crate::{
    components::{
        control,
        icon::{self, icon},
        notice,
        shell::{self, section},
    },
    i18n::{self, K, count, fill, t},
    pages::summary,
    platform::{
        dom::{View, all, el, none, region},
        file, page,
    },
    state::App,
};
use care::{
    backup::{self, Backup, BackupError, Restored},
    calendar::Day,
    problem::Problem,
};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{File, HtmlInputElement};

/// How saving or bringing in goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Going {
    /// Nothing asked for.
    #[default]
    Idle,
    /// Under way.
    Busy,
    /// The file was given to the browser.
    Saved,
    /// The browser makes no files.
    NotSaved,
    /// A file was read: shall it be brought in?
    Read(Backup),
    /// This is no copy that can be brought in.
    Refused(BackupError),
    /// Brought in.
    Done(Restored),
    /// Not possible, and why.
    Failed(Problem),
}

/// Both ways; in simple mode with fewer words.
pub fn show(app: App, simple: bool) -> View {
    let going = RwSignal::new_local(Going::Idle);
    let inside = move || match going.get() {
        Going::Read(copy) => asked(app, going, copy),
        now => {
            let told = el("div", "outcome").attr("role", "status").with(outcome(now));
            if simple { all([told, save(app, going), open(going), back()]) } else { full(app, going, told) }
        }
    };
    shell::screen(app, t(K::CopyTitle), region(inside))
}

fn full(app: App, going: RwSignal<Going, LocalStorage>, told: View) -> View {
    let holds = [K::CopyHolds1, K::CopyHolds2, K::CopyHolds3].map(|line| el("li", "").text(t(line)));
    all([
        told,
        section(
            K::CopySaveTitle,
            all([
                el("p", "").text(t(K::CopyText)),
                el("ul", "list").with(all(holds)),
                el("p", "strong").text(t(K::CopyPrivate)),
                save(app, going),
            ]),
        ),
        section(K::CopyOpenTitle, all([el("p", "").text(t(K::CopyOpenText)), open(going)])),
        back(),
    ])
}

fn back() -> View {
    control::link("button wide", "", icon::BACK, t(K::AppBack), "follow-up")
}

fn save(app: App, going: RwSignal<Going, LocalStorage>) -> View {
    control::button("button main wide", "copy-save", icon::DOWNLOAD, t(K::CopySave), move || {
        going.set(Going::Busy);
        leptos::task::spawn_local(async move {
            let name = ["bon-geste-", &app.today().to_string(), ".json"].concat();
            going.set(match app.copy_of_all().await {
                Ok(text) if file::save(&name, backup::MIME, &text) => Going::Saved,
                Ok(_) => Going::NotSaved,
                Err(problem) => Going::Failed(problem),
            });
        });
    })
}

/// « Reprendre une copie »: the browser asks for the file.
fn open(going: RwSignal<Going, LocalStorage>) -> View {
    let field = el("input", "visually-hidden")
        .attr("type", "file")
        .attr("accept", "application/json,.json")
        .action("copy-open");
    let input: HtmlInputElement = field.element().clone().unchecked_into();
    let chosen = move || {
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            read(file, going);
            // The same file may be chosen again.
            input.set_value("");
        }
    };
    el("label", "button wide")
        .with(icon(icon::DOCUMENT))
        .with(el("span", "").text(t(K::CopyOpen)))
        .with(field.on("change", move |_| chosen()))
}

fn read(file: File, going: RwSignal<Going, LocalStorage>) {
    going.set(Going::Busy);
    leptos::task::spawn_local(async move {
        let text = file::read(&file).await;
        let read = text.map_or(Err(BackupError::Foreign), |text| Backup::read(&text));
        going.set(match read {
            Ok(copy) => Going::Read(copy),
            Err(e) => Going::Refused(e),
        });
        page::turn();
    });
}

/// What the file holds, and whether to add it.
fn asked(app: App, going: RwSignal<Going, LocalStorage>, copy: Backup) -> View {
    let made = fill(K::CopyMade, &[("date", &i18n::date(Day::of(copy.made_ms, 0)))]);
    let holds = [
        count(copy.events.len() as u64, K::CopyEventsOne, K::CopyEventsOther),
        count(copy.kits.len() as u64, K::CopyKitsOne, K::CopyKitsOther),
    ]
    .map(|line| el("li", "").text(&line));
    let add = move || {
        going.set(Going::Busy);
        let copy = copy.clone();
        leptos::task::spawn_local(async move {
            going.set(match app.bring_in(&copy).await {
                Ok(done) => Going::Done(done),
                Err(problem) => Going::Failed(problem),
            });
            page::turn();
        });
    };
    let cancel = move || {
        going.set(Going::Idle);
        page::turn();
    };
    all([
        el("div", "card stack tight")
            .with(el("p", "strong").text(&made))
            .with(el("ul", "list").with(all(holds)))
            .with(el("p", "").text(t(K::CopyAddText))),
        control::button("button main wide", "copy-add", icon::PLUS, t(K::CopyAdd), add),
        control::button("button wide", "", icon::BACK, t(K::AppCancel), cancel),
    ])
}

fn outcome(going: Going) -> View {
    let good = |title: &str, text: View| notice::notice("good", icon::CHECK, title, text);
    match going {
        Going::Idle | Going::Read(_) => none(),
        Going::Busy => el("p", "busy").text(t(K::AppMoment)),
        Going::Saved => {
            good(t(K::CopySaved), el("p", "").text(t(K::CopySavedText))).attr("data-copy", "saved")
        }
        Going::NotSaved => summary::notice_failed(),
        Going::Done(done) => {
            let mut lines = vec![
                count(done.events as u64, K::CopyAddedOne, K::CopyAddedOther),
                count(done.kits as u64, K::CopyAddedKitsOne, K::CopyAddedKitsOther),
            ];
            if done.kits_elsewhere > 0 {
                lines.push(t(K::CopyElsewhere).to_owned());
            }
            let lines = lines.iter().map(|line| el("li", "").text(line));
            good(t(K::CopyDone), el("ul", "list").with(all(lines)))
                .attr("data-copy", "done")
                .attr("data-count", &done.events.to_string())
        }
        Going::Refused(e) => {
            let (name, what, what_to_do) = match e {
                BackupError::Foreign => ("copy_foreign", K::CopyForeign, K::CopyForeignText),
                BackupError::Newer(_) => ("copy_newer", K::CopyNewer, K::CopyNewerText),
                BackupError::Syntax(_) | BackupError::Field(_) | BackupError::Changed => {
                    ("copy_damaged", K::CopyDamaged, K::CopyDamagedText)
                }
            };
            notice::alert(name, t(what), t(what_to_do))
        }
        Going::Failed(problem) => notice::problem(problem),
    }
}
