//! Results for the clinic: what the patient did and felt since the last confirmed sending, first as
//! plain data that a screen puts into words, then, if the patient agrees, as a FHIR R4 Bundle of the
//! same content; and such a Bundle read again at the desk. The form is described in `docs/fhir.md`.
//!
//! It says of whom with a random reference only: no name, no number, no date of birth. The
//! patient's notes stay on the phone.

use crate::{
    calendar::{Day, clock},
    fhir::{uuid, uuid_of},
    journal::{By, Event, Feeling, Side, StopReason, What},
    json::{Json, Value},
    kit::{Kit, Level},
    quiz::{Cue, Learning},
    video_check::Outcome,
};

/// Where our own codes, questions and extensions are named. `.example` is nobody's (RFC 2606): the
/// names identify, nothing is fetched from there.
pub const BASE: &str = "https://bon-geste.example/fhir/";
/// « Pain severity – 0–10 verbal numeric rating »
pub const LOINC_PAIN: &str = "72514-3";

const LOINC: &str = "http://loinc.org";
const UCUM: &str = "http://unitsofmeasure.org";
const CATEGORIES: &str = "http://terminology.hl7.org/CodeSystem/observation-category";

/// The content type of the Bundle as a file.
pub const MIME: &str = "application/fhir+json";

/// One thing of the results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Names it: the event's or the session's own id; in a Bundle that was read, the resource's UUID.
    pub id: String,
    /// When, or when it began: UTC milliseconds.
    pub at_ms: i64,
    /// Minutes east of Greenwich then and there.
    pub offset_min: i32,
    /// The local day.
    pub day: Day,
    /// Who wrote it down.
    pub by: By,
    /// What.
    pub fact: Fact,
}

/// What an [`Item`] says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// « Ressenti »: one answer.
    Felt {
        /// What was asked.
        feeling: Feeling,
        /// How much: see [`Feeling`].
        level: u32,
        /// After the session; before it otherwise.
        after: bool,
        /// The id of the session's own item, if it was about one.
        session: Option<String>,
    },
    /// A guided session.
    Session {
        /// The last that is known of it: UTC milliseconds, and minutes east of Greenwich.
        until: (i64, i32),
        /// How it came to its end.
        end: End,
        /// The sets that were done to their end, each once.
        sets: Vec<Set>,
        /// What was passed over.
        skipped: Vec<Named>,
    },
    /// « Avez-vous regardé une vidéo à domicile ? Que voulez-vous en retirer ? »
    TwoQuestions {
        /// The first answer.
        watched: bool,
        /// The second, in the patient's words; may be empty.
        wish: String,
    },
    /// « Ça ne va pas »: a new sign.
    Sign {
        /// The kit's rule, and the sign in its words.
        sign: Named,
        /// Whom it calls for.
        level: Level,
    },
    /// « Je suis tombé »
    Fell,
    /// « J’ai essayé une vidéo ailleurs »
    TriedElsewhere {
        /// Which one, in the patient's words; may be empty.
        which: String,
        /// What happened, in the patient's words; may be empty.
        happened: String,
    },
    /// « J’en ai parlé à un professionnel »
    SpokenToProfessional,
    /// « J’ai trouvé une vidéo »: one that was checked.
    VideoChecked {
        /// Its title, or what was said of it; may be empty.
        title: String,
        /// Its address; may be empty.
        url: String,
        /// What the screen said.
        outcome: Outcome,
    },
    /// « Cette vidéo est-elle fiable ? »: what the patient agreed to tell of it, and never a number.
    Quiz {
        /// A session or a form was gone through to its end.
        done: bool,
        /// What to talk about.
        cues: Vec<Cue>,
    },
}

/// How a session ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Gone through to its end.
    Done,
    /// STOP, whatever came after: a stop is never lost. Of several, one for pain first.
    Stopped {
        /// Why.
        why: StopReason,
        /// During which exercise.
        during: Named,
    },
    /// Nobody knows: it was neither ended nor stopped.
    Unknown,
}

/// An id of the kit, with its French words for those who do not have the kit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The id.
    pub id: String,
    /// The words; the id again when the kit has it no more.
    pub words: String,
}

/// One set that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    /// Of which exercise.
    pub exercise: Named,
    /// From 1.
    pub number: u32,
    /// For which side.
    pub side: Side,
    /// Repetitions counted.
    pub reps: u32,
    /// Seconds held in each, 0 where nothing is held.
    pub hold_s: u32,
    /// The easier variant was done.
    pub easier: bool,
}

/// What would be sent to a kit's clinic now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Results {
    kit: String,
    items: Vec<Item>,
    events: Vec<String>,
}

impl Results {
    /// What happened with a kit, or with none in particular, and was not confirmed by its clinic. A
    /// session of which something new is known comes again, whole: its resource has the same name,
    /// and takes the earlier one's place.
    pub fn since_last(events: &[Event], kit: &Kit) -> Self {
        let sent = sent(events, &kit.kit_id);
        let (items, events) = gather(events, Kits { known: &[kit], others: false }, &sent);
        Results { kit: kit.kit_id.clone(), items, events }
    }

    /// What is in it, oldest first: to be shown in words before it goes. The Bundle holds this and
    /// nothing else.
    pub fn preview(&self) -> &[Item] {
        &self.items
    }

    /// What to write into the journal once the clinic has confirmed that this very Bundle arrived.
    pub fn confirmed(&self) -> What {
        What::ResultsSent { kit: self.kit.clone(), events: self.events.clone() }
    }

    /// The Bundle, or nothing when there is nothing to send. `subject` stands for the patient: random
    /// bits, made once for a kit and kept, so that the clinic can lay two sendings together and
    /// nobody else can. `now_ms` (UTC) and `offset_min` (minutes east of Greenwich) are its time.
    pub fn bundle(&self, subject: u128, now_ms: i64, offset_min: i32) -> Option<Value> {
        if self.items.is_empty() {
            return None;
        }
        let writer = Writer { subject: uuid(subject, 4) };
        let patient = map(vec![("resourceType", text("Patient"))]);
        let mut entries = vec![entry(&writer.subject, patient)];
        entries.extend(self.items.iter().map(|i| entry(&writer.name(&i.id), writer.resource(i))));
        Some(map(vec![
            ("resourceType", text("Bundle")),
            ("type", text("collection")),
            ("timestamp", text(&date_time(now_ms, offset_min))),
            ("entry", Value::List(entries)),
        ]))
    }
}

/// The id of the quiz's one item.
const QUIZ: &str = "quiz";

/// The names of the events that a kit's clinic has confirmed, sorted.
fn sent(events: &[Event], kit: &str) -> Vec<String> {
    let mut sent: Vec<String> = Vec::new();
    for e in events {
        if let Some(What::ResultsSent { kit: of, events }) = e.read()
            && of == kit
        {
            sent.extend(events);
        }
    }
    sent.sort_unstable();
    sent
}

fn in_order(items: &mut [Item]) {
    items.sort_by(|a, b| (a.at_ms, &a.id).cmp(&(b.at_ms, &b.id)));
}

/// All that a journal says, whatever was sent and whichever kit it is about; in the words of the kits
/// that are known. For the desk, to which the patient brought the whole; of the quiz only what the patient
/// agreed to tell.
pub fn all(events: &[Event], kits: &[&Kit]) -> Vec<Item> {
    gather(events, Kits { known: kits, others: true }, &[]).0
}

/// Of which kits to tell, and their words.
#[derive(Clone, Copy)]
struct Kits<'a> {
    known: &'a [&'a Kit],
    /// Also of kits that are not among them.
    others: bool,
}

impl Kits<'_> {
    fn include(self, id: &str) -> bool {
        self.others || self.find(id).is_some()
    }

    fn find(&self, id: &str) -> Option<&Kit> {
        self.known.iter().copied().find(|k| k.kit_id == id)
    }

    fn exercise(&self, kit: &str, id: &str) -> Named {
        named(id, self.find(kit).and_then(|k| k.exercise(id)).map(|e| &e.title.fr))
    }

    fn sign(&self, kit: &str, id: &str) -> Named {
        let rule = self.find(kit).and_then(|k| k.warnings.iter().find(|w| w.id == id));
        named(id, rule.map(|w| &w.sign.fr))
    }
}

/// The items and the ids of the events behind them, without what is in `sent`, which is sorted.
fn gather(events: &[Event], kits: Kits, sent: &[String]) -> (Vec<Item>, Vec<String>) {
    let read: Vec<(&Event, What)> = events.iter().filter_map(|e| Some((e, e.read()?))).collect();
    let is_new = |e: &Event| sent.binary_search(&e.id).is_err();
    let (mut items, mut ids, mut about, mut steps) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (e, what) in &read {
        if let Some((_, session)) = session_of(what).filter(|(kit, _)| kits.include(kit)) {
            steps.push((session, *e, what));
        } else if let Some((by, fact)) = fact(what, kits) {
            if !is_new(e) {
                continue;
            }
            if let Fact::Felt { session: Some(session), .. } = &fact {
                about.push(session.clone());
            }
            items.push(item(&e.id, e, by, fact));
        } else {
            continue;
        }
        if is_new(e) {
            ids.push(e.id.clone());
        }
    }
    let mut quiz: Option<(&Event, bool, Fact)> = None;
    for e in events {
        match Learning::from_json(&e.what) {
            Ok(Learning::VideoChecked { url, title, outcome, by, .. }) if is_new(e) => {
                let (title, url) = (clean(&title), clean(&url.unwrap_or_default()));
                items.push(item(&e.id, e, by, Fact::VideoChecked { title, url, outcome }));
                ids.push(e.id.clone());
            }
            Ok(Learning::QuizTold { agreed, done, cues }) => {
                if is_new(e) {
                    ids.push(e.id.clone());
                }
                // The last word holds: ids tell the order of writing.
                if quiz.as_ref().is_none_or(|(last, ..)| last.id < e.id) {
                    quiz = Some((e, agreed, Fact::Quiz { done, cues }));
                }
            }
            _ => {}
        }
    }
    if let Some((e, true, fact)) = quiz.filter(|(e, ..)| is_new(e)) {
        items.push(item(QUIZ, e, By::Patient, fact));
    }
    about.sort_unstable();
    steps.sort_by_key(|(session, e, _)| (*session, e.at_ms, &e.id));
    let mut here: Vec<&str> = Vec::new();
    for steps in steps.chunk_by(|a, b| a.0 == b.0) {
        let id = steps[0].0;
        let asked = about.binary_search_by(|s| s.as_str().cmp(id)).is_ok();
        if asked || steps.iter().any(|(_, e, _)| is_new(e)) {
            items.push(session(id, steps, kits));
            here.push(id);
        }
    }
    // Sorted, as the sessions are. One of which the journal knows nothing cannot be referred to.
    for item in &mut items {
        if let Fact::Felt { session, .. } = &mut item.fact
            && session.as_deref().is_some_and(|s| here.binary_search(&s).is_err())
        {
            *session = None;
        }
    }
    in_order(&mut items);
    (items, ids)
}

fn item(id: &str, event: &Event, by: By, fact: Fact) -> Item {
    let (at_ms, offset_min) = (event.at_ms, event.offset_min);
    Item { id: id.to_owned(), at_ms, offset_min, day: event.day, by, fact }
}

/// The kit and the session of a step of a session.
fn session_of(what: &What) -> Option<(&str, &str)> {
    match what {
        What::SessionStarted { kit, session, .. }
        | What::SetDone { kit, session, .. }
        | What::ExerciseSkipped { kit, session, .. }
        | What::Stopped { kit, session, .. }
        | What::SessionEnded { kit, session } => Some((kit, session)),
        _ => None,
    }
}

/// What one event says by itself.
fn fact(what: &What, kits: Kits) -> Option<(By, Fact)> {
    let (by, fact) = match what.clone() {
        What::Felt { kit, session, what: feeling, level, after, by } if kits.include(&kit) => {
            (by, Fact::Felt { feeling, level, after, session })
        }
        What::TwoQuestions { kit, watched, wish, by } if kits.include(&kit) => {
            (by, Fact::TwoQuestions { watched, wish: clean(&wish) })
        }
        What::SignChosen { kit, sign, level, by } if kits.include(&kit) => {
            (by, Fact::Sign { sign: kits.sign(&kit, &sign), level })
        }
        What::Fell { by } => (by, Fact::Fell),
        What::TriedElsewhere { which, happened, by } => {
            (by, Fact::TriedElsewhere { which: clean(&which), happened: clean(&happened) })
        }
        What::SpokenToProfessional { .. } => (By::Patient, Fact::SpokenToProfessional),
        _ => return None,
    };
    Some((by, fact))
}

fn named(id: &str, words: Option<&String>) -> Named {
    let words = words.map(|w| clean(w)).filter(|w| !w.is_empty());
    Named { id: id.to_owned(), words: words.unwrap_or_else(|| id.to_owned()) }
}

/// A session from its events, which are sorted by time.
fn session(id: &str, steps: &[(&str, &Event, &What)], kits: Kits) -> Item {
    let title = |kit: &str, id: &str| kits.exercise(kit, id);
    let (mut sets, mut skipped): (Vec<Set>, Vec<Named>) = (Vec::new(), Vec::new());
    let mut end = End::Unknown;
    for (_, _, what) in steps {
        match what {
            What::SetDone { kit, exercise, set, side, reps, hold_s, easier, .. } => {
                // Two tabs may both have written the same set down.
                let same = |s: &Set| s.exercise.id == *exercise && s.number == *set && s.side == *side;
                if !sets.iter().any(same) {
                    let exercise = title(kit, exercise);
                    let (number, side, reps, hold_s, easier) = (*set, *side, *reps, *hold_s, *easier);
                    sets.push(Set { exercise, number, side, reps, hold_s, easier });
                }
            }
            What::ExerciseSkipped { kit, exercise, .. } if !skipped.iter().any(|s| s.id == *exercise) => {
                skipped.push(title(kit, exercise));
            }
            What::Stopped { kit, exercise, why, .. } => {
                let first = !matches!(end, End::Stopped { .. });
                let pain =
                    *why == StopReason::Pain && !matches!(end, End::Stopped { why: StopReason::Pain, .. });
                if first || pain {
                    end = End::Stopped { why: *why, during: title(kit, exercise) };
                }
            }
            What::SessionEnded { .. } if end == End::Unknown => end = End::Done,
            _ => {}
        }
    }
    let (first, last) = (steps[0].1, steps[steps.len() - 1].1);
    let until = (last.at_ms, last.offset_min);
    item(id, first, By::Patient, Fact::Session { until, end, sets, skipped })
}

/// A text that FHIR takes as a string: without control characters, without empty ends.
fn clean(words: &str) -> String {
    let kept = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    words.chars().filter(kept).collect::<String>().trim().to_owned()
}

/// A FHIR `dateTime`, with the offset that the device had. What no calendar of four digits holds is
/// brought to its edge.
fn date_time(utc_ms: i64, offset_min: i32) -> String {
    // To the end of 9998: with any offset the year keeps four digits.
    let (utc_ms, offset_min) = (utc_ms.clamp(0, 253_370_764_800_000), offset_min.clamp(-14 * 60, 14 * 60));
    let (hour, minute, second) = clock(utc_ms, offset_min);
    let sign = if offset_min < 0 { '-' } else { '+' };
    let (h, m) = (offset_min.abs() / 60, offset_min.abs() % 60);
    let day = Day::of(utc_ms, offset_min);
    format!("{day}T{hour:02}:{minute:02}:{second:02}{sign}{h:02}:{m:02}")
}

fn text(words: &str) -> Value {
    Value::Text(words.to_owned())
}

/// A whole number; FHIR's end at 2³¹ − 1.
fn whole(number: u32) -> Value {
    Value::Int(i64::from(number.min(i32::MAX.unsigned_abs())))
}

fn map(fields: Vec<(&str, Value)>) -> Value {
    Value::Map(fields.into_iter().map(|(n, v)| (n.to_owned(), v)).collect())
}

fn ours(path: &str) -> String {
    [BASE, path].concat()
}

fn entry(name: &str, resource: Value) -> Value {
    map(vec![("fullUrl", text(&["urn:uuid:", name].concat())), ("resource", resource)])
}

fn coding(system: &str, code: Value) -> Value {
    map(vec![("system", text(system)), ("code", code)])
}

/// A code of some system, with French words for people.
fn concept(system: &str, code: Value, words: &str) -> Value {
    map(vec![("coding", Value::List(vec![coding(system, code)])), ("text", text(words))])
}

/// An extension with a value; inside another one its `url` is its bare name.
fn extension(url: &str, kind: &str, value: Value) -> Value {
    map(vec![("url", text(url)), (kind, value)])
}

fn named_extension(url: &str, of: &Named) -> Value {
    let parts = vec![
        extension("exercise", "valueString", text(&of.id)),
        extension("title", "valueString", text(&of.words)),
    ];
    map(vec![("url", text(url)), ("extension", Value::List(parts))])
}

fn quantity(number: u32, unit: &str, code: &str) -> Value {
    map(vec![("value", whole(number)), ("unit", text(unit)), ("system", text(UCUM)), ("code", text(code))])
}

/// A question with its answer; without one when there are no words.
fn question(link: &str, words: &str, kind: &str, answer: Value) -> Value {
    let mut fields = vec![("linkId", text(link)), ("text", text(words))];
    if answer.as_str() != Some("") {
        fields.push(("answer", Value::List(vec![map(vec![(kind, answer)])])));
    }
    map(fields)
}

struct Writer {
    /// The UUID that stands for the patient.
    subject: String,
}

impl Writer {
    /// The UUID of an item's resource: the same in each Bundle of this patient.
    fn name(&self, id: &str) -> String {
        uuid_of(&self.subject, id)
    }

    fn reference(name: &str) -> Value {
        map(vec![("reference", text(&["urn:uuid:", name].concat()))])
    }

    fn resource(&self, item: &Item) -> Value {
        let at = text(&date_time(item.at_ms, item.offset_min));
        let mut extensions = Vec::new();
        if item.by == By::Helper {
            extensions.push(extension(&ours("StructureDefinition/noted-by"), "valueCode", item.by.to_json()));
        }
        let mut fields = match &item.fact {
            Fact::Felt { feeling, level, after, session } => {
                let when = if *after { "after" } else { "before" };
                extensions.push(extension(
                    &ours("StructureDefinition/session-moment"),
                    "valueCode",
                    text(when),
                ));
                self.observation(*feeling, *level, session.as_deref(), at)
            }
            Fact::Session { until, end, sets, skipped } => {
                extensions.extend(sets.iter().map(set));
                let url = ours("StructureDefinition/exercise-skipped");
                extensions.extend(skipped.iter().map(|s| named_extension(&url, s)));
                let mut status = vec![("status", text(end.status()))];
                if let End::Stopped { why, during } = end {
                    let words = match why {
                        StopReason::Pain => "Douleur",
                        StopReason::Fatigue => "Fatigue",
                        StopReason::Other => "Autre raison",
                    };
                    let system = ours("CodeSystem/stop-reason");
                    status.push(("statusReason", concept(&system, why.to_json(), words)));
                    extensions.push(named_extension(&ours("StructureDefinition/stopped-during"), during));
                }
                let period = map(vec![("start", at), ("end", text(&date_time(until.0, until.1)))]);
                let code = concept(&ours("CodeSystem/activity"), text("home-session"), HOME_SESSION);
                let mut fields = vec![("resourceType", text("Procedure"))];
                fields.extend(status);
                fields.extend([("code", code), ("performedPeriod", period)]);
                fields
            }
            Fact::TwoQuestions { watched, wish } => {
                let items = vec![
                    question("watched", WATCHED, "valueBoolean", Value::Bool(*watched)),
                    question("wish", WISH, "valueString", text(wish)),
                ];
                answers("two-questions", at, items)
            }
            Fact::Sign { sign, level } => not_well(
                at,
                "sign",
                vec![
                    question("sign", "Le signe", "valueString", text(&sign.words)),
                    question("rule", "La règle du kit", "valueString", text(&sign.id)),
                    question(
                        "level",
                        "Le niveau",
                        "valueCoding",
                        coding(&ours("CodeSystem/level"), level.to_json()),
                    ),
                ],
            ),
            Fact::Fell => not_well(at, "fall", vec![]),
            Fact::TriedElsewhere { which, happened } => not_well(
                at,
                "elsewhere",
                vec![
                    question("which", "Quelle vidéo ?", "valueString", text(which)),
                    question("happened", "Que s’est-il passé ?", "valueString", text(happened)),
                ],
            ),
            Fact::SpokenToProfessional => not_well(at, "spoken", vec![]),
            Fact::VideoChecked { title, url, outcome } => {
                let said = coding(&ours("CodeSystem/video-outcome"), outcome.to_json());
                let items = vec![
                    question("title", "Quelle vidéo ?", "valueString", text(title)),
                    question("url", "Son adresse", "valueUri", text(url)),
                    question("outcome", "Ce que l’écran a dit", "valueCoding", said),
                ];
                answers("video-check", at, items)
            }
            Fact::Quiz { done, cues } => {
                let system = ours("CodeSystem/quiz-cue");
                let answer = |cue: &Cue| map(vec![("valueCoding", coding(&system, cue.to_json()))]);
                let mut about = vec![("linkId", text("cue")), ("text", text("De quoi parler"))];
                if !cues.is_empty() {
                    about.push(("answer", Value::List(cues.iter().map(answer).collect())));
                }
                let done = question("done", "Quiz fait", "valueBoolean", Value::Bool(*done));
                answers("quiz", at, vec![done, map(about)])
            }
        };
        fields.push(("subject", Self::reference(&self.subject)));
        if !extensions.is_empty() {
            fields.push(("extension", Value::List(extensions)));
        }
        map(fields)
    }

    fn observation(
        &self,
        feeling: Feeling,
        level: u32,
        session: Option<&str>,
        at: Value,
    ) -> Vec<(&'static str, Value)> {
        let own = ours("CodeSystem/feeling");
        let (code, value) = match feeling {
            Feeling::Pain => (
                concept(LOINC, text(LOINC_PAIN), "Douleur, de 0 à 10"),
                ("valueQuantity", quantity(level, "Level", "1")),
            ),
            Feeling::Fatigue => {
                (concept(&own, feeling.to_json(), "Fatigue, de 0 à 10"), ("valueInteger", whole(level)))
            }
            Feeling::Effort => {
                (concept(&own, feeling.to_json(), "Effort, de 0 à 10"), ("valueInteger", whole(level)))
            }
            Feeling::Difficulty => (
                concept(&own, feeling.to_json(), "Difficulté : 0 trop facile, 1 bien, 2 trop dur"),
                ("valueInteger", whole(level)),
            ),
        };
        let category = map(vec![("coding", Value::List(vec![coding(CATEGORIES, text("survey"))]))]);
        let mut fields = vec![
            ("resourceType", text("Observation")),
            ("status", text("final")),
            ("category", Value::List(vec![category])),
            ("code", code),
            ("effectiveDateTime", at),
            value,
        ];
        if let Some(session) = session {
            fields.push(("partOf", Value::List(vec![Self::reference(&self.name(session))])));
        }
        fields
    }
}

const HOME_SESSION: &str = "Séance d’exercices à domicile";
const WATCHED: &str = "Avez-vous regardé une vidéo à domicile ?";
const WISH: &str = "Que voulez-vous en retirer ?";

impl End {
    /// As FHIR's `event-status` says it.
    fn status(&self) -> &'static str {
        match self {
            End::Done => "completed",
            End::Stopped { .. } => "stopped",
            End::Unknown => "unknown",
        }
    }
}

fn set(set: &Set) -> Value {
    let mut parts = vec![
        extension("exercise", "valueString", text(&set.exercise.id)),
        extension("title", "valueString", text(&set.exercise.words)),
        extension("set", "valueUnsignedInt", whole(set.number)),
        extension("side", "valueCode", set.side.to_json()),
        extension("reps", "valueUnsignedInt", whole(set.reps)),
    ];
    if set.hold_s > 0 {
        parts.push(extension("hold", "valueQuantity", quantity(set.hold_s, "s", "s")));
    }
    if set.easier {
        parts.push(extension("easier", "valueBoolean", Value::Bool(true)));
    }
    map(vec![("url", text(&ours("StructureDefinition/exercise-set"))), ("extension", Value::List(parts))])
}

fn answers(questionnaire: &str, at: Value, items: Vec<Value>) -> Vec<(&'static str, Value)> {
    vec![
        ("resourceType", text("QuestionnaireResponse")),
        ("questionnaire", text(&ours(&["Questionnaire/", questionnaire].concat()))),
        ("status", text("completed")),
        ("authored", at),
        ("item", Value::List(items)),
    ]
}

fn not_well(at: Value, what: &str, more: Vec<Value>) -> Vec<(&'static str, Value)> {
    let system = ours("CodeSystem/not-well");
    let mut items = vec![question("what", "Ça ne va pas", "valueCoding", coding(&system, text(what)))];
    items.extend(more);
    answers("not-well", at, items)
}

/// Why a Bundle cannot be read as results.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` is not {expected}")]
pub struct NotResults {
    /// Where, for instance `entry[3].resource.effectiveDateTime`.
    pub field: String,
    /// What was expected there.
    pub expected: &'static str,
}

/// The results in a Bundle that [`Results::bundle`] wrote, in its order. Resources of other kinds are
/// passed over; what looks like ours and cannot be read is an error, never left out.
pub fn read(bundle: &Value) -> Result<Vec<Item>, NotResults> {
    let bundle = Node { value: bundle, path: String::new() };
    if bundle.get("resourceType").value.as_str() != Some("Bundle") {
        return Err(bundle.get("resourceType").not("`Bundle`"));
    }
    let mut items = Vec::new();
    for entry in bundle.get("entry").list() {
        let resource = entry.get("resource");
        let fact = match resource.get("resourceType").value.as_str() {
            Some("Observation") => read_observation(&resource)?,
            Some("Procedure") => read_procedure(&resource)?,
            Some("QuestionnaireResponse") => read_answers(&resource)?,
            _ => None,
        };
        if let Some((at, fact)) = fact {
            let (at_ms, offset_min) = at.time()?;
            let by =
                resource.extension("noted-by").map_or(Ok(By::Patient), |by| by.get("valueCode").word())?;
            let day = Day::of(at_ms, offset_min);
            items.push(Item { id: entry.get("fullUrl").name()?, at_ms, offset_min, day, by, fact });
        }
    }
    Ok(items)
}

/// A value with the way to it.
struct Node<'a> {
    value: &'a Value,
    path: String,
}

/// When, and what; nothing when the resource is not one of ours.
type Found<'a> = Result<Option<(Node<'a>, Fact)>, NotResults>;

fn read_observation<'a>(resource: &Node<'a>) -> Found<'a> {
    let code = resource.get("code").get("coding").at(0);
    let feeling = match code.get("system").value.as_str() {
        Some(LOINC) if code.get("code").value.as_str() == Some(LOINC_PAIN) => Feeling::Pain,
        Some(system) if system == ours("CodeSystem/feeling") => code.get("code").word()?,
        _ => return Ok(None),
    };
    let level = match feeling {
        Feeling::Pain => resource.get("valueQuantity").get("value").number()?,
        _ => resource.get("valueInteger").number()?,
    };
    let after = match resource.extension("session-moment").and_then(|e| e.get("valueCode").value.as_str()) {
        Some("after") => true,
        Some("before") => false,
        _ => return Err(resource.get("extension (session-moment)").not("`before` or `after`")),
    };
    let part = resource.get("partOf");
    let session = part.list().first().map(|p| p.get("reference").name()).transpose()?;
    Ok(Some((resource.get("effectiveDateTime"), Fact::Felt { feeling, level, after, session })))
}

fn read_procedure<'a>(resource: &Node<'a>) -> Found<'a> {
    let code = resource.get("code").get("coding").at(0);
    let is_ours = code.get("system").value.as_str() == Some(&ours("CodeSystem/activity"));
    if !is_ours || code.get("code").value.as_str() != Some("home-session") {
        return Ok(None);
    }
    let end = match resource.get("status").value.as_str() {
        Some("completed") => End::Done,
        Some("unknown") => End::Unknown,
        Some("stopped") => {
            let why = resource.get("statusReason").get("coding").at(0).get("code").word()?;
            let missing = || resource.get("extension").not("a list with `stopped-during`");
            End::Stopped { why, during: resource.extension("stopped-during").ok_or_else(missing)?.named()? }
        }
        _ => return Err(resource.get("status").not("`completed`, `stopped` or `unknown`")),
    };
    let (mut sets, mut skipped) = (Vec::new(), Vec::new());
    for part in resource.get("extension").list() {
        if part.is("exercise-set") {
            let number = |name: &str, kind: &str| part.part(name).get(kind).number();
            let hold = part.part("hold").get("valueQuantity").get("value");
            sets.push(Set {
                exercise: part.named()?,
                number: number("set", "valueUnsignedInt")?,
                side: part.part("side").get("valueCode").word()?,
                reps: number("reps", "valueUnsignedInt")?,
                hold_s: if *hold.value == Value::Null { 0 } else { hold.number()? },
                easier: *part.part("easier").get("valueBoolean").value == Value::Bool(true),
            });
        } else if part.is("exercise-skipped") {
            skipped.push(part.named()?);
        }
    }
    let period = resource.get("performedPeriod");
    let until = period.get("end").time()?;
    Ok(Some((period.get("start"), Fact::Session { until, end, sets, skipped })))
}

fn read_answers<'a>(resource: &Node<'a>) -> Found<'a> {
    let questionnaire = resource.get("questionnaire").value.as_str().unwrap_or_default();
    let fact = match questionnaire.strip_prefix(BASE) {
        Some("Questionnaire/two-questions") => {
            let watched = resource.answer("watched").get("valueBoolean").truth()?;
            Fact::TwoQuestions { watched, wish: resource.words("wish")? }
        }
        Some("Questionnaire/video-check") => {
            let url = resource.answer("url").get("valueUri");
            Fact::VideoChecked {
                title: resource.words("title")?,
                url: if *url.value == Value::Null { String::new() } else { url.text()? },
                outcome: resource.answer("outcome").get("valueCoding").get("code").word()?,
            }
        }
        Some("Questionnaire/quiz") => {
            let cues = resource.pick("item", "linkId", "cue").get("answer").list();
            let cue = |answer: &Node| answer.get("valueCoding").get("code").word();
            Fact::Quiz {
                done: resource.answer("done").get("valueBoolean").truth()?,
                cues: cues.iter().map(cue).collect::<Result<_, _>>()?,
            }
        }
        Some("Questionnaire/not-well") => {
            let what = resource.answer("what").get("valueCoding").get("code");
            match what.value.as_str() {
                Some("sign") => Fact::Sign {
                    sign: Named { id: resource.words("rule")?, words: resource.words("sign")? },
                    level: resource.answer("level").get("valueCoding").get("code").word()?,
                },
                Some("fall") => Fact::Fell,
                Some("elsewhere") => Fact::TriedElsewhere {
                    which: resource.words("which")?,
                    happened: resource.words("happened")?,
                },
                Some("spoken") => Fact::SpokenToProfessional,
                _ => return Err(what.not("`sign`, `fall`, `elsewhere` or `spoken`")),
            }
        }
        _ => return Ok(None),
    };
    Ok(Some((resource.get("authored"), fact)))
}

impl<'a> Node<'a> {
    fn path_of(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { [&self.path, ".", name].concat() }
    }

    fn get(&self, name: &str) -> Node<'a> {
        Node { value: self.value.get(name), path: self.path_of(name) }
    }

    fn at(&self, n: usize) -> Node<'a> {
        const NOTHING: &Value = &Value::Null;
        Node { value: self.value.items().get(n).unwrap_or(NOTHING), path: format!("{}[{n}]", self.path) }
    }

    fn list(&self) -> Vec<Node<'a>> {
        (0..self.value.items().len()).map(|n| self.at(n)).collect()
    }

    fn not(&self, expected: &'static str) -> NotResults {
        NotResults { field: self.path.clone(), expected }
    }

    /// Whether this is our extension of that name.
    fn is(&self, name: &str) -> bool {
        let path = self.get("url").value.as_str().and_then(|url| url.strip_prefix(BASE));
        path.and_then(|p| p.strip_prefix("StructureDefinition/")) == Some(name)
    }

    fn extension(&self, name: &str) -> Option<Node<'a>> {
        self.get("extension").list().into_iter().find(|e| e.is(name))
    }

    /// The element of a list whose field says so; the list's name and that word as the way to it.
    fn pick(&self, list: &str, field: &str, name: &str) -> Node<'a> {
        const NOTHING: &Value = &Value::Null;
        let found = self.value.get(list).items().iter().find(|v| v.get(field).as_str() == Some(name));
        Node { value: found.unwrap_or(NOTHING), path: self.path_of(&[list, " (", name, ")"].concat()) }
    }

    /// An extension inside an extension.
    fn part(&self, name: &str) -> Node<'a> {
        self.pick("extension", "url", name)
    }

    /// The first answer to a question.
    fn answer(&self, link: &str) -> Node<'a> {
        self.pick("item", "linkId", link).get("answer").at(0)
    }

    /// An answer in words; none was given when there is none.
    fn words(&self, link: &str) -> Result<String, NotResults> {
        let answer = self.answer(link).get("valueString");
        if *answer.value == Value::Null { Ok(String::new()) } else { answer.text() }
    }

    fn text(&self) -> Result<String, NotResults> {
        self.value.as_str().map(str::to_owned).ok_or_else(|| self.not("a text"))
    }

    fn truth(&self) -> Result<bool, NotResults> {
        let Value::Bool(truth) = *self.value else { return Err(self.not("`true` or `false`")) };
        Ok(truth)
    }

    fn number(&self) -> Result<u32, NotResults> {
        u32::from_json(self.value).map_err(|_| self.not("a whole number from 0"))
    }

    fn word<T: Json>(&self) -> Result<T, NotResults> {
        T::from_json(self.value).map_err(|_| self.not("one of the words that docs/fhir.md lists"))
    }

    /// The UUID of a `urn:uuid:`.
    fn name(&self) -> Result<String, NotResults> {
        let name = self.value.as_str().and_then(|url| url.strip_prefix("urn:uuid:"));
        name.map(str::to_owned).ok_or_else(|| self.not("a name that begins with `urn:uuid:`"))
    }

    fn named(&self) -> Result<Named, NotResults> {
        let text = |name: &str| self.part(name).get("valueString").text();
        Ok(Named { id: text("exercise")?, words: text("title")? })
    }

    /// UTC milliseconds, and minutes east of Greenwich.
    fn time(&self) -> Result<(i64, i32), NotResults> {
        let parsed = self.value.as_str().and_then(parse_time);
        parsed.ok_or_else(|| self.not("a time like 2026-11-22T09:30:00+01:00"))
    }
}

/// A `dateTime` to the second, with its offset; fractions of a second are passed over.
fn parse_time(time: &str) -> Option<(i64, i32)> {
    let number = |digits: &str| -> Option<i64> {
        let plain = digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
        if plain { digits.parse().ok() } else { None }
    };
    // Hours and minutes, and whether a clock shows such a time.
    let hhmm = |h: &str, m: &str| -> Option<i64> {
        let (h, m) = (number(h)?, number(m)?);
        (h < 24 && m < 60).then_some(h * 60 + m)
    };
    let day: Day = time.get(..10)?.parse().ok()?;
    let clock = time.get(10..)?.strip_prefix('T')?;
    let minutes = hhmm(clock.get(..2)?, clock.get(2..5)?.strip_prefix(':')?)?;
    let seconds = number(clock.get(5..8)?.strip_prefix(':')?).filter(|s| *s < 60)?;
    let mut zone = clock.get(8..)?;
    if let Some(fraction) = zone.strip_prefix('.') {
        let rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
        zone = (rest.len() < fraction.len()).then_some(rest)?;
    }
    let offset = match (zone.as_bytes().first()?, zone.get(1..)?) {
        (b'Z', "") => 0,
        (sign @ (b'+' | b'-'), rest) => {
            let (h, m) = rest.split_once(':')?;
            hhmm(h, m)? * if *sign == b'-' { -1 } else { 1 }
        }
        _ => return None,
    };
    let local = day.days_since(Day::of(0, 0)) * 86_400 + minutes * 60 + seconds;
    Some(((local - offset * 60) * 1000, i32::try_from(offset).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        kit::{Source, WarningRule},
        opening::tests::{exercise, kit},
        profile::ProfileId,
    };
    use crate::{
        quiz::{Pool, Verdict},
        video_check::Said,
    };
    use proptest::prelude::*;

    /// Sunday 22 November 2026, 09:30 in Paris.
    const NOW: i64 = 1_795_336_200_000;
    const SUBJECT: u128 = 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef;

    fn event(id: &str, at_ms: i64, what: &What) -> Event {
        let (offset_min, day) = (60, Day::of(at_ms, 60));
        Event { id: id.into(), profile: ProfileId::first(), at_ms, offset_min, day, what: what.to_json() }
    }

    fn k() -> String {
        "kit-1".into()
    }

    fn spoken() -> What {
        What::from_json(&Value::of_texts(&[("kind", "spoken-to-professional")])).unwrap()
    }

    fn the_kit() -> Kit {
        let mut kit = kit(1);
        kit.exercises.push(exercise("heel-raise"));
        kit.warnings = vec![WarningRule {
            id: "faint".into(),
            level: Level::Red,
            sign: "Vous vous sentez partir.".into(),
            action: "Appelez le 15.".into(),
            source: Source { title: "t".into(), publisher: "p".into(), date: "2024".into(), url: None },
        }];
        kit
    }

    fn set_done(session: &str, exercise: &str, set: u32) -> What {
        let (kit, session, exercise) = (k(), session.into(), exercise.into());
        What::SetDone { kit, session, exercise, set, side: Side::Both, reps: 8, hold_s: 0, easier: false }
    }

    fn felt(session: Option<&str>, feeling: Feeling, level: u32) -> What {
        let session = session.map(str::to_owned);
        What::Felt { kit: k(), session, what: feeling, level, after: true, by: By::Patient }
    }

    /// A day of a patient: a session ended, one stopped, a fall, the questions.
    fn a_day() -> Vec<Event> {
        let whats = [
            What::SessionStarted { kit: k(), session: "s1".into(), exercises: vec!["sit-to-stand".into()] },
            set_done("s1", "sit-to-stand", 1),
            set_done("s1", "sit-to-stand", 2),
            set_done("s1", "sit-to-stand", 2),
            What::ExerciseSkipped { kit: k(), session: "s1".into(), exercise: "heel-raise".into() },
            What::SessionEnded { kit: k(), session: "s1".into() },
            felt(Some("s1"), Feeling::Pain, 3),
            felt(Some("s1"), Feeling::Difficulty, 1),
            What::SessionStarted { kit: k(), session: "s2".into(), exercises: vec!["gone".into()] },
            What::Stopped { kit: k(), session: "s2".into(), exercise: "gone".into(), why: StopReason::Pain },
            What::Fell { by: By::Helper },
            What::SignChosen { kit: k(), sign: "faint".into(), level: Level::Red, by: By::Patient },
            spoken(),
            What::TriedElsewhere { which: "une vidéo".into(), happened: " ".into(), by: By::Patient },
            What::TwoQuestions {
                kit: k(),
                watched: true,
                wish: "Marcher\u{7} mieux".into(),
                by: By::Patient,
            },
            What::Noted { session: None, text: "stays on the phone".into(), by: By::Patient },
            What::Seen { kit: k(), item: "sit-to-stand".into() },
            felt(None, Feeling::Fatigue, 10),
            What::Felt {
                kit: "another".into(),
                session: None,
                what: Feeling::Pain,
                level: 9,
                after: true,
                by: By::Patient,
            },
        ];
        let at = |n: usize| NOW + i64::try_from(n).unwrap() * 60_000;
        whats.iter().enumerate().map(|(n, what)| event(&format!("e{n:02}"), at(n), what)).collect()
    }

    fn checked(title: &str, url: Option<&str>, outcome: Outcome) -> Learning {
        let (title, url) = (title.to_owned(), url.map(str::to_owned));
        let (answers, listed, confirmed) = (vec![Said::No; 5], Said::Unknown, Said::No);
        Learning::VideoChecked { url, title, answers, listed, confirmed, outcome, by: By::Helper }
    }

    fn learnt(id: &str, at_ms: i64, what: &Learning) -> Event {
        Event { what: what.to_json(), ..event(id, at_ms, &What::Fell { by: By::Patient }) }
    }

    /// What reading gives back: the resources' names instead of the ids.
    fn renamed(items: &[Item]) -> Vec<Item> {
        let writer = Writer { subject: uuid(SUBJECT, 4) };
        let mut items = items.to_vec();
        for item in &mut items {
            item.id = writer.name(&item.id);
            if let Fact::Felt { session: Some(session), .. } = &mut item.fact {
                *session = writer.name(session);
            }
        }
        items
    }

    fn resources(bundle: &Value, kind: &str) -> Vec<Value> {
        let all = bundle.get("entry").items().iter().map(|e| e.get("resource").clone());
        all.filter(|r| r.get("resourceType").as_str() == Some(kind)).collect()
    }

    #[test]
    fn a_day_becomes_facts_in_order_and_what_is_not_for_this_clinic_stays() {
        let results = Results::since_last(&a_day(), &the_kit());
        let ids: Vec<_> = results.preview().iter().map(|i| i.id.as_str()).collect();
        assert_eq!(ids, ["s1", "e06", "e07", "s2", "e10", "e11", "e12", "e13", "e14", "e17"]);
        let Fact::Session { until, end, sets, skipped } = &results.preview()[0].fact else { panic!() };
        assert_eq!((*until, end), ((NOW + 5 * 60_000, 60), &End::Done));
        assert_eq!(sets.iter().map(|s| s.number).collect::<Vec<_>>(), [1, 2], "each set once");
        assert_eq!(sets[0].exercise.words, "Se lever d’une chaise");
        assert_eq!(skipped[0].id, "heel-raise");
        let gone = Named { id: "gone".into(), words: "gone".into() };
        assert!(matches!(&results.preview()[3].fact,
            Fact::Session { end: End::Stopped { why: StopReason::Pain, during }, .. } if *during == gone));
        assert!(
            matches!(&results.preview()[5].fact, Fact::Sign { sign, .. } if sign.words == "Vous vous sentez partir.")
        );
        assert_eq!(
            results.preview()[8].fact,
            Fact::TwoQuestions { watched: true, wish: "Marcher mieux".into() }
        );
        let text = results.bundle(SUBJECT, NOW, 60).unwrap().to_text();
        assert!(!text.contains("stays on the phone") && !text.contains("another"));
    }

    #[test]
    fn at_the_desk_all_of_a_journal_counts_whichever_kit_it_is_about_and_whatever_was_sent() {
        let (kit, mut events) = (the_kit(), a_day());
        events.push(event("sent", NOW, &Results::since_last(&events, &kit).confirmed()));
        let items = all(&events, &[&kit]);
        assert_eq!(items.len(), 11, "that of another kit too");
        assert!(
            matches!(&items[0].fact, Fact::Session { sets, .. } if sets[0].exercise.words.starts_with("Se lever"))
        );
        assert!(
            matches!(&all(&events, &[])[0].fact, Fact::Session { sets, .. } if sets[0].exercise.words == "sit-to-stand")
        );
    }

    #[test]
    fn pain_is_written_as_loinc_and_ucum_say_with_the_hour_of_the_patient() {
        let results = Results::since_last(&a_day(), &the_kit());
        let bundle = results.bundle(SUBJECT, NOW, 60).unwrap();
        let pain = &resources(&bundle, "Observation")[0];
        assert_eq!(pain.get("effectiveDateTime").as_str(), Some("2026-11-22T09:36:00+01:00"));
        assert_eq!(
            pain.get("valueQuantity").to_text(),
            r#"{"value":3,"unit":"Level","system":"http://unitsofmeasure.org","code":"1"}"#
        );
        assert_eq!(pain.get("code").get("coding").items()[0].get("code").as_str(), Some("72514-3"));
        let session = pain.get("partOf").items()[0].get("reference").clone();
        assert_eq!(
            Some(&session),
            bundle.get("entry").items().iter().map(|e| e.get("fullUrl")).find(|u| **u == session)
        );
        let sessions = resources(&bundle, "Procedure");
        let said: Vec<_> = sessions.iter().map(|s| s.get("status").as_str().unwrap()).collect();
        assert_eq!(said, ["completed", "stopped"]);
        assert_eq!(sessions[1].get("statusReason").get("text").as_str(), Some("Douleur"));
    }

    #[test]
    fn the_patient_is_a_random_reference_and_nothing_else() {
        let results = Results::since_last(&a_day(), &the_kit());
        let bundle = results.bundle(SUBJECT, NOW, 60).unwrap();
        assert_eq!(resources(&bundle, "Patient"), [Value::of_texts(&[("resourceType", "Patient")])]);
        let subject = "urn:uuid:01234567-89ab-4def-8123-456789abcdef";
        for entry in &bundle.get("entry").items()[1..] {
            assert_eq!(entry.get("resource").get("subject").get("reference").as_str(), Some(subject));
        }
        for word in ["identifier", "display", "birthDate", "kit-1", "p1", "Cabinet"] {
            assert!(!bundle.to_text().contains(word), "{word}");
        }
    }

    #[test]
    fn what_the_clinic_confirmed_is_not_sent_again_whatever_the_clock_says() {
        let (kit, mut events) = (the_kit(), a_day());
        let first = Results::since_last(&events, &kit);
        events.push(event("sent", NOW + 3_600_000, &first.confirmed()));
        let nothing = Results::since_last(&events, &kit);
        assert_eq!((nothing.preview(), nothing.bundle(SUBJECT, NOW, 60)), (&[][..], None));
        // Another clinic has confirmed nothing: a fall is told to it too.
        let mut other = kit.clone();
        other.kit_id = "another".into();
        assert_eq!(Results::since_last(&events, &other).preview().len(), 4);
        // The clock was set back by a year: the event's name sorts before all that was sent.
        events.insert(0, event("a", NOW - 365 * 86_400_000, &What::Fell { by: By::Patient }));
        let ids = |r: &Results| r.preview().iter().map(|i| i.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&Results::since_last(&events, &kit)), ["a"]);
    }

    #[test]
    fn a_session_goes_again_under_the_same_name_when_more_of_it_is_known() {
        let (kit, all) = (the_kit(), a_day());
        let mut events = all[..2].to_vec();
        let early = Results::since_last(&events, &kit);
        assert!(matches!(&early.preview()[0].fact, Fact::Session { end: End::Unknown, .. }));
        events.push(event("sent", NOW, &early.confirmed()));
        events.extend(all[2..7].iter().cloned());
        let late = Results::since_last(&events, &kit);
        assert!(
            matches!(&late.preview()[0].fact, Fact::Session { end: End::Done, sets, .. } if sets.len() == 2)
        );
        let name =
            |r: &Results| r.bundle(SUBJECT, NOW, 0).unwrap().get("entry").items()[1].get("fullUrl").clone();
        assert_eq!(name(&early), name(&late));
        // Told of pain only later: its session comes along, so that the reference leads somewhere.
        events.push(event("sent2", NOW, &late.confirmed()));
        events.push(event("x", NOW, &felt(Some("s1"), Feeling::Effort, 4)));
        assert_eq!(Results::since_last(&events, &kit).preview().len(), 2);
        let alone = [event("x", NOW, &felt(Some("lost"), Feeling::Effort, 4))];
        let alone = Results::since_last(&alone, &kit);
        assert!(matches!(&alone.preview()[0].fact, Fact::Felt { session: None, .. }));
    }

    #[test]
    fn a_stop_for_pain_is_never_hidden_by_another_stop_or_an_end() {
        let stop = |why| What::Stopped { kit: k(), session: "s".into(), exercise: "heel-raise".into(), why };
        let end = What::SessionEnded { kit: k(), session: "s".into() };
        for order in [
            [stop(StopReason::Pain), stop(StopReason::Fatigue), end.clone()],
            [stop(StopReason::Other), stop(StopReason::Pain), end.clone()],
            [end, stop(StopReason::Fatigue), stop(StopReason::Pain)],
        ] {
            let events: Vec<_> =
                (0i64..).zip(&order).map(|(n, w)| event(&n.to_string(), NOW + n, w)).collect();
            let results = Results::since_last(&events, &the_kit());
            let Fact::Session { end, .. } = &results.preview()[0].fact else { panic!() };
            assert!(matches!(end, End::Stopped { why: StopReason::Pain, .. }), "{order:?}");
        }
    }

    #[test]
    fn every_name_of_ours_in_a_bundle_is_described() {
        let described = include_str!("../../../docs/fhir.md");
        let mut events = a_day();
        let (kit, session) = (k(), "s1".into());
        let side = Side::Left;
        let held = What::SetDone {
            kit,
            session,
            exercise: "heel-raise".into(),
            set: 1,
            side,
            reps: 1,
            hold_s: 20,
            easier: true,
        };
        events.push(event("held", NOW, &held));
        events.push(told(1, true, Cue::ALL));
        for (id, outcome) in [("v1", Outcome::Grave), ("v2", Outcome::NoSignal), ("v3", Outcome::NotEnough)] {
            events.push(learnt(id, NOW, &checked("x", Some("https://exemple.fr/x"), outcome)));
        }
        let bundle = Results::since_last(&events, &the_kit()).bundle(SUBJECT, NOW, 60).unwrap();
        fn names(value: &Value, out: &mut Vec<String>) {
            match value {
                Value::Text(text) => out.extend(text.strip_prefix(BASE).map(str::to_owned)),
                Value::List(items) => items.iter().for_each(|v| names(v, out)),
                Value::Map(fields) => {
                    let own = value.get("system").as_str().is_some_and(|s| s.starts_with(BASE));
                    if let (true, Some(code)) = (own, value.get("code").as_str()) {
                        out.push(code.to_owned());
                    }
                    for (name, value) in fields {
                        if matches!(name.as_str(), "linkId" | "url") {
                            out.extend(value.as_str().filter(|v| !v.contains(':')).map(str::to_owned));
                        }
                        names(value, out);
                    }
                }
                _ => {}
            }
        }
        let mut found = Vec::new();
        names(&bundle, &mut found);
        assert!(found.len() > 40);
        for name in found {
            assert!(described.contains(&format!("`{name}`")), "docs/fhir.md does not say what `{name}` is");
        }
    }

    #[test]
    fn a_video_that_was_checked_goes_with_the_results_once() {
        let address = "https://vm.tiktok.com/abc/";
        let mut events = vec![
            learnt("v1", NOW, &checked("Dos neuf\u{7}", Some(address), Outcome::Grave)),
            learnt("v2", NOW + 1_000, &checked("", None, Outcome::NotEnough)),
        ];
        let results = Results::since_last(&events, &the_kit());
        let told: Vec<_> = results.preview().iter().map(|i| (i.by, i.fact.clone())).collect();
        let fact = |title: &str, url: &str, outcome| {
            (By::Helper, Fact::VideoChecked { title: title.into(), url: url.into(), outcome })
        };
        assert_eq!(told, [fact("Dos neuf", address, Outcome::Grave), fact("", "", Outcome::NotEnough)]);
        let bundle = results.bundle(SUBJECT, NOW, 60).unwrap();
        assert_eq!(read(&bundle).unwrap(), renamed(results.preview()));
        assert_eq!(all(&events, &[]).len(), 2);
        events.push(event("sent", NOW, &results.confirmed()));
        assert!(Results::since_last(&events, &the_kit()).preview().is_empty());
    }

    fn told(n: i64, agreed: bool, cues: &[Cue]) -> Event {
        let cues = cues.to_vec();
        learnt(&format!("q{n}"), NOW + n * 1_000, &Learning::QuizTold { agreed, done: true, cues })
    }

    #[test]
    fn of_the_quiz_nothing_goes_without_agreement_and_with_it_no_number() {
        let answered = Learning::QuizAnswered {
            session: "s".into(),
            item: "p01a".into(),
            version: 1,
            pool: Pool::Train,
            form: None,
            verdict: Verdict::Reliable,
            right: false,
            confidence: None,
            segments: vec![],
            missing: vec![],
        };
        let since = |events: &[Event]| Results::since_last(events, &the_kit());
        let mut events = vec![learnt("a", NOW, &answered), told(1, true, &[Cue::Pain]), told(2, false, &[])];
        assert!(since(&events[..1]).preview().is_empty() && all(&events[..1], &[]).is_empty());
        assert!(since(&events).preview().is_empty() && all(&events, &[]).is_empty(), "taken back");
        events.push(told(3, true, &[Cue::Care, Cue::Clarity]));
        let with = since(&events);
        let fact = Fact::Quiz { done: true, cues: vec![Cue::Care, Cue::Clarity] };
        assert_eq!(with.preview().iter().map(|i| &i.fact).collect::<Vec<_>>(), [&fact], "the last word");
        let bundle = with.bundle(SUBJECT, NOW, 60).unwrap();
        assert_eq!(read(&bundle).unwrap(), renamed(with.preview()));
        fn numbers(value: &Value) -> bool {
            match value {
                Value::Int(_) => true,
                Value::List(items) => items.iter().any(numbers),
                Value::Map(fields) => fields.iter().any(|(_, v)| numbers(v)),
                _ => false,
            }
        }
        let response = &resources(&bundle, "QuestionnaireResponse")[0];
        assert!(!numbers(response), "{}", response.to_text());
        // Confirmed, it stays; told anew it takes the earlier one's place.
        events.push(event("sent", NOW, &with.confirmed()));
        assert!(since(&events).preview().is_empty());
        events.push(told(4, true, &[]));
        let again = since(&events);
        let name =
            |r: &Results| r.bundle(SUBJECT, NOW, 0).unwrap().get("entry").items()[1].get("fullUrl").clone();
        assert_eq!(name(&with), name(&again));
        assert_eq!(read(&again.bundle(SUBJECT, NOW, 60).unwrap()).unwrap(), renamed(again.preview()));
    }

    #[test]
    fn a_bundle_that_was_bent_names_the_place() {
        let text = Results::since_last(&a_day(), &the_kit()).bundle(SUBJECT, NOW, 60).unwrap().to_text();
        for (from, to, field) in [
            ("\"Bundle\"", "\"Bag\"", "resourceType"),
            ("2026-11-22T09:36:00+01:00", "yesterday", "entry[2].resource.effectiveDateTime"),
            ("\"value\":3", "\"value\":\"3\"", "entry[2].resource.valueQuantity.value"),
            ("\"completed\",\"code\"", "\"perhaps\",\"code\"", "entry[1].resource.status"),
            (
                "\"valueUnsignedInt\":1",
                "\"valueUnsignedInt\":-1",
                "entry[1].resource.extension[0].extension (set).valueUnsignedInt",
            ),
            ("\"pain\"", "\"pein\"", "entry[4].resource.statusReason.coding[0].code"),
        ] {
            assert!(text.contains(from), "{from}");
            let bent = Value::parse(text.replacen(from, to, 1).as_bytes()).unwrap();
            assert_eq!(read(&bent).unwrap_err().field, field);
        }
    }

    #[test]
    fn times_are_read_as_fhir_writes_them() {
        assert_eq!(parse_time("1970-01-01T00:00:00Z"), Some((0, 0)));
        assert_eq!(parse_time("1970-01-01T01:30:00.25+01:30"), Some((0, 90)));
        assert_eq!(parse_time("1969-12-31T19:00:00-05:00"), Some((0, -300)));
        for bad in [
            "",
            "2026-11-22",
            "2026-11-22T09:30:00",
            "2026-11-22T24:00:00Z",
            "2026-11-22T09:60:00Z",
            "2026-11-22T09:30:60Z",
            "2026-11-22T09:30:00.Z",
            "2026-11-22T09:30:00+1:00",
            "2026-11-22é09:30:00Z",
        ] {
            assert_eq!(parse_time(bad), None, "{bad}");
        }
    }

    fn words() -> impl Strategy<Value = String> {
        "\\PC{0,12}|[a-z]{1,8}"
    }

    fn by() -> impl Strategy<Value = By> {
        prop_oneof![Just(By::Patient), Just(By::Helper)]
    }

    fn whats() -> impl Strategy<Value = What> {
        let session = || prop_oneof![Just("s1".to_owned()), Just("s2".to_owned()), Just("s3".to_owned())];
        let exercise = || prop_oneof![Just("sit-to-stand".to_owned()), Just("gone".to_owned())];
        let why = prop_oneof![Just(StopReason::Pain), Just(StopReason::Fatigue), Just(StopReason::Other)];
        let feeling = prop_oneof![
            Just(Feeling::Pain),
            Just(Feeling::Fatigue),
            Just(Feeling::Effort),
            Just(Feeling::Difficulty)
        ];
        let side = prop_oneof![Just(Side::Both), Just(Side::Left), Just(Side::Right)];
        let level = prop_oneof![Just(Level::Red), Just(Level::Orange), Just(Level::Yellow)];
        prop_oneof![
            session().prop_map(|session| What::SessionStarted { kit: k(), session, exercises: vec![] }),
            (session(), exercise(), 1u32..4, side, 0u32..30, 0u32..3, any::<bool>()).prop_map(
                |(session, exercise, set, side, reps, hold_s, easier)| {
                    What::SetDone { kit: k(), session, exercise, set, side, reps, hold_s, easier }
                }
            ),
            (session(), exercise())
                .prop_map(|(session, exercise)| { What::ExerciseSkipped { kit: k(), session, exercise } }),
            (session(), exercise(), why)
                .prop_map(|(session, exercise, why)| { What::Stopped { kit: k(), session, exercise, why } }),
            session().prop_map(|session| What::SessionEnded { kit: k(), session }),
            (prop::option::of(session()), feeling, 0u32..=10, any::<bool>(), by()).prop_map(
                |(session, what, level, after, by)| What::Felt { kit: k(), session, what, level, after, by }
            ),
            (words(), level, by()).prop_map(|(sign, level, by)| What::SignChosen {
                kit: k(),
                sign,
                level,
                by
            }),
            by().prop_map(|by| What::Fell { by }),
            (words(), words(), by()).prop_map(|(which, happened, by)| What::TriedElsewhere {
                which,
                happened,
                by
            }),
            Just(spoken()),
            (any::<bool>(), words(), by())
                .prop_map(|(watched, wish, by)| { What::TwoQuestions { kit: k(), watched, wish, by } }),
        ]
    }

    proptest! {
        #[test]
        fn the_bundle_holds_what_was_shown_neither_more_nor_less(
            whats in prop::collection::vec((whats(), 0i64..2_000_000_000, -840i32..=840), 1..30)
        ) {
            let events: Vec<_> = whats.iter().enumerate().map(|(n, (what, s, offset))| {
                let at_ms = s * 1000;
                let day = Day::of(at_ms, *offset);
                Event { offset_min: *offset, day, ..event(&format!("{n}"), at_ms, what) }
            }).collect();
            let results = Results::since_last(&events, &the_kit());
            let text = results.bundle(SUBJECT, NOW, 60).unwrap().to_text();
            let again = read(&Value::parse(text.as_bytes()).unwrap()).unwrap();
            prop_assert_eq!(again, renamed(results.preview()));
            // Every event that was shown is confirmed, and then nothing is left.
            let mut events = events;
            events.push(event("sent", NOW, &results.confirmed()));
            prop_assert!(Results::since_last(&events, &the_kit()).preview().is_empty());
        }

        #[test]
        fn any_clock_makes_a_time_that_is_read_again(ms in any::<i64>(), offset in any::<i32>()) {
            let (_, read) = parse_time(&date_time(ms, offset)).unwrap();
            prop_assert!(read.abs() <= 840);
        }
    }

    #[test]
    fn five_thousand_events_are_told_as_five_hundred_sessions() {
        let events: Vec<_> = (0..5_000u32)
            .map(|n| {
                event(
                    &format!("{n:05}"),
                    NOW + i64::from(n),
                    &set_done(&format!("s{}", n / 10), "heel-raise", n % 10),
                )
            })
            .collect();
        let results = Results::since_last(&events, &the_kit());
        assert_eq!(results.preview().len(), 500);
    }
}
