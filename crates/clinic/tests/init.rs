//! `clinic init`: a clinic is made once, its keys stay at the desk, its public part is public.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;
use common::*;
use std::{fs, path::Path};

fn init(dir: &Path) -> std::process::Command {
    let mut command = clinic();
    command.arg("init").arg(dir);
    command
}

const GOOD: [&str; 6] = [
    "--name",
    "Cabinet (exemple)",
    "--phone",
    "01.99.00.12.34",
    "--portal-url",
    "https://portail.example.org",
];

#[test]
fn a_new_clinic_has_a_closed_desk_and_a_public_folder_without_secrets() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("c");
    succeed(init(&folder).args(GOOD).args([
        "--sms",
        "06 39 98 12 34",
        "--reading-days",
        "lundi et \"jeudi\"",
    ]));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |name: &str| fs::metadata(folder.join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode("desk"), 0o700);
        for file in fs::read_dir(folder.join("desk")).unwrap() {
            let file = file.unwrap();
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
        }
    }
    let private: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.join("desk/signing-key.jwk.json")).unwrap()).unwrap();
    let public = fs::read_to_string(folder.join("public/jwks.json")).unwrap();
    assert!(!public.contains(private["d"].as_str().unwrap()) && !public.contains("\"d\""));
    assert!(
        public.contains(private["x"].as_str().unwrap()) && public.contains(private["kid"].as_str().unwrap())
    );
    let toml = fs::read_to_string(folder.join("clinic.toml")).unwrap();
    assert!(toml.contains("# embed_on = ["), "an example to complete");
    for line in ["portal_url = \"https://portail.example.org\"", "sms = \"06 39 98 12 34\"", "lundi et"] {
        assert!(toml.contains(line), "{line} is not in\n{toml}");
    }
}

#[test]
fn the_age_identity_opens_what_is_sealed_for_it() {
    let dir = tempfile::tempdir().unwrap();
    let folder = make_clinic(dir.path());
    let file = fs::read_to_string(folder.join("desk/age-identity.txt")).unwrap();
    let identity: age::x25519::Identity =
        file.lines().find(|l| !l.starts_with('#')).unwrap().parse().unwrap();
    let recipient: age::x25519::Recipient =
        file.lines().find_map(|l| l.strip_prefix("# public key: ")).unwrap().parse().unwrap();
    let sealed = age::encrypt(&recipient, b"clip").unwrap();
    assert_eq!(age::decrypt(&identity, &sealed).unwrap(), b"clip");
}

#[test]
fn an_existing_clinic_is_never_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let folder = make_clinic(dir.path());
    let key = fs::read(folder.join("desk/signing-key.jwk.json")).unwrap();
    refused(init(&folder).args(GOOD), &["already there", "What to do"]);
    fs::remove_file(folder.join("clinic.toml")).unwrap();
    refused(init(&folder).args(GOOD), &["desk", "already there"]);
    assert_eq!(fs::read(folder.join("desk/signing-key.jwk.json")).unwrap(), key);
}

#[test]
fn two_clinics_have_different_keys() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let key = |dir: &Path| fs::read(make_clinic(dir).join("public/jwks.json")).unwrap();
    assert_ne!(key(a.path()), key(b.path()));
}

#[test]
fn what_cannot_work_is_refused_before_anything_is_made() {
    let with = |name: &'static str, phone: &'static str, url: &'static str, more: &'static [&'static str]| {
        let mut all = vec!["--name", name, "--phone", phone, "--portal-url", url];
        all.extend(more);
        all
    };
    let good_url = "https://portail.example.org/";
    let cases: Vec<(Vec<&str>, &str)> = vec![
        (with("", "0199001234", good_url, &[]), "name"),
        (with("C", "", good_url, &[]), "phone"),
        (with("C", "12", good_url, &[]), "phone"),
        (with("C", "call me", good_url, &[]), "phone"),
        (with("C", "+0199001234", good_url, &[]), "phone"),
        (with("C", "0199001234", "http://portail.example.org/", &[]), "portal_url"),
        (with("C", "0199001234", "portail.example.org", &[]), "portal_url"),
        (with("C", "0199001234", "https://portail.example.org/#x", &[]), "portal_url"),
        (with("C", "0199001234", "http://localhost.evil.example/", &[]), "portal_url"),
        (with("C", "0199001234", good_url, &["--sms", "01 99 00 12 34"]), "sms"),
    ];
    for (args, field) in cases {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("c");
        refused(init(&folder).args(&args), &["clinic.toml", field, "Expected", "What to do"]);
        assert!(!folder.exists(), "{args:?}");
    }
}

#[test]
fn plain_http_is_accepted_on_this_machine_only() {
    for url in ["http://localhost:8080/", "http://127.0.0.1:8080", "http://[::1]:8080/"] {
        let dir = tempfile::tempdir().unwrap();
        succeed(init(&dir.path().join("c")).args([
            "--name",
            "C",
            "--phone",
            "0199001234",
            "--portal-url",
            url,
        ]));
    }
}

#[test]
fn every_command_explains_itself_with_an_example() {
    for command in ["init", "rotate-key", "pack", "publish", "serve", "report"] {
        let help = succeed(clinic().args([command, "--help"]));
        assert!(help.contains("Example:") && help.contains(&format!("clinic {command}")), "{help}");
    }
}

#[test]
fn phones_that_know_the_old_key_believe_the_new_one_and_no_other() {
    use care::{
        jose::{JwkSet, Jws},
        ports::crypto_native::NativeCrypto,
        trust::TrustedKeys,
    };
    use futures_executor::block_on;
    let dir = tempfile::tempdir().unwrap();
    let folder = make_clinic(dir.path());
    let deployed =
        || -> JwkSet { serde_json::from_slice(&fs::read(folder.join("public/jwks.json")).unwrap()).unwrap() };
    let known = block_on(TrustedKeys::default().updated(&deployed(), &NativeCrypto)).unwrap();
    // Twice: a phone that slept through the first change follows the chain.
    for n in 1..=2 {
        let said = succeed(clinic().arg("rotate-key").arg(&folder));
        assert!(said.contains("jwks.json") && said.contains("publish the kits again"), "{said}");
        assert_eq!(deployed().keys.len(), n + 1);
    }
    let now = block_on(known.clone().updated(&deployed(), &NativeCrypto)).unwrap();
    assert_eq!(now.keys.len(), 3);
    // What signs now is the last of them, and each private key is for the desk alone.
    let signed = ::clinic::folder::ClinicFolder::open(&folder).unwrap().signer().sign(b"{}").unwrap();
    assert_eq!(Jws::parse(&signed).unwrap().header.kid, deployed().keys[2].kid);
    let keys: Vec<_> = fs::read_dir(folder.join("desk"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("signing-key"))
        .collect();
    assert_eq!(keys.len(), 3);
    #[cfg(unix)]
    for key in keys {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(key.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{key:?}");
    }
    // Without the endorsement in between, the last key is a stranger's.
    let mut cut = deployed();
    cut.keys.remove(1);
    let cut = block_on(known.updated(&cut, &NativeCrypto)).unwrap();
    assert_eq!(cut.keys.len(), 1);
}
