//! The kit: adding one, what it holds, its size before the download, and how ready it is.

use crate::{
    components::{
        HeldKit, add_kit, control,
        icon::{self, icon},
        kit_status, notice, pager, shell,
        words::said,
    },
    i18n::{self, K, count, fill, t},
    platform::install::Hint,
    state::{App, KitHandle},
};
use care::{
    download::KitStatus,
    kit::{Document, VettedLink},
};
use leptos::prelude::*;

/// The kit's screen, or the one to add a kit.
pub fn show(app: App, simple: bool) -> AnyView {
    (move || match app.current() {
        None => add(app, simple),
        Some(kit) => {
            let kit = StoredValue::new_local(kit);
            if simple { simply(app, kit) } else { full(app, kit) }
        }
    })
    .into_any()
}

fn add(app: App, simple: bool) -> AnyView {
    let body = if simple {
        add_kit::simple(app)
    } else {
        view! {
            <p class="lead">{t(K::KitAddText)}</p>
            {add_kit::paste_form(app)}
            {add_kit::scan_card(app)}
            {install(app)}
        }
        .into_any()
    };
    shell::screen(app, t(K::KitAddTitle), body)
}

fn full(app: App, kit: HeldKit) -> AnyView {
    let about = kit.with_value(|k| {
        let summary = k.kit.summary.as_ref().map(|s| view! { <p class="lead">{said(s)}</p> });
        let clinic = fill(K::KitFrom, &[("name", &k.kit.clinic.name)]);
        view! {
            <h2 class="kit-name">{said(&k.kit.title)}</h2>
            {summary}
            <p class="soft">{clinic}</p>
        }
        .into_any()
    });
    let documents = kit.with_value(|k| {
        let rows: Vec<_> =
            k.kit.documents.iter().map(|d| view! { <li class="item">{document(kit, d)}</li> }).collect();
        (!rows.is_empty())
            .then(|| section(K::KitDocuments, view! { <ul class="rows">{rows}</ul> }.into_any()))
    });
    let links = kit.with_value(|k| {
        let rows: Vec<_> = k.kit.links.iter().map(|l| view! { <li class="item">{vetted(l)}</li> }).collect();
        (!rows.is_empty()).then(|| {
            section(
                K::KitLinks,
                view! { <p class="soft">{t(K::KitLinksText)}</p><ul class="rows">{rows}</ul> }.into_any(),
            )
        })
    });
    let body = view! {
        {about}
        {notice::badge(kit)}
        {kit_status::panel(app, kit, false)}
        {control::link("button wide", "", icon::PLAY, t(K::KitWatch), "./")}
        {install(app)}
        {section(K::KitHolds, holds(kit))}
        {documents}
        {links}
        {details(app, kit)}
        {others(app)}
        <details class="card">
            <summary>{t(K::KitAddOther)}</summary>
            <div class="stack">{add_kit::paste_form(app)}{add_kit::scan_card(app)}</div>
        </details>
    };
    shell::screen(app, t(K::KitTitle), body.into_any())
}

fn section(title: K, body: AnyView) -> AnyView {
    view! { <section class="stack"><h2>{t(title)}</h2>{body}</section> }.into_any()
}

/// « 5 exercices, 1 document, 3 liens ».
fn holds(kit: HeldKit) -> AnyView {
    kit.with_value(|k| {
        let of = [
            (icon::PLAY, k.kit.exercises.len(), K::KitNVideosOne, K::KitNVideosOther),
            (icon::DOCUMENT, k.kit.documents.len(), K::KitNDocumentsOne, K::KitNDocumentsOther),
            (icon::GLOBE, k.kit.links.len(), K::KitNLinksOne, K::KitNLinksOther),
        ];
        let items: Vec<_> = of
            .into_iter()
            .filter(|(_, n, ..)| *n > 0)
            .map(|(picture, n, one, other)| view! { <li>{icon(picture)}<span>{count(n as u64, one, other)}</span></li> })
            .collect();
        view! { <ul class="marks">{items}</ul> }.into_any()
    })
}

/// A leaflet: opens once it is here.
fn document(kit: HeldKit, document: &Document) -> AnyView {
    let url = kit.with_value(|k| k.document_url(document));
    let id = StoredValue::new(document.id.clone());
    let open = move || match url.get() {
        Some(url) => {
            let read = move |_| kit.with_value(|k| k.mark_seen(&id.get_value()));
            view! {
                <a class="button" href=url target="_blank" rel="noopener" data-action="document-open" on:click=read>
                    {icon(icon::DOCUMENT)}
                    <span>{t(K::KitDocumentOpen)}</span>
                </a>
            }
            .into_any()
        }
        None => view! { <p class="soft">{t(K::KitDocumentWait)}</p> }.into_any(),
    };
    view! {
        <div class="stack tight">
            <h3>{said(&document.title)}</h3>
            {open}
        </div>
    }
    .into_any()
}

/// An outside page that the clinic vetted. Never the badge; opened only by a tap.
fn vetted(link: &VettedLink) -> AnyView {
    let by =
        fill(K::KitLinkBy, &[("author", &link.author), ("qualification", i18n::text(&link.qualification))]);
    let checked = fill(K::KitLinkChecked, &[("date", &i18n::date(link.checked))]);
    // The signature covers it, the scheme is checked all the same: nothing but the web opens here.
    let open = link.url.starts_with("https://").then(|| {
        view! {
            <a class="button" href=link.url.clone() target="_blank" rel="noopener noreferrer" data-action="link-open">
                {icon(icon::GLOBE)}
                <span>{t(K::KitLinkOpen)}</span>
            </a>
        }
    });
    view! {
        <div class="stack tight">
            <h3>{said(&link.title)}</h3>
            <p>{said(&link.reason)}</p>
            <p class="soft">{by}" · "{checked}</p>
            <div class="row">{open}{notice::chip("plain", icon::GLOBE, t(K::AppInternetNeeded))}</div>
        </div>
    }
    .into_any()
}

/// For whom, until when, which version.
fn details(app: App, kit: HeldKit) -> AnyView {
    kit.with_value(|k| {
        let kit = &k.kit;
        let until = kit.valid_until.map(|day| fill(K::KitValid, &[("date", &i18n::date(day))]));
        let version =
            fill(K::KitVersion, &[("n", &kit.version.to_string()), ("date", &i18n::date(kit.issued))]);
        view! {
            <section class="stack">
                <dl class="facts">
                    <div><dt>{t(K::KitForWhom)}</dt><dd>{said(&kit.for_whom)}</dd></div>
                    <div><dt>{t(K::KitNotFor)}</dt><dd>{said(&kit.not_for)}</dd></div>
                </dl>
                <p class="soft">{until}" "{version}"."</p>
                <div class="row">
                    {control::button("button quiet", "kit-check", icon::AGAIN, t(K::KitCheck), move || app.check_now())}
                </div>
            </section>
        }
        .into_any()
    })
}

/// Kits besides the current one.
fn others(app: App) -> AnyView {
    let rows = move || {
        let kits: Vec<KitHandle> = app.kits.get().into_iter().skip(1).collect();
        (!kits.is_empty()).then(|| {
            let rows: Vec<_> = kits
                .into_iter()
                .map(|k| {
                    let id = k.kit.kit_id.clone();
                    let name = i18n::text(&k.kit.title).to_owned();
                    view! {
                        <li>{control::button("button wide", "kit-open", icon::KIT, name, move || app.make_current(&id))}</li>
                    }
                })
                .collect();
            section(K::KitOthers, view! { <ul class="rows">{rows}</ul> }.into_any())
        })
    };
    rows.into_any()
}

/// How to keep Bon Geste at hand on this device.
fn install(app: App) -> AnyView {
    (move || {
        let body = match app.install_hint() {
            Hint::None => return ().into_any(),
            Hint::InApp => {
                return notice::notice(
                    "warn",
                    icon::ALERT,
                    t(K::InstallInApp),
                    view! { <p>{t(K::InstallInAppText)}</p> }.into_any(),
                );
            }
            Hint::IosSafari => view! { <p>{t(K::InstallIos)}</p> }.into_any(),
            Hint::Prompt => view! { <p>{t(K::InstallPrompt)}</p>{install_button(app, "button")} }.into_any(),
        };
        notice::notice("info", icon::INSTALL, t(K::InstallTitle), body)
    })
    .into_any()
}

fn install_button(app: App, class: &'static str) -> AnyView {
    control::button(class, "install", icon::INSTALL, t(K::InstallButton), move || app.install())
}

/// Simple mode: status and one action; what else the kit holds, one thing a screen.
fn simply(app: App, kit: HeldKit) -> AnyView {
    let more = RwSignal::new(None::<usize>);
    let things = kit.with_value(|k| k.kit.documents.len() + k.kit.links.len());
    let adding = RwSignal::new(false);
    let status = Memo::new(move |_| kit.with_value(|k| k.status()));
    let body = move || {
        if adding.get() {
            return view! {
                {add_kit::paste_form(app)}
                {control::button("button wide", "", icon::BACK, t(K::AppBack), move || adding.set(false))}
            }
            .into_any();
        }
        if let Some(at) = more.get() {
            return thing(kit, at, things, more);
        }
        let see = control::link("button wide", "", icon::PLAY, t(K::KitWatch), "./");
        let rest = (status.get() == KitStatus::Ready || status.get() == KitStatus::Expired).then(|| {
            let list = (things > 0).then(|| {
                control::button("button wide", "", icon::DOCUMENT, t(K::KitMore), move || more.set(Some(0)))
            });
            let last = if app.install_hint() == Hint::Prompt {
                install_button(app, "button wide")
            } else {
                control::button("button wide", "", icon::PLUS, t(K::KitAddOther), move || adding.set(true))
            };
            view! { {list}{last} }
        });
        let see = (status.get() != KitStatus::New).then_some(see);
        view! {
            <p class="lead kit-name">{kit.with_value(|k| said(&k.kit.title))}</p>
            {kit_status::panel(app, kit, true)}
            {see}
            {rest}
        }
        .into_any()
    };
    shell::screen(app, t(K::KitTitle), body.into_any())
}

fn thing(kit: HeldKit, at: usize, total: usize, more: RwSignal<Option<usize>>) -> AnyView {
    let inside = kit.with_value(|k| {
        let documents = k.kit.documents.len();
        match k.kit.documents.get(at) {
            Some(d) => document(kit, d),
            None => k.kit.links.get(at.saturating_sub(documents)).map(vetted).into_any(),
        }
    });
    let next = (at + 1 < total).then(|| {
        control::button("button main wide", "", icon::NEXT, t(K::AppNext), move || more.set(Some(at + 1)))
    });
    view! {
        <div class="card stack">{pager::place(at, total)}{inside}</div>
        {next}
        {control::button("button wide", "", icon::BACK, t(K::AppBack), move || more.set(at.checked_sub(1)))}
    }
    .into_any()
}
