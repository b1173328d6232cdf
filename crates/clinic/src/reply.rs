//! `clinic reply`: the kiné's answer to a clip, in the patient's next version of the kit: words, a
//! short film, or one still of the clip with a circle where to look.

use crate::{
    answers,
    ffmpeg::Tools,
    files,
    inbox::Inbox,
    kit_toml::{NamedFile, VideoSource},
    pack,
    problem::{Outcome, Problem},
    register::random,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use care::{
    jose::b64,
    kit::{Reply, Video},
    text::{Lang, Text},
    wording,
};
use image::{ImageFormat, Rgb, RgbImage, codecs::jpeg::JpegEncoder};
use indicatif::ProgressBar;
use std::{
    fs,
    path::{Path, PathBuf},
    str::FromStr,
};

/// Longest answer in words, in characters.
const WORDS: usize = 1000;
/// Largest still, in bytes: a second on a country line.
const STILL_BYTES: usize = 32_000;
/// So many answers keep their still: each new version of the kit carries them all.
const STILLS: usize = 4;
/// Longest film, in milliseconds.
const FILM_MS: u64 = 120_000;

/// A circle on a still: its centre in percent of the picture's width and height, its radius in
/// percent of the shorter side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Circle {
    /// From the left.
    pub x: f32,
    /// From the top.
    pub y: f32,
    /// Half its width.
    pub r: f32,
}

impl FromStr for Circle {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers: Vec<f32> = text.split(',').filter_map(|n| n.trim().parse().ok()).collect();
        match numbers[..] {
            [x, y, r]
                if (0.0..=100.0).contains(&x) && (0.0..=100.0).contains(&y) && r > 0.0 && r <= 100.0 =>
            {
                Ok(Circle { x, y, r })
            }
            _ => Err("expected X,Y,R in percent of the picture, for instance 50,40,15".to_owned()),
        }
    }
}

/// What is answered.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// In words.
    pub text: Option<String>,
    /// A film that the kiné made.
    pub video: Option<PathBuf>,
    /// What the film shows, for those who don't see it; the words, when absent.
    pub alt: Option<String>,
    /// The moment of the clip that is shown as a still, in seconds.
    pub still_s: Option<f64>,
    /// Where to look on it.
    pub circle: Option<Circle>,
}

/// What was answered.
#[derive(Clone, Debug)]
pub struct Replied {
    /// The kit's name at the desk.
    pub kit: String,
    /// What to send to the patient's phone; it says nothing of their health.
    pub sms: String,
    /// Bytes that the patient downloads for it, at most.
    pub bytes: u64,
}

/// Answers an item, marks it seen, and gives the patient's kit out again.
pub fn reply(
    inbox: &mut Inbox,
    item: &str,
    answer: &Answer,
    lang: Lang,
    bar: &ProgressBar,
) -> Outcome<Replied> {
    let text = words(answer)?;
    let (entry, clip) = inbox.open_to_answer(item)?;
    let register = inbox.register(&entry.kit_id)?.clone();
    let clinic = inbox.clinic();
    if !answers::reaches(clinic, &register) {
        return Err(Problem::new(
            &register.file,
            "this patient’s link asks for no code: whoever finds it would read the answer",
        )
        .field("behind_passcode")
        .to_do("Publish the kit with --passcode auto, or set answers_on_open_links = true in clinic.toml.")
        .into());
    }
    let work = inbox.folder().join(".answers");
    let picture = match answer.still_s {
        Some(at_s) => Some(still(&clip, at_s, answer.circle, &work)?),
        None => None,
    };
    let video = match &answer.video {
        Some(file) => {
            let alt = answer.alt.clone().or_else(|| text.clone());
            Some(film(file, alt, &clinic.public(), &work, bar)?)
        }
        None => None,
    };
    let bytes = picture.as_ref().map_or(0, |p: &String| p.len() as u64)
        + video.as_ref().map_or(0, |v: &Video| v.rungs.iter().map(|r| r.media.bytes).max().unwrap_or(0));
    let mut all = answers::read(clinic, &register)?;
    let on = inbox.today();
    let exercise = entry.opened.as_ref().and_then(|opened| opened.exercise.clone());
    let id = b64(&random::<16>()?);
    all.replies.push(Reply { id, item: Some(item.to_owned()), exercise, on, words: text, video, picture });
    for older in all.replies.iter_mut().rev().filter(|r| r.picture.is_some()).skip(STILLS) {
        older.picture = None;
    }
    answers::note(&mut all.seen, item, on);
    answers::write(clinic, &register, &all)?;
    let sms = match lang {
        Lang::Fr => format!(
            "{}\u{a0}: votre kiné vous a répondu. Ouvrez votre kit pour lire la réponse.",
            clinic.clinic.name
        ),
        Lang::En => {
            format!("{}: your physio has answered you. Open your kit to read it.", clinic.clinic.name)
        }
    };
    inbox.publish_answers(&entry.kit_id)?;
    Ok(Replied { kit: entry.kit, sms, bytes })
}

fn words(answer: &Answer) -> Outcome<Option<String>> {
    let wrong = |what: &str, remedy: &str| Problem::new("--text", what).to_do(remedy);
    let text = answer.text.as_ref().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    if text.is_none() && answer.video.is_none() && answer.still_s.is_none() {
        return Err(wrong("there is no answer", "Give --text, --video FILE or --still SECONDS.").into());
    }
    if answer.still_s.is_some() && text.is_none() {
        let remedy = "Add --text with one sentence: a picture alone is easily misread.";
        return Err(wrong("a still needs a sentence", remedy).into());
    }
    if answer.circle.is_some() && answer.still_s.is_none() {
        return Err(wrong("a circle needs a picture", "Add --still SECONDS.").into());
    }
    if let Some(text) = &text {
        if text.chars().count() > WORDS {
            return Err(wrong("is longer than 1000 characters", "Say it in fewer words, or film it.").into());
        }
        if let Some(word) = [Lang::Fr, Lang::En].into_iter().find_map(|l| wording::never_said(l, text)) {
            return Err(wrong(
                &format!("says « {word} », which patients’ texts never say"),
                "Say what you see and what to do instead.",
            )
            .into());
        }
    }
    Ok(text)
}

/// A picture of the clip, with a circle, as a JPEG of some 30 KB in base64.
fn still(clip: &Path, at_s: f64, circle: Option<Circle>, work: &Path) -> Outcome<String> {
    let wrong = |what: String| {
        Problem::new("--still", what)
            .expected("a moment of the patient’s clip, in seconds")
            .to_do("Play the clip’s page and read the time where it shows what you mean.")
    };
    if clip.as_os_str().is_empty() {
        return Err(wrong("the item is not a clip".to_owned()).into());
    }
    if !(0.0..=3600.0).contains(&at_s) {
        return Err(wrong(format!("{at_s} is no moment of a clip")).into());
    }
    files::make_private_dir(work)?;
    let out = work.join(format!("{}.jpg", b64(&random::<8>()?)));
    let tools = Tools::find()?;
    let file = NamedFile::new(clip.to_owned(), Problem::new("--still", ""));
    let probe = tools.probe(&file)?;
    // Better than it will be in the end: it is compressed once more, with the circle on it.
    let taken = tools.poster(&file, &probe, (at_s * 1000.0) as u64, &out, 4 * STILL_BYTES as u64);
    taken.map_err(|_| wrong(format!("there is no picture at {at_s} s of the clip")))?;
    let unreadable = |e: image::ImageError| Problem::new(&out, format!("cannot be used: {e}"));
    let bytes = fs::read(&out).map_err(|e| Problem::io(&out, "cannot be read", &e))?;
    // It shows the patient: whatever fails from here on, nothing of it stays behind.
    fs::remove_file(&out).map_err(|e| Problem::io(&out, "cannot be removed", &e))?;
    let mut picture =
        image::load_from_memory_with_format(&bytes, ImageFormat::Jpeg).map_err(unreadable)?.to_rgb8();
    if let Some(circle) = circle {
        draw(&mut picture, circle);
    }
    let mut jpeg = Vec::new();
    for quality in [80, 70, 60, 50, 40, 30] {
        jpeg.clear();
        picture.write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, quality)).map_err(unreadable)?;
        if jpeg.len() <= STILL_BYTES {
            break;
        }
    }
    Ok(STANDARD.encode(&jpeg))
}

/// A yellow ring between two dark ones: seen on any ground, and without colours too.
fn draw(picture: &mut RgbImage, circle: Circle) {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let (cx, cy) = (circle.x / 100.0 * width, circle.y / 100.0 * height);
    let radius = circle.r / 100.0 * width.min(height);
    let line = (width.min(height) / 120.0).max(1.5);
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let distance = ((x as f32 + 0.5 - cx).hypot(y as f32 + 0.5 - cy) - radius).abs();
        if distance <= line {
            *pixel = Rgb([255, 214, 10]);
        } else if distance <= 2.0 * line {
            *pixel = Rgb([20, 20, 20]);
        }
    }
}

/// The kiné's film in the sizes of a kit's films.
fn film(file: &Path, alt: Option<String>, public: &Path, work: &Path, bar: &ProgressBar) -> Outcome<Video> {
    let alt = alt.ok_or_else(|| {
        Problem::new("--video", "nothing says what the film shows, for those who do not see it")
            .to_do("Add --alt \"…\", or --text \"…\".")
    })?;
    let source = VideoSource {
        file: NamedFile::new(file.to_owned(), Problem::new("--video", "")),
        alt: Text { fr: alt, en: None },
        poster_at_s: None,
        captions: Vec::new(),
    };
    let video = pack::film(&source, work, bar)?;
    if video.duration_ms > FILM_MS {
        return Err(Problem::new(file, format!("lasts {} s", video.duration_ms / 1000))
            .expected("at most two minutes: the patient may be in the country")
            .to_do("Cut it, or say the rest in words.")
            .into());
    }
    let media = std::iter::once(&video.poster).chain(video.rungs.iter().map(|rung| &rung.media));
    for media in media {
        if !files::is_intact(public, media) {
            files::copy(&work.join(media.path()), &public.join(media.path()))?;
            files::copy(&work.join(media.chunks_path()), &public.join(media.chunks_path()))?;
        }
    }
    Ok(video)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_is_three_numbers_within_the_picture() {
        assert_eq!("50, 40,15".parse(), Ok(Circle { x: 50.0, y: 40.0, r: 15.0 }));
        for wrong in ["", "50,40", "50,40,0", "101,0,5", "a,b,c", "1,2,3,4", "NaN,1,1"] {
            assert!(wrong.parse::<Circle>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_ring_is_drawn_where_it_was_asked_for() {
        let mut picture = RgbImage::from_pixel(200, 100, Rgb([100, 100, 100]));
        draw(&mut picture, Circle { x: 50.0, y: 50.0, r: 30.0 });
        assert_eq!(picture.get_pixel(130, 50), &Rgb([255, 214, 10]));
        assert_eq!(picture.get_pixel(100, 20), &Rgb([255, 214, 10]));
        assert_eq!(picture.get_pixel(100, 50), &Rgb([100, 100, 100]), "what is inside stays");
    }
}
