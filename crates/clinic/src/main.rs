//! The command line of the clinic's companion.

use care::{calendar::Day, text::Lang};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clinic::{
    Problem, Problems, folder,
    pack::{self, cost_table},
    publish, report, serve, table,
};
use indicatif::{ProgressBar, ProgressStyle};
use std::{io::IsTerminal as _, net::IpAddr, path::PathBuf, process::ExitCode};

/// Makes the clinic's folder, packs videos for poor networks, signs and publishes kits, serves
/// them.
#[derive(Parser)]
#[command(
    name = "clinic",
    version,
    about,
    after_help = "Start here:\n  clinic init my-clinic --name \"Cabinet des Tilleuls\" --phone \"01 99 00 12 34\" --portal-url https://portail.example.org/\n  clinic publish kits/after-a-fall --clinic my-clinic\n  clinic serve my-clinic/public"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a clinic: its folder, its signing key and its age identity
    #[command(
        after_help = "Example:\n  clinic init my-clinic --name \"Cabinet des Tilleuls\" --phone \"01 99 00 12 34\" --sms \"06 39 98 12 34\" --portal-url https://portail.example.org/\n\nPrivate keys land in my-clinic/desk. Keep a copy of that folder in a safe place: without the signing\nkey, the kits on patients’ phones cannot be renewed."
    )]
    Init(Init),
    /// Check a kit and prepare its videos for poor networks
    #[command(
        after_help = "Example:\n  clinic pack kits/after-a-fall\n\nThe result lands in kits/after-a-fall/packed. An unchanged video is not prepared again."
    )]
    Pack {
        /// The kit's folder, with kit.toml
        kit_dir: PathBuf,
    },
    /// Sign, encrypt and publish a kit; print the patient's link and paper
    #[command(
        after_help = "Example:\n  clinic publish kits/after-a-fall --clinic my-clinic\n\nPublishing again gives the same link a new version. One kit folder is one patient: copy the folder\nfor another patient, or give it another name with --as."
    )]
    Publish(Publish),
    /// Serve the portal, the kits and their videos
    #[command(
        after_help = "Example:\n  clinic serve my-clinic/public --portal dist --port 8080\n\nOnly my-clinic/public is served, never my-clinic/desk. What patients send lands, sealed, in\nmy-clinic/server. On the Internet, put a proxy with https in\nfront of it and add --https."
    )]
    Serve(Serve),
    /// One page of what a patient did and felt, from the journal or the results that they brought
    #[command(
        after_help = "Example:\n  clinic report journal.json --since 2026-11-02\n\nFILE is the journal that the patient saved, or the results that were sent (a FHIR Bundle). The page lands\nbeside it, as journal.report.html; only your account may read it."
    )]
    Report(Report),
}

#[derive(Args)]
struct Init {
    /// The clinic's folder, new or empty
    dir: PathBuf,
    /// As on the door
    #[arg(long)]
    name: String,
    /// The number that patients call
    #[arg(long)]
    phone: String,
    /// Where patients open the portal
    #[arg(long)]
    portal_url: String,
    /// A mobile that reads text messages; without it there is no SMS button
    #[arg(long)]
    sms: Option<String>,
    /// Street and town
    #[arg(long)]
    address: Option<String>,
    /// On which days messages are read, for instance "lundi et jeudi"
    #[arg(long)]
    reading_days: Option<String>,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum Language {
    #[default]
    Fr,
    En,
}

impl From<Language> for Lang {
    fn from(language: Language) -> Self {
        match language {
            Language::Fr => Lang::Fr,
            Language::En => Lang::En,
        }
    }
}

#[derive(Args)]
struct Publish {
    /// The kit's folder, with kit.toml
    kit_dir: PathBuf,
    /// The clinic's folder, made by `clinic init`
    #[arg(long, value_name = "DIR")]
    clinic: PathBuf,
    /// The kit's name at the desk [default: the folder's name]
    #[arg(long = "as", value_name = "NAME")]
    name: Option<String>,
    /// The kit's folder was moved or renamed: keep its link
    #[arg(long)]
    moved: bool,
    /// Language of the card and the sheet
    #[arg(long, value_enum, default_value_t)]
    lang: Language,
}

#[derive(Args)]
struct Report {
    /// The journal or the results
    file: PathBuf,
    /// Where the page is written [default: beside FILE]
    #[arg(long, value_name = "OUT.html")]
    out: Option<PathBuf>,
    /// First day to tell [default: the last appointment, or two weeks ago; for results the first]
    #[arg(long, value_name = "YYYY-MM-DD")]
    since: Option<Day>,
    /// Language of the page
    #[arg(long, value_enum, default_value_t)]
    lang: Language,
}

#[derive(Args)]
struct Serve {
    /// The clinic's public folder, DIR/public
    public: PathBuf,
    /// The built portal [default: the one inside this program, if it was built so]
    #[arg(long, value_name = "DIST_DIR")]
    portal: Option<PathBuf>,
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    addr: IpAddr,
    /// Port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Patients reach this server over https, through a proxy
    #[arg(long)]
    https: bool,
    /// What it may write to [default: the folder server beside the public one]
    #[arg(long, value_name = "DIR")]
    server: Option<PathBuf>,
    /// Where what patients sent is kept, for instance s3://bucket/clips [default: server/items]
    #[arg(long, value_name = "URL")]
    store: Option<String>,
}

/// Prints a line. A closed pipe means that nobody reads on; the work goes on all the same.
macro_rules! say {
    ($($arg:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stdout(), $($arg)*);
    }};
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Init(args) => run_init(args),
        Command::Pack { kit_dir } => run_pack(&kit_dir),
        Command::Publish(args) => run_publish(args),
        Command::Serve(args) => run_serve(args),
        Command::Report(args) => run_report(args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problems) => {
            eprintln!("{problems}");
            if problems.0.len() > 1 {
                eprintln!("\n{} things to put right, then start again.", problems.0.len());
            }
            ExitCode::FAILURE
        }
    }
}

/// The day in this machine's time zone.
fn today() -> Result<Day, Problems> {
    let date = jiff::Zoned::now().date();
    let parts = (date.year().into(), date.month().unsigned_abs(), date.day().unsigned_abs());
    Day::new(parts.0, parts.1, parts.2)
        .map_err(|e| Problem::new("this machine’s clock", e.to_string()).to_do("Set the date.").into())
}

fn run_init(args: Init) -> Result<(), Problems> {
    let about = folder::About {
        name: args.name,
        phone: args.phone,
        sms: args.sms,
        address: args.address,
        reading_days: args.reading_days,
        portal_url: args.portal_url,
    };
    let clinic = folder::init(&args.dir, &about)?;
    let dir = args.dir.display();
    say!("Clinic: {} ({dir})", clinic.clinic.name);
    say!("  {dir}/clinic.toml   name, phone, portal: edit it as you like");
    say!("  {dir}/desk          private keys: keep a copy in a safe place, show it to nobody");
    say!("  {dir}/public        what is served");
    say!("Next: clinic publish KIT_DIR --clinic {dir}");
    Ok(())
}

fn progress() -> ProgressBar {
    let bar = ProgressBar::new(0);
    // The template is fixed; should it ever be wrong the plain bar stands in.
    if let Ok(style) =
        ProgressStyle::with_template("Preparing videos {bar:30} {percent:>3} %  about {eta} left  {msg}")
    {
        bar.set_style(style);
    }
    bar
}

fn run_pack(kit_dir: &std::path::Path) -> Result<(), Problems> {
    let packed = pack::pack(kit_dir, today()?, &progress())?;
    say!("{}", cost_table(&packed.kit));
    say!("Packed in {}", packed.dir.display());
    if !packed.before_publishing.is_empty() {
        say!("\nBefore it can be published:\n\n{}", Problems(packed.before_publishing));
    }
    Ok(())
}

fn run_publish(args: Publish) -> Result<(), Problems> {
    let options = publish::Options { name: args.name, moved: args.moved, lang: args.lang.into() };
    let published = publish::publish(&args.kit_dir, &args.clinic, &options, today()?, &progress())?;
    let kit = &published.kit;
    say!("{}", cost_table(kit));
    let mut facts = vec![vec!["Kit".to_owned(), published.name.clone()]];
    let mut fact = |name: &str, value: String| facts.push(vec![name.to_owned(), value]);
    fact("Title", table::shorten(&kit.title.fr, 60));
    fact("Version", kit.version.to_string());
    if let Some(v) = &kit.validated_by {
        fact("Validated by", format!("{}, {}", v.name, v.on));
    }
    fact("Review by", kit.review_by.to_string());
    if let Some(until) = kit.valid_until {
        fact("Valid until", until.to_string());
    }
    fact("Card", published.card.display().to_string());
    fact("Sheet", published.sheet.display().to_string());
    for row in &facts {
        say!("{:<13} {}", row[0], row[1]);
    }
    say!("\nPatient link: {}\n", published.link);
    say!("{}", publish::terminal_qr(&published.link, std::io::stdout().is_terminal())?);
    Ok(())
}

fn run_report(args: Report) -> Result<(), Problems> {
    let options = report::Options { out: args.out, since: args.since, lang: args.lang.into() };
    let written = report::report(&args.file, &options)?;
    for warning in &written.warnings {
        eprintln!("Warning: {warning}");
    }
    for (name, value) in &written.lines {
        say!("{name:<13} {value}");
    }
    say!("{:<13} {}", "Page", written.page.display());
    Ok(())
}

fn run_serve(args: Serve) -> Result<(), Problems> {
    let config = serve::Config {
        public: args.public,
        portal: args.portal,
        addr: args.addr,
        port: args.port,
        https: args.https,
        server: args.server,
        store: args.store,
    };
    let failed = |e: std::io::Error| Problem::new("this machine", format!("cannot run the server: {e}"));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(failed)?;
    let outcome = runtime.block_on(async {
        let server = serve::Server::new(&config)?;
        for warning in &server.warnings {
            eprintln!("Warning: {warning}");
        }
        let stop = stop_signal().map_err(failed)?;
        say!("Listening: http://{}/", server.addr);
        server.run(stop).await
    });
    // Answers that are still running after their last seconds are cut here.
    runtime.shutdown_background();
    outcome
}

/// Done when the program is asked to stop (Ctrl-C, or SIGTERM).
#[cfg(unix)]
fn stop_signal() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => (),
            _ = terminate.recv() => (),
        }
    })
}

/// Done when the program is asked to stop (Ctrl-C).
#[cfg(not(unix))]
fn stop_signal() -> std::io::Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async {
        // Without the signal there is no way to stop but ending the process.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
