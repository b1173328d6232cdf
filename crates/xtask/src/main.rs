//! `cargo xtask`: one tool that sets up a fresh machine, builds the portal, serves the demo
//! clinic, runs every check and measures. Each command is a thin entry here; the work is in the
//! modules.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod bench;
mod check;
mod clinic;
mod fingerprint;
mod layout;
mod portal;
mod process;
mod schema;
mod serve;
mod setup;
mod website;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::layout::Layout;
use crate::setup::Scope;

/// Sets up, builds, serves, tests and measures Bon Geste.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install everything that is missing to build, serve and test.
    #[command(after_help = "Example:\n  cargo xtask setup\n\nTools go to $BON_GESTE_TOOLS, else to \
                            bon-geste/ in the user's cache folder; never into the checkout.")]
    Setup,
    /// Build the release portal into dist/, ready for any static host.
    #[command(
        visible_alias = "dist",
        after_help = "Example:\n  cargo xtask dist --base /mon-kit/\n  \
                            cargo xtask dist --base /mon-kit/ --from dist --out site"
    )]
    Build {
        /// Path the portal is deployed at, beginning and ending with a slash.
        #[arg(long, default_value = "/", value_name = "PATH")]
        base: String,
        /// A portal that is built already, for whatever path: nothing is compiled.
        #[arg(long, value_name = "DIR", requires = "out")]
        from: Option<PathBuf>,
        /// New folder for the portal, instead of dist/.
        #[arg(long, value_name = "DIR", requires = "from")]
        out: Option<PathBuf>,
    },
    /// Build everything, prepare the demo clinic and its kit, and serve them on this machine.
    #[command(after_help = "Example:\n  cargo xtask serve --port 8080 --data demo\n\nPrints `Portal: \
                            URL`, `Patient link: URL`, `Clinic website: URL`, then `Ready`. Ctrl-C stops it.")]
    Serve {
        /// Port to listen on. Without it: 8080, or the next free one.
        #[arg(long)]
        port: Option<u16>,
        /// Folder of the demo clinic; made on the first run.
        #[arg(long, value_name = "DIR", default_value = "demo")]
        data: PathBuf,
    },
    /// Run every check and test; ends with `N passed, N failed`.
    #[command(after_help = "Example:\n  cargo xtask test\n  cargo xtask test --only fmt,clippy")]
    Test {
        /// Only these stages, comma-separated (see the names in the headings).
        #[arg(long, value_delimiter = ',', value_name = "STAGE")]
        only: Vec<String>,
    },
    /// Measure the portal on a slow network and a slow phone, and print the medians.
    #[command(after_help = "Example:\n  cargo xtask bench --runs 5\n  cargo xtask bench -- --only start")]
    Bench {
        /// Number of runs each median is taken over.
        #[arg(long, default_value_t = 5)]
        runs: u32,
        /// Further arguments for tests/e2e/bench.mjs.
        #[arg(last = true)]
        rest: Vec<String>,
    },
    /// Write the JSON Schemas of the kit and of the quiz’s bank to crates/care.
    #[command(after_help = "Example:\n  cargo xtask schema")]
    Schema,
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode> {
    process::forward_signals()?;
    let layout = Layout::find()?;
    match cli.command {
        Task::Setup => setup::run(&layout, Scope::Test)?,
        Task::Build { base, from: Some(from), out: Some(out) } => {
            portal::rebase(&from, &out, &portal::Base::parse(&base)?)?;
        }
        Task::Build { base, .. } => {
            let base = portal::Base::parse(&base)?;
            setup::run(&layout, Scope::Build)?;
            portal::build(&layout, &base)?;
            portal::enforce_gate(&layout)?;
        }
        Task::Serve { port, data } => return serve::run(&layout, port, &data),
        Task::Test { only } => return check::run(&layout, &only),
        Task::Bench { runs, rest } => bench::run(&layout, runs, &rest)?,
        Task::Schema => schema::run(&layout)?,
    }
    Ok(ExitCode::SUCCESS)
}
