//! Runs the system's `ffmpeg` and `ffprobe`: what is in a source video, and the ladder of files
//! made from it. Inputs are untrusted: only local files of video containers are opened.

use crate::{
    files,
    kit_toml::NamedFile,
    problem::{Outcome, Problem},
};
use indicatif::ProgressBar;
use serde::Deserialize;
use std::{
    env,
    ffi::OsString,
    io::{BufRead, BufReader, Read as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// What names the settings below in the cache: this file itself, so that nothing made with older
/// ones is ever reused, and nobody has to remember to say so.
pub fn settings() -> String {
    files::sha256(include_bytes!("ffmpeg.rs"))
}

/// Containers that a phone or camera writes. Playlists and image sequences are not among them:
/// they could make ffmpeg read other files.
const CONTAINERS: &str = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,ogg,asf,flv";

/// The two programs.
#[derive(Clone, Debug)]
pub struct Tools {
    ffmpeg: PathBuf,
    ffprobe: PathBuf,
    tonemap: bool,
}

impl Tools {
    /// Finds them: `BON_GESTE_FFMPEG` names ffmpeg (with ffprobe beside it), else PATH. Refuses an
    /// ffmpeg without the encoders of the ladder.
    pub fn find() -> Outcome<Self> {
        let named = env::var_os("BON_GESTE_FFMPEG").map(PathBuf::from);
        let ffmpeg = named.clone().unwrap_or_else(|| "ffmpeg".into());
        let beside = named.map(|f| f.with_file_name("ffprobe")).filter(|f| f.is_file());
        let ffprobe = beside.unwrap_or_else(|| "ffprobe".into());
        let encoders = listing(&ffmpeg, "-encoders")?;
        listing(&ffprobe, "-version")?;
        let lacking: Vec<&str> = ["libsvtav1", "libx264", "libopus", "aac"]
            .into_iter()
            .filter(|e| !has_word(&encoders, e))
            .collect();
        if !lacking.is_empty() {
            return Err(Problem::new(&ffmpeg, format!("this ffmpeg lacks {}", lacking.join(", ")))
                .expected("an ffmpeg with libsvtav1, libx264, libopus and aac")
                .to_do("Install your system's ffmpeg (Debian: apt install ffmpeg), or name another one in BON_GESTE_FFMPEG.")
                .into());
        }
        let tonemap = has_word(&listing(&ffmpeg, "-filters")?, "zscale");
        Ok(Tools { ffmpeg, ffprobe, tonemap })
    }
}

fn has_word(text: &str, word: &str) -> bool {
    text.split_whitespace().any(|w| w == word)
}

fn listing(program: &Path, what: &str) -> Outcome<String> {
    let output = Command::new(program).args(["-hide_banner", what]).stdin(Stdio::null()).output();
    match output {
        Ok(output) if output.status.success() => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        _ => Err(Problem::new(program, "cannot be run")
            .expected("the programs ffmpeg and ffprobe, which prepare the videos")
            .to_do("Install them (Debian: apt install ffmpeg), or name ffmpeg in BON_GESTE_FFMPEG, with ffprobe beside it.")
            .into()),
    }
}

/// What a source holds.
#[derive(Clone, Debug)]
pub struct Probe {
    /// Width as shown (turned upright, square pixels).
    width: u32,
    height: u32,
    fps: f64,
    /// Length in milliseconds, when the container says it.
    pub duration_ms: Option<u64>,
    video: u32,
    audio: Option<u32>,
    wide_range: bool,
}

#[derive(Deserialize)]
struct Report {
    #[serde(default)]
    streams: Vec<Stream>,
    format: Option<Format>,
}

#[derive(Deserialize)]
struct Format {
    duration: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Stream {
    index: u32,
    codec_type: String,
    width: u32,
    height: u32,
    sample_aspect_ratio: String,
    avg_frame_rate: String,
    r_frame_rate: String,
    duration: Option<String>,
    color_transfer: String,
    disposition: Disposition,
    side_data_list: Vec<SideData>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Disposition {
    attached_pic: u8,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SideData {
    rotation: f64,
}

fn ratio(text: &str, mark: char) -> Option<f64> {
    let (over, under) = text.split_once(mark)?;
    let value = over.parse::<f64>().ok()? / under.parse::<f64>().ok()?;
    (value.is_finite() && value > 0.0).then_some(value)
}

fn input(file: &Path) -> [OsString; 6] {
    let mut name = OsString::from("file:");
    name.push(file);
    [
        "-protocol_whitelist".into(),
        "file".into(),
        "-format_whitelist".into(),
        CONTAINERS.into(),
        "-i".into(),
        name,
    ]
}

impl Tools {
    /// Looks into a source; refuses what is not a video.
    pub fn probe(&self, file: &NamedFile) -> Outcome<Probe> {
        let not_a_video = |what: &str| -> Problem {
            file.problem(format!("{} is not a video: {what}", file.path.display()))
                .expected("a film as a phone or camera makes it (MP4, MOV, WebM, MKV, AVI), of at least half a second")
                .to_do("Play the file on this computer. If it does not play, copy it again from the phone.")
        };
        let output = Command::new(&self.ffprobe)
            .args(["-v", "error", "-print_format", "json", "-show_format", "-show_streams"])
            .args(input(&file.path))
            .stdin(Stdio::null())
            .output()
            .map_err(|e| Problem::io(&self.ffprobe, "cannot be run", &e))?;
        let report: Report = serde_json::from_slice(&output.stdout)
            .ok()
            .filter(|_| output.status.success())
            .ok_or_else(|| not_a_video("no video container was recognised in it"))?;
        let pictures =
            report.streams.iter().filter(|s| s.codec_type == "video" && s.disposition.attached_pic == 0);
        let video = pictures
            .max_by_key(|s| u64::from(s.width) * u64::from(s.height))
            .ok_or_else(|| not_a_video("it holds no moving picture"))?;
        let duration = [report.format.and_then(|f| f.duration), video.duration.clone()];
        let duration_ms = duration
            .into_iter()
            .flatten()
            .find_map(|d| d.parse::<f64>().ok())
            .map(|s| (s.max(0.0) * 1000.0).round() as u64);
        if duration_ms.is_some_and(|ms| ms < 500) {
            return Err(not_a_video("it lasts less than half a second").into());
        }
        let aspect = ratio(&video.sample_aspect_ratio, ':').unwrap_or(1.0);
        let (mut width, mut height) = (f64::from(video.width) * aspect, f64::from(video.height));
        if video.side_data_list.iter().any(|s| (s.rotation.abs() % 180.0 - 90.0).abs() < 1.0) {
            (width, height) = (height, width);
        }
        if width < 64.0 || height < 64.0 || width / height > 5.0 || height / width > 5.0 {
            return Err(file
                .problem(format!("the picture of {} is {width:.0} × {height:.0} pixels", file.path.display()))
                .expected("at least 64 pixels each way, and at most five times as long as wide")
                .to_do("Film again, or cut the picture to an ordinary shape.")
                .into());
        }
        let fps =
            ratio(&video.avg_frame_rate, '/').or_else(|| ratio(&video.r_frame_rate, '/')).unwrap_or(25.0);
        Ok(Probe {
            width: width.round() as u32,
            height: height.round() as u32,
            fps,
            duration_ms,
            video: video.index,
            audio: report.streams.iter().find(|s| s.codec_type == "audio").map(|s| s.index),
            wide_range: matches!(video.color_transfer.as_str(), "arib-std-b67" | "smpte2084"),
        })
    }
}

impl Probe {
    /// Even width and height that fit, never larger than the source.
    fn fit(&self, short: u32, long: u32) -> (u32, u32) {
        let (w, h) = (f64::from(self.width), f64::from(self.height));
        let scale = (f64::from(short) / w.min(h)).min(f64::from(long) / w.max(h)).min(1.0);
        let even = |n: f64| ((n * scale / 2.0).round() as u32 * 2).max(2);
        (even(w), even(h))
    }

    /// At most 30 pictures a second: 29.97 stays, a telephone's 60 becomes 30.
    fn rate(&self) -> f64 {
        let fps = self.fps / (self.fps / 30.0).ceil().max(1.0);
        (fps.max(5.0) * 100.0).round() / 100.0
    }
}

/// A rung of the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// AV1 360p, 100 kbit/s, Opus mono.
    Av1,
    /// H.264 360p, 160 kbit/s, AAC mono.
    Normal,
    /// H.264 240p, 64 kbit/s, AAC mono.
    Light,
}

impl Target {
    /// All of them, best first.
    pub const ALL: [Target; 3] = [Target::Av1, Target::Normal, Target::Light];

    /// Its name in the cache.
    pub fn name(self) -> &'static str {
        match self {
            Target::Av1 => "av1-360",
            Target::Normal => "h264-360",
            Target::Light => "h264-240",
        }
    }

    /// Video and sound, in bits a second.
    fn rates(self) -> (u64, u64) {
        match self {
            Target::Av1 => (100_000, 19_000),
            Target::Normal => (160_000, 24_000),
            Target::Light => (64_000, 24_000),
        }
    }
}

/// How the bits are shared out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Budget {
    /// As many as the picture deserves: a drawing or a calm film stays far below the rate.
    Deserved,
    /// The whole rate, over the whole film: pass 0 for an encoder that does it in one go.
    Rate { pass: u8 },
}

/// A film as encoded.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Pictures a second.
    pub fps: f64,
}

/// All that one rung is made from.
struct Rung<'a> {
    file: &'a NamedFile,
    probe: &'a Probe,
    target: Target,
    shape: Shape,
    out: &'a Path,
}

impl Tools {
    fn filters(&self, probe: &Probe, shape: Shape) -> String {
        let mut filters = format!("fps={},", shape.fps);
        // Phones film in HLG or PQ: without this the colours are washed out.
        if probe.wide_range && self.tonemap {
            filters += "zscale=t=linear:npl=203,format=gbrpf32le,zscale=p=bt709,tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv,";
        }
        filters + &format!("scale={}:{}:flags=lanczos,setsar=1,format=yuv420p", shape.width, shape.height)
    }

    /// Makes one rung in `out`: at the quality that the picture deserves when that fits the rung's
    /// rate, else at the rate. The bar advances by the milliseconds encoded.
    pub fn encode(
        &self,
        file: &NamedFile,
        probe: &Probe,
        target: Target,
        out: &Path,
        bar: &ProgressBar,
    ) -> Outcome<Shape> {
        let (width, height) = match target {
            Target::Av1 | Target::Normal => probe.fit(360, 640),
            Target::Light => probe.fit(240, 426),
        };
        let fps = probe.rate();
        let shape = Shape { width, height, fps };
        let rung = Rung { file, probe, target, shape, out };
        self.run(self.rung(&rung, Budget::Deserved), file, bar)?;
        let length = std::fs::metadata(out).map_err(|e| Problem::io(out, "cannot be read", &e))?.len();
        let duration_ms = self.duration_ms(out)?;
        let (video, audio) = target.rates();
        // 5 % and 8 KB above: the container's own tables.
        if length <= (video + audio) * duration_ms / 8000 * 105 / 100 + 8192 {
            return Ok(shape);
        }
        let passes: &[u8] = if target == Target::Av1 { &[0] } else { &[1, 2] };
        bar.inc_length(duration_ms * passes.len() as u64);
        for pass in passes {
            self.run(self.rung(&rung, Budget::Rate { pass: *pass }), file, bar)?;
        }
        Ok(shape)
    }

    fn rung(&self, rung: &Rung<'_>, budget: Budget) -> Command {
        let Rung { file, probe, target, shape, out } = rung;
        let every_2_s = (shape.fps * 2.0).round().to_string();
        let (rate, _) = target.rates();
        let mut command = Command::new(&self.ffmpeg);
        command
            .args(["-hide_banner", "-nostdin", "-v", "error", "-progress", "pipe:1", "-y"])
            .args(input(&file.path))
            .arg("-map")
            .arg(format!("0:{}", probe.video))
            .args(["-vf", &self.filters(probe, *shape), "-g", &every_2_s])
            .args(["-map_metadata", "-1", "-map_chapters", "-1", "-dn", "-sn"])
            .args(["-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"]);
        match target {
            Target::Av1 => {
                command.args(["-c:v", "libsvtav1", "-preset", "6"]);
                match budget {
                    Budget::Deserved => command.args(["-crf", "38", "-svtav1-params", "tune=0:mbr=110"]),
                    Budget::Rate { .. } => {
                        command.args(["-b:v", &rate.to_string(), "-svtav1-params", "tune=0"])
                    }
                };
            }
            Target::Normal | Target::Light => {
                command
                    .args(["-c:v", "libx264", "-preset", "slow", "-profile:v", "main", "-level", "3.0"])
                    .args(["-maxrate", &(rate * 2).to_string(), "-bufsize", &(rate * 4).to_string()])
                    .args(["-keyint_min", &every_2_s, "-sc_threshold", "0"])
                    // The encoder's own settings travel in SEI messages: of no use to a phone.
                    .args(["-bsf:v", "filter_units=remove_types=6"]);
                match budget {
                    // Measured on the drawn films at 640×360: VMAF 96 and, from the smaller picture, 90.
                    Budget::Deserved => {
                        command.args(["-crf", if *target == Target::Light { "21" } else { "25" }])
                    }
                    Budget::Rate { pass } => command
                        .args(["-b:v", &rate.to_string(), "-pass", &pass.to_string(), "-passlogfile"])
                        .arg(out.with_extension("log")),
                };
            }
        }
        let first_of_two = budget == Budget::Rate { pass: 1 };
        match (probe.audio.filter(|_| !first_of_two), target) {
            (None, _) => command.arg("-an"),
            (Some(n), Target::Av1) => {
                command.args(["-map", &format!("0:{n}"), "-c:a", "libopus", "-b:a", "19k", "-ac", "1"])
            }
            (Some(n), _) => {
                let aac = ["-c:a", "aac", "-b:a", "24k", "-ac", "1", "-ar", "24000"];
                command.args(["-map", &format!("0:{n}")]).args(aac)
            }
        };
        if first_of_two {
            command.args(["-f", "null", "-"]);
        } else {
            command.args(["-movflags", "+faststart", "-f", "mp4"]).arg(out);
        }
        command
    }

    /// Takes one picture of at most `most_bytes`, as a JPEG without metadata.
    pub fn poster(
        &self,
        file: &NamedFile,
        probe: &Probe,
        at_ms: u64,
        out: &Path,
        most_bytes: u64,
    ) -> Outcome<()> {
        for side in [480, 400, 320] {
            for quality in ["4", "6", "9", "13", "19", "27"] {
                let (width, height) = probe.fit(side, side);
                let shape = Shape { width, height, fps: probe.rate() };
                let mut command = Command::new(&self.ffmpeg);
                command
                    .args(["-hide_banner", "-nostdin", "-v", "error", "-y", "-ss", &format!("{}ms", at_ms)])
                    .args(input(&file.path))
                    .arg("-map")
                    .arg(format!("0:{}", probe.video))
                    .args([
                        "-vf",
                        &self.filters(probe, shape).replace("yuv420p", "yuvj420p"),
                        "-frames:v",
                        "1",
                    ])
                    .args(["-map_metadata", "-1", "-an", "-fflags", "+bitexact", "-flags:v", "+bitexact"])
                    .args(["-q:v", quality, "-f", "image2", "-update", "1"])
                    .arg(out);
                self.run(command, file, &ProgressBar::hidden())?;
                match std::fs::metadata(out) {
                    Ok(m) if m.len() > 0 && m.len() <= most_bytes => return Ok(()),
                    Ok(m) if m.len() > 0 => {}
                    _ => {
                        return Err(file
                            .problem(format!("there is no picture at {:.1} s", at_ms as f64 / 1000.0))
                            .expected("a moment within the film")
                            .to_do("Change poster_at_s.")
                            .into());
                    }
                }
            }
        }
        // A picture of pure noise: larger than wished for, and still a picture.
        Ok(())
    }

    /// Length of a file made here, in milliseconds.
    pub fn duration_ms(&self, file: &Path) -> Outcome<u64> {
        let output = Command::new(&self.ffprobe)
            .args(["-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0"])
            .args(input(file))
            .output()
            .map_err(|e| Problem::io(&self.ffprobe, "cannot be run", &e))?;
        let seconds = String::from_utf8_lossy(&output.stdout).trim().parse::<f64>();
        seconds
            .map(|s| (s * 1000.0).round() as u64)
            .map_err(|_| Problem::new(file, "the encoded film cannot be read back").into())
    }

    fn run(&self, mut command: Command, file: &NamedFile, bar: &ProgressBar) -> Outcome<()> {
        let failed = |e: &std::io::Error| Problem::io(&self.ffmpeg, "cannot be run", e);
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| failed(&e))?;
        let errors = child.stderr.take();
        // Both pipes are emptied at once: a full one would stop ffmpeg for ever.
        let errors = std::thread::spawn(move || {
            let mut text = Vec::new();
            if let Some(mut errors) = errors {
                // What was said before a broken pipe is still worth telling.
                let _ = errors.read_to_end(&mut text);
            }
            String::from_utf8_lossy(&text).into_owned()
        });
        let mut done = 0;
        for line in
            child.stdout.take().into_iter().flat_map(|out| BufReader::new(out).lines()).map_while(Result::ok)
        {
            if let Some(us) = line.strip_prefix("out_time_us=").and_then(|n| n.parse::<u64>().ok()) {
                bar.inc((us / 1000).saturating_sub(done));
                done = done.max(us / 1000);
            }
        }
        let status = child.wait().map_err(|e| failed(&e))?;
        let errors = errors.join().unwrap_or_default();
        if status.success() {
            return Ok(());
        }
        let said = errors
            .lines()
            .rfind(|l| !l.trim().is_empty() && !l.starts_with("Svt["))
            .unwrap_or("it gave no reason")
            .to_owned();
        Err(file
            .problem(format!("ffmpeg could not convert {}: {said}", file.path.display()))
            .expected("a film that plays from its beginning to its end")
            .to_do("Play the file on this computer. If it stops or stutters, copy it again from the phone.")
            .into())
    }
}
