//! `cargo xtask serve`: from a fresh machine to a running demo clinic.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

use crate::clinic;
use crate::layout::Layout;
use crate::portal::{self, Base};
use crate::process::{Started, elapsed, heading, stopping};
use crate::setup::{self, Scope};
use crate::website;

const DEFAULT_PORT: u16 = 8080;

/// The first port that is tried for the clinic's own website.
const WEBSITE_PORT: u16 = 8090;

/// A demo clinic that is being served.
struct Served {
    /// The server.
    process: Started,
    /// Address of the portal.
    portal: String,
    /// Address of the clinic's own website.
    website: String,
    /// Name of each demo kit and the address that its patient receives.
    links: Vec<(String, String)>,
    /// Rest of the server's output, to be read on so that it never blocks.
    output: BufReader<std::process::ChildStdout>,
}

/// Sets up, builds, prepares and serves until asked to stop.
///
/// # Errors
/// When any of it fails.
pub fn run(layout: &Layout, port: Option<u16>, data: &Path) -> Result<ExitCode> {
    let start = Instant::now();
    setup::run(layout, Scope::Serve)?;
    let mut served = launch(layout, port, data)?;
    heading(&format!("Ready after {}; Ctrl-C stops", elapsed(start.elapsed())));
    println!("Portal: {}", served.portal);
    for (n, (kit, link)) in served.links.iter().enumerate() {
        if n == 0 {
            println!("Patient link: {link}");
        } else {
            println!("Another kit, {kit}: {link}");
        }
    }
    println!("Clinic website: {}", served.website);
    println!("Ready");
    std::io::stdout().flush().context("writing to standard output")?;
    served.wait()
}

/// Builds what changed and starts the server.
///
/// # Errors
/// When building or starting fails.
fn launch(layout: &Layout, port: Option<u16>, data: &Path) -> Result<Served> {
    portal::build(layout, &Base::parse("/")?)?;
    let program = clinic::build(layout)?;
    let port = match port {
        Some(port) => port,
        None => free_port(DEFAULT_PORT)?,
    };
    let portal = format!("http://localhost:{port}/");
    let data = absolute(layout, data)?;
    let (listener, website_port) = listen_from(WEBSITE_PORT)?;
    let website = format!("http://localhost:{website_port}/");
    let links = clinic::prepare(layout, &program, &data, &portal)?;
    website::serve(layout, listener, &portal)?;
    let mut process = Started::new(
        Command::new(&program)
            .arg("serve")
            .arg(data.join("public"))
            .args(["--port", &port.to_string(), "--embed-on", &website])
            .stdin(Stdio::null())
            .stdout(Stdio::piped()),
    )?;
    let mut output = BufReader::new(process.child.stdout.take().context("the server has no output")?);
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).context("reading what the server says")? == 0 {
            let status = process.wait()?;
            bail!("`clinic serve` ended before it was ready ({status}); its own message is above");
        }
        if line.trim_start().starts_with("Listening:") {
            return Ok(Served { process, portal, website, links, output });
        }
    }
}

impl Served {
    /// Waits for the server's end, passing on what it prints.
    fn wait(&mut self) -> Result<ExitCode> {
        let mut line = String::new();
        while self.output.read_line(&mut line).is_ok_and(|read| read > 0) {
            eprint!("{line}");
            line.clear();
        }
        let status = self.process.wait()?;
        Ok(if status.success() || stopping() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// The first port from `first` on that nobody listens on.
fn free_port(first: u16) -> Result<u16> {
    listen_from(first).map(|(_, port)| port)
}

/// Takes the first port from `first` on that nobody listens on.
fn listen_from(first: u16) -> Result<(TcpListener, u16)> {
    (first..=first.saturating_add(100))
        .find_map(|port| Some((TcpListener::bind(("127.0.0.1", port)).ok()?, port)))
        .with_context(|| format!("no free port from {first} on; choose one with --port"))
}

/// `data` relative to where the user stands, but the default beside the checkout's other folders.
fn absolute(layout: &Layout, data: &Path) -> Result<PathBuf> {
    if data == Path::new("demo") {
        return Ok(layout.root.join(data));
    }
    std::path::absolute(data).with_context(|| format!("--data {}", data.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_passed_over() {
        let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        assert_ne!(free_port(port).unwrap(), port);
    }
}
