//! `clinic pack`: turns a kit's folder into media that a poor network can carry. What was made
//! from an unchanged source is not made again.

use crate::{
    animation, document,
    ffmpeg::{self, Probe, Shape, Target, Tools},
    files::{self, Access, Lock},
    kit_toml::{self, KitSource, NamedFile, VideoSource},
    mp4,
    problem::{Outcome, Problem, Problems, Stage},
    table, vtt,
};
use care::{
    calendar::Day,
    kit::{Caption, Choice, Codec, Document, Kit, Rung, Video},
    media::MediaRef,
};
use indicatif::ProgressBar;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Largest still, in bytes.
const POSTER_BYTES: u64 = 12_000;
/// What a country network carries, in bits a second.
const COUNTRY_BITS_S: f64 = 400_000.0;

/// A packed kit.
pub struct Packed {
    /// The kit with its media, still without clinic, id and version.
    pub kit: Kit,
    /// `KIT_DIR/packed`: holds `m/`.
    pub dir: PathBuf,
    /// What is still missing before it may be published.
    pub before_publishing: Vec<Problem>,
    /// How many films were encoded this time.
    pub encoded: usize,
}

/// One file made from a source.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Made {
    media: MediaRef,
    width: u32,
    height: u32,
    fps: f64,
    duration_ms: u64,
}

/// What has been made so far, by source and settings.
struct Cache {
    file: PathBuf,
    root: PathBuf,
    made: Mutex<BTreeMap<String, Made>>,
}

impl Cache {
    fn open(root: &Path) -> Self {
        let file = root.join("cache.json");
        // A cache that cannot be read is an empty one.
        let made = fs::read(&file).ok().and_then(|b| serde_json::from_slice(&b).ok()).unwrap_or_default();
        Cache { file, root: root.to_owned(), made: Mutex::new(made) }
    }

    fn entries(&self) -> MutexGuard<'_, BTreeMap<String, Made>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, key: &str) -> Option<Made> {
        let made = self.entries().get(key).cloned()?;
        files::is_intact(&self.root, &made.media).then_some(made)
    }

    fn put(&self, key: &str, made: Made) -> Outcome<()> {
        let json = {
            let mut entries = self.entries();
            entries.insert(key.to_owned(), made);
            to_json(&*entries)?
        };
        files::write(&self.file, &json, Access::Open)
    }
}

fn to_json(value: &impl Serialize) -> Outcome<Vec<u8>> {
    serde_json::to_vec_pretty(value)
        .map_err(|e| Problem::new("kit.draft.json", format!("cannot be written: {e}")).into())
}

/// One film of the ladder to be made.
struct Job<'a> {
    key: String,
    file: &'a NamedFile,
    probe: &'a Probe,
    target: Target,
}

/// Packs the kit in `kit_dir`. `today` is what its dates are compared with.
pub fn pack(kit_dir: &Path, today: Day, bar: &ProgressBar) -> Outcome<Packed> {
    let source = kit_toml::read(kit_dir, today)?;
    let (now, before_publishing): (Vec<_>, Vec<_>) =
        source.problems.iter().cloned().partition(|p| p.stage == Stage::Now);
    if !now.is_empty() {
        return Err(Problems(now));
    }
    let root = kit_dir.join("packed");
    let _lock = Lock::take(&root)?;
    clear_leftovers(&root);
    // Whoever keeps the kits under version control keeps what was written, not what was made.
    files::write(&root.join(".gitignore"), b"*\n", Access::Open)?;
    let cache = Cache::open(&root);
    let work = tempfile::Builder::new()
        .prefix(".work-")
        .tempdir_in(&root)
        .map_err(|e| Problem::io(&root, "cannot be written", &e))?;
    let tools = if source.videos.iter().any(Option::is_some) { Some(Tools::find()?) } else { None };
    let packer = Packer { tools, cache: &cache, root: &root, work: work.path(), bar };
    let (kit, encoded) = packer.kit(source)?;
    tidy(&root, &cache, &kit)?;
    files::write(&root.join("kit.draft.json"), &to_json(&draft(&kit)?)?, Access::Open)?;
    bar.finish_and_clear();
    Ok(Packed { kit, dir: root, before_publishing, encoded })
}

/// The kit's wire form without what only a publication gives.
fn draft(kit: &Kit) -> Outcome<serde_json::Value> {
    let mut json = serde_json::to_value(kit)
        .map_err(|e| Problem::new("kit.draft.json", format!("cannot be written: {e}")))?;
    if let Some(fields) = json.as_object_mut() {
        for field in ["clinic", "kit_id", "version", "issued"] {
            fields.remove(field);
        }
    }
    Ok(json)
}

/// Takes away the work of a run that was killed: the lock says that nobody is at it.
fn clear_leftovers(root: &Path) {
    let left = fs::read_dir(root).into_iter().flatten().flatten();
    for entry in left.filter(|e| e.file_name().to_string_lossy().starts_with(".work-")) {
        // What cannot be taken away only costs space; the next run tries again.
        let _ = fs::remove_dir_all(entry.path());
    }
}

/// Takes away media that the kit no longer names.
fn tidy(root: &Path, cache: &Cache, kit: &Kit) -> Outcome<()> {
    let named: BTreeSet<&str> = kit.media().iter().map(|m| m.sha256.as_str()).collect();
    let json = {
        let mut entries = cache.entries();
        entries.retain(|_, made| named.contains(made.media.sha256.as_str()));
        to_json(&*entries)?
    };
    files::write(&cache.file, &json, Access::Open)?;
    let folder = root.join("m");
    let Ok(listing) = fs::read_dir(&folder) else { return Ok(()) };
    for entry in listing.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !named.contains(name.split('.').next().unwrap_or("")) {
            fs::remove_file(entry.path()).map_err(|e| Problem::io(&entry.path(), "cannot be removed", &e))?;
        }
    }
    Ok(())
}

struct Packer<'a> {
    tools: Option<Tools>,
    cache: &'a Cache,
    root: &'a Path,
    work: &'a Path,
    bar: &'a ProgressBar,
}

/// A film whose source has been looked at.
struct Looked<'a> {
    source: &'a VideoSource,
    sha256: String,
    /// Of the encoder, when it was looked at.
    settings: String,
    probe: Probe,
}

impl Packer<'_> {
    fn kit(&self, source: KitSource) -> Outcome<(Kit, usize)> {
        let KitSource { mut kit, videos, animations, documents, .. } = source;
        let mut problems = Vec::new();
        let mut looked = Vec::new();
        for video in &videos {
            looked.push(match video.as_ref().map(|v| self.look(v)) {
                Some(Ok(l)) => Some(l),
                Some(Err(e)) => {
                    problems.extend(e.0);
                    None
                }
                None => None,
            });
        }
        for (exercise, source) in kit.exercises.iter_mut().zip(&animations) {
            match source.as_ref().map(|source| animation::store(source, self.root)).transpose() {
                Ok(animation) => exercise.animation = animation,
                Err(e) => problems.extend(e.0),
            }
        }
        for document in documents {
            match document::prepare(&document.file, self.work)
                .and_then(|(f, mime)| files::store(self.root, &f, mime))
            {
                Ok(media) => kit.documents.push(Document {
                    id: document.id,
                    title: document.title,
                    media,
                    watch_before: document.watch_before,
                }),
                Err(e) => problems.extend(e.0),
            }
        }
        // All that can be said at once is said before minutes of encoding.
        if !problems.is_empty() {
            return Err(Problems(problems));
        }
        let encoded = self.ladder(&looked)?;
        for (exercise, looked) in kit.exercises.iter_mut().zip(&looked) {
            let Some(looked) = looked else { continue };
            match self.video(looked) {
                Ok(video) => exercise.video = Some(video),
                Err(e) => problems.extend(e.0),
            }
        }
        if problems.is_empty() { Ok((kit, encoded)) } else { Err(Problems(problems)) }
    }

    fn tools(&self) -> Outcome<&Tools> {
        self.tools.as_ref().ok_or_else(|| Problem::new("ffmpeg", "was not looked for").into())
    }

    fn look<'s>(&self, source: &'s VideoSource) -> Outcome<Looked<'s>> {
        let sha256 = files::describe(&source.file.path, "")?.media.sha256;
        let probe = self.tools()?.probe(&source.file)?;
        let looked = Looked { source, sha256, settings: ffmpeg::settings(), probe };
        if let Some(duration_ms) = looked.probe.duration_ms {
            looked.check_times(duration_ms)?;
        }
        Ok(looked)
    }

    /// Encodes what is not there yet, two films at a time; gives how many.
    fn ladder(&self, looked: &[Option<Looked<'_>>]) -> Outcome<usize> {
        let mut jobs: BTreeMap<String, Job<'_>> = BTreeMap::new();
        for l in looked.iter().flatten() {
            for target in Target::ALL {
                let key = l.key(target.name());
                if self.cache.get(&key).is_none() {
                    jobs.insert(key.clone(), Job { key, file: &l.source.file, probe: &l.probe, target });
                }
            }
        }
        let length = |j: &Job<'_>| j.probe.duration_ms.unwrap_or(0);
        self.bar.set_length(jobs.values().map(length).sum());
        let count = jobs.len();
        let queue = Mutex::new(jobs.into_values().collect::<Vec<_>>());
        let problems = Mutex::new(Vec::new());
        let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop();
        std::thread::scope(|scope| {
            // An encoder fills most cores by itself; a second one fills the gaps.
            for _ in 0..2 {
                scope.spawn(|| {
                    while let Some(job) = next() {
                        if let Err(e) = self.encode(&job) {
                            problems.lock().unwrap_or_else(PoisonError::into_inner).extend(e.0);
                        }
                    }
                });
            }
        });
        let problems = problems.into_inner().unwrap_or_else(PoisonError::into_inner);
        if problems.is_empty() { Ok(count) } else { Err(Problems(problems)) }
    }

    fn encode(&self, job: &Job<'_>) -> Outcome<()> {
        let tools = self.tools()?;
        self.bar.set_message(table::shorten(
            &job.file.path.file_name().unwrap_or_default().to_string_lossy(),
            30,
        ));
        let out = self.work.join(job.key.replace('/', "-")).with_extension("mp4");
        let Shape { width, height, fps } = tools.encode(job.file, job.probe, job.target, &out, self.bar)?;
        let duration_ms = tools.duration_ms(&out)?;
        if let Some(expected) = job.probe.duration_ms.filter(|e| duration_ms * 10 < e * 9) {
            return Err(job
                .file
                .problem(format!(
                    "{} is damaged: {:.1} s of its {:.1} s can be read",
                    job.file.path.display(),
                    duration_ms as f64 / 1000.0,
                    expected as f64 / 1000.0
                ))
                .expected("a film that plays from its beginning to its end")
                .to_do("Copy it again from the phone or camera.")
                .into());
        }
        let bytes = fs::read(&out).map_err(|e| Problem::io(&out, "cannot be read", &e))?;
        let codecs = mp4::codecs(&bytes).ok_or_else(|| {
            Problem::new(&out, "the encoded film has codecs that this program does not know")
        })?;
        let media = files::store(self.root, &out, &format!("video/mp4; codecs=\"{codecs}\""))?;
        self.cache.put(&job.key, Made { media, width, height, fps, duration_ms })
    }

    fn video(&self, looked: &Looked<'_>) -> Outcome<Video> {
        let mut rungs = Vec::new();
        let mut duration_ms = 0;
        for target in Target::ALL {
            let made = self.cache.get(&looked.key(target.name())).ok_or_else(|| {
                Problem::new(self.root, "a film that was just made is gone").to_do("Start the command again.")
            })?;
            duration_ms = made.duration_ms;
            let (choice, codec) = match target {
                Target::Av1 => (Choice::Normal, Codec::Av1),
                Target::Normal => (Choice::Normal, Codec::H264),
                Target::Light => (Choice::Light, Codec::H264),
            };
            let Made { media, width, height, fps, .. } = made;
            rungs.push(Rung { choice, codec, width, height, fps: fps.round() as u32, media });
        }
        looked.check_times(duration_ms)?;
        let mut captions = Vec::new();
        for (lang, file) in &looked.source.captions {
            let text = looked.caption(file, duration_ms)?;
            let clean = self.work.join(format!("{}.vtt", files::sha256(text.as_bytes())));
            files::write(&clean, text.as_bytes(), Access::Open)?;
            captions.push(Caption { lang: *lang, media: files::store(self.root, &clean, "text/vtt")? });
        }
        let poster = self.poster(looked, duration_ms)?;
        Ok(Video { duration_ms, alt: looked.source.alt.clone(), poster, captions, rungs })
    }

    fn poster(&self, looked: &Looked<'_>, duration_ms: u64) -> Outcome<MediaRef> {
        // A third into the film the movement is usually under way.
        let at_ms = looked.source.poster_at_s.map_or(duration_ms / 3, |s| (s * 1000.0) as u64);
        let key = looked.key(&format!("poster-{at_ms}"));
        if let Some(made) = self.cache.get(&key) {
            return Ok(made.media);
        }
        let out = self.work.join(format!("{}-{at_ms}.jpg", looked.sha256));
        self.tools()?.poster(&looked.source.file, &looked.probe, at_ms, &out, POSTER_BYTES)?;
        let media = files::store(self.root, &out, "image/jpeg")?;
        self.cache.put(&key, Made { media: media.clone(), width: 0, height: 0, fps: 0.0, duration_ms: 0 })?;
        Ok(media)
    }
}

impl Looked<'_> {
    fn key(&self, what: &str) -> String {
        format!("{}/{}/{what}", self.sha256, self.settings)
    }

    /// Checks everything that depends on the film's length.
    fn check_times(&self, duration_ms: u64) -> Outcome<()> {
        let mut problems = Vec::new();
        for (_, file) in &self.source.captions {
            if let Err(e) = self.caption(file, duration_ms) {
                problems.extend(e.0);
            }
        }
        if let Some(at) = self.source.poster_at_s.filter(|s| s * 1000.0 >= duration_ms as f64) {
            let length = duration_ms as f64 / 1000.0;
            problems.push(
                self.source
                    .file
                    .problem(format!("poster_at_s is {at} s; the film lasts {length:.1} s"))
                    .expected("a moment within the film")
                    .to_do("Change poster_at_s, or take it out."),
            );
        }
        if problems.is_empty() { Ok(()) } else { Err(Problems(problems)) }
    }

    fn caption(&self, file: &NamedFile, duration_ms: u64) -> Outcome<String> {
        let bytes = fs::read(&file.path).map_err(|e| Problem::io(&file.path, "cannot be read", &e))?;
        vtt::check(&bytes, duration_ms).map_err(|e| {
            Problem::new(&file.path, e.what)
                .at(e.line)
                .expected(e.expected)
                .to_do("Correct this line of the captions.")
                .into()
        })
    }
}

/// What each exercise costs a patient: KB, and seconds at 400 kbit/s, for each choice.
pub fn cost_table(kit: &Kit) -> String {
    let cell = |bytes: u64| {
        let seconds = bytes as f64 * 8.0 / COUNTRY_BITS_S;
        format!("{} KB {:>4.0} s", bytes.div_ceil(1000), seconds.ceil())
    };
    let choices = [(Choice::Light, false), (Choice::Normal, true), (Choice::Normal, false)];
    let heading = ["At 400 kbit/s", "light", "normal AV1", "normal H.264"];
    let mut rows = vec![heading.map(str::to_owned).to_vec()];
    for exercise in &kit.exercises {
        let mut row = vec![table::shorten(&exercise.title.fr, 44)];
        match &exercise.video {
            None => row.extend(["no video", "", ""].map(str::to_owned)),
            Some(video) => row.extend(choices.iter().map(|(choice, av1)| {
                let drawn =
                    exercise.animation.iter().flat_map(|a| std::iter::once(&a.media).chain(&a.easier));
                let beside: u64 = video.captions.iter().map(|c| &c.media).chain(drawn).map(|m| m.bytes).sum();
                let film = video.rung(*choice, *av1).map_or(0, |r| r.media.bytes);
                cell(video.poster.bytes + beside + film)
            })),
        }
        rows.push(row);
    }
    for document in &kit.documents {
        let mut row = vec![table::shorten(&document.title.fr, 44)];
        row.extend(choices.map(|_| cell(document.media.bytes)));
        rows.push(row);
    }
    let mut total = vec!["Whole kit".to_owned()];
    total.extend(
        choices
            .iter()
            .map(|(choice, av1)| cell(kit.wanted(*choice, *av1).iter().map(|m| m.bytes).sum::<u64>())),
    );
    rows.push(total);
    table::render(&rows)
}
