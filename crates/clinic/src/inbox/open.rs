//! Opens one sealed item and files what was in it: a clip with a page to look at, or results with
//! their report.

use super::Opened;
use crate::{
    files::{self, Access},
    print,
    problem::{Outcome, Problem},
    report,
};
use care::{
    calendar::{Day, clock},
    item::{self, Header, ItemError, Kind},
    text::Lang,
};
use maud::html;
use std::{
    io::Read as _,
    path::{Path, PathBuf},
};

const CSS: &str = include_str!("../../assets/play.css");

/// Letters of an item's id in the names of its files.
const SHORT: usize = 8;

/// Takes an item out of its seal with whichever key fits.
pub fn unseal(keys: &[age::x25519::Identity], sealed: &[u8], name: &str) -> Outcome<Vec<u8>> {
    use age::DecryptError as E;
    let wrong = |e: &E| match e {
        E::NoMatchingKeys => Problem::new(name, "is sealed for another key than the desk’s")
            .expected("an item for desk/age-identity.txt, or for the recovery key")
            .to_do("If the desk’s key was lost or changed, put its copy, or recovery-key.txt, into desk/."),
        E::InvalidHeader | E::UnknownFormat => Problem::new(name, "is not a sealed item")
            .expected("what a patient’s phone sent, unchanged (age)")
            .to_do("It was not sent by the portal: erase it."),
        _ => Problem::new(name, format!("is damaged: {e}"))
            .expected("what a patient’s phone sent, unchanged (age)")
            .to_do("Ask the patient to send it again."),
    };
    let damaged = |e: std::io::Error| {
        Problem::new(name, format!("is damaged: {e}")).to_do("Ask the patient to send it again.")
    };
    let opener = age::Decryptor::new(sealed).map_err(|e| wrong(&e))?;
    let mut reader =
        opener.decrypt(keys.iter().map(|key| key as &dyn age::Identity)).map_err(|e| wrong(&e))?;
    let mut plain = Vec::new();
    reader.read_to_end(&mut plain).map_err(damaged)?;
    Ok(plain)
}

/// What was sealed is no item.
pub fn foreign(name: &str, error: ItemError) -> Problem {
    Problem::new(name, error.to_string())
        .expected("a clip or results, as the portal seals them")
        .to_do("It was not sent by the portal: erase it.")
}

/// Files an item that came as `item` for the kit `kit_id`, whose name is `kit`, below `folder`.
pub fn file(plain: &[u8], item: &str, kit_id: &str, kit: &str, folder: &Path, lang: Lang) -> Outcome<Opened> {
    let (header, payload) = item::read(plain).map_err(|e| foreign(item, e))?;
    // Who has one kit's token could otherwise put a film into another patient's folder.
    if header.item != item || header.kit_id != kit_id {
        return Err(Problem::new(item, "says inside that it is another item, or from another kit")
            .expected(format!("item {item} of the kit {kit}"))
            .to_do("It was copied by somebody: erase it.")
            .into());
    }
    let made = Day::of(header.made_ms, header.offset_min);
    let what: String = match (&header.exercise, header.kind) {
        (_, Kind::Results) => "results".to_owned(),
        (Some(exercise), Kind::Clip) => {
            let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
            exercise.chars().take(40).map(plain).collect()
        }
        (None, Kind::Clip) => "clip".to_owned(),
    };
    files::make_private_dir(&folder.join(kit))?;
    let stem = format!("{made}-{what}-{}", item.get(..SHORT).unwrap_or(item));
    let content = PathBuf::from(kit).join(format!("{stem}.{}", extension(&header)));
    let page = PathBuf::from(kit).join(format!("{stem}.html"));
    files::write(&folder.join(&content), payload, Access::Owner)?;
    match header.kind {
        Kind::Clip => {
            let name = content.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files::write(
                &folder.join(&page),
                play_page(&header, kit, &name, lang).as_bytes(),
                Access::Owner,
            )?;
        }
        Kind::Results => {
            let options = report::Options { out: Some(folder.join(&page)), since: None, lang };
            report::report(&folder.join(&content), &options)?;
        }
    }
    let kind = match header.kind {
        Kind::Clip => "clip",
        Kind::Results => "results",
    };
    Ok(Opened {
        kind: kind.to_owned(),
        exercise: header.exercise,
        made,
        words: header.words.filter(|words| !words.trim().is_empty()),
        files: vec![content, page],
    })
}

fn extension(header: &Header) -> &'static str {
    match (header.kind, header.mime.split(';').next().unwrap_or("").trim()) {
        (Kind::Results, _) => "json",
        (_, "video/webm") => "webm",
        (_, "video/mp4") => "mp4",
        (_, "video/quicktime") => "mov",
        (_, "video/3gpp") => "3gp",
        (_, "video/ogg") => "ogv",
        _ => "bin",
    }
}

fn play_page(header: &Header, kit: &str, file: &str, lang: Lang) -> String {
    let (hour, minute, _) = clock(header.made_ms, header.offset_min);
    let day = print::day(Day::of(header.made_ms, header.offset_min), lang);
    let title = header.exercise.as_deref().unwrap_or("clip");
    let sound = match (header.sound, lang) {
        (true, Lang::Fr) => "Avec le son.",
        (false, Lang::Fr) => "Filmé sans le son.",
        (true, Lang::En) => "With sound.",
        (false, Lang::En) => "Filmed without sound.",
    };
    let body = html! {
        main {
            p.kit { (kit) }
            h1 { (title) }
            p { (day) ", " (format!("{hour}:{minute:02}")) ". " (sound) }
            video src=(file) controls loop playsinline {}
            @if let Some(words) = &header.words { blockquote { (words) } }
            p.soft { (file) }
            p.soft { code { "clinic reply DIR " (header.item) " --text \"…\"" } }
        }
    };
    print::page(title, lang, CSS, &body)
}
