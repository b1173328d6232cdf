//! Master films: a title, the exercise slowly with captions, at its normal tempo, and its easier
//! variant; and the caption files from the same phases.

use crate::{
    Problem,
    letters::Letters,
    motion::{Loop, Motion, Text, View},
    raster::{ARROW, Canvas, Frame, HORIZON, INK, WALL, rounded},
    scene::{Stage, mix},
};
use glam::DVec2;
use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

/// Width and height, pixels.
pub const SIZE: (u32, u32) = (1280, 720);
/// Pictures a second.
pub const RATE: u32 = 20;
/// Shortest and longest film, milliseconds.
pub const LENGTH: (f64, f64) = (15_000.0, 40_000.0);
/// Longest film of a long way that is gone back the same way.
pub const LONGEST: f64 = 75_000.0;
const TITLE_MS: f64 = 2000.0;

/// A stretch of a film.
pub struct Part<'a> {
    /// Milliseconds from the film's beginning.
    pub from: f64,
    /// Milliseconds.
    pub to: f64,
    /// What moves.
    pub of: &'a Loop,
    /// How much slower than normal.
    pub slow: f64,
    /// What it is called in the picture.
    pub label: Text,
    /// Its phases are said; else only its label.
    pub said: bool,
}

fn text(fr: &str, en: &str) -> Text {
    Text { fr: fr.into(), en: en.into() }
}

/// The parts of a film after its title.
pub fn parts(motion: &Motion) -> Vec<Part<'_>> {
    let main = motion.main.duration();
    // Both sides slowly, one of them at normal tempo; of a way there and back, the way there.
    let whole = motion.main.back.unwrap_or(main);
    let side = motion.main.half.unwrap_or(whole);
    let easy = motion.easier.as_ref().map_or(0.0, Loop::duration);
    let room = if motion.main.back.is_some() { LONGEST } else { LENGTH.1 } - TITLE_MS - 500.0;
    let mut times = 1.0;
    let slow = ((room - side * times - easy) / whole).clamp(1.0, 1.3);
    while TITLE_MS + whole * slow + side * times + easy < LENGTH.0 {
        times += 1.0;
    }
    let mut now = TITLE_MS;
    let mut parts = Vec::new();
    let mut add = |of, slow: f64, length: f64, label, said| {
        parts.push(Part { from: now, to: now + length, of, slow, label, said });
        now += length;
    };
    add(&motion.main, slow, whole * slow, text("Lentement", "Slowly"), true);
    add(&motion.main, 1.0, side * times, text("Rythme normal", "Normal tempo"), false);
    if let Some(easier) = &motion.easier {
        add(easier, 1.0, easy, text("Plus facile", "Easier"), true);
    }
    parts
}

/// Length of a film, milliseconds.
pub fn duration(motion: &Motion) -> f64 {
    parts(motion).last().map_or(TITLE_MS, |p| p.to)
}

/// One caption.
pub struct Cue {
    /// Milliseconds.
    pub from: f64,
    /// Milliseconds.
    pub to: f64,
    /// What is read.
    pub text: Text,
}

/// The captions of a film.
pub fn cues(motion: &Motion) -> Vec<Cue> {
    let mut cues = vec![Cue { from: 0.0, to: TITLE_MS, text: motion.title.clone() }];
    for part in parts(motion) {
        if !part.said {
            cues.push(Cue { from: part.from, to: part.to, text: part.label.clone() });
            continue;
        }
        for phase in part.of.phases.iter().filter(|p| part.from + p.from * part.slow < part.to) {
            let to = part.from + phase.to * part.slow;
            match &phase.say {
                Some(say) => {
                    cues.push(Cue { from: part.from + phase.from * part.slow, to, text: say.clone() })
                }
                None => {
                    if let Some(last) = cues.last_mut() {
                        last.to = to;
                    }
                }
            }
        }
    }
    cues
}

/// A caption file in one language.
pub fn captions(motion: &Motion, pick: impl Fn(&Text) -> &str) -> String {
    let time = |ms: f64| {
        let ms = ms.round() as u64;
        format!("{:02}:{:02}.{:03}", ms / 60_000, ms / 1000 % 60, ms % 1000)
    };
    let mut out = String::from("WEBVTT\n");
    for cue in cues(motion) {
        out += &format!("\n{} --> {}\n{}\n", time(cue.from), time(cue.to), pick(&cue.text));
    }
    out
}

struct Studio<'a> {
    motion: &'a Motion,
    bold: Letters,
    regular: Letters,
}

/// Where the larger picture stands.
pub const MAIN: (DVec2, DVec2) = (DVec2::new(40.0, 84.0), DVec2::new(880.0, 606.0));
/// Where the smaller one stands.
pub const INSET: (DVec2, DVec2) = (DVec2::new(918.0, 168.0), DVec2::new(1240.0, 566.0));

/// What moves at a moment of a film: large from where it is seen best, small from the other side.
pub fn both_sides(motion: &Motion, canvas: &mut Canvas, part: &Part<'_>, at: f64) {
    let at = (at - part.from) / part.slow;
    let best = part.of.view;
    let other = if best == View::Side { View::Front } else { View::Side };
    let whole = (DVec2::ZERO, DVec2::new(1280.0, 720.0));
    for (view, area, room, margin) in [(best, MAIN, whole, 0.0), (other, INSET, INSET, 22.0)] {
        let stage = Stage::new(motion, part.of, view);
        let zoom = if part.of.focus.is_some() { 1.8 } else { 1.0 };
        let inner = (area.0 + margin, area.1 - margin);
        let frame =
            Frame::fit(stage.bounds(), inner.0, inner.1, zoom * if margin > 0.0 { 230.0 } else { 330.0 });
        if margin > 0.0 {
            if let Some(edge) = rounded(room.0 - 3.0, room.1 + 3.0, 21.0) {
                canvas.fill(&edge, [214, 196, 172], 1.0);
            }
            canvas.within(Some((room.0, room.1, 18.0)));
        }
        canvas.room(room.0, room.1, frame.at(DVec2::new(0.0, HORIZON)).y);
        for shape in stage.moving(at) {
            canvas.shape(&shape, &frame);
        }
        if let Some(phase) = part.of.phase(at) {
            let at = at.rem_euclid(part.of.duration());
            let shows = ((at - phase.from) / 150.0).min((phase.to - at) / 150.0).clamp(0.0, 1.0);
            for arrow in stage.arrows(phase) {
                canvas.arrow(&arrow, &frame, shows);
            }
        }
        canvas.within(None);
    }
}

impl Studio<'_> {
    fn title(&self, canvas: &mut Canvas) -> Result<(), Problem> {
        let stage = Stage::new(self.motion, &self.motion.main, self.motion.main.view);
        let (low, high) = (DVec2::new(790.0, 110.0), DVec2::new(1220.0, 600.0));
        let frame = Frame::fit(stage.bounds(), low, high, 330.0);
        canvas.room(DVec2::ZERO, DVec2::new(1280.0, 720.0), frame.at(DVec2::new(0.0, HORIZON)).y);
        for shape in stage.unmarked(0.0) {
            canvas.shape(&shape, &frame);
        }
        let lines = self.bold.lines(&self.motion.title.fr, 72.0, 700.0)?;
        let mut y = 330.0 - 42.0 * (lines.len() as f64 - 1.0);
        for line in &lines {
            self.bold.write(canvas, line, 90.0, y, 72.0, INK, 1.0)?;
            y += 84.0;
        }
        canvas.rect(DVec2::new(92.0, y - 56.0), DVec2::new(172.0, y - 50.0), self.motion.person.top, 1.0);
        let soft = mix(INK, WALL, 0.25);
        for line in self.regular.lines(&self.motion.title.en, 38.0, 660.0)? {
            self.regular.write(canvas, &line, 92.0, y, 38.0, soft, 1.0)?;
            y += 48.0;
        }
        Ok(())
    }

    fn exercise(&self, canvas: &mut Canvas, part: &Part<'_>, at: f64) -> Result<(), Problem> {
        both_sides(self.motion, canvas, part, at);
        let width = self.bold.width(&part.label.fr, 30.0)?;
        let easy = part.label.fr == "Plus facile";
        let end = 40.0 + width + 28.0 + self.regular.width(&part.label.en, 24.0)? + 26.0;
        if let Some(tag) = rounded(DVec2::new(28.0, 26.0), DVec2::new(end + 16.0, 76.0), 25.0) {
            canvas.fill(&tag, if easy { mix(ARROW, WALL, 0.82) } else { mix(INK, WALL, 0.90) }, 1.0);
        }
        self.bold.write(canvas, &part.label.fr, 50.0, 61.0, 30.0, INK, 1.0)?;
        self.regular.write(canvas, &part.label.en, 50.0 + width + 18.0, 61.0, 24.0, mix(INK, WALL, 0.25), 1.0)
    }

    fn picture(&self, at: f64) -> Result<Canvas, Problem> {
        let mut canvas = Canvas::new(SIZE.0, SIZE.1, WALL)?;
        let parts = parts(self.motion);
        let Some(first) = parts.first() else { return Ok(canvas) };
        match parts.iter().find(|p| at >= p.from && at < p.to) {
            Some(part) => self.exercise(&mut canvas, part, at)?,
            None => {
                self.title(&mut canvas)?;
                let shows = ((at - (TITLE_MS - 350.0)) / 350.0).clamp(0.0, 1.0);
                if shows > 0.0 {
                    let mut next = Canvas::new(SIZE.0, SIZE.1, WALL)?;
                    self.exercise(&mut next, first, first.from)?;
                    canvas.put(&next.pixels, 0, 0, shows);
                }
            }
        }
        Ok(canvas)
    }
}

/// Makes the master film of an exercise.
pub fn write(motion: &Motion, out: &Path) -> Result<(), Problem> {
    let studio = Studio { motion, bold: Letters::find("Bold")?, regular: Letters::find("Regular")? };
    let failed = |what: String| Problem::Encoder { path: out.to_owned(), what };
    // An interrupted run leaves the film of before.
    let part = out.with_extension("part");
    let mut child = Command::new("ffmpeg")
        .args(["-hide_banner", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgba"])
        .args(["-s", &format!("{}x{}", SIZE.0, SIZE.1), "-r", &RATE.to_string(), "-i", "-"])
        .args(["-an", "-c:v", "libx264", "-preset", "medium", "-crf", "18"])
        // A fixed number of threads: the same film on every machine.
        .args([
            "-threads",
            "2",
            "-g",
            "400",
            "-vf",
            "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p",
        ])
        .args(["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"])
        .args(["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact"])
        .args(["-bsf:v", "filter_units=remove_types=6", "-movflags", "+faststart", "-f", "mp4"])
        .arg(&part)
        .stdin(Stdio::piped())
        .spawn()
        .map_err(|e| failed(e.to_string()))?;
    let frames = (duration(motion) / 1000.0 * f64::from(RATE)).round() as u32;
    if let Some(mut pipe) = child.stdin.take() {
        for n in 0..frames {
            let canvas = studio.picture(f64::from(n) * 1000.0 / f64::from(RATE))?;
            pipe.write_all(canvas.pixels.data()).map_err(|e| failed(e.to_string()))?;
        }
    }
    let status = child.wait().map_err(|e| failed(e.to_string()))?;
    if !status.success() {
        return Err(failed(format!("it ended with {status}")));
    }
    fs::rename(&part, out).map_err(|source| Problem::Io { path: out.to_owned(), source })
}

/// One picture of a film, to look at.
pub fn still(motion: &Motion, at: f64) -> Result<Canvas, Problem> {
    Studio { motion, bold: Letters::find("Bold")?, regular: Letters::find("Regular")? }.picture(at)
}
