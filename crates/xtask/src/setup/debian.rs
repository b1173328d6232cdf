//! Debian packages: the video tools that kits are made with, and the browsers that test.

use std::fs;
use std::io::IsTerminal as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use super::Scope;
use crate::layout::on_path;
use crate::process::{must, watch};

/// One package and the sign that it is there: a program on `PATH`, or a file.
struct Package {
    name: &'static str,
    sign: &'static str,
    scope: Scope,
    why: &'static str,
}

const PACKAGES: [Package; 15] = [
    Package { name: "ffmpeg", sign: "ffmpeg", scope: Scope::Serve, why: "makes the small videos of a kit" },
    Package { name: "make", sign: "make", scope: Scope::Test, why: "compiles a C library of Garage" },
    Package { name: "chromium", sign: "chromium", scope: Scope::Test, why: "tests and measurements" },
    Package {
        name: "chromium-driver",
        sign: "chromedriver",
        scope: Scope::Test,
        why: "drives Chromium for the storage tests",
    },
    Package { name: "firefox-esr", sign: "firefox-esr", scope: Scope::Test, why: "tests in Firefox" },
    Package {
        name: "webkit2gtk-driver",
        sign: "WebKitWebDriver",
        scope: Scope::Test,
        why: "tests in WebKit, the engine of Safari",
    },
    Package {
        name: "gstreamer1.0-libav",
        sign: "/usr/share/doc/gstreamer1.0-libav/copyright",
        scope: Scope::Test,
        why: "lets WebKit play H.264 and AAC, as Safari does",
    },
    Package {
        name: "gstreamer1.0-plugins-bad",
        sign: "/usr/share/doc/gstreamer1.0-plugins-bad/copyright",
        scope: Scope::Test,
        why: "lets WebKit record MP4, as Safari does",
    },
    Package {
        name: "xvfb",
        sign: "Xvfb",
        scope: Scope::Test,
        why: "a screen for WebKit where there is none",
    },
    Package {
        name: "age",
        sign: "age",
        scope: Scope::Test,
        why: "a foreign program that must open our files",
    },
    Package {
        name: "nginx-light",
        sign: "/usr/sbin/nginx",
        scope: Scope::Test,
        why: "tests our settings for it; Debian also starts it as a service, which the tests do not need",
    },
    Package {
        name: "libnginx-mod-http-brotli-static",
        sign: "/usr/lib/nginx/modules/ngx_http_brotli_static_module.so",
        scope: Scope::Test,
        why: "lets nginx send what the build has compressed",
    },
    Package {
        name: "caddy",
        sign: "/usr/bin/caddy",
        scope: Scope::Test,
        why: "tests our settings for it; started as a service likewise",
    },
    Package {
        name: "python3-venv",
        sign: "/usr/share/doc/python3-venv/copyright",
        scope: Scope::Test,
        why: "holds a FHIR validator for the tests",
    },
    Package {
        name: "fonts-dejavu",
        sign: "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
        scope: Scope::Test,
        why: "letters, so that layouts are measured with real text",
    },
];

/// Installs the packages that are missing for `scope`. Says whether it did something.
pub fn install(scope: Scope) -> Result<bool> {
    let missing: Vec<&Package> =
        PACKAGES.iter().filter(|package| package.scope <= scope && !present(package.sign)).collect();
    if missing.is_empty() {
        return Ok(false);
    }
    let names: Vec<&str> = missing.iter().map(|package| package.name).collect();
    let by_hand = format!("install by hand, then run the command again: {}", names.join(" "));
    if !on_path("apt-get") {
        bail!("these packages are missing and this system has no apt-get; {by_hand}");
    }
    let root = is_root();
    if !root && !on_path("sudo") {
        bail!("these packages are missing, and only root may install them; {by_hand}");
    }
    for package in &missing {
        eprintln!("  needs {} ({})", package.name, package.why);
    }
    // An old list often still serves: only the installation decides.
    watch("Debian: reading the list of packages", &mut apt(root, &["update"]), None)?;
    let mut arguments = vec!["-o", "DPkg::Lock::Timeout=300", "install", "--yes", "--no-install-recommends"];
    arguments.extend(&names);
    must(&format!("Debian: installing {}", names.join(", ")), &mut apt(root, &arguments))?;
    let still: Vec<&str> = missing.iter().filter(|p| !present(p.sign)).map(|p| p.name).collect();
    if !still.is_empty() {
        bail!("apt-get reported success, but these are still not found on PATH: {}", still.join(" "));
    }
    Ok(true)
}

fn present(sign: &str) -> bool {
    if sign.starts_with('/') { Path::new(sign).is_file() } else { on_path(sign) }
}

/// The effective user, as Linux tells it; elsewhere nobody is root.
fn is_root() -> bool {
    fs::read_to_string("/proc/self/status").is_ok_and(|status| {
        status
            .lines()
            .find_map(|line| line.strip_prefix("Uid:"))
            .and_then(|ids| ids.split_whitespace().nth(1))
            .is_some_and(|effective| effective == "0")
    })
}

fn apt(root: bool, arguments: &[&str]) -> Command {
    let mut command = if root {
        Command::new("apt-get")
    } else {
        let mut sudo = Command::new("sudo");
        // Without a terminal nobody can type a password: fail at once instead of waiting.
        if !std::io::stderr().is_terminal() {
            sudo.arg("-n");
        }
        sudo.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        sudo
    };
    command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
    command
}
