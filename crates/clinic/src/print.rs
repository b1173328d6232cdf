//! The paper: a card with the patient's QR code, and the whole kit on A4 sheets for people
//! without a phone. One HTML file each, with everything inside, to be printed from a browser.

use crate::problem::{Outcome, Problem};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use care::{
    calendar::Day,
    kit::{Company, Document, Dosage, Exercise, Kit, Level},
    media::MediaRef,
    text::{Lang, Text},
};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};
use std::{fs, path::Path};

const CSS: &str = include_str!("../assets/print.css");

/// The card that the patient takes home. `spoken` when its link asks for a code, which is not on it.
pub fn card(kit: &Kit, portal_url: &str, link: &str, spoken: bool, lang: Lang) -> Outcome<String> {
    let w = Words::of(lang);
    let qr = qr_svg(link, w.qr_alt)?;
    let short = portal_url.split_once("://").map_or(portal_url, |(_, rest)| rest).trim_end_matches('/');
    let phone = spoken_phone(&kit.clinic.phone);
    let body = html! {
        main.card {
            header {
                p.clinic { (kit.clinic.name) }
                @if kit.example { p.example { (w.example) } }
            }
            h1 { (text(&kit.title, lang)) }
            div.first {
                span.number { "1" }
                div {
                    p.order { (w.stay) }
                    p { (w.stay_why) }
                }
            }
            div.open {
                div.qr { (qr) }
                div {
                    div.step { span.number { "2" } div { p.order { (w.aim) } p { (w.aim_how) } } }
                    @if spoken { p.code { (w.code) } }
                    p.or { (w.or) }
                    p { (w.type_address) }
                    p.address { (short) }
                    p { (w.then_scan) }
                }
            }
            div.step { span.number { "3" } div { p.order { (w.at_home) } p { (w.at_home_how) } } }
            div.call {
                p { (w.need_help) " " (w.call_clinic) }
                p.phone { (phone) }
                @if let Some(address) = &kit.clinic.address { p.small { (address) } }
            }
            footer {
                p { strong { (w.emergency) } " " (w.not_instead) }
                p { (w.personal) }
            }
        }
    };
    Ok(page(&format!("{} – {}", kit.title.get(lang), kit.clinic.name), lang, CSS, &body))
}

/// The whole kit on A4. `media` is the folder that holds `m/`.
pub fn sheet(kit: &Kit, media: &Path, lang: Lang) -> Outcome<String> {
    let w = Words::of(lang);
    let mut exercises = Vec::new();
    for (n, exercise) in kit.exercises.iter().enumerate() {
        exercises.push(exercise_on_paper(n + 1, exercise, media, lang)?);
    }
    let mut leaflets = Vec::new();
    let mut elsewhere = Vec::new();
    for document in &kit.documents {
        match leaflet(document, media, lang)? {
            Some(leaflet) => leaflets.push(leaflet),
            None => elsewhere.push(document),
        }
    }
    let body = html! {
        main.sheet {
            header {
                div.line {
                    p.clinic { (kit.clinic.name) }
                    @if kit.example { p.example { (w.example) } }
                    p.phone { (spoken_phone(&kit.clinic.phone)) }
                }
                h1 { (text(&kit.title, lang)) }
                @if let Some(summary) = &kit.summary { p.summary { (text(summary, lang)) } }
                p.facts {
                    @if let Some(v) = &kit.validated_by {
                        @if !kit.example {
                            (w.validated_by) " " strong { (v.name) } ", " (text(&v.qualification, lang))
                            ", " (w.on) " " (day(v.on, lang)) ". "
                        }
                    }
                    @if let Some(until) = kit.valid_until { (w.valid_until) " " (day(until, lang)) ". " }
                    (w.for_whom) " " (text(&kit.for_whom, lang)) " "
                    (w.not_for) " " (text(&kit.not_for, lang))
                }
            }
            (warnings(kit, lang))
            @for exercise in &exercises { (exercise) }
            @for leaflet in &leaflets { (leaflet) }
            @if !elsewhere.is_empty() {
                section.documents {
                    h2 { (w.documents) }
                    ul { @for d in &elsewhere { li { (text(&d.title, lang)) } } }
                }
            }
            section.remarks {
                h2 { (w.remarks) }
                p { (w.remarks_hint) }
                @for _ in 0..4 { div.rule {} }
            }
            footer {
                p { strong { (w.emergency) } " " (w.not_instead) }
                @let sources = sources(kit);
                @if !sources.is_empty() {
                    p.sources {
                        (w.sources) " "
                        @for (n, source) in sources.iter().enumerate() { @if n > 0 { " · " } (source) }
                    }
                }
            }
        }
    };
    Ok(page(&format!("{} – {}", kit.title.get(lang), kit.clinic.name), lang, CSS, &body))
}

fn exercise_on_paper(n: usize, exercise: &Exercise, media: &Path, lang: Lang) -> Outcome<Markup> {
    let w = Words::of(lang);
    let picture = match &exercise.video {
        None => None,
        Some(video) => Some((data_uri(&video.poster, media)?, video.alt.get(lang))),
    };
    let company = match exercise.do_with {
        Company::Alone => None,
        Company::Helper => Some(w.with_helper),
        Company::Never => Some(w.not_at_home),
    };
    Ok(html! {
        article {
            h2 { span.number { (n) } " " (text(&exercise.title, lang)) }
            div.top {
                @if let Some((uri, alt)) = &picture { img src=(uri) alt=(alt); }
                div {
                    p.dosage { (dosage(&exercise.dosage, lang)) }
                    @if let Some(company) = company { p.company { (company) } }
                    p.why { (text(&exercise.why, lang)) }
                    @if let Some(note) = &exercise.note { p.note { strong { (w.note) } " " (text(note, lang)) } }
                }
            }
            ol { @for step in &exercise.steps { li { (text(step, lang)) } } }
            div.care {
                @if !exercise.contraindications.is_empty() {
                    div.not { p { strong { (w.contraindications) } }
                        ul { @for c in &exercise.contraindications { li { (text(c, lang)) } } } }
                }
                @if !exercise.stop_rules.is_empty() {
                    div.stop { p { strong { (w.stop) } }
                        ul { @for s in &exercise.stop_rules { li { (text(s, lang)) } } } }
                }
            }
            @if let Some(easier) = &exercise.easier { p.variant { strong { (w.easier) } " " (text(easier, lang)) } }
            @if let Some(harder) = &exercise.harder { p.variant { strong { (w.harder) } " " (text(harder, lang)) } }
            @if exercise.do_with != Company::Never { (week(&exercise.dosage, lang)) }
        }
    })
}

/// A leaflet that paper can hold, or nothing for a PDF, which is printed by itself.
fn leaflet(document: &Document, media: &Path, lang: Lang) -> Outcome<Option<Markup>> {
    let title = text(&document.title, lang);
    let content = match document.media.mime.as_str() {
        "text/plain" => {
            let words = crate::files::read_text(&media.join(document.media.path()))?;
            html! { div.leaflet { (words) } }
        }
        "image/jpeg" | "image/png" => {
            let uri = data_uri(&document.media, media)?;
            html! { img.page src=(uri) alt=(document.title.get(lang)); }
        }
        _ => return Ok(None),
    };
    Ok(Some(html! { section.kept { h2 { (title) } (content) } }))
}

fn data_uri(picture: &MediaRef, media: &Path) -> Outcome<String> {
    let file = media.join(picture.path());
    let bytes = fs::read(&file).map_err(|e| Problem::io(&file, "cannot be read", &e))?;
    Ok(format!("data:{};base64,{}", picture.mime, STANDARD.encode(bytes)))
}

/// A week of boxes: one column a day, one box each time.
fn week(dosage: &Dosage, lang: Lang) -> Markup {
    let w = Words::of(lang);
    html! {
        table.week {
            caption { (days_a_week(dosage.days_per_week, lang)) " " (w.tick) }
            thead { tr { @for day in w.days { th { (day) } } } }
            tbody {
                tr { @for _ in w.days { td { @for _ in 0..dosage.per_day { span.box {} } } } }
            }
        }
    }
}

fn warnings(kit: &Kit, lang: Lang) -> Markup {
    let w = Words::of(lang);
    let phone = spoken_phone(&kit.clinic.phone);
    let levels = [
        (Level::Red, "red", w.red_head, w.red_call.to_owned()),
        (Level::Orange, "orange", w.orange_head, w.orange_call.to_owned()),
        (Level::Yellow, "yellow", w.yellow_head, format!("{} {phone}", w.yellow_call)),
    ];
    html! {
        @if !kit.warnings.is_empty() {
            section.warnings {
                h2 { (w.warnings) }
                @for (level, class, head, call) in &levels {
                    @let rules: Vec<_> = kit.warnings.iter().filter(|r| r.level == *level).collect();
                    @if !rules.is_empty() {
                        div class={ "level " (class) } {
                            p.head { (head) } p.do { (call) }
                            ul { @for rule in &rules { li { strong { (text(&rule.sign, lang)) } " " (text(&rule.action, lang)) } } }
                        }
                    }
                }
            }
        }
    }
}

/// What the warnings and the exercises rest on, each publication once.
fn sources(kit: &Kit) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let backed = kit.exercises.iter().flat_map(|e| &e.provenance.sources);
    for source in kit.warnings.iter().map(|r| &r.source).chain(backed) {
        let line = format!("{}, {}, {}", source.title, source.publisher, source.date);
        if !all.contains(&line) {
            all.push(line);
        }
    }
    all
}

/// A page with everything inside: its policy lets nothing run and nothing be fetched.
pub(crate) fn page(title: &str, lang: Lang, css: &str, body: &Markup) -> String {
    let style = STANDARD.encode(Sha256::digest(css));
    let policy = format!("default-src 'none'; img-src data:; style-src 'sha256-{style}'");
    html! {
        (DOCTYPE)
        html lang=(lang.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                meta name="referrer" content="no-referrer";
                meta http-equiv="Content-Security-Policy" content=(policy);
                title { (title) }
                style { (PreEscaped(css)) }
            }
            body { (body) }
        }
    }
    .into_string()
}

/// A kit's text; marked when it stands there in another language than the page.
fn text(text: &Text, lang: Lang) -> Markup {
    let real = text.lang(lang);
    html! {
        @if real == lang { (text.get(lang)) } @else { span lang=(real.tag()) { (text.get(lang)) } }
    }
}

/// How much and how often, in words.
pub(crate) fn dosage(d: &Dosage, lang: Lang) -> String {
    let french = lang == Lang::Fr;
    let count = |n: u32, fr: [&str; 2], en: [&str; 2]| {
        let words = if french { fr } else { en };
        // French counts 0 and 1 in the singular, English only 1.
        let one = if french { n < 2 } else { n == 1 };
        format!("{n}\u{a0}{}", words[usize::from(!one)])
    };
    let mut parts = Vec::new();
    let mut amount = count(d.sets, ["série", "séries"], ["set", "sets"]);
    if let Some(reps) = d.reps {
        amount += if french { " de " } else { " of " };
        amount += &count(reps, ["répétition", "répétitions"], ["repetition", "repetitions"]);
    }
    if d.each_side {
        amount += if french { ", de chaque côté" } else { ", on each side" };
    }
    parts.push(amount);
    if let Some(hold) = d.hold_s {
        let seconds = count(hold, ["seconde", "secondes"], ["second", "seconds"]);
        parts.push(if french { format!("Tenez {seconds}") } else { format!("Hold for {seconds}") });
    }
    if let Some(tempo) = d.tempo_s {
        let seconds = count(tempo, ["seconde", "secondes"], ["second", "seconds"]);
        parts.push(if french {
            format!("Chaque répétition dure {seconds}")
        } else {
            format!("Each repetition takes {seconds}")
        });
    }
    if let Some(rest) = d.rest_s.filter(|r| *r > 0) {
        let seconds = count(rest, ["seconde", "secondes"], ["second", "seconds"]);
        parts.push(if french {
            format!("Reposez-vous {seconds} entre les séries")
        } else {
            format!("Rest for {seconds} between sets")
        });
    }
    let times = match (d.per_day, french) {
        (1, false) => "Once a day".to_owned(),
        (2, false) => "Twice a day".to_owned(),
        (n, false) => format!("{n}\u{a0}times a day"),
        (n, true) => format!("{n}\u{a0}fois par jour"),
    };
    parts.push(format!("{times}, {}", lower_first(&days_a_week(d.days_per_week, lang))));
    let mut all = parts.join(". ");
    if !all.ends_with('.') {
        all.push('.');
    }
    all
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

fn days_a_week(days: u32, lang: Lang) -> String {
    match (days, lang) {
        (7, Lang::Fr) => "Tous les jours.".into(),
        (7, Lang::En) => "Every day.".into(),
        (1, Lang::Fr) => "1\u{a0}jour par semaine.".into(),
        (1, Lang::En) => "1\u{a0}day a week.".into(),
        (n, Lang::Fr) => format!("{n}\u{a0}jours par semaine."),
        (n, Lang::En) => format!("{n}\u{a0}days a week."),
    }
}

/// A French number as it is read aloud; others as they are.
fn spoken_phone(number: &str) -> String {
    match number.strip_prefix("+33").filter(|rest| rest.len() == 9 && rest.is_ascii()) {
        Some(rest) => {
            let national = format!("0{rest}");
            (0..5).map(|n| &national[2 * n..2 * n + 2]).collect::<Vec<_>>().join("\u{a0}")
        }
        None => number.to_owned(),
    }
}

pub(crate) fn day(day: Day, lang: Lang) -> String {
    const FR: [&str; 12] = [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ];
    const EN: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let (year, month, day) = day.parts();
    let name = (if lang == Lang::Fr { FR } else { EN })[usize::from(month.clamp(1, 12)) - 1];
    let day = if lang == Lang::Fr && day == 1 { "1er".to_owned() } else { day.to_string() };
    format!("{day}\u{a0}{name}\u{a0}{year}")
}

/// The link as an inline drawing, with the white margin that scanners need.
fn qr_svg(link: &str, alt: &str) -> Outcome<Markup> {
    const MARGIN: usize = 4;
    let code = qrcode::QrCode::with_error_correction_level(link, qrcode::EcLevel::M).map_err(|e| {
        Problem::new("QR", format!("the link does not fit: {e}")).to_do("Use a shorter portal_url.")
    })?;
    let side = code.width();
    let mut path = String::new();
    for (n, color) in code.to_colors().iter().enumerate() {
        if *color == qrcode::Color::Dark {
            path += &format!("M{} {}h1v1h-1z", n % side + MARGIN, n / side + MARGIN);
        }
    }
    let whole = side + 2 * MARGIN;
    Ok(html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (whole) " " (whole) } role="img"
            aria-label=(alt) shape-rendering="crispEdges" {
            rect width=(whole) height=(whole) fill="#fff" {}
            path d=(path) fill="#000" {}
        }
    })
}

/// The sentences of the paper.
struct Words {
    example: &'static str,
    qr_alt: &'static str,
    stay: &'static str,
    stay_why: &'static str,
    aim: &'static str,
    aim_how: &'static str,
    code: &'static str,
    or: &'static str,
    type_address: &'static str,
    then_scan: &'static str,
    at_home: &'static str,
    at_home_how: &'static str,
    need_help: &'static str,
    call_clinic: &'static str,
    emergency: &'static str,
    not_instead: &'static str,
    personal: &'static str,
    validated_by: &'static str,
    on: &'static str,
    valid_until: &'static str,
    for_whom: &'static str,
    not_for: &'static str,
    with_helper: &'static str,
    not_at_home: &'static str,
    note: &'static str,
    contraindications: &'static str,
    stop: &'static str,
    easier: &'static str,
    harder: &'static str,
    tick: &'static str,
    days: [&'static str; 7],
    warnings: &'static str,
    red_head: &'static str,
    red_call: &'static str,
    orange_head: &'static str,
    orange_call: &'static str,
    yellow_head: &'static str,
    yellow_call: &'static str,
    sources: &'static str,
    documents: &'static str,
    remarks: &'static str,
    remarks_hint: &'static str,
}

impl Words {
    fn of(lang: Lang) -> &'static Words {
        match lang {
            Lang::Fr => &FR,
            Lang::En => &EN,
        }
    }
}

static FR: Words = Words {
    example: "Exemple",
    qr_alt: "Code QR qui ouvre votre kit",
    stay: "Ne partez pas avant «\u{a0}Prêt sans Internet\u{a0}».",
    stay_why: "Ouvrez votre kit ici, au cabinet. Attendez ces mots sur votre téléphone.",
    aim: "Visez ce carré.",
    aim_how: "Ouvrez l’appareil photo du téléphone. Touchez le lien qui s’affiche.",
    code: "Votre code vous est dit au cabinet. Ne l’écrivez pas sur cette carte.",
    or: "Cela ne marche pas\u{a0}?",
    type_address: "Tapez cette adresse dans votre navigateur\u{a0}:",
    then_scan: "Touchez «\u{a0}Ajouter mon kit\u{a0}», puis visez le carré.",
    at_home: "Chez vous, sans Internet.",
    at_home_how: "Ouvrez la même page\u{a0}: vos exercices et vos vidéos sont là.",
    need_help: "Une question\u{a0}?",
    call_clinic: "Appelez votre cabinet\u{a0}:",
    emergency: "Urgence\u{a0}: appelez le 15 ou le 112.",
    not_instead: "Ce kit ne remplace pas votre kiné.",
    personal: "Ce carré ouvre votre kit à vous. Gardez cette carte, ne la publiez pas.",
    validated_by: "Validé par",
    on: "le",
    valid_until: "À suivre jusqu’au",
    for_whom: "Pour qui\u{a0}:",
    not_for: "Pas pour\u{a0}:",
    with_helper: "Faites-le avec quelqu’un à côté de vous.",
    not_at_home: "Ne le faites pas chez vous\u{a0}: seulement avec votre kiné.",
    note: "De votre kiné\u{a0}:",
    contraindications: "Ne le faites pas si\u{a0}:",
    stop: "Arrêtez tout de suite si\u{a0}:",
    easier: "Trop difficile\u{a0}?",
    harder: "Devenu facile\u{a0}?",
    tick: "Cochez une case chaque fois que c’est fait.",
    days: ["lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."],
    warnings: "Un signe nouveau\u{a0}? Arrêtez et appelez.",
    red_head: "Appelez le 15 ou le 112, maintenant.",
    red_call: "Dites où vous êtes. Vous ne pouvez ni entendre ni parler\u{a0}: 114.",
    orange_head: "Appelez votre médecin traitant aujourd’hui.",
    orange_call: "Cabinet fermé\u{a0}: appelez le 15.",
    yellow_head: "Appelez votre kiné.",
    yellow_call: "Avant de reprendre\u{a0}:",
    sources: "Sources\u{a0}:",
    documents: "Vos documents, à demander au cabinet",
    remarks: "Pour la prochaine séance",
    remarks_hint: "Notez ici une douleur, une fatigue, une question. Apportez cette feuille.",
};

static EN: Words = Words {
    example: "Example",
    qr_alt: "QR code that opens your kit",
    stay: "Don’t leave before “Ready without Internet”.",
    stay_why: "Open your kit here, at the clinic. Wait for these words on your phone.",
    aim: "Point at this square.",
    aim_how: "Open your phone’s camera. Tap the link that appears.",
    code: "You are told your code at the clinic. Do not write it on this card.",
    or: "It doesn’t work?",
    type_address: "Type this address in your browser:",
    then_scan: "Tap “Add my kit”, then point at the square.",
    at_home: "At home, without Internet.",
    at_home_how: "Open the same page: your exercises and videos are there.",
    need_help: "A question?",
    call_clinic: "Call your clinic:",
    emergency: "Emergency: call 15 or 112.",
    not_instead: "This kit does not replace your physiotherapist.",
    personal: "This square opens your own kit. Keep this card, don’t post it online.",
    validated_by: "Validated by",
    on: "on",
    valid_until: "To be followed until",
    for_whom: "For:",
    not_for: "Not for:",
    with_helper: "Do it with somebody beside you.",
    not_at_home: "Don’t do it at home: only with your physiotherapist.",
    note: "From your physiotherapist:",
    contraindications: "Don’t do it if:",
    stop: "Stop at once if:",
    easier: "Too hard?",
    harder: "Has it become easy?",
    tick: "Tick a box each time it is done.",
    days: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    warnings: "A new sign? Stop and call.",
    red_head: "Call 15 or 112, now.",
    red_call: "Say where you are. If you can neither hear nor speak: 114.",
    orange_head: "Call your doctor today.",
    orange_call: "Closed: call 15.",
    yellow_head: "Call your physiotherapist.",
    yellow_call: "Before you go on:",
    sources: "Sources:",
    documents: "Your leaflets, to be asked for at the clinic",
    remarks: "For the next appointment",
    remarks_hint: "Write down a pain, a fatigue, a question. Bring this sheet.",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dosage_reads_as_a_sentence_in_both_languages() {
        let d = Dosage {
            sets: 2,
            reps: Some(8),
            rest_s: Some(60),
            per_day: 1,
            days_per_week: 3,
            each_side: true,
            ..Dosage::default()
        };
        assert_eq!(
            dosage(&d, Lang::Fr).replace('\u{a0}', " "),
            "2 séries de 8 répétitions, de chaque côté. Reposez-vous 60 secondes entre les séries. 1 fois par jour, 3 jours par semaine."
        );
        assert_eq!(
            dosage(&d, Lang::En).replace('\u{a0}', " "),
            "2 sets of 8 repetitions, on each side. Rest for 60 seconds between sets. Once a day, 3 days a week."
        );
    }

    #[test]
    fn a_french_number_is_written_in_pairs() {
        assert_eq!(spoken_phone("+33199001234").replace('\u{a0}', " "), "01 99 00 12 34");
        assert_eq!(spoken_phone("+3225551234"), "+3225551234");
    }

    #[test]
    fn the_card_quotes_the_words_that_the_portal_shows() {
        for (lang, words) in [("fr", &FR), ("en", &EN)] {
            let file = format!("{}/../../locales/{lang}.toml", env!("CARGO_MANIFEST_DIR"));
            let locale: toml::Table = fs::read_to_string(file).unwrap().parse().unwrap();
            let shown = |part: &str, key: &str| locale[part][key].as_str().unwrap().to_owned();
            assert!(words.stay.contains(&shown("status", "ready")), "{lang}");
            assert!(words.then_scan.contains(&shown("kit", "add")), "{lang}");
        }
    }

    #[test]
    fn french_typography_is_kept_in_every_sentence() {
        let kit_words = format!("{}{}{}{}", FR.stay, FR.or, FR.emergency, FR.type_address);
        for mark in [" :", " ?", " !", "« ", " »", "'"] {
            assert!(!kit_words.contains(mark), "{mark}");
        }
    }
}
