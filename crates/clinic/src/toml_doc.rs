//! A TOML file as a person wrote it: every value knows its line and its full field name, and
//! everything wrong is collected, so that one run of a command tells all there is to correct.

use crate::{
    files,
    problem::{Outcome, Problem, Stage},
};
use care::{calendar::Day, text::Text, wording};
use std::{
    cell::RefCell,
    collections::BTreeSet,
    path::{Path, PathBuf},
};
use toml::de::{DeTable, DeValue};

/// A value and the line it stands on.
#[derive(Debug)]
struct Node {
    line: usize,
    value: Value,
}

#[derive(Debug)]
enum Value {
    Text(String),
    Whole(i64),
    Decimal(f64),
    Truth(bool),
    List(Vec<Node>),
    Table(Vec<(String, Node)>),
}

impl Value {
    fn kind(&self) -> String {
        match self {
            Value::Text(t) if t.trim().is_empty() => "an empty text".into(),
            Value::Text(t) => format!("the text \"{}\"", shorten(t)),
            Value::Whole(n) => format!("the number {n}"),
            Value::Decimal(n) => format!("the number {n}"),
            Value::Truth(b) => format!("{b}"),
            Value::List(_) => "a list".into(),
            Value::Table(_) => "a table".into(),
        }
    }
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= 60 {
        return text.to_owned();
    }
    text.chars().take(59).chain(std::iter::once('…')).collect()
}

/// A whole TOML file.
#[derive(Debug)]
pub struct Document {
    file: PathBuf,
    root: Node,
}

impl Document {
    /// Reads a file; what is not TOML is told with its line.
    pub fn read(file: &Path) -> Outcome<Self> {
        Document::parse(file, &files::read_text(file)?)
    }

    /// Reads a text as if it stood in `file`.
    pub fn parse(file: &Path, text: &str) -> Outcome<Self> {
        let line_of = |at: usize| text.as_bytes().iter().take(at).filter(|b| **b == b'\n').count() + 1;
        let table = DeTable::parse(text).map_err(|e| {
            let what = format!("is not TOML: {}", e.message());
            let problem = Problem::new(file, what)
                .to_do("Correct this line. Texts stand between quotes: title = \"Après une chute\"");
            match e.span() {
                Some(span) => problem.at(line_of(span.start)),
                None => problem,
            }
        })?;
        let root = Node { line: 1, value: table_of(table.into_inner(), &line_of) };
        Ok(Document { file: file.to_owned(), root })
    }

    /// The file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// The folder of the file: other files are named from here.
    pub fn dir(&self) -> &Path {
        self.file.parent().unwrap_or(Path::new("."))
    }
}

fn table_of<'i>(table: DeTable<'i>, line_of: &dyn Fn(usize) -> usize) -> Value {
    let entries = table.into_iter().map(|(key, value)| {
        let line = line_of(key.span().start);
        (key.into_inner().into_owned(), Node { line, value: value_of(value.into_inner(), line_of) })
    });
    Value::Table(entries.collect())
}

fn value_of(value: DeValue<'_>, line_of: &dyn Fn(usize) -> usize) -> Value {
    match value {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Integer(n) => match i64::from_str_radix(n.as_str(), n.radix()) {
            Ok(n) => Value::Whole(n),
            Err(_) => Value::Decimal(f64::INFINITY),
        },
        DeValue::Float(n) => Value::Decimal(n.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(b) => Value::Truth(b),
        DeValue::Datetime(d) => Value::Text(d.to_string()),
        DeValue::Array(list) => {
            let nodes = list.into_iter().map(|item| {
                let line = line_of(item.span().start);
                Node { line, value: value_of(item.into_inner(), line_of) }
            });
            Value::List(nodes.collect())
        }
        DeValue::Table(table) => table_of(table, line_of),
    }
}

/// Where problems are collected.
#[derive(Debug, Default)]
pub struct Sink(RefCell<Vec<Problem>>);

impl Sink {
    /// Notes a problem.
    pub fn push(&self, problem: Problem) {
        self.0.borrow_mut().push(problem);
    }

    /// Notes all problems of a failed step.
    pub fn take<T>(&self, outcome: Outcome<T>) -> Option<T> {
        outcome.map_err(|e| self.0.borrow_mut().extend(e.0)).ok()
    }

    /// All of them, in the order found.
    pub fn into_inner(self) -> Vec<Problem> {
        self.0.into_inner()
    }
}

/// One value in its file.
#[derive(Clone)]
pub struct Field<'a> {
    document: &'a Document,
    node: &'a Node,
    name: String,
    sink: &'a Sink,
}

impl<'a> Field<'a> {
    /// The field's full name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The folder that file names start from.
    pub fn dir(&self) -> &'a Path {
        self.document.dir()
    }

    /// A problem with this value.
    pub fn problem(&self, what: impl Into<String>) -> Problem {
        Problem::new(self.document.file(), what).at(self.node.line).field(&self.name)
    }

    /// Notes a problem with this value.
    pub fn refuse(&self, what: impl Into<String>, expected: &str, remedy: &str) {
        self.sink.push(self.problem(what).expected(expected).to_do(remedy));
    }

    /// Notes a problem that stops the publication only.
    pub fn refuse_publication(&self, what: impl Into<String>, expected: &str, remedy: &str) {
        self.sink.push(self.problem(what).expected(expected).to_do(remedy).stage(Stage::Publish));
    }

    fn wrong_kind<T>(&self, expected: &str) -> Option<T> {
        self.refuse(
            format!("is {}", self.node.value.kind()),
            expected,
            "Correct this line, then start again.",
        );
        None
    }

    /// A text on one line that is not empty, of at most `most` characters.
    pub fn string(&self, most: usize) -> Option<String> {
        let Value::Text(text) = &self.node.value else { return self.wrong_kind("a text between quotes") };
        let text = text.trim();
        if text.is_empty() {
            return self.wrong_kind("a text that says something");
        }
        let length = text.chars().count();
        if length > most {
            let what = format!("is {length} characters long");
            self.refuse(what, &format!("at most {most} characters"), "Say it in fewer words.");
            return None;
        }
        if text.chars().any(|c| c.is_control() && c != '\n') {
            self.refuse("holds a control character", "plain text", "Type the text again.");
            return None;
        }
        Some(text.to_owned())
    }

    /// A text in French, or a table with `fr` and possibly `en`. Patients read it: a word that they must
    /// never read stops the publication.
    pub fn text(&self, most: usize) -> Option<Text> {
        let text = self.both(most)?;
        if let Some(word) = wording::never_said_in(&text) {
            self.refuse_wording(&format!("says « {word} »"));
        }
        Some(text)
    }

    /// Notes that patients would read what nobody may promise them.
    pub fn refuse_wording(&self, what: &str) {
        self.refuse_publication(
            format!("{what}, which patients never read here"),
            "words that promise, judge and frighten nobody",
            "Say instead what the patient sees, does or may ask the kiné.",
        );
    }

    fn both(&self, most: usize) -> Option<Text> {
        if let Value::Text(_) = &self.node.value {
            return Some(Text { fr: self.string(most)?, en: None });
        }
        let expected = "a French text, or { fr = \"…\", en = \"…\" }";
        let Value::Table(_) = &self.node.value else { return self.wrong_kind(expected) };
        let table = self.table()?;
        let fr = table.need("fr", Stage::Now, "the French text", "fr = \"…\"").and_then(|f| f.string(most));
        let en = table.get("en").map(|f| f.string(most));
        table.done();
        match en {
            Some(None) => None,
            Some(en) => Some(Text { fr: fr?, en }),
            None => Some(Text { fr: fr?, en: None }),
        }
    }

    /// A whole number within limits.
    pub fn whole(&self, least: u32, most: u32) -> Option<u32> {
        let expected = format!("a whole number from {least} to {most}");
        match &self.node.value {
            Value::Whole(n) => match u32::try_from(*n) {
                Ok(n) if (least..=most).contains(&n) => Some(n),
                _ => self.wrong_kind(&expected),
            },
            _ => self.wrong_kind(&expected),
        }
    }

    /// Seconds, with decimals, not negative.
    pub fn seconds(&self) -> Option<f64> {
        match &self.node.value {
            Value::Whole(n) if (0..=86_400).contains(n) => Some(*n as f64),
            Value::Decimal(n) if (0.0..=86_400.0).contains(n) => Some(*n),
            _ => self.wrong_kind("seconds from the beginning, for instance 2.5"),
        }
    }

    /// `true` or `false`.
    pub fn truth(&self) -> Option<bool> {
        match &self.node.value {
            Value::Truth(b) => Some(*b),
            _ => self.wrong_kind("true or false, without quotes"),
        }
    }

    /// A calendar day.
    pub fn day(&self) -> Option<Day> {
        let expected = "a date written \"YYYY-MM-DD\", for instance \"2026-11-02\"";
        match &self.node.value {
            Value::Text(text) => match text.trim().parse() {
                Ok(day) => Some(day),
                Err(_) => self.wrong_kind(expected),
            },
            _ => self.wrong_kind(expected),
        }
    }

    /// One of a few words.
    pub fn one_of<T: Copy>(&self, choices: &[(&str, T)]) -> Option<T> {
        let found = match &self.node.value {
            Value::Text(text) => choices.iter().find(|(word, _)| word == text).map(|(_, v)| *v),
            _ => None,
        };
        if found.is_none() {
            let words: Vec<String> = choices.iter().map(|(w, _)| format!("\"{w}\"")).collect();
            return self.wrong_kind(&words.join(", "));
        }
        found
    }

    /// A short plain id: `a-z`, `0-9`, `-`.
    pub fn id(&self) -> Option<String> {
        let id = self.string(64)?;
        if id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
            return Some(id);
        }
        let expected = "only small letters a-z, digits and hyphens, for instance \"sit-to-stand\"";
        self.refuse(
            format!("is \"{}\"", shorten(&id)),
            expected,
            "Write it without accents, capitals or spaces.",
        );
        None
    }

    /// A web address over https.
    pub fn https(&self) -> Option<String> {
        let url = self.string(500)?;
        let plain = url.bytes().all(|b| b.is_ascii_graphic());
        let host = url.strip_prefix("https://").and_then(|rest| rest.split(['/', '?', '#']).next());
        if plain && host.is_some_and(|h| h.contains('.') && !h.contains('@')) {
            return Some(url);
        }
        let remedy = if url.starts_with("http://") {
            "Open the page with https:// in a browser; if that works, write that address, else choose another page."
        } else {
            "Copy the whole address from the browser."
        };
        self.refuse(format!("is \"{}\"", shorten(&url)), "an address that begins with https://", remedy);
        None
    }

    /// How many values stand here: those of a list, else one.
    pub fn count(&self) -> usize {
        if let Value::List(nodes) = &self.node.value { nodes.len() } else { 1 }
    }

    /// The entries of a list.
    pub fn list(&self) -> Vec<Field<'a>> {
        let Value::List(nodes) = &self.node.value else {
            return self.wrong_kind::<Vec<Field<'a>>>("a list: […]").unwrap_or_default();
        };
        let of = |(n, node): (usize, &'a Node)| Field {
            document: self.document,
            node,
            name: format!("{}[{}]", self.name, n + 1),
            sink: self.sink,
        };
        nodes.iter().enumerate().map(of).collect()
    }

    /// The fields of a table.
    pub fn table(&self) -> Option<Table<'a>> {
        match &self.node.value {
            Value::Table(_) => Some(Table {
                document: self.document,
                node: self.node,
                name: self.name.clone(),
                sink: self.sink,
                asked: RefCell::default(),
                below: None,
            }),
            _ => self.wrong_kind("a table of fields"),
        }
    }
}

/// A table, and possibly another below it that fills what this one leaves out.
pub struct Table<'a> {
    document: &'a Document,
    node: &'a Node,
    name: String,
    sink: &'a Sink,
    asked: RefCell<BTreeSet<String>>,
    below: Option<Box<Table<'a>>>,
}

impl<'a> Table<'a> {
    /// The top of a file. `name` goes before the fields' names; empty for none.
    pub fn top(document: &'a Document, name: &str, sink: &'a Sink) -> Self {
        Table {
            document,
            node: &document.root,
            name: name.to_owned(),
            sink,
            asked: RefCell::default(),
            below: None,
        }
    }

    /// With a table that is asked for what this one does not say.
    #[must_use]
    pub fn over(mut self, below: Table<'a>) -> Self {
        self.below = Some(Box::new(below));
        self
    }

    /// Where problems go.
    pub fn sink(&self) -> &'a Sink {
        self.sink
    }

    fn named(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    /// A field that may be absent.
    pub fn get(&self, key: &str) -> Option<Field<'a>> {
        let below = self.below.as_ref().and_then(|b| b.get(key));
        self.asked.borrow_mut().insert(key.to_owned());
        let Value::Table(entries) = &self.node.value else { return below };
        let own = entries.iter().find(|(k, _)| k == key).map(|(_, node)| Field {
            document: self.document,
            node,
            name: self.named(key),
            sink: self.sink,
        });
        own.or(below)
    }

    /// A field that must be there: its absence is noted, with an example to write.
    pub fn need(&self, key: &str, stage: Stage, expected: &str, example: &str) -> Option<Field<'a>> {
        let found = self.get(key);
        if found.is_none() {
            self.missing(key, stage, expected, example);
        }
        found
    }

    /// Notes that a field is missing.
    pub fn missing(&self, key: &str, stage: Stage, expected: &str, example: &str) {
        let problem = Problem::new(self.document.file(), "is missing")
            .at(self.node.line)
            .field(self.named(key))
            .expected(expected)
            .to_do(format!("Add for instance: {example}"))
            .stage(stage);
        self.sink.push(problem);
    }

    /// The entries of a list of tables; none when it is absent.
    pub fn list(&self, key: &str) -> Vec<Field<'a>> {
        self.get(key).map(|f| f.list()).unwrap_or_default()
    }

    /// Refuses fields that nobody asked for: a slip of the pen must not be lost in silence.
    pub fn done(self) {
        let asked = self.asked.into_inner();
        if let Value::Table(entries) = &self.node.value {
            for (key, node) in entries.iter().filter(|(key, _)| !asked.contains(key)) {
                let near = asked.iter().min_by_key(|a| distance(a, key)).filter(|a| distance(a, key) <= 3);
                let remedy = match near {
                    Some(near) => format!("Did you mean `{near}`? Correct the name, or take the line out."),
                    None => "Correct the name, or take the line out.".to_owned(),
                };
                let name = if self.name.is_empty() { key.clone() } else { format!("{}.{key}", self.name) };
                let known: Vec<&str> = asked.iter().map(String::as_str).collect();
                let problem = Problem::new(self.document.file(), "is not a field known here")
                    .at(node.line)
                    .field(name)
                    .expected(format!("one of: {}", known.join(", ")))
                    .to_do(remedy);
                self.sink.push(problem);
            }
        }
        if let Some(below) = self.below {
            below.done();
        }
    }
}

/// Edits between two words (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_field_is_told_with_its_line_and_the_nearest_name() {
        let doc = Document::parse(Path::new("kit.toml"), "title = \"x\"\nsumary = \"y\"\n").unwrap();
        let sink = Sink::default();
        let table = Table::top(&doc, "", &sink);
        assert!(table.get("title").is_some() && table.get("summary").is_none());
        table.done();
        let problems = sink.into_inner();
        assert_eq!((problems.len(), problems[0].line), (1, Some(2)));
        assert!(problems[0].remedy.as_deref().unwrap().contains("`summary`"));
    }

    #[test]
    fn a_slip_in_toml_names_its_line() {
        let err = Document::parse(Path::new("kit.toml"), "title = \"x\"\n\nsummary = x\n").unwrap_err();
        assert_eq!(err.0[0].line, Some(3));
    }

    #[test]
    fn a_table_fills_from_the_one_below() {
        let above = Document::parse(Path::new("a"), "note = \"mine\"").unwrap();
        let below = Document::parse(Path::new("b"), "note = \"other\"\nwhy = \"because\"").unwrap();
        let sink = Sink::default();
        let table = Table::top(&above, "", &sink).over(Table::top(&below, "", &sink));
        assert_eq!(table.get("note").and_then(|f| f.string(9)).as_deref(), Some("mine"));
        assert_eq!(table.get("why").and_then(|f| f.string(9)).as_deref(), Some("because"));
        table.done();
        assert!(sink.into_inner().is_empty());
    }
}
