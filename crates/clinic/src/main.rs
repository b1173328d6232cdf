//! The command line of the clinic's companion.

use care::{calendar::Day, text::Lang};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clinic::{
    Problem, Problems, folder,
    inbox::{self, Inbox},
    now::Now,
    pack::{self, cost_table},
    publish, quiz, reply, report, serve, table,
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
    /// Take a new signing key, which the old one vouches for
    #[command(
        after_help = "Example:\n  clinic rotate-key my-clinic\n\nPut public/jwks.json where the portal is served (clinic serve does), then publish the kits again. Phones\nthat know the old key believe the new one. They go on believing the old one too: who has it can still\nsign for them. No command needs the old private key any more; it may be destroyed."
    )]
    RotateKey {
        /// The clinic's folder
        dir: PathBuf,
    },
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
    /// Give a patient a new code for their link, or take the link away
    #[command(
        after_help = "Examples:\n  clinic passcode my-clinic after-a-fall-17\n  clinic passcode my-clinic after-a-fall-17 --revoke\n\nA link bears ten wrong codes in its life; a new code has ten again. What the patient’s phone holds\nalready stays there, whatever is taken away here."
    )]
    Passcode(Passcode),
    /// Serve the portal, the kits and their videos
    #[command(
        after_help = "Example:\n  clinic serve my-clinic/public --portal dist --port 8080\n\nTo show the quiz in the clinic’s own website, name it in clinic.toml:\n  embed_on = [\"https://www.cabinet-exemple.fr\"]\nThen put the snippet of docs/embedding.md into its page.\n\nOnly my-clinic/public is served, never my-clinic/desk. What patients send lands, sealed, in\nmy-clinic/server. On the Internet, put a proxy with https in\nfront of it and add --https."
    )]
    Serve(Serve),
    /// What patients sent: list it, open it, mark it seen, erase it
    #[command(
        after_help = "Examples:\n  clinic inbox my-clinic\n  clinic inbox my-clinic open --all\n  clinic inbox my-clinic open BwcHBwcH\n  clinic inbox my-clinic open /media/stick/BwcHBwcHBwcHBwcHBwcHBw.age\n  clinic inbox my-clinic seen BwcHBwcH\n\nAn item is named by its id or its first letters. Copies land in my-clinic/desk/inbox, where only your\naccount reads them. Each time, what patients asked to be erased, and what is older than keep_days in\nclinic.toml, is erased first."
    )]
    Inbox(InboxArgs),
    /// Answer a clip; the patient sees it at the exercise
    #[command(
        after_help = "Examples:\n  clinic reply my-clinic BwcHBwcH --text \"Gardez le dos droit en vous levant.\"\n  clinic reply my-clinic BwcHBwcH --still 4.5 --circle 50,60,15 --text \"Regardez votre genou ici.\"\n  clinic reply my-clinic BwcHBwcH --video answer.mp4 --text \"Je vous montre.\"\n\nThe circle is X,Y,R in percent of the picture. The answer travels in the patient’s kit, on links with a\nspoken code only, unless clinic.toml says answers_on_open_links = true."
    )]
    Reply(ReplyArgs),
    /// One page of what a patient did and felt, from the journal or the results that they brought
    #[command(
        after_help = "Example:\n  clinic report journal.json --since 2026-11-02\n\nFILE is the journal that the patient saved, or the results that were sent (a FHIR Bundle). The page lands\nbeside it, as journal.report.html; only your account may read it."
    )]
    Report(Report),
    /// The quiz: check its questions, add your own, see what patients share
    #[command(subcommand)]
    Quiz(QuizAction),
}

#[derive(Subcommand)]
enum QuizAction {
    /// Say what is wrong with questions, and measure them
    #[command(
        after_help = "Examples:\n  clinic quiz check questions.csv\n  clinic quiz check content/quiz/items.fr.json\n\nA table (.csv) holds a clinic's own questions; docs/quiz.md explains its columns, and\ncontent/quiz/example.csv is one to begin with."
    )]
    Check {
        /// The table, or a bank in JSON
        file: PathBuf,
        /// Language of a table; a bank says its own
        #[arg(long, value_enum, default_value_t)]
        lang: Language,
        /// The same bank in the other language [default: the file beside it, items.en.json for items.fr.json]
        #[arg(long, value_name = "FILE")]
        with: Option<PathBuf>,
    },
    /// Give your own questions to your portal, beside its own
    #[command(
        after_help = "Example:\n  clinic quiz add my-clinic questions.csv\n\nThey replace those that were added before in that language. They are for learning only: the portal never\nmeasures with them."
    )]
    Add {
        /// The clinic's folder
        dir: PathBuf,
        /// The table
        file: PathBuf,
        /// Language of the questions
        #[arg(long, value_enum, default_value_t)]
        lang: Language,
    },
    /// Say what patients agreed to share of it, of all together
    #[command(
        after_help = "Example:\n  clinic inbox my-clinic open --all\n  clinic quiz results my-clinic\n\nOnly results that were opened and are still kept count. Of fewer than 20 patients no share is shown."
    )]
    Results {
        /// The clinic's folder
        dir: PathBuf,
        /// Where what patients sent is kept, as clinic serve was told [default: DIR/server/items]
        #[arg(long, value_name = "URL")]
        store: Option<String>,
    },
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
    /// The link asks for this code, which is told and never written beside it; auto makes one. The
    /// kiné's answers go to such links
    #[arg(long, value_name = "CODE")]
    passcode: Option<String>,
    /// Language of the card and the sheet
    #[arg(long, value_enum, default_value_t)]
    lang: Language,
}

#[derive(Args)]
struct Passcode {
    /// The clinic's folder
    dir: PathBuf,
    /// The kit's name at the desk
    name: String,
    /// The new code; auto makes one
    #[arg(long, value_name = "CODE", default_value = "auto")]
    new: String,
    /// Take the link away instead: nobody can use it any more
    #[arg(long, conflicts_with = "new")]
    revoke: bool,
}

#[derive(Args)]
struct InboxArgs {
    /// The clinic's folder
    dir: PathBuf,
    #[command(subcommand)]
    action: Option<InboxAction>,
    /// For programs: JSON instead of a table
    #[arg(long, global = true)]
    json: bool,
    /// Where what patients sent is kept, as clinic serve was told [default: DIR/server/items]
    #[arg(long, value_name = "URL", global = true)]
    store: Option<String>,
    /// Language of the pages
    #[arg(long, value_enum, default_value_t, global = true)]
    lang: Language,
}

#[derive(Subcommand)]
enum InboxAction {
    /// Open items, or a file that came on a stick
    Open {
        /// Ids, their first letters, or files
        #[arg(required_unless_present = "all", value_name = "ITEM|FILE.age")]
        items: Vec<String>,
        /// All that was not opened yet
        #[arg(long, conflicts_with = "items")]
        all: bool,
    },
    /// Let the patients read « Vu par votre kiné »
    Seen {
        /// Ids or their first letters
        #[arg(required = true, value_name = "ITEM")]
        items: Vec<String>,
    },
    /// Erase items and their copies, and let the patients know
    Erase {
        /// Ids or their first letters
        #[arg(required = true, value_name = "ITEM")]
        items: Vec<String>,
    },
}

#[derive(Args)]
struct ReplyArgs {
    /// The clinic's folder
    dir: PathBuf,
    /// The clip's id, or its first letters
    item: String,
    /// In words
    #[arg(long)]
    text: Option<String>,
    /// A short film that you made
    #[arg(long, value_name = "FILE")]
    video: Option<PathBuf>,
    /// What the film shows, for those who don't see it [default: the text]
    #[arg(long, requires = "video")]
    alt: Option<String>,
    /// A still of the clip at this moment
    #[arg(long, value_name = "SECONDS")]
    still: Option<f64>,
    /// A circle on the still, in percent of the picture
    #[arg(long, value_name = "X,Y,R", requires = "still")]
    circle: Option<reply::Circle>,
    /// Where what patients sent is kept, as clinic serve was told [default: DIR/server/items]
    #[arg(long, value_name = "URL")]
    store: Option<String>,
    /// Language of the text message
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
    /// A website that may show the quiz, the video check and the booklet in a frame, besides embed_on
    /// of the clinic.toml beside the public folder
    #[arg(long, value_name = "WEBSITE")]
    embed_on: Vec<String>,
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
        Command::RotateKey { dir } => run_rotate_key(&dir),
        Command::Pack { kit_dir } => run_pack(&kit_dir),
        Command::Publish(args) => run_publish(args),
        Command::Passcode(args) => run_passcode(&args),
        Command::Serve(args) => run_serve(args),
        Command::Inbox(args) => run_inbox(args),
        Command::Reply(args) => run_reply(args),
        Command::Report(args) => run_report(args),
        Command::Quiz(action) => run_quiz(action),
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
    say!("  {dir}/server        what patients send arrives here, sealed");
    say!("  {dir}/desk/recovery-key.txt opens what was sent when the desk’s key is lost:");
    say!("      print it or copy it to a stick, keep that elsewhere, then delete the file");
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
    let packed = pack::pack(kit_dir, Now::here().today(), &progress())?;
    say!("{}", cost_table(&packed.kit));
    say!("Packed in {}", packed.dir.display());
    if !packed.before_publishing.is_empty() {
        say!("\nBefore it can be published:\n\n{}", Problems(packed.before_publishing));
    }
    Ok(())
}

fn run_publish(args: Publish) -> Result<(), Problems> {
    let options = publish::Options {
        name: args.name,
        moved: args.moved,
        lang: args.lang.into(),
        passcode: args.passcode,
    };
    let published =
        publish::publish(&args.kit_dir, &args.clinic, &options, Now::here().today(), &progress())?;
    let kit = &published.kit;
    let recovery = args.clinic.join("desk/recovery-key.txt");
    if kit.upload.is_some() && recovery.is_file() {
        eprintln!(
            "Reminder: {} opens what patients send. Print it or copy it to a stick, keep that elsewhere, then delete the file.",
            recovery.display()
        );
    }
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
    say!("\nPatient link: {}", published.link);
    if let Some(code) = &published.passcode {
        say_code(code);
    }
    say!();
    say!("{}", publish::terminal_qr(&published.link, std::io::stdout().is_terminal())?);
    Ok(())
}

fn say_code(code: &str) {
    say!("Spoken code: {code}");
    say!("  Tell it to the patient. It is not kept here: clinic passcode makes another one.");
}

fn run_rotate_key(dir: &std::path::Path) -> Result<(), Problems> {
    let old = folder::ClinicFolder::open(dir)?.rotate_key()?;
    say!("A new key signs from now on.");
    say!("  First put public/jwks.json where the portal is served; clinic serve does by itself.");
    say!("  Then publish the kits again: clinic publish KIT --clinic {}", dir.display());
    say!("The old one lies in {}. Phones still believe it: destroy it, or keep it safe.", old.display());
    Ok(())
}

fn run_passcode(args: &Passcode) -> Result<(), Problems> {
    if args.revoke {
        publish::revoke(&args.dir, &args.name)?;
        say!("The link of \"{}\" leads nowhere now. Publish the kit to make another.", args.name);
        return Ok(());
    }
    say_code(&publish::new_passcode(&args.dir, &args.name, &args.new)?);
    Ok(())
}

fn open_inbox(dir: &std::path::Path, store: Option<&str>, lang: Language) -> Result<Inbox, Problems> {
    let inbox = Inbox::open(dir, store, Now::here(), lang.into())?;
    for erased in &inbox.erased {
        let unseen = if erased.opened { "" } else { " It had not been opened." };
        eprintln!("Erased: {} of \"{}\": {}.{unseen}", erased.item, erased.kit, erased.why);
    }
    Ok(inbox)
}

fn warn(inbox: &Inbox) {
    for warning in &inbox.warnings {
        eprintln!("Warning: {warning}");
    }
}

fn run_inbox(args: InboxArgs) -> Result<(), Problems> {
    let mut inbox = open_inbox(&args.dir, args.store.as_deref(), args.lang)?;
    let find = |inbox: &Inbox, items: &[String]| -> Result<Vec<String>, Problems> {
        items.iter().map(|start| inbox.find(start)).collect()
    };
    let outcome = match args.action {
        None => list(&inbox, args.json),
        Some(InboxAction::Open { items, all }) => open_items(&mut inbox, &items, all, args.json),
        Some(InboxAction::Seen { items }) => {
            let items = find(&inbox, &items)?;
            inbox.seen(&items)?;
            say!("Seen: {}", items.join(", "));
            Ok(())
        }
        Some(InboxAction::Erase { items }) => {
            let items = find(&inbox, &items)?;
            inbox.erase(&items)?;
            say!("Erased: {}", items.join(", "));
            Ok(())
        }
    };
    warn(&inbox);
    outcome
}

fn say_json(entries: &[inbox::Entry]) -> Result<(), Problems> {
    let json = serde_json::to_string_pretty(entries)
        .map_err(|e| Problem::new("inbox", format!("cannot be written as JSON: {e}")))?;
    say!("{json}");
    Ok(())
}

fn list(inbox: &Inbox, json: bool) -> Result<(), Problems> {
    let entries = inbox.list()?;
    if json {
        return say_json(&entries);
    }
    if entries.is_empty() {
        say!("Nothing is here.");
        return Ok(());
    }
    let mut rows =
        vec![["Kit", "Item", "Arrived", "KB", "What", "State", "Erased on"].map(str::to_owned).to_vec()];
    for entry in &entries {
        let what = match &entry.opened {
            Some(opened) => opened.exercise.clone().unwrap_or_else(|| opened.kind.clone()),
            None => "sealed".to_owned(),
        };
        rows.push(vec![
            entry.kit.clone(),
            entry.item.chars().take(8).collect(),
            entry.arrived.to_string(),
            entry.bytes.div_ceil(1000).to_string(),
            table::shorten(&what, 24),
            format!("{:?}", entry.state).to_lowercase(),
            entry.erased_on.to_string(),
        ]);
    }
    say!("{}", table::render(&rows));
    Ok(())
}

fn open_items(inbox: &mut Inbox, items: &[String], all: bool, json: bool) -> Result<(), Problems> {
    let (mut opened, mut problems) = (Vec::new(), Vec::new());
    let mut keep = |outcome: Result<inbox::Entry, Problems>| match outcome {
        Ok(entry) => opened.push(entry),
        Err(e) => problems.extend(e.0),
    };
    if all {
        for entry in inbox.list()?.into_iter().filter(|entry| entry.opened.is_none()) {
            keep(inbox.open_item(&entry.item));
        }
    }
    for named in items {
        let file = std::path::Path::new(named);
        keep(if file.is_file() {
            inbox.open_file(file)
        } else {
            inbox.find(named).and_then(|item| inbox.open_item(&item))
        });
    }
    if json {
        say_json(&opened)?;
    } else {
        for entry in &opened {
            let Some(of) = &entry.opened else { continue };
            let what = of.exercise.as_deref().unwrap_or(&of.kind);
            say!("{}  {}  {}  {}", entry.item, entry.kit, of.made, what);
            if let Some(words) = &of.words {
                say!("    « {words} »");
            }
            for file in &of.files {
                say!("    {}", inbox.folder().join(file).display());
            }
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Problems(problems)) }
}

fn run_reply(args: ReplyArgs) -> Result<(), Problems> {
    let mut inbox = open_inbox(&args.dir, args.store.as_deref(), args.lang)?;
    let item = inbox.find(&args.item)?;
    let answer = reply::Answer {
        text: args.text,
        video: args.video,
        alt: args.alt,
        still_s: args.still,
        circle: args.circle,
    };
    let replied = reply::reply(&mut inbox, &item, &answer, args.lang.into(), &progress())?;
    warn(&inbox);
    say!("Answered: {} of \"{}\"; {} KB for the patient", item, replied.kit, replied.bytes.div_ceil(1000));
    say!("Text message to send: {}", replied.sms);
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

fn run_quiz(action: QuizAction) -> Result<(), Problems> {
    match action {
        QuizAction::Check { file, lang, with } => {
            let checked = quiz::check(&file, lang.into(), with.as_deref(), Now::here().today())?;
            say_checked(&checked);
            say!("Nothing is wrong with {}.", file.display());
        }
        QuizAction::Add { dir, file, lang } => {
            let added = quiz::add(&dir, &file, lang.into(), Now::here().today())?;
            say_checked(&added.checked);
            if added.changed > 0 {
                say!("Changed since last time: {}", added.changed);
            }
            if !added.gone.is_empty() {
                say!("No longer there: {}", added.gone.join(", "));
            }
            say!("Written: {}", added.file.display());
        }
        QuizAction::Results { dir, store } => {
            let inbox = open_inbox(&dir, store.as_deref(), Language::default())?;
            say!("{}", quiz::results::read(&inbox)?.told().trim_end());
            warn(&inbox);
        }
    }
    Ok(())
}

fn say_checked(checked: &quiz::Checked) {
    for figure in &checked.figures {
        say!("{figure}");
    }
    for advice in &checked.advice {
        eprintln!("Advice: {advice}");
    }
    say!("Items: {}", checked.bank.items.len());
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
        embed_on: args.embed_on,
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
