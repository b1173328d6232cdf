//! The kit: adding one, what it holds, its size before the download, and how ready it is.

use crate::{
    components::{
        add_kit, control,
        icon::{self, icon},
        install, kit_status, notice, pager,
        provenance::{entry, outside, source},
        shell::{self, section},
        words::{said, said_in, said_list},
    },
    i18n::{self, K, count, fill, t},
    platform::{
        dom::{View, all, el, none, region, switch},
        install::Hint,
    },
    state::{App, KitHandle},
};
use care::{
    download::KitStatus,
    kit::{Document, Idea, Kit, VettedLink},
};
use leptos::prelude::*;

/// The kit's screen, or the one to add a kit.
pub fn show(app: App, simple: bool) -> View {
    region(move || match app.current() {
        None => add(app, simple),
        Some(kit) if simple => simply(app, kit),
        Some(kit) => full(app, kit),
    })
}

fn add(app: App, simple: bool) -> View {
    let body = if simple {
        all([install::in_another_app(app, None), add_kit::simple(app)])
    } else {
        all([
            el("p", "lead").text(t(K::KitAddText)),
            add_kit::paste_form(app, false),
            add_kit::scan_card(app),
            install::offer(app, None),
        ])
    };
    shell::screen(app, t(K::KitAddTitle), body)
}

/// Installing, unless the panel itself begins with it.
fn after_panel(app: App, kit: &KitHandle) -> View {
    let (asked, kit) = (kit.clone(), kit.clone());
    let first = move || asked.status() == KitStatus::New && install::comes_first(app);
    let built = first.clone();
    switch(
        move || usize::from(first()),
        move || if built() { none() } else { install::offer(app, Some(&kit)) },
    )
}

fn full(app: App, kit: KitHandle) -> View {
    let content = &kit.kit;
    let about = el("section", "stack tight")
        .with(said_in("h2", "kit-name", &content.title))
        .maybe(content.summary.as_ref().map(|s| said_in("p", "lead", s)))
        .with(el("p", "soft").text(&fill(K::KitFrom, &[("name", &content.clinic.name)])))
        .with(notice::badge(&kit));
    let documents = list(K::KitDocuments, content.documents.iter().map(|d| document(&kit, d)).collect());
    let links = list(K::KitLinks, content.links.iter().map(vetted).collect());
    let ideas = list(K::KitIdeas, content.ideas.iter().map(|i| idea(i, false)).collect());
    let another = el("details", "card").with(el("summary", "").text(t(K::KitAddOther))).with(
        el("div", "stack")
            .with(add_kit::paste_form(app, false))
            .with(add_kit::scan(app))
            .with(add_kit::picture(app)),
    );
    let body = all([
        about,
        kit_status::panel(app, &kit, false),
        control::link("button wide", "", icon::PLAY, t(K::KitWatch), "./"),
        after_panel(app, &kit),
        section(K::KitHolds, holds(&kit)),
        preparation(content),
        documents,
        ideas,
        links,
        details(app, &kit),
        others(app),
        another,
    ]);
    shell::screen(app, t(K::KitTitle), body)
}

/// A part with its items; nothing where there are none.
fn list(title: K, items: Vec<View>) -> View {
    if items.is_empty() {
        return none();
    }
    let intro = if title == K::KitLinks { el("p", "soft").text(t(K::KitLinksText)) } else { none() };
    let rows = el("ul", "rows").with(all(items.into_iter().map(|item| el("li", "item").with(item))));
    section(title, all([intro, rows]))
}

/// « 5 exercices, 1 document, 3 liens ».
fn holds(kit: &KitHandle) -> View {
    let content = &kit.kit;
    let of = [
        (icon::PLAY, content.exercises.len(), K::KitNVideosOne, K::KitNVideosOther),
        (icon::DOCUMENT, content.documents.len(), K::KitNDocumentsOne, K::KitNDocumentsOther),
        (icon::GLOBE, content.links.len(), K::KitNLinksOne, K::KitNLinksOther),
    ];
    let items = of.into_iter().filter(|(_, n, ..)| *n > 0).map(|(picture, n, one, other)| {
        el("li", "").with(icon(picture)).with(el("span", "").text(&count(n as u64, one, other)))
    });
    el("ul", "marks").with(all(items))
}

/// A leaflet: opens once it is here.
fn document(kit: &KitHandle, document: &Document) -> View {
    let url = kit.document_url(document);
    let (kit, id) = (kit.clone(), document.id.clone());
    let open = move || match url.get() {
        Some(url) => {
            let (kit, id) = (kit.clone(), id.clone());
            control::link("button", "document-open", icon::DOCUMENT, t(K::KitDocumentOpen), &url)
                .attr("target", "_blank")
                .attr("rel", "noopener")
                .on("click", move |_| kit.mark_seen(&id))
        }
        None => el("p", "soft").text(t(K::KitDocumentWait)),
    };
    el("div", "stack tight")
        .with(said_in("h3", "", &document.title))
        .with(el("div", "row").with(region(open)))
}

/// An outside page that the clinic vetted. Never the badge; opened only by a tap.
fn vetted(link: &VettedLink) -> View {
    let by =
        fill(K::KitLinkBy, &[("author", &link.author), ("qualification", i18n::text(&link.qualification))]);
    let checked = fill(K::KitLinkChecked, &[("date", &i18n::date(link.checked))]);
    // The signature covers it, the scheme is looked at all the same: only the web opens here.
    let open = link.url.starts_with("https://").then(|| {
        outside(&link.url)
            .attr("class", "button")
            .action("link-open")
            .with(icon(icon::GLOBE))
            .with(el("span", "").text(t(K::KitLinkOpen)))
    });
    el("div", "stack tight")
        .with(said_in("h3", "", &link.title))
        .with(said_in("p", "", &link.reason))
        .with(el("p", "soft").text(&by))
        .with(el("p", "soft").text(&checked))
        .with(el("div", "row").maybe(open).with(notice::chip("plain", icon::GLOBE, K::AppInternetNeeded)))
}

/// What to get ready before a session.
fn preparation(kit: &Kit) -> View {
    if kit.preparation.is_empty() {
        return none();
    }
    section(K::KitPreparation, el("div", "card").with(said_list(&kit.preparation)))
}

/// What people say, what is known, and who says so.
fn idea(idea: &Idea, simple: bool) -> View {
    el("div", "stack tight")
        .with(said_in("h3", "", &idea.claim))
        .with(said_in("p", "", &idea.fact))
        .with(el("p", "soft").text(t(K::KitIdeaSource)).with(source(&idea.source, simple)))
}

/// For whom, until when, which version.
fn details(app: App, kit: &KitHandle) -> View {
    let kit = &kit.kit;
    let until =
        kit.valid_until.map(|day| el("p", "soft").text(&fill(K::KitValid, &[("date", &i18n::date(day))])));
    let version = fill(K::KitVersion, &[("n", &kit.version.to_string()), ("date", &i18n::date(kit.issued))]);
    let who = el("dl", "facts")
        .with(entry(K::KitForWhom, said(&kit.for_whom)))
        .with(entry(K::KitNotFor, said(&kit.not_for)));
    let check =
        control::button("button quiet", "kit-check", icon::AGAIN, t(K::KitCheck), move || app.check_now());
    el("section", "stack")
        .with(who)
        .maybe(until)
        .with(el("p", "soft").text(&version))
        .with(el("div", "row").with(check))
}

/// Kits besides the current one.
fn others(app: App) -> View {
    region(move || {
        let kits: Vec<KitHandle> = app.kits.get().into_iter().skip(1).collect();
        if kits.is_empty() {
            return none();
        }
        let rows = kits.into_iter().map(|kit| {
            let id = kit.kit.kit_id.clone();
            let open = move || app.make_current(&id);
            el("li", "").with(control::button(
                "button wide",
                "kit-open",
                icon::KIT,
                i18n::text(&kit.kit.title),
                open,
            ))
        });
        section(K::KitOthers, el("ul", "rows").with(all(rows)))
    })
}

/// What simple mode has on view.
#[derive(Clone, Copy)]
enum Showing {
    Status,
    Adding,
    Thing(usize),
}

/// Simple mode: status and one action; what else the kit holds, one thing a screen.
fn simply(app: App, kit: KitHandle) -> View {
    let showing = RwSignal::new(Showing::Status);
    let held = kit.clone();
    let inside = move || match showing.get() {
        Showing::Status => status(app, held.clone(), showing),
        Showing::Adding => all([add_kit::paste_form(app, true), back(showing, Showing::Status)]),
        Showing::Thing(at) => thing(&held, at, showing),
    };
    shell::screen(app, t(K::KitTitle), region(inside))
}

fn back(showing: RwSignal<Showing>, to: Showing) -> View {
    control::button("button wide", "", icon::BACK, t(K::AppBack), move || showing.set(to))
}

fn status(app: App, kit: KitHandle, showing: RwSignal<Showing>) -> View {
    let (asked, held) = (kit.clone(), kit.clone());
    let things = things(&kit.kit);
    let choices = move || {
        let status = held.status();
        let see = control::link("button wide", "", icon::PLAY, t(K::KitWatch), "./");
        let more = move || showing.set(Showing::Thing(0));
        let more = || control::button("button wide", "", icon::DOCUMENT, t(K::KitMore), more);
        let add = move || showing.set(Showing::Adding);
        match status {
            KitStatus::New => none(),
            KitStatus::Downloading | KitStatus::Paused | KitStatus::NoSpace => see,
            _ => all([
                see,
                if things > 0 { more() } else { none() },
                if app.install_offer() == Hint::Prompt {
                    install::button(app, "button wide")
                } else {
                    control::button("button wide", "", icon::PLUS, t(K::KitAddOther), add)
                },
            ]),
        }
    };
    all([
        said_in("p", "lead kit-name", &kit.kit.title),
        install::in_another_app(app, None),
        kit_status::panel(app, &kit, true),
        switch(move || asked.status() as usize, choices),
    ])
}

/// How many screens of simple mode the rest of the kit takes.
fn things(kit: &Kit) -> usize {
    usize::from(!kit.preparation.is_empty()) + kit.documents.len() + kit.ideas.len() + kit.links.len()
}

fn thing(kit: &KitHandle, at: usize, showing: RwSignal<Showing>) -> View {
    let content = &kit.kit;
    let prepare = (!content.preparation.is_empty()).then(|| preparation(content));
    let mut all_things: Vec<View> = prepare
        .into_iter()
        .chain(content.documents.iter().map(|d| document(kit, d)))
        .chain(content.ideas.iter().map(|i| idea(i, true)))
        .chain(content.links.iter().map(vetted))
        .collect();
    let total = all_things.len();
    let inside = if at < total { all_things.swap_remove(at) } else { none() };
    let next = (at + 1 < total).then(|| {
        control::button("button main wide", "", icon::NEXT, t(K::AppNext), move || {
            showing.set(Showing::Thing(at + 1));
        })
    });
    let before = at.checked_sub(1).map_or(Showing::Status, Showing::Thing);
    all([
        el("div", "card stack").with(pager::place(at, total)).with(inside),
        next.unwrap_or_else(none),
        back(showing, before),
    ])
}
