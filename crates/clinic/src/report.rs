//! What a patient brings or sends, as one page for the kiné: an exported journal or a Bundle of
//! results becomes a page to be printed and a few lines for the terminal. Facts only: no trend, no
//! verdict, no colour that judges.

use crate::{
    files::{self, Access},
    print,
    problem::{Outcome, Problem},
};
use care::{
    backup::{Backup, BackupError},
    calendar::{Day, clock},
    journal::{By, Event, Feeling, StopReason, What},
    json::{JsonError, Value},
    kit::{Kit, Level},
    opening,
    ports::crypto_native::NativeCrypto,
    quiz::Cue,
    results::{self, End, Fact, Item, Named},
    text::Lang,
    trust::TrustedKeys,
    video_check,
};
use futures_executor::block_on;
use maud::{Markup, html};
use std::path::{Path, PathBuf};

const CSS: &str = include_str!("../assets/report.css");

/// Days of a journal that are told when no appointment has been.
const PERIOD_DAYS: i64 = 14;
/// Rows of the table of sessions; with more of them the page would be two.
const MAX_ROWS: usize = 14;

/// What is wanted.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The page's file; beside the source when none is given.
    pub out: Option<PathBuf>,
    /// First day to be told.
    pub since: Option<Day>,
    /// Language of the page.
    pub lang: Lang,
}

/// What was written.
pub struct Written {
    /// The page.
    pub page: PathBuf,
    /// The short form for a terminal: a name and its value a line.
    pub lines: Vec<(&'static str, String)>,
    /// What could not be told in full.
    pub warnings: Vec<String>,
}

/// Reads a journal or a Bundle and writes its page, which only its owner may read.
pub fn report(file: &Path, options: &Options) -> Outcome<Written> {
    let out = options.out.clone().unwrap_or_else(|| file.with_extension("report.html"));
    if out == file {
        return Err(Problem::new(out, "is the file that is to be read")
            .to_do("Give the page another name with --out.")
            .into());
    }
    let mut source = read(file)?;
    let warnings = std::mem::take(&mut source.warnings);
    let facts = facts(source, options.since);
    files::write(&out, page(&facts, options.lang).as_bytes(), Access::Owner)?;
    Ok(Written { page: out, lines: lines(&facts), warnings })
}

/// What a Bundle of results holds, one thing after the other.
pub(crate) fn items(file: &Path) -> Outcome<Vec<Item>> {
    Ok(read(file)?.items)
}

/// What a file holds.
#[derive(Default)]
struct Source {
    items: Vec<Item>,
    /// The patient's notes; a Bundle has none.
    notes: Vec<(Day, By, String)>,
    kits: Vec<Kit>,
    /// The days that a journal tells of by default: since the last appointment, or the last two weeks.
    period: Option<(Day, Day)>,
    warnings: Vec<String>,
}

fn read(file: &Path) -> Outcome<Source> {
    let text = files::read_text(file)?;
    let wanted = "a journal saved by the patient’s portal, or its results as a FHIR Bundle";
    let value = Value::parse(text.as_bytes()).map_err(|e| {
        let problem = Problem::new(file, "is not whole, or not of this kind").expected(wanted);
        let problem = match e {
            JsonError::Syntax(at) => problem.at(line_of(&text, at)),
            JsonError::Field(name) => problem.field(name),
        };
        problem.to_do("Ask the patient to save the file again, and bring it unopened.")
    })?;
    if value.get("backup") != &Value::Null {
        let backup = Backup::read(text.as_bytes()).map_err(|e| damaged(file, &text, &e))?;
        return Ok(journal(&backup));
    }
    if value.get("resourceType").as_str() == Some("Bundle") {
        let items = results::read(&value).map_err(|e| {
            Problem::new(file, "holds results that cannot be read")
                .field(e.field)
                .expected(e.expected)
                .to_do("Ask the patient to send the results again; if it stays, use a newer `clinic`.")
        })?;
        if items.is_empty() {
            return Err(Problem::new(file, "is a FHIR Bundle without a patient’s results")
                .field("entry")
                .expected("sessions, answers or signs, as the portal writes them (docs/fhir.md)")
                .to_do("Check that it is the file that the patient sent; a published kit is a Bundle too.")
                .into());
        }
        return Ok(Source { items, ..Source::default() });
    }
    Err(Problem::new(file, "is neither a journal nor results")
        .field("backup")
        .expected(wanted)
        .to_do("Check the file’s name, or ask the patient to save it again.")
        .into())
}

fn damaged(file: &Path, text: &str, error: &BackupError) -> Problem {
    let problem = Problem::new(file, error.to_string());
    match error {
        BackupError::Newer(_) => problem
            .field("backup")
            .expected(format!("{}.x", care::backup::FORMAT_MAJOR))
            .to_do("Install a newer `clinic`."),
        BackupError::Syntax(at) => {
            problem.at(line_of(text, *at)).expected("JSON to its end").to_do(SAVE_AGAIN)
        }
        BackupError::Field(field) => {
            problem.field(field.clone()).expected("the file as the portal wrote it").to_do(SAVE_AGAIN)
        }
        BackupError::Changed | BackupError::Foreign => {
            problem.field("check").expected("the file as the portal wrote it").to_do(SAVE_AGAIN)
        }
    }
}

const SAVE_AGAIN: &str = "Ask the patient to save the journal again, and bring the file unopened.";

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|b| *b == b'\n').count() + 1
}

fn journal(backup: &Backup) -> Source {
    let (mut kits, mut warnings) = (Vec::new(), Vec::new());
    for (n, copy) in backup.kits.iter().enumerate() {
        // Only for its words: whose kit it is was settled on the patient's phone.
        match block_on(opening::read(&copy.jws, &TrustedKeys::default(), &NativeCrypto)) {
            Ok(opened) => kits.push(opened.kit),
            Err(e) => {
                warnings.push(format!("kits[{n}] cannot be read ({e}): exercises go by their short names"));
            }
        }
    }
    let note = |e: &Event| match e.read() {
        Some(What::Noted { text, by, .. }) if !text.trim().is_empty() => Some((e.day, by, text)),
        _ => None,
    };
    let offset = backup.events.last().map_or(0, |e| e.offset_min);
    let to = Day::of(backup.made_ms, offset);
    let from = last_appointment(&backup.events, to).unwrap_or(to.plus(1 - PERIOD_DAYS));
    Source {
        items: results::all(&backup.events, &kits.iter().collect::<Vec<_>>()),
        notes: backup.events.iter().filter_map(note).collect(),
        kits,
        period: Some((from, to)),
        warnings,
    }
}

/// The last appointment before a day. An appointment that was moved counts where it was moved to.
fn last_appointment(events: &[Event], before: Day) -> Option<Day> {
    let mut dates: Vec<((String, u32), Option<Day>)> = Vec::new();
    for event in events {
        if let Some(What::AppointmentSet { kit, number, on }) = event.read() {
            dates.retain(|(of, _)| *of != (kit.clone(), number));
            dates.push(((kit, number), on));
        }
    }
    dates.into_iter().filter_map(|(_, on)| on).filter(|on| *on < before).max()
}

/// What the page tells.
struct Facts {
    from: Day,
    to: Day,
    kits: Vec<Kit>,
    /// Oldest first, sessions and answers that belong to none.
    rows: Vec<Row>,
    exercises: Vec<ExerciseDone>,
    /// « Ça ne va pas », and sessions that were stopped.
    not_well: Vec<Item>,
    questions: Vec<Item>,
    /// Videos from elsewhere that were checked.
    checked: Vec<Item>,
    /// What the patient agreed to tell of the quiz.
    quiz: Option<Item>,
    notes: Vec<(Day, By, String)>,
}

/// A session with the answers about it, or the answers of a day that are about none.
#[derive(Default)]
struct Row {
    at: Option<(Day, i64, i32)>,
    session: Option<SessionRow>,
    pain: [Vec<u32>; 2],
    fatigue: Vec<u32>,
    effort: Vec<u32>,
    difficulty: Vec<u32>,
    helper: bool,
}

struct SessionRow {
    minutes: i64,
    end: End,
    sets: usize,
}

/// What was done of one exercise.
struct ExerciseDone {
    exercise: Named,
    sets: usize,
    easier: usize,
    reps: u32,
    hold_s: u32,
    skipped: usize,
}

impl Facts {
    fn sessions(&self) -> impl Iterator<Item = &SessionRow> {
        self.rows.iter().filter_map(|r| r.session.as_ref())
    }

    fn is_empty(&self) -> bool {
        self.rows.is_empty()
            && self.not_well.is_empty()
            && self.questions.is_empty()
            && self.checked.is_empty()
            && self.quiz.is_none()
            && self.notes.is_empty()
    }
}

/// The figures, from the items themselves.
fn facts(source: Source, since: Option<Day>) -> Facts {
    let days = || source.items.iter().map(|i| i.day);
    let (from, to) = source.period.unwrap_or_else(|| {
        let edge = |day: Option<Day>| day.unwrap_or(Day::of(0, 0));
        (edge(days().min()), edge(days().max()))
    });
    let from = since.unwrap_or(from);
    // A clock that was ahead of the export's must not hide what was written.
    let to = to.max(days().max().unwrap_or(to)).max(from);
    let items: Vec<Item> = source.items.into_iter().filter(|i| i.day >= from).collect();
    let mut facts = Facts {
        from,
        to,
        kits: source.kits,
        rows: Vec::new(),
        exercises: Vec::new(),
        not_well: Vec::new(),
        questions: Vec::new(),
        checked: Vec::new(),
        quiz: None,
        notes: source.notes.into_iter().filter(|(day, ..)| *day >= from).collect(),
    };
    // Sessions first: answers are put beside them.
    let mut names: Vec<(String, usize)> = Vec::new();
    for item in &items {
        if let Fact::Session { until, end, sets, skipped } = &item.fact {
            names.push((item.id.clone(), facts.rows.len()));
            let minutes = (until.0 - item.at_ms + 30_000) / 60_000;
            facts.rows.push(Row {
                at: Some((item.day, item.at_ms, item.offset_min)),
                session: Some(SessionRow { minutes, end: end.clone(), sets: sets.len() }),
                ..Row::default()
            });
            for set in sets {
                let done = done(&mut facts.exercises, &set.exercise);
                done.sets += 1;
                done.easier += usize::from(set.easier);
                done.reps = done.reps.saturating_add(set.reps);
                done.hold_s = done.hold_s.max(set.hold_s);
            }
            for exercise in skipped {
                done(&mut facts.exercises, exercise).skipped += 1;
            }
            if matches!(end, End::Stopped { .. }) {
                facts.not_well.push(item.clone());
            }
        }
    }
    names.sort_unstable();
    for item in items {
        match &item.fact {
            Fact::Session { .. } => {}
            Fact::Felt { feeling, level, after, session } => {
                let own = session.as_ref().and_then(|s| names.binary_search_by(|(n, _)| n.cmp(s)).ok());
                let at = match own {
                    Some(at) => names[at].1,
                    None => loose_row(&mut facts.rows, &item),
                };
                let row = &mut facts.rows[at];
                row.helper |= item.by == By::Helper;
                match feeling {
                    Feeling::Pain => row.pain[usize::from(*after)].push(*level),
                    Feeling::Fatigue => row.fatigue.push(*level),
                    Feeling::Effort => row.effort.push(*level),
                    Feeling::Difficulty => row.difficulty.push(*level),
                }
            }
            Fact::TwoQuestions { .. } => facts.questions.push(item),
            Fact::VideoChecked { .. } => facts.checked.push(item),
            Fact::Quiz { .. } => facts.quiz = Some(item),
            Fact::Sign { .. } | Fact::Fell | Fact::TriedElsewhere { .. } | Fact::SpokenToProfessional => {
                facts.not_well.push(item);
            }
        }
    }
    facts.not_well.sort_by_key(|i| i.at_ms);
    facts.rows.sort_by_key(|r| r.at.map(|(_, at_ms, _)| at_ms));
    facts
}

fn done<'a>(list: &'a mut Vec<ExerciseDone>, exercise: &Named) -> &'a mut ExerciseDone {
    let at = list.iter().position(|d| d.exercise.id == exercise.id).unwrap_or_else(|| {
        let exercise = exercise.clone();
        list.push(ExerciseDone { exercise, sets: 0, easier: 0, reps: 0, hold_s: 0, skipped: 0 });
        list.len() - 1
    });
    &mut list[at]
}

/// The row of a day for answers that are about no session.
fn loose_row(rows: &mut Vec<Row>, item: &Item) -> usize {
    let same = |r: &Row| r.session.is_none() && r.at.is_some_and(|(day, ..)| day == item.day);
    // Items come in order: it is among the last rows if at all.
    rows.iter().rposition(same).unwrap_or_else(|| {
        rows.push(Row { at: Some((item.day, item.at_ms, item.offset_min)), ..Row::default() });
        rows.len() - 1
    })
}

/// The lines for a terminal, in the language of the program.
fn lines(facts: &Facts) -> Vec<(&'static str, String)> {
    let mut lines = vec![("Period", format!("{} to {}", facts.from, facts.to))];
    lines.extend(facts.kits.iter().map(|k| ("Kit", k.title.fr.clone())));
    let count = |wanted: fn(&End) -> bool| facts.sessions().filter(|s| wanted(&s.end)).count();
    lines.push((
        "Sessions",
        format!(
            "{} ({} to the end, {} stopped, {} left open)",
            facts.sessions().count(),
            count(|e| *e == End::Done),
            count(|e| matches!(e, End::Stopped { .. })),
            count(|e| *e == End::Unknown)
        ),
    ));
    for (name, n) in [("Pain before", 0), ("Pain after", 1)] {
        let levels: Vec<String> =
            facts.rows.iter().flat_map(|r| &r.pain[n]).map(ToString::to_string).collect();
        if !levels.is_empty() {
            lines.push((name, format!("{} (0 to 10, oldest first)", levels.join(", "))));
        }
    }
    for item in &facts.not_well {
        lines.push(("Not well", format!("{}  {}", item.day, not_well(item, Lang::En))));
    }
    for item in &facts.checked {
        lines.push(("Video checked", format!("{}  {}", item.day, checked(item, Lang::En))));
    }
    if let Some(item) = &facts.quiz {
        lines.push(("Quiz", quiz(item, Lang::En)));
    }
    if facts.is_empty() {
        lines.push(("Noted", "nothing in this period".to_owned()));
    }
    lines
}

fn page(facts: &Facts, lang: Lang) -> String {
    let w = Words::of(lang);
    let day = |d: Day| print::day(d, lang);
    let period = format!("{} {} {} {}", w.from, day(facts.from), w.to, day(facts.to));
    let clinic = facts.kits.first().map(|k| k.clinic.name.clone());
    let body = html! {
        main {
            header {
                h1 { (w.title) }
                @for kit in &facts.kits { p.kit lang=(kit.title.lang(lang).tag()) { (kit.title.get(lang)) } }
                p.soft {
                    (period) "."
                    @if let Some(clinic) = &clinic { " " (clinic) "." }
                    " " (w.facts_only)
                }
                p.totals { (totals(facts, lang)) }
            }
            @if facts.is_empty() { p { (w.nothing) } }
            @if !facts.not_well.is_empty() {
                section.first {
                    h2 { (w.not_well) }
                    ul { @for item in &facts.not_well {
                        li { (when(item, lang)) (w.colon) (not_well(item, lang)) (by(item.by, lang)) }
                    } }
                }
            }
            (exercises(facts, lang))
            (sessions(facts, lang))
            @if !facts.questions.is_empty() {
                section {
                    h2 { (w.questions) }
                    ul { @for item in &facts.questions { @if let Fact::TwoQuestions { watched, wish } = &item.fact {
                        li {
                            (day(item.day)) (w.colon) (w.watched) " " (if *watched { w.yes } else { w.no }) "."
                            @if !wish.is_empty() { " " (w.wish) " " span.words { (quoted(wish, lang)) } }
                            (by(item.by, lang))
                        }
                    } } }
                }
            }
            @if !facts.checked.is_empty() {
                section {
                    h2 { (w.checked) }
                    ul { @for item in &facts.checked {
                        li { (day(item.day)) (w.colon) span.words { (checked(item, lang)) } (by(item.by, lang)) }
                    } }
                }
            }
            @if let Some(item) = &facts.quiz {
                section {
                    h2 { (w.quiz) }
                    p { (quiz(item, lang)) "." }
                }
            }
            @if !facts.notes.is_empty() {
                section {
                    h2 { (w.notes) }
                    ul { @for (on, who, text) in &facts.notes {
                        li { (day(*on)) (w.colon) span.words { (quoted(text.trim(), lang)) } (by(*who, lang)) }
                    } }
                }
            }
            footer { p { (w.keep) } }
        }
    };
    print::page(w.title, lang, CSS, &body)
}

fn totals(facts: &Facts, lang: Lang) -> String {
    let w = Words::of(lang);
    let n = facts.sessions().count();
    let mut days: Vec<Day> =
        facts.rows.iter().filter(|r| r.session.is_some()).filter_map(|r| r.at.map(|(day, ..)| day)).collect();
    days.dedup();
    let count = |n: usize, words: [&str; 2]| {
        // French counts 0 and 1 in the singular, English only 1.
        let one = if lang == Lang::Fr { n < 2 } else { n == 1 };
        format!("{n}\u{a0}{}", words[usize::from(!one)])
    };
    if n == 0 {
        return count(0, w.sessions_count);
    }
    format!("{} {} {}", count(n, w.sessions_count), w.over, count(days.len(), w.days_count))
}

fn exercises(facts: &Facts, lang: Lang) -> Markup {
    let w = Words::of(lang);
    let prescribed = |id: &str| facts.kits.iter().find_map(|k| k.exercise(id));
    let shown: Vec<_> = facts.exercises.iter().map(|d| (d, prescribed(&d.exercise.id))).collect();
    let any = shown.iter().any(|(_, e)| e.is_some());
    html! {
        @if !shown.is_empty() {
            section {
                h2 { (w.exercises) }
                table {
                    thead { tr {
                        th scope="col" { (w.exercise) }
                        @if any { th scope="col" { (w.prescribed) } }
                        th.number scope="col" { (w.sets) }
                        th.number scope="col" { (w.reps) }
                        th scope="col" { (w.remarks) }
                    } }
                    tbody { @for (done, exercise) in &shown {
                        tr {
                            th scope="row" { (exercise.map_or(done.exercise.words.as_str(), |e| e.title.get(lang))) }
                            @if any { td { @if let Some(e) = exercise { (print::dosage(&e.dosage, lang)) } } }
                            td.number { (done.sets) }
                            td.number { (done.reps) }
                            td { (remarks(done, lang)) }
                        }
                    } }
                }
            }
        }
    }
}

fn remarks(done: &ExerciseDone, lang: Lang) -> String {
    let w = Words::of(lang);
    let mut parts = Vec::new();
    if done.hold_s > 0 {
        parts.push(format!("{} {}\u{a0}s", w.held, done.hold_s));
    }
    if done.easier > 0 {
        parts.push(format!("{}{}{}", w.easier, w.colon, done.easier));
    }
    if done.skipped > 0 {
        parts.push(format!("{}{}{}", w.skipped, w.colon, done.skipped));
    }
    parts.join(", ")
}

fn sessions(facts: &Facts, lang: Lang) -> Markup {
    let w = Words::of(lang);
    let hidden = facts.rows.len().saturating_sub(MAX_ROWS);
    let numbers = |levels: &[u32]| levels.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let hard = |levels: &[u32]| {
        let words = |n: &u32| usize::try_from(*n).ok().and_then(|n| w.difficulties.get(n)).copied();
        levels.iter().filter_map(words).collect::<Vec<_>>().join(", ")
    };
    html! {
        @if !facts.rows.is_empty() {
            section {
                h2 { (w.sessions) }
                table {
                    thead { tr {
                        th scope="col" { (w.when) }
                        th scope="col" { (w.session) }
                        th.number scope="col" { (w.pain_before) }
                        th.number scope="col" { (w.pain_after) }
                        th.number scope="col" { (w.fatigue) }
                        th.number scope="col" { (w.effort) }
                        th scope="col" { (w.difficulty) }
                    } }
                    tbody { @for row in &facts.rows[hidden..] {
                        tr {
                            th scope="row" { @if let Some(at) = row.at { (moment(at, lang)) } }
                            td {
                                @if let Some(s) = &row.session { (session(s, lang)) } @else { (w.apart) }
                                @if row.helper { (by(By::Helper, lang)) }
                            }
                            td.number { (numbers(&row.pain[0])) }
                            td.number { (numbers(&row.pain[1])) }
                            td.number { (numbers(&row.fatigue)) }
                            td.number { (numbers(&row.effort)) }
                            td { (hard(&row.difficulty)) }
                        }
                    } }
                }
                p.soft {
                    (w.scale)
                    @if hidden > 0 { " " (w.earlier) (w.colon) (hidden) "." }
                }
            }
        }
    }
}

fn session(s: &SessionRow, lang: Lang) -> String {
    let w = Words::of(lang);
    let end = match &s.end {
        End::Done => w.ended,
        End::Stopped { .. } => w.stopped,
        End::Unknown => w.open,
    };
    format!("{end}, {}\u{a0}min, {}{}{}", s.minutes, w.sets_short, w.colon, s.sets)
}

fn moment((day, at_ms, offset_min): (Day, i64, i32), lang: Lang) -> String {
    let (hour, minute, _) = clock(at_ms, offset_min);
    let time = match lang {
        Lang::Fr => format!("{hour}\u{a0}h\u{a0}{minute:02}"),
        Lang::En => format!("{hour}:{minute:02}"),
    };
    format!("{}, {time}", print::day(day, lang))
}

fn when(item: &Item, lang: Lang) -> String {
    moment((item.day, item.at_ms, item.offset_min), lang)
}

fn by(who: By, lang: Lang) -> String {
    if who == By::Helper { format!(" ({})", Words::of(lang).by_helper) } else { String::new() }
}

fn quoted(text: &str, lang: Lang) -> String {
    match lang {
        Lang::Fr => format!("«\u{a0}{text}\u{a0}»"),
        Lang::En => format!("“{text}”"),
    }
}

/// What was not well, in words.
fn not_well(item: &Item, lang: Lang) -> String {
    let w = Words::of(lang);
    match &item.fact {
        Fact::Fell => w.fell.to_owned(),
        Fact::SpokenToProfessional => w.spoken.to_owned(),
        Fact::Sign { sign, level } => {
            let level = match level {
                Level::Red => w.red,
                Level::Orange => w.orange,
                Level::Yellow => w.yellow,
            };
            format!("{} ({level})", quoted(&sign.words, lang))
        }
        Fact::TriedElsewhere { which, happened } => {
            let mut all = w.elsewhere.to_owned();
            for words in [which, happened].into_iter().filter(|t| !t.is_empty()) {
                all += w.colon;
                all += &quoted(words, lang);
            }
            all
        }
        Fact::Session { end: End::Stopped { why, during }, .. } => {
            let why = match why {
                StopReason::Pain => w.stop_pain,
                StopReason::Fatigue => w.stop_fatigue,
                StopReason::Other => w.stop_other,
            };
            format!("{why} ({})", during.words)
        }
        Fact::Session { .. }
        | Fact::Felt { .. }
        | Fact::TwoQuestions { .. }
        | Fact::VideoChecked { .. }
        | Fact::Quiz { .. } => String::new(),
    }
}

/// A video that was checked: which, and what the patient's screen said.
fn checked(item: &Item, lang: Lang) -> String {
    let w = Words::of(lang);
    let Fact::VideoChecked { title, url, outcome } = &item.fact else { return String::new() };
    let said = match outcome {
        video_check::Outcome::Grave => w.checked_grave,
        video_check::Outcome::NoSignal => w.checked_no_signal,
        video_check::Outcome::NotEnough => w.checked_not_enough,
    };
    let address = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let mut which = Vec::new();
    if !title.is_empty() {
        which.push(quoted(title, lang));
    }
    if !address.is_empty() {
        which.push(address.to_owned());
    }
    if which.is_empty() {
        which.push(w.checked_unnamed.to_owned());
    }
    format!("{} ({said})", which.join(", "))
}

/// What the patient agreed to tell of the quiz.
fn quiz(item: &Item, lang: Lang) -> String {
    let w = Words::of(lang);
    let Fact::Quiz { done, cues } = &item.fact else { return String::new() };
    let mut said = if *done { w.quiz_done } else { w.quiz_begun }.to_owned();
    if !cues.is_empty() {
        said += &format!(". {}{}", w.quiz_about, w.colon);
        said += &cues.iter().map(|cue| cue_name(*cue, lang)).collect::<Vec<_>>().join(", ");
    }
    said
}

/// What a cue is about.
pub(crate) fn cue_name(cue: Cue, lang: Lang) -> &'static str {
    Words::of(lang).cues[cue as usize]
}

/// The sentences of the page.
struct Words {
    title: &'static str,
    from: &'static str,
    to: &'static str,
    colon: &'static str,
    facts_only: &'static str,
    sessions_count: [&'static str; 2],
    days_count: [&'static str; 2],
    over: &'static str,
    nothing: &'static str,
    not_well: &'static str,
    exercises: &'static str,
    exercise: &'static str,
    prescribed: &'static str,
    sets: &'static str,
    reps: &'static str,
    remarks: &'static str,
    held: &'static str,
    easier: &'static str,
    skipped: &'static str,
    sessions: &'static str,
    when: &'static str,
    session: &'static str,
    pain_before: &'static str,
    pain_after: &'static str,
    fatigue: &'static str,
    effort: &'static str,
    difficulty: &'static str,
    difficulties: [&'static str; 3],
    scale: &'static str,
    earlier: &'static str,
    apart: &'static str,
    ended: &'static str,
    stopped: &'static str,
    open: &'static str,
    sets_short: &'static str,
    questions: &'static str,
    watched: &'static str,
    yes: &'static str,
    no: &'static str,
    wish: &'static str,
    notes: &'static str,
    checked: &'static str,
    checked_grave: &'static str,
    checked_no_signal: &'static str,
    checked_not_enough: &'static str,
    checked_unnamed: &'static str,
    quiz: &'static str,
    quiz_done: &'static str,
    quiz_begun: &'static str,
    quiz_about: &'static str,
    cues: [&'static str; 10],
    by_helper: &'static str,
    fell: &'static str,
    spoken: &'static str,
    red: &'static str,
    orange: &'static str,
    yellow: &'static str,
    elsewhere: &'static str,
    stop_pain: &'static str,
    stop_fatigue: &'static str,
    stop_other: &'static str,
    keep: &'static str,
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
    title: "Depuis la dernière séance",
    from: "Du",
    to: "au",
    colon: "\u{a0}: ",
    facts_only: "Ce que le patient a noté sur son téléphone\u{a0}: des faits, sans avis.",
    sessions_count: ["séance faite à domicile", "séances faites à domicile"],
    days_count: ["jour", "jours"],
    over: "sur",
    nothing: "Rien n’a été noté pendant cette période.",
    not_well: "Ça ne va pas, et séances arrêtées",
    exercises: "Exercices",
    exercise: "Exercice",
    prescribed: "Prescrit",
    sets: "Séries faites",
    reps: "Répétitions",
    remarks: "Précisions",
    held: "tenu",
    easier: "version plus facile, séries",
    skipped: "passé, séances",
    sessions: "Séances et ressenti",
    when: "Quand",
    session: "Séance",
    pain_before: "Douleur avant",
    pain_after: "Douleur après",
    fatigue: "Fatigue",
    effort: "Effort",
    difficulty: "Difficulté",
    difficulties: ["trop facile", "bien", "trop dur"],
    scale: "Douleur, fatigue, effort\u{a0}: de 0 à 10. Une case vide\u{a0}: pas de réponse.",
    earlier: "Lignes plus anciennes, comptées ci-dessus",
    apart: "Hors séance",
    ended: "Finie",
    stopped: "Arrêtée",
    open: "Laissée ouverte",
    sets_short: "séries",
    questions: "Les deux questions",
    watched: "A regardé une vidéo à domicile\u{a0}:",
    yes: "oui",
    no: "non",
    wish: "Veut en retirer\u{a0}:",
    notes: "Notes du patient",
    checked: "Vidéos d’ailleurs, vérifiées par le patient",
    checked_grave: "écran\u{a0}: signal grave",
    checked_no_signal: "écran\u{a0}: aucun signal d’alerte repéré",
    checked_not_enough: "écran\u{a0}: pas assez d’informations",
    checked_unnamed: "une vidéo",
    quiz: "Quiz «\u{a0}Cette vidéo est-elle fiable\u{a0}?\u{a0}»",
    quiz_done: "Fait",
    quiz_begun: "Commencé",
    quiz_about: "À en parler",
    cues: [
        "les promesses",
        "la douleur",
        "pour qui c’est",
        "qui parle, qui paie",
        "la place du soignant",
        "les sources",
        "les preuves",
        "la dose",
        "le ton",
        "la clarté",
    ],
    by_helper: "noté par un proche",
    fell: "est tombé",
    spoken: "dit en avoir parlé à un professionnel",
    red: "écran\u{a0}: 15 ou 112",
    orange: "écran\u{a0}: médecin traitant",
    yellow: "écran\u{a0}: kiné",
    elsewhere: "a essayé une vidéo ailleurs",
    stop_pain: "séance arrêtée, douleur",
    stop_fatigue: "séance arrêtée, fatigue",
    stop_other: "séance arrêtée, autre raison",
    keep: "Données de santé\u{a0}: à garder dans le dossier du patient, ou à détruire.",
};

static EN: Words = Words {
    title: "Since the last appointment",
    from: "From",
    to: "to",
    colon: ": ",
    facts_only: "What the patient noted on the phone: facts, no opinion.",
    sessions_count: ["session done at home", "sessions done at home"],
    days_count: ["day", "days"],
    over: "on",
    nothing: "Nothing was noted in this period.",
    not_well: "Not well, and sessions that were stopped",
    exercises: "Exercises",
    exercise: "Exercise",
    prescribed: "Prescribed",
    sets: "Sets done",
    reps: "Repetitions",
    remarks: "Details",
    held: "held for",
    easier: "easier variant, sets",
    skipped: "skipped, sessions",
    sessions: "Sessions and how they felt",
    when: "When",
    session: "Session",
    pain_before: "Pain before",
    pain_after: "Pain after",
    fatigue: "Fatigue",
    effort: "Effort",
    difficulty: "Difficulty",
    difficulties: ["too easy", "right", "too hard"],
    scale: "Pain, fatigue, effort: 0 to 10. Empty: no answer.",
    earlier: "Earlier rows, counted above",
    apart: "Apart from a session",
    ended: "To the end",
    stopped: "Stopped",
    open: "Left open",
    sets_short: "sets",
    questions: "The two questions",
    watched: "Watched a video at home:",
    yes: "yes",
    no: "no",
    wish: "Wants to gain:",
    notes: "The patient’s notes",
    checked: "Videos from elsewhere, checked by the patient",
    checked_grave: "screen: serious warning sign",
    checked_no_signal: "screen: no warning sign found",
    checked_not_enough: "screen: not enough information",
    checked_unnamed: "a video",
    quiz: "Quiz “Can you rely on this video?”",
    quiz_done: "Done",
    quiz_begun: "Begun",
    quiz_about: "To talk about",
    cues: [
        "promises",
        "pain",
        "who it is for",
        "who speaks, who pays",
        "the place of a health professional",
        "sources",
        "evidence",
        "the dose",
        "the tone",
        "clarity",
    ],
    by_helper: "noted by somebody close",
    fell: "fell",
    spoken: "says a professional has been told",
    red: "screen: 15 or 112",
    orange: "screen: doctor",
    yellow: "screen: physiotherapist",
    elsewhere: "tried a video from elsewhere",
    stop_pain: "session stopped, pain",
    stop_fatigue: "session stopped, fatigue",
    stop_other: "session stopped, other reason",
    keep: "Health data: keep it in the patient’s file, or destroy it.",
};
