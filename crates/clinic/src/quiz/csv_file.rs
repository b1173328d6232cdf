//! A clinic's own items as a table: one row an item, columns in any order. The parts of the post are shown
//! in the order of their columns.

use super::Places;
use crate::{
    files,
    problem::{Outcome, Problem, Problems},
};
use care::{
    calendar::Day,
    json::{Json, Value, Word},
    quiz::{
        Action, Bank, Cue, CueMark, Item, Pole, Pool, Segment, Topic, Verdict,
        bars::faults::Part,
        item::{
            Age, Citation, Decoy, FORMAT, Feedback, Gender, Hair, Outfit, Person, Platform, Pose, Risk,
            Scene, SegmentKind, Setting, Source, Status,
        },
    },
    text::Lang,
};
use std::{
    cell::RefCell,
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// Columns with one meaning each, besides the parts of the post, the cues and the sources.
const COLUMNS: [&str; 22] = [
    "id",
    "pair",
    "verdict",
    "topic",
    "risk",
    "professional",
    "platform",
    "setting",
    "pose",
    "age",
    "gender",
    "hair",
    "outfit",
    "skin",
    "duration_s",
    "views",
    "decoys",
    "alt",
    "feedback",
    "rule",
    "action",
    "review_due",
];
/// Those without which there is no item.
const NEEDED: [&str; 8] = ["id", "verdict", "topic", "alt", "author", "feedback", "rule", "action"];
/// How many columns of one kind, or sources, an item may have.
const MOST_OF_A_KIND: usize = 8;

/// A table that was read.
pub struct Table {
    pub bank: Bank,
    /// Of each item.
    lines: Vec<usize>,
}

impl Places for Table {
    fn of(&self, place: usize, part: &Part) -> (Option<usize>, String) {
        (self.lines.get(place).copied(), format!("column {}", column(part)))
    }
}

/// The column where a part is written.
fn column(part: &Part) -> String {
    match part {
        Part::Id => "id".into(),
        Part::Verdict => "verdict".into(),
        Part::Alt => "alt".into(),
        Part::Skin => "skin".into(),
        Part::Decoys => "decoys".into(),
        Part::Segments | Part::Scene => "author and the other parts of the post".into(),
        Part::Segment(id) => id.clone(),
        Part::Cues => "C1 … M10".into(),
        Part::Cue(cue) => format!("{}_where", cue.word()),
        Part::Why(cue) => format!("{}_why", cue.word()),
        Part::FeedbackVerdict => "feedback".into(),
        Part::Rule => "rule".into(),
        Part::Action => "action".into(),
        Part::Sources => "source_publisher … source_for".into(),
        Part::ReviewDue => "review_due".into(),
        Part::Feedback => "feedback, rule and the …_why".into(),
    }
}

/// What a heading means.
#[derive(Clone, Debug, PartialEq)]
enum Column {
    Plain(&'static str),
    Part(SegmentKind, String),
    Pole(Cue),
    Where(Cue),
    Why(Cue),
    /// Of the source of this number, which field.
    Source(usize, &'static str),
}

fn heading(name: &str) -> Option<Column> {
    if let Some(known) = COLUMNS.iter().find(|known| **known == name) {
        return Some(Column::Plain(known));
    }
    if let Some(rest) = name.strip_prefix("source_") {
        let (number, field) = match rest.split_once('_') {
            Some((number, field)) => {
                (number.parse().ok().filter(|n| (2..=MOST_OF_A_KIND).contains(n))?, field)
            }
            None => (1, rest),
        };
        let field = ["publisher", "title", "date", "url", "for"].into_iter().find(|known| *known == field)?;
        return Some(Column::Source(number, field));
    }
    let (word, rest) = name.split_once('_').unwrap_or((name, ""));
    if let Some(cue) = word_of::<Cue>(&word.to_uppercase()) {
        return match rest {
            "" => Some(Column::Pole(cue)),
            "where" => Some(Column::Where(cue)),
            "why" => Some(Column::Why(cue)),
            _ => None,
        };
    }
    let kind = word_of::<SegmentKind>(word)?;
    let numbered =
        kind != SegmentKind::Author && rest.parse().is_ok_and(|n: usize| (2..=MOST_OF_A_KIND).contains(&n));
    (rest.is_empty() || numbered).then(|| Column::Part(kind, name.to_owned()))
}

fn word_of<T: Json>(word: &str) -> Option<T> {
    T::from_json(&Value::Text(word.to_owned())).ok()
}

fn words<T: Word>(all: &[T]) -> String {
    all.iter().map(Word::word).collect::<Vec<_>>().join(", ")
}

/// Reads a table in one language.
pub fn read(file: &Path, lang: Lang, today: Day) -> Outcome<Table> {
    let text = files::read_text(file)?;
    let first = text.lines().next().unwrap_or_default();
    let count = |sign: char| first.matches(sign).count();
    let separator = [';', '\t', ','].into_iter().max_by_key(|sign| count(*sign)).unwrap_or(';');
    let mut reader = csv::ReaderBuilder::new()
        // The three of them are ASCII.
        .delimiter(separator as u8)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let headings = reader.headers().map_err(|e| broken(file, &e))?.clone();
    let columns = columns(file, &headings)?;
    let mut table = Table {
        bank: Bank { format: FORMAT, lang: lang.tag().to_owned(), sources: Vec::new(), items: Vec::new() },
        lines: Vec::new(),
    };
    let problems = RefCell::new(Vec::new());
    for record in reader.records() {
        let record = record.map_err(|e| broken(file, &e))?;
        let line = record.position().map_or(1, |at| usize::try_from(at.line()).unwrap_or(usize::MAX));
        if record.iter().all(str::is_empty) {
            continue;
        }
        if record.len() > columns.len() {
            problems.borrow_mut().push(
                Problem::new(file, format!("this row has {} cells", record.len()))
                    .at(line)
                    .expected(format!("{} at most, as there are headings", columns.len()))
                    .to_do(format!("Put quotation marks around a text that contains {separator}")),
            );
            continue;
        }
        let row = Row { file, line, lang, columns: &columns, record: &record, problems: &problems };
        let item = row.item(&mut table.bank.sources, today);
        table.bank.items.push(item);
        table.lines.push(line);
    }
    let problems = problems.into_inner();
    if !problems.is_empty() {
        return Err(Problems(problems));
    }
    if table.bank.items.is_empty() {
        return Err(Problem::new(file, "holds no items").expected("one row an item").into());
    }
    Ok(table)
}

fn broken(file: &Path, error: &csv::Error) -> Problem {
    let problem = Problem::new(file, format!("is not a table that can be read: {error}"))
        .expected("cells between ; or , or tabs, texts in quotation marks")
        .to_do("Save it from the spreadsheet again as CSV, UTF-8.");
    match error.position() {
        Some(at) => problem.at(usize::try_from(at.line()).unwrap_or(usize::MAX)),
        None => problem,
    }
}

fn columns(file: &Path, headings: &csv::StringRecord) -> Outcome<Vec<Option<Column>>> {
    let (mut columns, mut problems) = (Vec::new(), Vec::new());
    for name in headings {
        let plain = name.to_lowercase().replace([' ', '-'], "_");
        let found = heading(&plain);
        let told = |what: &str| Problem::new(file, format!("\"{name}\" {what}")).at(1).field("headings");
        if !name.is_empty() && found.is_none() {
            problems.push(
                told("is no column of this table")
                    .expected(expected_columns())
                    .to_do("Correct the heading, or take the column out. docs/quiz.md explains each."),
            );
        } else if found.is_some() && columns.contains(&found) {
            problems.push(told("is there twice").to_do("Number them, for instance speech, speech_2."));
        }
        columns.push(found);
    }
    let has = |needed: &str| match heading(needed) {
        Some(column) => columns.contains(&Some(column)),
        None => false,
    };
    for needed in NEEDED.iter().filter(|needed| !has(needed)) {
        problems.push(
            Problem::new(file, format!("the column \"{needed}\" is missing"))
                .at(1)
                .field("headings")
                .to_do("Add it; content/quiz/example.csv has all that are needed."),
        );
    }
    if problems.is_empty() { Ok(columns) } else { Err(Problems(problems)) }
}

fn expected_columns() -> String {
    format!(
        "{}; parts of the post: {} (also _2, _3…); C1 to M10, each also with _where and _why; source_publisher, source_title, source_date, source_url, source_for (also source_2_…)",
        COLUMNS.join(", "),
        words(SegmentKind::ALL)
    )
}

/// One row, while it is read.
struct Row<'a> {
    file: &'a Path,
    line: usize,
    lang: Lang,
    columns: &'a [Option<Column>],
    record: &'a csv::StringRecord,
    problems: &'a RefCell<Vec<Problem>>,
}

impl Row<'_> {
    fn cell(&self, wanted: &Column) -> &str {
        let at = self.columns.iter().position(|column| column.as_ref() == Some(wanted));
        at.and_then(|at| self.record.get(at)).unwrap_or_default()
    }

    fn plain(&self, name: &'static str) -> &str {
        self.cell(&Column::Plain(name))
    }

    /// A cell's words as they are printed.
    fn text(&self, column: &Column) -> String {
        set_type(self.cell(column), self.lang)
    }

    fn wrong(&self, column: &str, cell: &str, expected: &str) {
        let what = if cell.is_empty() {
            "this cell is empty".to_owned()
        } else {
            format!("\"{cell}\" is not known")
        };
        self.problems.borrow_mut().push(
            Problem::new(PathBuf::from(self.file), what)
                .at(self.line)
                .field(format!("column {column}"))
                .expected(expected)
                .to_do("Choose one of these."),
        );
    }

    /// A word of a list. `or` stands for an empty cell, if one may be empty; the first of the list stands
    /// for a wrong one, which is told and ends in no item.
    fn word<T: Json + Word + Copy>(&self, name: &'static str, all: &[T], or: Option<T>, fallback: T) -> T {
        let cell = self.plain(name);
        let plain = cell.to_lowercase().replace([' ', '-'], "_");
        match (word_of(&plain), or) {
            (Some(word), _) => word,
            (None, Some(or)) if cell.is_empty() => or,
            _ => {
                self.wrong(name, cell, &words(all));
                fallback
            }
        }
    }

    fn number(&self, name: &'static str, or: u32) -> u32 {
        let cell = self.plain(name).replace([' ', '\u{a0}', '\u{202f}'], "");
        if cell.is_empty() {
            return or;
        }
        cell.parse().unwrap_or_else(|_| {
            self.wrong(name, &cell, "a whole number");
            or
        })
    }

    fn verdict(&self) -> Verdict {
        match self.plain("verdict").to_lowercase().as_str() {
            "fiable" => Verdict::Reliable,
            "pas fiable" => Verdict::Unreliable,
            _ => self.word("verdict", Verdict::ALL, None, Verdict::Reliable),
        }
    }

    fn professional(&self) -> bool {
        match self.plain("professional").to_lowercase().as_str() {
            "yes" | "oui" => true,
            "no" | "non" | "" => false,
            other => {
                self.wrong(
                    "professional",
                    other,
                    "yes or no: whether the post presents its author as a health professional",
                );
                false
            }
        }
    }

    fn decoys(&self) -> Vec<Decoy> {
        let mut found = Vec::new();
        for word in self.plain("decoys").split([' ', ',', '+', '/']).filter(|word| !word.is_empty()) {
            match word_of(&word.to_lowercase()) {
                Some(decoy) => found.push(decoy),
                None => self.wrong("decoys", word, &words(Decoy::ALL)),
            }
        }
        found
    }

    fn segments(&self) -> Vec<Segment> {
        let part = |column: &Option<Column>| {
            let Some(column @ Column::Part(kind, id)) = column else { return None };
            let text = self.text(column);
            (!text.is_empty()).then(|| Segment { id: id.clone(), kind: *kind, text })
        };
        let mut segments: Vec<Segment> = self.columns.iter().filter_map(part).collect();
        // The author comes first wherever its column stands.
        segments.sort_by_key(|segment| segment.kind != SegmentKind::Author);
        segments
    }

    fn cues(&self) -> Vec<CueMark> {
        let mark = |cue: &Cue| {
            let name = cue.word();
            let cell = self.cell(&Column::Pole(*cue));
            let at = self.cell(&Column::Where(*cue));
            let why = self.text(&Column::Why(*cue));
            let pole = match cell.to_lowercase().as_str() {
                "good" | "bon" | "+" => Pole::Good,
                "bad" | "mauvais" | "-" | "−" => Pole::Bad,
                "" if at.is_empty() && why.is_empty() => return None,
                _ => {
                    self.wrong(name, cell, "good, bad, or nothing in this column and its _where and _why");
                    return None;
                }
            };
            let segment = (!at.is_empty()).then(|| at.to_lowercase());
            Some(CueMark { cue: *cue, pole, segment, why })
        };
        Cue::ALL.iter().filter_map(mark).collect()
    }

    /// The sources of this row, added to those of the table; one address is one source.
    fn sources(&self, known: &mut Vec<Source>) -> Vec<Citation> {
        let mut cited = Vec::new();
        for number in 1..=MOST_OF_A_KIND {
            let field = |name: &'static str| self.cell(&Column::Source(number, name)).to_owned();
            let source = Source {
                id: String::new(),
                publisher: field("publisher"),
                title: field("title"),
                date: field("date"),
                url: field("url"),
            };
            let mut fields = BTreeMap::from([
                ("publisher", &source.publisher),
                ("title", &source.title),
                ("date", &source.date),
                ("url", &source.url),
            ]);
            let backs = field("for");
            if fields.values().all(|text| text.is_empty()) && backs.is_empty() {
                continue;
            }
            fields.retain(|_, text| text.is_empty());
            for missing in fields.keys() {
                let column = if number == 1 {
                    format!("source_{missing}")
                } else {
                    format!("source_{number}_{missing}")
                };
                self.wrong(
                    &column,
                    "",
                    "who publishes it, its title, its date (or « sans date »), its address",
                );
            }
            if !source.url.is_empty()
                && !source.url.starts_with("https://")
                && !source.url.starts_with("http://")
            {
                self.wrong("source_url", &source.url, "an address that begins with https://");
            }
            let id = match known.iter().find(|old| old.url == source.url) {
                Some(old) => old.id.clone(),
                None => {
                    let id = format!("own-{}", known.len() + 1);
                    known.push(Source { id: id.clone(), ..source });
                    id
                }
            };
            let backs = if backs.is_empty() { "feedback".to_owned() } else { backs.to_lowercase() };
            cited.push(Citation { id, backs });
        }
        cited
    }

    fn item(&self, sources: &mut Vec<Source>, today: Day) -> Item {
        let id = self.plain("id").to_owned();
        let pair = self.plain("pair");
        let pair_id = if pair.is_empty() { id.clone() } else { pair.to_owned() };
        let review_due = match self.plain("review_due") {
            "" => today.plus(365).to_string().chars().take(7).collect(),
            given => given.to_owned(),
        };
        let person = Person {
            age: self.word("age", Age::ALL, Some(Age::Adult), Age::Adult),
            gender: self.word("gender", Gender::ALL, Some(Gender::Woman), Gender::Woman),
            hair: self.word("hair", Hair::ALL, Some(Hair::Short), Hair::Short),
            outfit: self.word("outfit", Outfit::ALL, Some(Outfit::Tee), Outfit::Tee),
            skin: self.number("skin", 2),
        };
        let platform = self.word("platform", Platform::ALL, Some(Platform::Short), Platform::Short);
        Item {
            id,
            version: 1,
            lang: self.lang.tag().to_owned(),
            pair_id,
            pool: Pool::Train,
            verdict: self.verdict(),
            topic: self.word("topic", Topic::ALL, None, Topic::Balance),
            risk_level: self.word("risk", Risk::ALL, Some(Risk::Low), Risk::Low),
            professional: self.professional(),
            scene: Scene {
                alt: self.text(&Column::Plain("alt")),
                platform,
                setting: self.word("setting", Setting::ALL, Some(Setting::None), Setting::None),
                pose: self.word("pose", Pose::ALL, Some(Pose::Talk), Pose::Talk),
                person,
                duration: self.number("duration_s", if matches!(platform, Platform::Forum) { 0 } else { 40 }),
                views: self.number("views", 900),
            },
            segments: self.segments(),
            cues: self.cues(),
            decoys: self.decoys(),
            feedback: Feedback {
                verdict: self.text(&Column::Plain("feedback")),
                rule: self.text(&Column::Plain("rule")),
                action: self.word("action", Action::ALL, None, Action::Ask),
            },
            sources: self.sources(sources),
            status: Status::Draft,
            review_due,
        }
    }
}

/// A text as it is printed: ’ for ', in French « » and no-break spaces, in English “ ”. A spreadsheet
/// offers none of these.
fn set_type(text: &str, lang: Lang) -> String {
    let (open, close) = if lang == Lang::Fr { ('«', '»') } else { ('“', '”') };
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let c = match c {
            '\'' => '’',
            '"' => {
                inside = !inside;
                if inside { open } else { close }
            }
            c => c,
        };
        if lang == Lang::En {
            out.push(c);
            continue;
        }
        let joined = c == ':' && chars.peek().is_some_and(|next| !next.is_whitespace());
        if matches!(c, ':' | ';' | '?' | '!' | '»') && !joined {
            out.truncate(out.trim_end_matches([' ', '\u{a0}']).len());
            if !out.is_empty() && !out.ends_with(['?', '!', '\u{202f}']) {
                out.push('\u{a0}');
            }
        }
        out.push(c);
        if c == '«' {
            while chars.next_if(|next| matches!(next, ' ' | '\u{a0}')).is_some() {}
            out.push('\u{a0}');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spreadsheets_text_is_set_as_the_language_prints_it() {
        for (typed, set) in [
            ("C'est quoi?", "C’est quoi\u{a0}?"),
            ("Dur ? Non !", "Dur\u{a0}? Non\u{a0}!"),
            ("\"Forcez\": non", "«\u{a0}Forcez\u{a0}»\u{a0}: non"),
            ("« Oui »", "«\u{a0}Oui\u{a0}»"),
            ("à 8:30, https://example.org", "à 8:30, https://example.org"),
            ("Quoi ?!", "Quoi\u{a0}?!"),
        ] {
            assert_eq!(set_type(typed, Lang::Fr), set);
        }
        assert_eq!(set_type("It's \"easy\": no?", Lang::En), "It’s “easy”: no?");
    }

    #[test]
    fn headings_are_known_by_their_names() {
        assert_eq!(heading("speech_2"), Some(Column::Part(SegmentKind::Speech, "speech_2".into())));
        assert_eq!(heading("m10_why"), Some(Column::Why(Cue::Clarity)));
        assert_eq!(heading("source_url"), Some(Column::Source(1, "url")));
        assert_eq!(heading("source_2_for"), Some(Column::Source(2, "for")));
        for unknown in
            ["speech_1", "speech_9", "author_2", "c6", "c1_how", "source_1_url", "source_x", "verdicts"]
        {
            assert_eq!(heading(unknown), None, "{unknown}");
        }
    }
}
