//! Reads and checks a kit's source folder: `kit.toml`, the library entries it refers to, and
//! the files it names. Two severities: what keeps the kit from being packed, and what keeps it
//! from being given to a patient (who checked it, for whom, by what right …).

use crate::{
    files,
    problem::{Problem, Stage},
    toml_doc::{Document as TomlDocument, Field, Sink, Table},
};
use care::{
    calendar::Day,
    kit::{
        Clinic, Company, Dosage, Edition, Exercise, FORMAT, Idea, Kit, Level, Maintenance, Position,
        Provenance, ReturnPath, Source, TeachBack, Validation, VettedLink, WarningRule,
    },
    text::{Lang, Text},
    wording,
};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Longest title, in characters.
const TITLE: usize = 300;
/// Longest sentence or paragraph, in characters.
const PARAGRAPH: usize = 2000;
/// Most exercises in a kit: more than anybody does, few enough for a phone.
const EXERCISES: usize = 100;

/// What a kiné wrote, read and checked. Where a problem was found the value is a placeholder,
/// which never travels: a kit with problems is not published.
pub struct KitSource {
    /// The kit without its media, clinic, id and version.
    pub kit: Kit,
    /// The film of each exercise, in the order of `kit.exercises`.
    pub videos: Vec<Option<VideoSource>>,
    /// The drawn repetition of each exercise, in the same order.
    pub animations: Vec<Option<AnimationSource>>,
    /// The leaflets, to be added to `kit.documents`.
    pub documents: Vec<DocumentSource>,
    /// All that was found wrong.
    pub problems: Vec<Problem>,
}

/// A file that a field names.
pub struct NamedFile {
    /// Where it is.
    pub path: PathBuf,
    origin: Problem,
}

impl NamedFile {
    /// A file that a command line names; `origin` is what problems with it begin from.
    pub fn new(path: PathBuf, origin: Problem) -> Self {
        NamedFile { path, origin }
    }

    /// A problem with this file, told at the field that names it.
    pub fn problem(&self, what: impl Into<String>) -> Problem {
        Problem { what: what.into(), ..self.origin.clone() }
    }
}

/// A film to be packed.
pub struct VideoSource {
    /// As filmed.
    pub file: NamedFile,
    /// What the picture shows.
    pub alt: Text,
    /// Where the still is taken, in seconds.
    pub poster_at_s: Option<f64>,
    /// Captions, one a language.
    pub captions: Vec<(Lang, NamedFile)>,
}

/// A drawn repetition to be packed.
pub struct AnimationSource {
    /// The drawing.
    pub file: NamedFile,
    /// What it shows.
    pub alt: Text,
    /// The easier variant's.
    pub easier: Option<NamedFile>,
}

/// What the files of an exercise are.
type Moving = (Option<VideoSource>, Option<AnimationSource>);

/// A leaflet to be packed.
pub struct DocumentSource {
    /// Short and stable.
    pub id: String,
    /// Its title.
    pub title: Text,
    /// The file.
    pub file: NamedFile,
    /// Before which appointment it is read.
    pub watch_before: Option<u32>,
}

/// Reads `kit.toml` in a folder. `today` is what dates are compared with.
pub fn read(dir: &Path, today: Day) -> Result<KitSource, crate::Problems> {
    let file = dir.join("kit.toml");
    if !file.is_file() {
        return Err(Problem::new(&file, "there is no kit.toml in this folder")
            .expected("a folder with kit.toml and the videos that it names")
            .to_do("Give the kit's folder, for instance: clinic pack kits/after-a-fall")
            .into());
    }
    let document = TomlDocument::read(&file)?;
    let sink = Sink::default();
    let mut source = Reader { sink: &sink, today }.kit(Table::top(&document, "", &sink));
    source.problems = sink.into_inner();
    Ok(source)
}

struct Reader<'s> {
    sink: &'s Sink,
    today: Day,
}

impl Reader<'_> {
    fn kit(&self, top: Table<'_>) -> KitSource {
        let text = |key: &str, stage, expected: &str, example: &str, most| {
            top.need(key, stage, expected, example).and_then(|f| f.text(most)).unwrap_or_default()
        };
        let title =
            text("title", Stage::Now, "what the patient reads first", "title = \"Après une chute\"", TITLE);
        let summary = top.get("summary").and_then(|f| f.text(PARAGRAPH));
        let topic = top
            .need("topic", Stage::Publish, "the topic whose warning rules apply", "topic = \"fall\"")
            .and_then(|f| f.id())
            .unwrap_or_default();
        let for_whom = text(
            "for_whom",
            Stage::Publish,
            "for whom this kit is meant",
            "for_whom = \"Personnes qui marchent seules et sont tombées récemment.\"",
            PARAGRAPH,
        );
        let not_for = text(
            "not_for",
            Stage::Publish,
            "for whom this kit is not meant",
            "not_for = \"Fracture récente, ou vertiges non expliqués.\"",
            PARAGRAPH,
        );
        let kit = Kit {
            format: FORMAT.to_owned(),
            kit_id: "draft".to_owned(),
            version: 0,
            issued: self.today,
            valid_until: self.valid_until(&top),
            title,
            summary,
            topic,
            example: top.get("example").and_then(|f| f.truth()).unwrap_or(false),
            clinic: Clinic {
                name: String::new(),
                phone: String::new(),
                sms: None,
                address: None,
                reading_days: None,
            },
            validated_by: self.validation(&top),
            for_whom,
            not_for,
            review_by: self.review_by(&top),
            return_path: top.get("return").and_then(|f| f.one_of(RETURN_PATHS)).unwrap_or_default(),
            exercises: Vec::new(),
            documents: Vec::new(),
            links: top.list("links").iter().filter_map(|f| self.link(f)).collect(),
            warnings: self.warnings(&top),
            preparation: self.texts(&top, "preparation"),
            ideas: top.list("ideas").iter().filter_map(|f| self.idea(f)).collect(),
            maintenance: top.get("maintenance").and_then(|f| self.maintenance(&f)),
            // The desk's own: given at publication.
            upload: None,
            answers: None,
        };
        let (mut exercises, mut videos, mut animations) = (Vec::new(), Vec::new(), Vec::new());
        let mut ids = Ids::default();
        let fields = top.list("exercises");
        if let Some(field) = fields.get(EXERCISES) {
            field.refuse(
                format!("this kit has {} exercises", fields.len()),
                &format!("at most {EXERCISES}; patients do 2 to 4 more gladly than 8"),
                "Split it into several kits.",
            );
        }
        for field in &fields {
            if let Some((exercise, (video, animation))) = self.exercise(field, &mut ids) {
                exercises.push(exercise);
                videos.push(video);
                animations.push(animation);
            }
        }
        let documents: Vec<_> =
            top.list("documents").iter().filter_map(|f| self.document(f, &mut ids)).collect();
        if fields.is_empty() && documents.is_empty() && kit.links.is_empty() {
            top.missing(
                "exercises",
                Stage::Publish,
                "at least one exercise, document or link",
                "[[exercises]]",
            );
        }
        top.done();
        KitSource { kit: Kit { exercises, ..kit }, videos, animations, documents, problems: Vec::new() }
    }

    fn valid_until(&self, top: &Table<'_>) -> Option<Day> {
        let field = top.get("valid_until")?;
        let day = field.day()?;
        if day < self.today {
            field.refuse_publication(
                format!("is {day}, which is past"),
                "a day to come: until then the patient may start without asking again",
                "Give a later day, or take the line out.",
            );
        }
        Some(day)
    }

    fn review_by(&self, top: &Table<'_>) -> Day {
        let day = top
            .need(
                "review_by",
                Stage::Publish,
                "the day by which the clinic reads this content again",
                "review_by = \"2027-06-01\"",
            )
            .and_then(|field| {
                let day = field.day()?;
                if day < self.today {
                    field.refuse_publication(
                        format!("is {day}, which is past: this content was to be read again by then"),
                        "a day to come",
                        "Read the content again, then set validated_by.on to that day and review_by to the next one.",
                    );
                }
                Some(day)
            });
        day.unwrap_or(self.today)
    }

    /// A day that has been: a check or a filming cannot be in the future.
    fn past_day(&self, field: &Field<'_>, what: &str) -> Option<Day> {
        let day = field.day()?;
        if day > self.today {
            field.refuse_publication(
                format!("is {day}, which is still to come"),
                &format!("the day on which {what}, today at the latest"),
                "Correct the date.",
            );
        }
        Some(day)
    }

    fn validation(&self, top: &Table<'_>) -> Option<Validation> {
        let example = "[validated_by] with name, qualification and on";
        let table = top
            .need("validated_by", Stage::Publish, "who checked this content, and when", example)?
            .table()?;
        let name = table
            .need(
                "name",
                Stage::Publish,
                "the full name of who checked the content",
                "name = \"Camille Exemple\"",
            )
            .and_then(|f| f.string(TITLE));
        let qualification = self.qualification(&table);
        let on = table
            .need("on", Stage::Publish, "the day of the check", "on = \"2026-11-02\"")
            .and_then(|f| self.past_day(&f, "the content was checked"));
        table.done();
        Some(Validation { name: name?, qualification: qualification?, on: on? })
    }

    fn qualification(&self, table: &Table<'_>) -> Option<Text> {
        table
            .need(
                "qualification",
                Stage::Publish,
                "the diploma or role",
                "qualification = \"masseur-kinésithérapeute D.E.\"",
            )
            .and_then(|f| f.text(TITLE))
    }

    fn exercise(&self, field: &Field<'_>, ids: &mut Ids) -> Option<(Exercise, Moving)> {
        let own = field.table()?;
        // The library entry must outlive the table that reads through it, hence the two steps.
        let entry = match own.get("library") {
            None => None,
            // Without its entry everything else would seem to be missing: one fault is told once.
            Some(field) => {
                let file = library_file(&field)?;
                Some(self.sink.take(TomlDocument::read(&file))?)
            }
        };
        let (exercise, moving) = match &entry {
            None => self.exercise_fields(own, ids)?,
            Some(entry) => {
                let below = Table::top(entry, field.name(), self.sink);
                self.exercise_fields(own.over(below), ids)?
            }
        };
        let library = entry.as_ref().map(|entry| library_hash(entry, &moving));
        Some((Exercise { library, ..exercise }, moving))
    }

    fn exercise_fields(&self, table: Table<'_>, ids: &mut Ids) -> Option<(Exercise, Moving)> {
        table.get("library");
        let id = table.need("id", Stage::Now, "a short name for addresses", "id = \"sit-to-stand\"");
        let id = id.and_then(|f| ids.take(&f));
        let title = table
            .need("title", Stage::Now, "what the patient calls it", "title = \"Se lever d’une chaise\"")
            .and_then(|f| f.text(TITLE));
        let why = table
            .need(
                "why",
                Stage::Publish,
                "« Pourquoi cet exercice ? »",
                "why = \"Pour vous lever sans aide.\"",
            )
            .and_then(|f| f.text(PARAGRAPH))
            .unwrap_or_default();
        let steps = self.texts(&table, "steps");
        if steps.is_empty() && table.get("steps").is_none_or(|f| f.list().is_empty()) {
            let example = "steps = [\"Asseyez-vous au bord de la chaise.\", \"Levez-vous.\"]";
            table.missing("steps", Stage::Publish, "one idea a step", example);
        }
        let exercise = Exercise {
            id: id.clone().unwrap_or_default(),
            title: title.clone().unwrap_or_default(),
            library: None,
            edition: table.get("edition").and_then(|f| f.one_of(EDITIONS)),
            why,
            steps,
            dosage: self.dosage(&table),
            note: table.get("note").and_then(|f| f.text(PARAGRAPH)),
            contraindications: self.texts(&table, "contraindications"),
            stop_rules: self.texts(&table, "stop_rules"),
            feel: self.texts(&table, "feel"),
            feel_not: self.texts(&table, "feel_not"),
            easier: table.get("easier").and_then(|f| f.text(PARAGRAPH)),
            harder: table.get("harder").and_then(|f| f.text(PARAGRAPH)),
            do_with: table.get("do").and_then(|f| f.one_of(COMPANY)).unwrap_or_default(),
            film_with: table.get("film").and_then(|f| f.one_of(COMPANY)).unwrap_or_default(),
            film_s: table.get("film_s").and_then(|f| f.whole(5, 120)),
            film_position: table.get("film_position").and_then(|f| f.one_of(POSITIONS)).unwrap_or_default(),
            watch_before: table.get("watch_before").and_then(|f| f.whole(1, 100)),
            video: None,
            animation: None,
            teach_back: table.get("teach_back").and_then(|f| self.teach_back(&f)),
            provenance: self.provenance(&table),
        };
        let video = table.get("video").and_then(|f| self.video(&f));
        let animation = table.get("animation").and_then(|f| self.animation(&f));
        table.done();
        (id.is_some() && title.is_some()).then_some((exercise, (video, animation)))
    }

    fn animation(&self, field: &Field<'_>) -> Option<AnimationSource> {
        let table = field.table()?;
        let file = table
            .need("file", Stage::Now, "the drawing's file, SVG", "file = \"sit-to-stand.svg\"")
            .and_then(|f| named_file(&f));
        let easier = table.get("easier").and_then(|f| named_file(&f));
        let alt = table
            .need(
                "alt",
                Stage::Publish,
                "what the drawing shows, for those who do not see it",
                "alt = \"La personne se penche, se lève, puis se rassoit.\"",
            )
            .and_then(|f| f.text(PARAGRAPH))
            .unwrap_or_default();
        table.done();
        Some(AnimationSource { file: file?, alt, easier })
    }

    fn teach_back(&self, field: &Field<'_>) -> Option<TeachBack> {
        let table = field.table()?;
        let text = |key: &str, expected: &str, example: &str| {
            table.need(key, Stage::Publish, expected, example).and_then(|f| f.text(PARAGRAPH))
        };
        let question = text("question", "the question", "question = \"Où posez-vous les mains ?\"");
        let because = text("because", "why that answer is right", "because = \"La chaise vous aide.\"");
        let answers = self.texts(&table, "answers");
        if !(2..=3).contains(&answers.len()) {
            field.refuse(
                format!("has {} answers", answers.len()),
                "two or three answers, so that they can be read at a glance",
                "Change answers = [ … ].",
            );
        }
        let most = u32::try_from(answers.len()).unwrap_or(3).max(1);
        let right = table
            .need("right", Stage::Publish, "the number of the right answer, from 1", "right = 1")
            .and_then(|f| f.whole(1, most));
        table.done();
        Some(TeachBack { question: question?, answers, right: right?, because: because? })
    }

    fn idea(&self, field: &Field<'_>) -> Option<Idea> {
        let table = field.table()?;
        let text = |key: &str, expected: &str, example: &str| {
            table.need(key, Stage::Publish, expected, example).and_then(|f| f.text(PARAGRAPH))
        };
        let claim =
            text("claim", "the mistaken idea, as people say it", "claim = \"Il faut rester au lit.\"");
        let fact = text("fact", "what is known", "fact = \"Bouger aide le dos.\"");
        let source = table
            .need(
                "source",
                Stage::Publish,
                "the published source of the fact",
                "source = { title = \"…\", publisher = \"…\", date = \"2024\" }",
            )
            .and_then(|f| self.source(&f));
        table.done();
        Some(Idea { claim: claim?, fact: fact?, source: source? })
    }

    fn maintenance(&self, field: &Field<'_>) -> Option<Maintenance> {
        let table = field.table()?;
        let from = table
            .need("from", Stage::Publish, "the day on which this phase begins", "from = \"2027-03-01\"")
            .and_then(|f| f.day());
        let go_on = self.texts(&table, "go_on");
        if go_on.is_empty() && table.get("go_on").is_none_or(|f| f.list().is_empty()) {
            let example = "go_on = [\"Marchez une demi-heure par jour.\"]";
            table.missing("go_on", Stage::Publish, "what to go on with, one idea each", example);
        }
        let come_back = table
            .need(
                "come_back",
                Stage::Publish,
                "when to come back to the kiné",
                "come_back = \"Si vous tombez de nouveau.\"",
            )
            .and_then(|f| f.text(PARAGRAPH));
        table.done();
        Some(Maintenance { from: from?, go_on, come_back: come_back? })
    }

    fn texts(&self, table: &Table<'_>, key: &str) -> Vec<Text> {
        table.list(key).iter().filter_map(|f| f.text(PARAGRAPH)).collect()
    }

    fn dosage(&self, exercise: &Table<'_>) -> Dosage {
        let example = "dosage = { sets = 2, reps = 8, rest_s = 60, per_day = 1, days_per_week = 3 }";
        let expected = "how much and how often";
        let Some(table) = exercise.need("dosage", Stage::Publish, expected, example).and_then(|f| f.table())
        else {
            return Dosage::default();
        };
        let need = |key: &str, expected: &str, most: u32| {
            let example = format!("{key} = {}", if key == "days_per_week" { 3 } else { 1 });
            table.need(key, Stage::Publish, expected, &example).and_then(|f| f.whole(1, most)).unwrap_or(0)
        };
        let may = |key: &str, least: u32, most: u32| table.get(key).and_then(|f| f.whole(least, most));
        let dosage = Dosage {
            sets: need("sets", "the sets in one go, 1 to 20", 20),
            reps: may("reps", 1, 100),
            hold_s: may("hold_s", 1, 600),
            rest_s: may("rest_s", 0, 600),
            tempo_s: may("tempo_s", 1, 60),
            per_day: need("per_day", "the times a day, 1 to 12", 12),
            days_per_week: need("days_per_week", "the days a week, 1 to 7", 7),
            each_side: table.get("each_side").and_then(|f| f.truth()).unwrap_or(false),
        };
        if table.get("reps").is_none() && table.get("hold_s").is_none() {
            let expected = "the repetitions in a set (reps), or the seconds to hold (hold_s)";
            table.missing("reps", Stage::Publish, expected, "reps = 8");
        }
        table.done();
        dosage
    }

    fn provenance(&self, exercise: &Table<'_>) -> Provenance {
        let nobody = Provenance {
            author: String::new(),
            qualification: Text::default(),
            made: self.today,
            rights: Text::default(),
            sources: Vec::new(),
        };
        let expected = "who made it, when, and by what right it is shown";
        let example = "[exercises.provenance] with author, qualification, made and rights";
        let Some(table) =
            exercise.need("provenance", Stage::Publish, expected, example).and_then(|f| f.table())
        else {
            return nobody;
        };
        let provenance = Provenance {
            author: table
                .need(
                    "author",
                    Stage::Publish,
                    "the full name of who shows or wrote it",
                    "author = \"Camille Exemple\"",
                )
                .and_then(|f| f.string(TITLE))
                .unwrap_or_default(),
            qualification: self.qualification(&table).unwrap_or_default(),
            made: table
                .need("made", Stage::Publish, "the day it was made", "made = \"2026-10-12\"")
                .and_then(|f| self.past_day(&f, "it was made"))
                .unwrap_or(self.today),
            rights: table
                .need(
                    "rights",
                    Stage::Publish,
                    "the licence, or the permission of the people filmed",
                    "rights = \"Filmé au cabinet, accord écrit des personnes filmées.\"",
                )
                .and_then(|f| f.text(PARAGRAPH))
                .unwrap_or_default(),
            sources: table.list("sources").iter().filter_map(|f| self.backing(f, exercise)).collect(),
        };
        table.done();
        provenance
    }

    /// A source of an exercise may say which of its fields it backs. That is for whoever checks the
    /// entry and does not travel; a field or item that the exercise does not have is a slip.
    fn backing(&self, field: &Field<'_>, exercise: &Table<'_>) -> Option<Source> {
        for named in field.table()?.list("supports") {
            let Some(name) = named.string(TITLE) else { continue };
            let (key, item) = name.split_once('.').unwrap_or((&name, "1"));
            let items = exercise.get(key).filter(|_| BACKED.contains(&key)).map_or(0, |f| f.count());
            if !item.parse::<usize>().is_ok_and(|n| (1..=items).contains(&n)) {
                named.refuse(
                    format!("this exercise has no {name}"),
                    "a field of this exercise, or one of its items, like steps.3",
                    "Correct the name, or take it out.",
                );
            }
        }
        self.source(field)
    }

    fn source(&self, field: &Field<'_>) -> Option<Source> {
        let table = field.table()?;
        let need = |key: &str, expected: &str, example: &str| {
            table.need(key, Stage::Publish, expected, example).and_then(|f| f.string(TITLE))
        };
        let title = need("title", "the title of the source", "title = \"Prévention des chutes\"");
        let publisher = need("publisher", "who published it", "publisher = \"Haute Autorité de santé\"");
        let date = need("date", "its year or date, as printed", "date = \"2024\"");
        let url = table.get("url").map(|f| f.https());
        table.get("supports");
        table.done();
        Some(Source { title: title?, publisher: publisher?, date: date?, url: url.flatten() })
    }

    fn video(&self, field: &Field<'_>) -> Option<VideoSource> {
        let table = field.table()?;
        let file = table
            .need(
                "file",
                Stage::Now,
                "the video's file, from this folder",
                "file = \"video/sit-to-stand.mp4\"",
            )
            .and_then(|f| named_file(&f));
        let alt = table
            .need(
                "alt",
                Stage::Publish,
                "what the picture shows, for those who do not see it",
                "alt = \"Une femme se lève d’une chaise, les bras croisés.\"",
            )
            .and_then(|f| f.text(PARAGRAPH))
            .unwrap_or_default();
        let poster_at_s = table.get("poster_at_s").and_then(|f| f.seconds());
        let mut captions: Vec<(Lang, NamedFile)> = Vec::new();
        for field in table.list("captions") {
            let Some(caption) = field.table() else { continue };
            let lang = caption
                .need("lang", Stage::Now, "the captions' language", "lang = \"fr\"")
                .and_then(|f| f.one_of(LANGUAGES));
            let file = caption
                .need("file", Stage::Now, "the .vtt file", "file = \"video/sit-to-stand.fr.vtt\"")
                .and_then(|f| named_file(&f));
            caption.done();
            let (Some(lang), Some(file)) = (lang, file) else { continue };
            check_wording(&field, &file, lang);
            if captions.iter().any(|(l, _)| *l == lang) {
                let what = format!("is a second caption file in \"{}\"", lang.tag());
                field.refuse(what, "one caption file a language", "Keep one of the two.");
                continue;
            }
            captions.push((lang, file));
        }
        table.done();
        Some(VideoSource { file: file?, alt, poster_at_s, captions })
    }

    fn document(&self, field: &Field<'_>, ids: &mut Ids) -> Option<DocumentSource> {
        let table = field.table()?;
        let id = table
            .need("id", Stage::Now, "a short name for addresses", "id = \"stairs\"")
            .and_then(|f| ids.take(&f));
        let title = table
            .need("title", Stage::Now, "the document's title", "title = \"Monter l’escalier\"")
            .and_then(|f| f.text(TITLE));
        let file = table
            .need("file", Stage::Now, "a PDF, JPEG, PNG or text file", "file = \"docs/stairs.pdf\"")
            .and_then(|f| named_file(&f));
        let watch_before = table.get("watch_before").and_then(|f| f.whole(1, 100));
        if let Some(file) = file.as_ref().filter(|f| f.path.extension().is_some_and(|e| e == "txt")) {
            check_wording(field, file, Lang::Fr);
        }
        table.done();
        Some(DocumentSource { id: id?, title: title?, file: file?, watch_before })
    }

    fn link(&self, field: &Field<'_>) -> Option<VettedLink> {
        let table = field.table()?;
        let title = table
            .need("title", Stage::Publish, "what the page is", "title = \"Les chutes : comment les éviter\"")
            .and_then(|f| f.text(TITLE));
        let url = table
            .need("url", Stage::Publish, "the page's address", "url = \"https://www.example.org/chutes\"")
            .and_then(|f| f.https());
        let author = table
            .need("author", Stage::Publish, "who speaks there", "author = \"Santé publique France\"")
            .and_then(|f| f.string(TITLE));
        let qualification = self.qualification(&table);
        let checked = table
            .need("checked", Stage::Publish, "the day the clinic looked", "checked = \"2026-11-02\"")
            .and_then(|f| self.past_day(&f, "the clinic looked at the page"));
        let reason = table
            .need(
                "reason",
                Stage::Publish,
                "why the clinic gives it",
                "reason = \"Pour aménager votre logement.\"",
            )
            .and_then(|f| f.text(PARAGRAPH));
        table.done();
        Some(VettedLink {
            title: title?,
            url: url?,
            author: author?,
            qualification: qualification?,
            checked: checked?,
            reason: reason?,
        })
    }

    fn warnings(&self, top: &Table<'_>) -> Vec<WarningRule> {
        let mut ids = Ids::default();
        let fields = top.list("warnings");
        if fields.is_empty() {
            top.missing(
                "warnings",
                Stage::Publish,
                "at least one warning rule with its published source: a topic without rules is not published",
                "[[warnings]] with id, level, sign, action and source",
            );
        }
        fields.iter().filter_map(|f| self.warning(f, &mut ids)).collect()
    }

    fn warning(&self, field: &Field<'_>, ids: &mut Ids) -> Option<WarningRule> {
        let table = field.table()?;
        let id = table
            .need("id", Stage::Publish, "a short name", "id = \"chest-pain\"")
            .and_then(|f| ids.take(&f));
        let level = table
            .need(
                "level",
                Stage::Publish,
                "\"red\" (15), \"orange\" (doctor today) or \"yellow\" (kiné)",
                "level = \"red\"",
            )
            .and_then(|f| f.one_of(LEVELS));
        let sign = table
            .need(
                "sign",
                Stage::Publish,
                "the new sign, in the patient’s words",
                "sign = \"Douleur dans la poitrine\"",
            )
            .and_then(|f| f.text(PARAGRAPH));
        let action = table
            .need("action", Stage::Publish, "what to do", "action = \"Arrêtez. Appelez le 15.\"")
            .and_then(|f| f.text(PARAGRAPH));
        let source = table
            .need(
                "source",
                Stage::Publish,
                "the published source of this rule",
                "source = { title = \"…\", publisher = \"…\", date = \"2024\" }",
            )
            .and_then(|f| self.source(&f));
        table.done();
        Some(WarningRule { id: id?, level: level?, sign: sign?, action: action?, source: source? })
    }
}

/// Ids seen so far, and where.
#[derive(Default)]
struct Ids(BTreeMap<String, String>);

impl Ids {
    fn take(&mut self, field: &Field<'_>) -> Option<String> {
        let id = field.id()?;
        if let Some(first) = self.0.insert(id.clone(), field.name().to_owned()) {
            let what = format!("\"{id}\" is already the id of {}", first.trim_end_matches(".id"));
            field.refuse(what, "an id of its own", "Give one of the two another id.");
            return None;
        }
        Some(id)
    }
}

fn named_file(field: &Field<'_>) -> Option<NamedFile> {
    let path = field.dir().join(field.string(PARAGRAPH)?);
    if !path.is_file() {
        field.refuse(
            format!("{} is not there", path.display()),
            "a file that exists, named from the folder of this .toml file",
            "Put the file there, or correct its name; capitals and accents count.",
        );
        return None;
    }
    Some(NamedFile { path, origin: field.problem("") })
}

/// Reads captions and plain leaflets as a patient will. What is no text is told when it is packed.
fn check_wording(field: &Field<'_>, file: &NamedFile, lang: Lang) {
    let Ok(text) = fs::read_to_string(&file.path) else { return };
    for (n, line) in text.lines().enumerate() {
        if let Some(word) = wording::never_said(lang, line) {
            let (path, n) = (file.path.display(), n + 1);
            field.refuse_wording(&format!("{path} says « {word} » on line {n}"));
        }
    }
}

fn library_file(field: &Field<'_>) -> Option<PathBuf> {
    let file = field.dir().join(field.string(PARAGRAPH)?).join("exercise.toml");
    if !file.is_file() {
        field.refuse(
            format!("{} is not there", file.display()),
            "the folder of a library entry, with its exercise.toml",
            "Correct the folder's name.",
        );
        return None;
    }
    Some(file)
}

/// One hash for a library entry: its text, and its film and captions in their order.
fn library_hash(entry: &TomlDocument, (video, animation): &Moving) -> String {
    let film = video.iter().flat_map(|v| std::iter::once(&v.file).chain(v.captions.iter().map(|(_, f)| f)));
    let media = film.chain(animation.iter().flat_map(|a| std::iter::once(&a.file).chain(&a.easier)));
    let own = media.map(|f| f.path.as_path()).filter(|path| path.starts_with(entry.dir()));
    let hashes = std::iter::once(entry.file()).chain(own).filter_map(|path| files::describe(path, "").ok());
    files::sha256(hashes.map(|d| d.media.sha256).collect::<String>().as_bytes())
}

/// The fields of an exercise that say something clinical.
pub const BACKED: [&str; 9] =
    ["why", "steps", "dosage", "contraindications", "stop_rules", "feel", "feel_not", "easier", "harder"];
const RETURN_PATHS: &[(&str, ReturnPath)] =
    &[("show", ReturnPath::Show), ("file", ReturnPath::File), ("server", ReturnPath::Server)];
const EDITIONS: &[(&str, Edition)] = &[("patient", Edition::Patient), ("clinic", Edition::Clinic)];
const COMPANY: &[(&str, Company)] =
    &[("alone", Company::Alone), ("helper", Company::Helper), ("never", Company::Never)];
const POSITIONS: &[(&str, Position)] =
    &[("standing", Position::Standing), ("sitting", Position::Sitting), ("lying", Position::Lying)];
const LANGUAGES: &[(&str, Lang)] = &[("fr", Lang::Fr), ("en", Lang::En)];
const LEVELS: &[(&str, Level)] = &[("red", Level::Red), ("orange", Level::Orange), ("yellow", Level::Yellow)];
