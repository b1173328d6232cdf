//! The portal's release build: Trunk compiles into a stage, the stage is finished (names, `<base>`,
//! CSP, precache list, Brotli), and only a complete portal replaces `dist/`.

mod compress;
mod css;
mod deploy;
mod gate;
mod glue;
mod html;
mod names;
mod precache;
mod split;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};
use walkdir::WalkDir;

use crate::fingerprint;
use crate::layout::{Layout, exclusive, read, write};
use crate::process::{elapsed, heading, must};

/// What the portal is made from. When nothing of it changed, there is nothing to build.
const INPUTS: [&str; 18] = [
    "Cargo.toml",
    "Cargo.lock",
    "Trunk.toml",
    "build.rs",
    "rust-toolchain.toml",
    "index.html",
    "embed",
    "src",
    "style",
    "public",
    "locales",
    "content/quiz",
    "content/booklet",
    "crates/care/Cargo.toml",
    "crates/locales/src",
    "crates/care/src",
    "crates/xtask/src",
    "crates/xtask/npm/package-lock.json",
];

/// Instructions that recent Rust emits and Binaryen's tools must be told of.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Passes in their order. Written anew from flat code, functions come out smaller than by any number
/// of plain rounds: 137.0 → 135.8 KB after Brotli.
const SMALLER: [&str; 7] =
    ["--strip-debug", "--strip-producers", "-Oz", "--flatten", "--rereloop", "-Oz", "-Oz"];

/// The standard library is compiled with the portal, so that what the portal does not use of it is
/// left out, and a panic traps at once instead of carrying its words along: `index.html` shows the
/// kind page for every trap. Measured: 150.9 → 138.4 KB of WebAssembly after Brotli. These switches
/// are unstable in name only; the toolchain is pinned.
const SMALL_STD: [(&str, &str); 4] = [
    ("RUSTC_BOOTSTRAP", "1"),
    ("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort"),
    ("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size"),
    (
        "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
        // The linker's notes on who refers to whom: `split` reads them.
        "-Zlocation-detail=none -Zfmt-debug=none -Zunstable-options -Cpanic=immediate-abort \
         -Clink-arg=--emit-relocs",
    ),
];

/// The path a portal is deployed at: begins and ends with a slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base(String);

impl Base {
    /// Reads a path such as `/mon-kit/`.
    ///
    /// # Errors
    /// When it doesn't begin and end with a slash, or has characters that need escaping in HTML or
    /// in the configuration of a web server.
    pub fn parse(text: &str) -> Result<Self> {
        ensure!(
            text.starts_with('/') && text.ends_with('/') && !text.contains("//"),
            "--base is `{text}`, but must begin and end with one slash, like /mon-kit/"
        );
        ensure!(
            text.chars().all(|c| c.is_ascii_alphanumeric() || "/-_.~".contains(c)),
            "--base is `{text}`, but may hold only letters, digits and / - _ . ~"
        );
        ensure!(!text.contains("/."), "--base is `{text}`, but no part of it may begin with a dot");
        Ok(Self(text.to_owned()))
    }

    /// The path.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Builds the portal for `base` into `dist/`, unless it is there already.
///
/// # Errors
/// When a tool fails or the portal's own files don't fit together.
pub fn build(layout: &Layout, base: &Base) -> Result<()> {
    let _lock = exclusive(layout)?;
    let stamp = layout.work().join("portal.stamp");
    let sources = fingerprint::of_files(&layout.root, &INPUTS)?;
    let wanted = format!("{sources} {}", base.as_str());
    let built = layout.dist().join("sw.js").is_file().then(|| fs::read_to_string(&stamp).ok()).flatten();
    if built.as_ref() == Some(&wanted) {
        return Ok(());
    }
    let start = Instant::now();
    let stage = layout.work().join("stage");
    if built.is_some_and(|built| built.starts_with(&sources)) {
        remove(&stage)?;
        rebase(&layout.dist(), &stage, base)?;
    } else {
        compile(layout)?;
        optimise(layout, &stage)?;
        shorten(layout, &stage)?;
        css::bundle(&layout.root, &stage)?;
        lay_out_quiz(layout, &stage)?;
        heading("Portal: names, policy, offline list, compression");
        let english = locales::read(&layout.root.join("locales")).map_err(anyhow::Error::msg)?.english;
        let english = locales::text(locales::in_order(&english));
        let name = locales::file_name("en", &english);
        write(&stage.join(&name), english)?;
        let part = |name: &str| read(&layout.root.join("embed").join(name));
        let frame =
            html::for_frames(&read(&stage.join("index.html"))?, &part("frame.css")?, &part("frame.js")?)
                .context("in index.html")?;
        write(&stage.join(FRAME), frame)?;
        for name in PAGES {
            shorten_inline(layout, &stage.join(name))?;
        }
        finish(&stage, base, name)?;
    }
    replace(&stage, &layout.dist())?;
    write(&stamp, wanted)?;
    heading(&format!("Portal built in {}", elapsed(start.elapsed())));
    Ok(())
}

/// Prints what the built portal weighs and fails when it is over the gate.
///
/// # Errors
/// Names each artefact that is too heavy and by how much.
pub fn enforce_gate(layout: &Layout) -> Result<()> {
    let gate = gate::Gate::parse(&read(&layout.root.join("crates/xtask/size-gate.toml"))?)?;
    let report = gate.weigh(&compress::weights(&layout.dist())?);
    eprint!("{}", report.table());
    if !report.over().is_empty() {
        bail!("over the size gate (crates/xtask/size-gate.toml): {}", report.over().join("; "));
    }
    Ok(())
}

fn compile(layout: &Layout) -> Result<()> {
    // Trunk works offline, so that it never downloads tools of its own: cargo's part comes first.
    must(
        "Portal: fetching the libraries it is made with",
        Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["fetch", "--locked", "--target", "wasm32-unknown-unknown"])
            .envs(SMALL_STD)
            .current_dir(&layout.root),
    )?;
    must(
        "Portal: compiling to WebAssembly, smallest size (the first time takes minutes)",
        Command::new("trunk")
            .args(["build", "--color", "never", "--dist"])
            .arg(layout.work().join("stage"))
            .env("PATH", layout.path()?)
            .envs(SMALL_STD)
            // A variable of the caller's would replace the switches above.
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            // Trunk reads this variable itself and knows only true and false.
            .env_remove("NO_COLOR")
            // A compile error is read better without the stack of the tool that ran the compiler.
            .env("RUST_BACKTRACE", "0")
            .current_dir(&layout.root),
    )?;
    Ok(())
}

fn optimise(layout: &Layout, stage: &Path) -> Result<()> {
    let modules: Vec<_> = files(stage)?.into_iter().filter(|file| file.ends_with(".wasm")).collect();
    for wasm in &modules {
        let file = stage.join(wasm);
        write(&file, split::without_notes(&bytes(&file)?)?)?;
    }
    let linked = layout.target().join("wasm32-unknown-unknown/portal/bon-geste.wasm");
    let beyond = split::beyond(&bytes(&linked)?)?;
    let portal = stage.join("bon-geste_bg.wasm");
    let script = stage.join("bon-geste.js");
    let glue = glue::without_classes(&read(&script)?);
    let graph = layout.work().join("graph.json");
    write(&graph, short_names(layout, &portal, &layout.work().join("named.wasm"))?.graph(&glue))?;
    must(
        "Portal: leaving out what nobody calls",
        binaryen(layout, "wasm-metadce", &portal, &portal)?.arg("--graph-file").arg(&graph),
    )?;
    for wasm in &modules {
        let file = stage.join(wasm);
        must(
            &format!("Portal: making {wasm} smaller"),
            binaryen(layout, "wasm-opt", &file, &file)?.args(SMALLER),
        )?;
    }
    write(&script, short_names(layout, &portal, &portal)?.shorten(&glue)?)?;
    let parts = split::split(&bytes(&portal)?, &beyond).context("splitting the portal")?;
    for (part, name) in parts.iter().zip(PARTS) {
        write(&stage.join(name), part)?;
    }
    Ok(())
}

/// The parts of the portal: what starts, the screens that follow, the quiz.
const PARTS: [&str; 3] = ["bon-geste_bg.wasm", "later.wasm", "quiz.wasm"];

fn bytes(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("reading {}", file.display()))
}

/// Puts the quiz's texts beside the portal, without the blanks that they have for those who write them.
fn lay_out_quiz(layout: &Layout, stage: &Path) -> Result<()> {
    let from = layout.root.join("content/quiz");
    for file in files(&from)?.iter().filter(|file| file.ends_with(".json")) {
        let text = read(&from.join(file))?;
        let value: serde_json::Value =
            serde_json::from_str(&text).with_context(|| format!("in content/quiz/{file}"))?;
        write(&stage.join("quiz").join(file), value.to_string())?;
    }
    Ok(())
}

/// Gives the imports and exports of a module short names.
fn short_names(layout: &Layout, from: &Path, to: &Path) -> Result<glue::Names> {
    let named = must(
        "Portal: short names between the program and its JavaScript",
        // With short names in place another round finds more: 1.2 KB after Brotli.
        binaryen(layout, "wasm-opt", from, to)?.arg("--minify-imports-and-exports-and-modules").args([
            "--flatten",
            "--rereloop",
            "-Oz",
            "-Oz",
        ]),
    )?;
    glue::Names::parse(&named.log)
}

fn binaryen(layout: &Layout, tool: &str, from: &Path, to: &Path) -> Result<Command> {
    let mut command = Command::new(tool);
    command.arg(from).arg("-o").arg(to).args(FEATURES).env("PATH", layout.path()?);
    Ok(command)
}

/// Shortens the glue that wasm-bindgen wrote. The workers' is no module: their loader knows it by
/// its global name, which must stay. The service worker and the script for clinics' own pages stay as they
/// are: they are read by people who want to know what they do, and the former's placeholders stand in comments.
fn shorten(layout: &Layout, stage: &Path) -> Result<()> {
    let glue = |file: &String| file.ends_with(".js") && file != "sw.js" && file != "embed.js";
    for script in files(stage)?.into_iter().filter(glue) {
        let file = stage.join(&script);
        let module = (!script.contains("_worker")).then_some("--module");
        must(
            &format!("Portal: making {script} smaller"),
            Command::new("terser")
                .arg(&file)
                .args(module)
                .args(["--compress", "passes=3,ecma=2020,unsafe_arrows=true", "--mangle", "--output"])
                .arg(&file)
                .env("PATH", layout.path()?),
        )?;
    }
    Ok(())
}

/// Shortens the scripts inside a page: 180 bytes of the first paint after Brotli. Those that are no modules
/// are read by browsers too old for the portal, which are told so: nothing newer gets into them.
fn shorten_inline(layout: &Layout, file: &Path) -> Result<()> {
    let mut page = read(file)?;
    let piece = layout.work().join("inline.js");
    // From the end, so that the ranges before stay right.
    for script in html::elements(&page, "script").into_iter().rev() {
        if script.text.is_empty() {
            continue;
        }
        write(&piece, &page[script.text.clone()])?;
        let options: &[&str] = if page[script.open.clone()].contains("module") {
            &["--module", "--compress", "passes=3,ecma=2020"]
        } else {
            &["--compress", "passes=3,ecma=5,negate_iife=false"]
        };
        must(
            "Portal: making a script of the page smaller",
            Command::new("terser")
                .arg(&piece)
                .args(options)
                .args(["--mangle", "--output"])
                .arg(&piece)
                .env("PATH", layout.path()?),
        )?;
        page.replace_range(script.text, read(&piece)?.trim_end());
    }
    write(file, page)
}

/// Turns what Trunk left in `stage` into a portal that can be served under `base`.
///
/// # Errors
/// When a file that the portal needs, or a placeholder in it, is missing.
pub fn finish(stage: &Path, base: &Base, english: String) -> Result<()> {
    let named = names::hash_names(stage, english)?;
    for name in PAGES {
        let file = stage.join(name);
        let page = css::minify_inline(&html::strip_trunk_links(&read(&file)?));
        write(&file, html::fill(&page, &named).with_context(|| format!("in {name}"))?)?;
    }
    settle(stage, base)
}

/// The page of `/embed/…`.
const FRAME: &str = "embed.html";

/// The portal's page, and that for frames.
const PAGES: [&str; 2] = ["index.html", FRAME];

/// Copies the built portal in `from` to the new folder `to`, for another base: nothing is compiled.
///
/// # Errors
/// When `from` holds no portal, or more than one, or `to` holds anything.
pub fn rebase(from: &Path, to: &Path, base: &Base) -> Result<()> {
    heading(&format!("Portal: for {}", base.as_str()));
    ensure!(
        !from.join("jwks.json").exists(),
        "{} holds a clinic's kits too: give the folder of a built portal, like dist",
        from.display()
    );
    ensure!(
        !to.exists() || files(to)?.is_empty(),
        "{} is not empty: name a new folder, or empty this one",
        to.display()
    );
    for file in files(from)?.iter().filter(|file| !DEPENDS_ON_BASE.contains(&file.as_str())) {
        let bytes = fs::read(from.join(file)).with_context(|| format!("reading {file}"))?;
        write(&to.join(file), bytes)?;
    }
    settle(to, base).with_context(|| format!("the portal in {}", from.display()))
}

/// Compressed forms that another base makes wrong.
const DEPENDS_ON_BASE: [&str; 4] = ["index.html.br", "embed.html.br", "404.html.br", "sw.js.br"];

/// What depends on the base, and what is computed over all files.
fn settle(stage: &Path, base: &Base) -> Result<()> {
    let mut pages = Vec::new();
    for name in PAGES {
        let file = stage.join(name);
        let page = html::with_base(&read(&file)?, base.as_str()).with_context(|| format!("in {name}"))?;
        write(&file, &page)?;
        let policy = html::policy(&page).with_context(|| format!("in {name}"))?;
        pages.push((page, policy));
    }
    let [(page, policy), (_, frame)] = &pages[..] else { bail!("there are two pages") };
    let policies = deploy::Policies { page: policy, frame };
    write(&stage.join("headers.json"), deploy::headers_json(policies.page)?)?;
    write(&stage.join("embed-headers.json"), deploy::frame_headers_json(&policies)?)?;
    write(&stage.join("deploy/nginx.conf"), deploy::nginx(&policies, base))?;
    write(&stage.join("deploy/Caddyfile"), deploy::caddy(&policies, base))?;

    let worker = stage.join("sw.js");
    let (at_once, once_seen) = precache::entries(stage, &files(stage)?)?;
    write(&worker, precache::inject(&read(&worker)?, &at_once, &once_seen).context("in sw.js")?)?;

    // Hosts without rewriting rules answer every deep link with this page.
    write(&stage.join("404.html"), page)?;
    let all = files(stage)?;
    let plain: Vec<String> =
        all.iter().filter(|file| !all.contains(&format!("{file}.br"))).cloned().collect();
    compress::all(stage, &plain)
}

/// Every file under `folder`, as relative paths with `/`, sorted.
fn files(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.with_context(|| format!("listing {}", folder.display()))?;
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(folder).unwrap_or(entry.path());
            let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
            found.push(parts.join("/"));
        }
    }
    Ok(found)
}

/// Puts the finished stage where `dist` was: a build that fails leaves the last good one.
fn replace(stage: &Path, dist: &Path) -> Result<()> {
    let old = PathBuf::from(format!("{}.old", stage.display()));
    remove(&old)?;
    if dist.exists() && fs::rename(dist, &old).is_err() {
        // Another file system: no renaming across it.
        remove(dist)?;
    }
    if fs::rename(stage, dist).is_err() {
        for file in files(stage)? {
            let target = dist.join(&file);
            write(&target, fs::read(stage.join(&file)).with_context(|| format!("reading {file}"))?)?;
        }
        remove(stage)?;
    }
    remove(&old)
}

/// Removes a folder that may not be there.
fn remove(dir: &Path) -> Result<()> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("removing {}", dir.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INDEX: &str = "<!doctype html><html><head><base href=\"/\"><style>b{}</style>\
        <link data-trunk rel=\"rust\" data-bin=\"bon-geste\"></head><body>\
        <script type=\"module\">import(\"@JS@\");fetch(\"@WASM@\");fetch(\"@LATER@\");fetch(\"@LATER_CSS@\");fetch(\"@EN@\")</script></body></html>";

    fn stage(name: &str) -> PathBuf {
        let stage = env::temp_dir().join(format!("bon-geste-{name}-{}", std::process::id()));
        let put = |file: &str, text: &str| write(&stage.join(file), text).unwrap();
        put("index.html", INDEX);
        put("embed.html", &html::for_frames(INDEX, "c{}", "0").unwrap());
        put("bon-geste.js", &"export default 1;".repeat(20));
        put("bon-geste_bg.wasm", "wasm");
        put("later.wasm", "asks for quiz-0000000000000000.wasm and quiz-0000000000000000.css");
        put("later.css", "b{}");
        put("quiz.wasm", "asks for quiz/items-0000000000000000.fr.json");
        put("quiz.css", "i{}");
        put("quiz/items.fr.json", "{}");
        put("icons/icon.svg", "<svg/>");
        put("en.txt", "Yes");
        put(
            "sw.js",
            "const PRECACHE = /* @precache */[]; const ONCE_SEEN = /* @once-seen */[]; const VERSION = /* @version */\"\";",
        );
        stage
    }

    #[test]
    fn a_finished_portal_has_hashed_names_a_policy_an_offline_list_and_brotli() {
        let stage = stage("finish");
        finish(&stage, &Base::parse("/x/").unwrap(), "en.txt".into()).unwrap();
        let page = read(&stage.join("index.html")).unwrap();
        assert!(page.contains("<base href=\"/x/\">"));
        assert!(!page.contains('@') && !page.contains("data-trunk"));
        let all = files(&stage).unwrap();
        let js = all.iter().find(|f| f.starts_with("bon-geste-") && f.ends_with(".js")).unwrap();
        assert!(page.contains(js.as_str()));
        assert!(all.contains(&format!("{js}.br")));
        assert_eq!(read(&stage.join("404.html")).unwrap(), page);
        let worker = read(&stage.join("sw.js")).unwrap();
        for file in ["index.html", "icons/icon.svg", js] {
            assert!(worker.contains(&format!("\"url\":\"{file}\"")), "{file} in {worker}");
        }
        let once_seen = worker.split("ONCE_SEEN = ").nth(1).unwrap();
        assert!(
            once_seen.contains("\"url\":\"quiz-") && once_seen.contains("\"url\":\"quiz/items-"),
            "{worker}"
        );
        for (part, what) in [("later-", "quiz-"), ("quiz-", "quiz/items-")] {
            let part = all.iter().find(|f| f.starts_with(part) && f.ends_with(".wasm")).unwrap();
            let what = all.iter().find(|f| f.starts_with(what) && !f.ends_with(".br")).unwrap();
            assert!(read(&stage.join(part)).unwrap().contains(what.as_str()), "{part} asks for {what}");
        }
        for file in ["sw.js\"", "headers.json", "deploy/", ".br\"", "404.html", "embed.html"] {
            assert!(!worker.contains(file), "{file} in {worker}");
        }
        assert!(read(&stage.join("headers.json")).unwrap().contains("sha256-"));
        fs::remove_dir_all(&stage).unwrap();
    }

    #[test]
    fn another_base_changes_only_the_base_and_what_depends_on_it() {
        let (one, two) = (stage("base-one"), stage("base-two"));
        finish(&one, &Base::parse("/").unwrap(), "en.txt".into()).unwrap();
        finish(&two, &Base::parse("/x/").unwrap(), "en.txt".into()).unwrap();
        assert_eq!(files(&one).unwrap(), files(&two).unwrap());
        let page = |stage: &Path| read(&stage.join("index.html")).unwrap();
        assert_eq!(page(&one).replace("href=\"/\"", "href=\"/x/\""), page(&two));
        assert_eq!(
            read(&one.join("headers.json")).unwrap(),
            read(&two.join("headers.json")).unwrap(),
            "the policy does not depend on the base"
        );
        fs::remove_dir_all(&one).unwrap();
        fs::remove_dir_all(&two).unwrap();
    }

    #[test]
    fn a_built_portal_is_given_another_base_exactly_as_a_build_would() {
        let (one, two) = (stage("rebase-one"), stage("rebase-two"));
        let (other, again) = (two.with_extension("other"), two.with_extension("again"));
        let x = Base::parse("/x/").unwrap();
        finish(&one, &Base::parse("/").unwrap(), "en.txt".into()).unwrap();
        finish(&two, &x, "en.txt".into()).unwrap();
        rebase(&one, &other, &x).unwrap();
        assert_eq!(files(&other).unwrap(), files(&two).unwrap());
        for file in files(&two).unwrap() {
            assert_eq!(fs::read(other.join(&file)).unwrap(), fs::read(two.join(&file)).unwrap(), "{file}");
        }
        assert!(rebase(&one, &other, &x).unwrap_err().to_string().contains("not empty"));
        write(&other.join("jwks.json"), "{}").unwrap();
        assert!(rebase(&other, &again, &x).unwrap_err().to_string().contains("kits"));
        for dir in [&one, &two, &other] {
            fs::remove_dir_all(dir).unwrap();
        }
    }

    #[test]
    fn a_base_without_its_slashes_is_refused_with_an_example() {
        for wrong in ["x", "/x", "x/", "//", "/a b/", "/\"/", "/../", "/.x/"] {
            assert!(Base::parse(wrong).unwrap_err().to_string().contains("--base"), "{wrong}");
        }
        assert_eq!(Base::parse("/mon-kit/").unwrap().as_str(), "/mon-kit/");
    }
}
