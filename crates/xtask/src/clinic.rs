//! The native companion as this tool uses it: built with the portal inside, and asked to prepare
//! the demo clinic.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::fingerprint;
use crate::layout::{Layout, exclusive, read, write};
use crate::process::{must, must_with_progress, tail};

/// The demo kits that `serve` publishes; the first is the patient's.
const DEMO_KITS: [&str; 4] = ["apres-une-chute", "mal-de-dos", "epaule", "en-attendant"];

/// What the demo kits are made from. The clinic's website stands beside them and changes none.
const DEMO: [&str; 5] =
    [DEMO_SETTINGS, "content/demo/kits", "content/demo/library", "crates/clinic/src", "crates/care/src"];

/// Name, telephone and so on of the demo clinic.
const DEMO_SETTINGS: &str = "content/demo/clinic.toml";

/// What the companion is made from, the portal inside it included.
const INPUTS: [&str; 8] = [
    "Cargo.toml",
    "Cargo.lock",
    "crates/care/Cargo.toml",
    "crates/care/src",
    "crates/clinic/Cargo.toml",
    "crates/clinic/src",
    "crates/clinic/assets",
    "dist",
];

/// Builds `clinic` with the portal embedded, unless it is there already, and returns its name.
///
/// # Errors
/// When it doesn't compile.
pub fn build(layout: &Layout) -> Result<PathBuf> {
    let _lock = exclusive(layout)?;
    let program = layout.target().join("release").join(format!("clinic{}", env::consts::EXE_SUFFIX));
    let stamp = layout.work().join("clinic.stamp");
    let wanted = fingerprint::of_files(&layout.root, &INPUTS)?;
    if fingerprint::is_current(&stamp, &wanted) && program.is_file() {
        return Ok(program);
    }
    must(
        "Clinic: compiling the companion with the portal inside (the first time takes minutes)",
        Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["build", "--release", "--locked", "--package", "clinic", "--features", "embedded-portal"])
            .current_dir(&layout.root),
    )?;
    write(&stamp, wanted)?;
    Ok(program)
}

/// Makes the demo clinic in `data` on the first run, publishes its kits when they changed, and returns
/// name and link of each, the patient's first.
///
/// # Errors
/// When `clinic` refuses, with its own words.
pub fn prepare(layout: &Layout, program: &Path, data: &Path, portal: &str) -> Result<Vec<(String, String)>> {
    let settings = data.join("clinic.toml");
    if settings.is_file() {
        point_to(&settings, portal)?;
    } else {
        make(layout, program, data, portal)?;
    }
    let stamp = data.join("desk/demo-links");
    let wanted = fingerprint::of_files(&layout.root, &DEMO)?;
    let name = |kit: &&str| (*kit).to_owned();
    if let Ok(note) = fs::read_to_string(&stamp)
        && let [found, address, links @ ..] = &note.lines().collect::<Vec<_>>()[..]
        && *found == wanted
        && *address == portal
        && links.len() == DEMO_KITS.len()
    {
        return Ok(DEMO_KITS.iter().map(name).zip(links.iter().map(name)).collect());
    }
    let mut links = Vec::new();
    for (n, kit) in DEMO_KITS.iter().enumerate() {
        let outcome = must_with_progress(
            &format!(
                "Demo: kit {} of {}, {kit} (its videos take a minute, the first time)",
                n + 1,
                DEMO_KITS.len()
            ),
            Command::new(program)
                .args(["publish", &format!("content/demo/kits/{kit}"), "--clinic"])
                .arg(data)
                .current_dir(&layout.root),
        )?;
        let Some(link) = patient_link(&outcome.stdout) else {
            bail!("`clinic publish` printed no line `Patient link: URL`:\n{}", tail(&outcome.log, 20));
        };
        links.push((name(kit), link));
    }
    let all: String = links.iter().map(|(_, link)| format!("{link}\n")).collect();
    write(&stamp, format!("{wanted}\n{portal}\n{all}"))?;
    Ok(links)
}

/// Makes the demo clinic: keys of its own, and the settings of content/demo/clinic.toml.
fn make(layout: &Layout, program: &Path, data: &Path, portal: &str) -> Result<()> {
    let source = layout.root.join(DEMO_SETTINGS);
    let text = read(&source)?;
    let settings: toml::Table = toml::from_str(&text).with_context(|| format!("in {DEMO_SETTINGS}"))?;
    let field = |name: &str| {
        settings
            .get(name)
            .and_then(toml::Value::as_str)
            .with_context(|| format!("{DEMO_SETTINGS} has no text `{name}`"))
    };
    must(
        &format!("Demo: making the clinic in {}", data.display()),
        Command::new(program)
            .arg("init")
            .arg(data)
            .args(["--name", field("name")?, "--phone", field("phone")?, "--portal-url", portal])
            .current_dir(&layout.root),
    )?;
    write(&data.join("clinic.toml"), format!("portal_url = \"{portal}\"\n{text}"))
}

/// The address in the line `Patient link: URL`.
fn patient_link(stdout: &str) -> Option<String> {
    stdout.lines().find_map(|line| line.trim().strip_prefix("Patient link:")).map(|url| url.trim().to_owned())
}

/// Sets `portal_url` in the clinic's settings: the demo follows the port it is served on.
fn point_to(settings: &Path, portal: &str) -> Result<()> {
    let text = read(settings)?;
    let pointed = with_portal_url(&text, portal)
        .with_context(|| format!("{} has no line `portal_url = \"…\"`", settings.display()))?;
    if pointed != text {
        write(settings, pointed)?;
    }
    Ok(())
}

fn with_portal_url(text: &str, portal: &str) -> Option<String> {
    let line = text.lines().find(|line| {
        line.strip_prefix("portal_url").is_some_and(|rest| rest.trim_start().starts_with('='))
    })?;
    Some(text.replacen(line, &format!("portal_url = \"{portal}\""), 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_is_found_among_the_other_lines() {
        let stdout = "Kit 3\nPatient link: http://localhost:8080/#shlink:/abc\n████\n";
        assert_eq!(patient_link(stdout).unwrap(), "http://localhost:8080/#shlink:/abc");
        assert!(patient_link("nothing").is_none());
    }

    #[test]
    fn another_port_changes_one_line_of_the_settings() {
        let text = "name = \"A\"\nportal_url = \"http://localhost:1/\"\nphone = \"1\"\n";
        assert_eq!(
            with_portal_url(text, "http://localhost:2/").unwrap(),
            "name = \"A\"\nportal_url = \"http://localhost:2/\"\nphone = \"1\"\n"
        );
        assert!(with_portal_url("name = \"A\"\n", "x").is_none());
    }
}
