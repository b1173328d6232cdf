//! `clinic pack` on real films: what comes out plays everywhere, hides nothing, and is not made
//! twice.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;
use care::media::CHUNK_BYTES;
use common::*;
use sha2::{Digest, Sha256};
use std::{fs, path::Path};

fn pack(kit: &Path) -> std::process::Command {
    let mut command = clinic();
    command.arg("pack").arg(kit);
    command
}

/// The files of a draft's only film: rungs, then poster.
fn media(draft: &serde_json::Value) -> Vec<(String, String)> {
    let video = &draft["exercises"][0]["video"];
    let rungs = video["rungs"].as_array().unwrap().iter().map(|r| &r["media"]);
    let of = |m: &serde_json::Value| {
        (m["sha256"].as_str().unwrap().to_owned(), m["type"].as_str().unwrap().to_owned())
    };
    rungs.chain([&video["poster"]]).map(of).collect()
}

#[test]
fn a_filmed_video_becomes_a_ladder_that_carries_no_trace_of_its_maker() {
    let dir = tempfile::tempdir().unwrap();
    let captions = "captions = [{ lang = \"fr\", file = \"film.fr.vtt\" }]";
    let kit = write_kit(dir.path(), &with_video("film.mov", captions));
    let secret = "48.8584+002.2945";
    let gps = format!("location=+{secret}/");
    let more = [
        "-metadata",
        &gps,
        "-metadata",
        "title=Madame SECRET",
        "-metadata",
        "comment=SECRET",
        "-movflags",
        "use_metadata_tags",
    ];
    film(&kit.join("film.mov"), "1280x720", 6, &more);
    fs::write(kit.join("film.fr.vtt"), "WEBVTT\r\n\r\n00:00.000 --> 00:05.900\r\nLevez-vous.\r\n").unwrap();
    let holds = |bytes: &[u8], word: &str| bytes.windows(word.len()).any(|w| w == word.as_bytes());
    let source = fs::read(kit.join("film.mov")).unwrap();
    assert!(holds(&source, secret) && holds(&source, "SECRET"), "the test's own film must hold the tags");

    let table = succeed(&mut pack(&kit));
    assert!(
        table.contains("light") && table.contains("KB") && table.contains("Se lever d’une chaise"),
        "{table}"
    );
    let draft = draft(&kit);
    let video = &draft["exercises"][0]["video"];
    let files = media(&draft);
    assert_eq!(
        files.iter().map(|(_, t)| t.as_str()).collect::<Vec<_>>(),
        [
            "video/mp4; codecs=\"av01.0.01M.08,opus\"",
            "video/mp4; codecs=\"avc1.4d401e,mp4a.40.2\"",
            "video/mp4; codecs=\"avc1.4d401e,mp4a.40.2\"",
            "image/jpeg"
        ]
    );
    let shape = |n: usize| {
        let rung = &video["rungs"][n];
        (
            rung["choice"].as_str().unwrap(),
            rung["codec"].as_str().unwrap(),
            rung["width"].as_u64().unwrap(),
            rung["height"].as_u64().unwrap(),
        )
    };
    assert_eq!(shape(0), ("normal", "av1", 640, 360));
    assert_eq!(shape(1), ("normal", "h264", 640, 360));
    assert_eq!(shape(2), ("light", "h264", 426, 240));
    assert!((5900..6300).contains(&video["duration_ms"].as_u64().unwrap()));

    for (n, (hash, _)) in files.iter().enumerate() {
        let extension = if n == 3 { "jpg" } else { "mp4" };
        let file = kit.join(format!("packed/m/{hash}.{extension}"));
        let bytes = fs::read(&file).unwrap();
        assert_eq!(care::media::hex(&Sha256::digest(&bytes)), *hash);
        let chunks: Vec<u8> =
            bytes.chunks(CHUNK_BYTES as usize).flat_map(|c| Sha256::digest(c).to_vec()).collect();
        assert_eq!(fs::read(kit.join(format!("packed/m/{hash}.chunks"))).unwrap(), chunks);
        for word in [secret, "SECRET", "Lavf", "x264 - core"] {
            assert!(!holds(&bytes, word), "{word} is in rung {n}");
        }
        let tags = ffprobe(&["-show_entries", "format_tags:stream_tags", "-of", "csv"], &file);
        assert!(!tags.contains("creation_time") && !tags.contains("location"), "{tags}");
        if n < 3 {
            let moov = bytes.windows(4).position(|w| w == b"moov").unwrap();
            let mdat = bytes.windows(4).position(|w| w == b"mdat").unwrap();
            assert!(moov < mdat, "rung {n} cannot start before it has arrived");
            let frames = ffprobe(
                &[
                    "-select_streams",
                    "v:0",
                    "-skip_frame",
                    "nokey",
                    "-show_entries",
                    "frame=pts_time",
                    "-of",
                    "csv=p=0",
                ],
                &file,
            );
            let keys: Vec<f64> =
                frames.lines().filter_map(|l| l.trim_end_matches(',').parse().ok()).collect();
            assert!(keys.len() >= 3, "rung {n}: {keys:?}");
            assert!(keys.windows(2).all(|w| w[1] - w[0] <= 2.3), "rung {n} seeks slowly: {keys:?}");
        } else {
            assert!(bytes.len() <= 12_000, "the poster has {} bytes", bytes.len());
        }
    }
    let light = &video["rungs"][2]["media"]["bytes"];
    assert!(light.as_u64().unwrap() < 6 * 100_000 / 8, "the light rung has {light} bytes for 6 s");
    let caption = &video["captions"][0]["media"];
    let caption =
        fs::read_to_string(kit.join(format!("packed/m/{}.vtt", caption["sha256"].as_str().unwrap())))
            .unwrap();
    assert!(!caption.contains('\r'));
}

#[test]
fn an_unchanged_film_is_not_encoded_again_and_a_damaged_result_is() {
    let dir = tempfile::tempdir().unwrap();
    let kit = write_kit(dir.path(), &with_video("film.mp4", ""));
    film(&kit.join("film.mp4"), "320x240", 2, &[]);
    succeed(&mut pack(&kit));
    let first = draft(&kit);
    let path = |n: usize| kit.join(format!("packed/m/{}.mp4", media(&first)[n].0));
    let made = |n: usize| fs::metadata(path(n)).unwrap().modified().unwrap();
    let before = [made(0), made(1), made(2)];
    // Other words, the same film.
    let toml =
        fs::read_to_string(kit.join("kit.toml")).unwrap().replace("Quelques gestes.", "D’autres mots.");
    fs::write(kit.join("kit.toml"), toml).unwrap();
    succeed(&mut pack(&kit));
    assert_eq!(before, [made(0), made(1), made(2)]);
    // A byte that the disk lost.
    let mut bytes = fs::read(path(2)).unwrap();
    bytes[500] ^= 1;
    fs::write(path(2), &bytes).unwrap();
    succeed(&mut pack(&kit));
    let again = draft(&kit);
    assert_eq!(media(&again)[..2], media(&first)[..2]);
    let third = kit.join(format!("packed/m/{}.mp4", media(&again)[2].0));
    assert_eq!(care::media::hex(&Sha256::digest(fs::read(third).unwrap())), media(&again)[2].0);
    assert_ne!(fs::read(kit.join(format!("packed/m/{}.mp4", media(&again)[2].0))).unwrap(), bytes);
    // Another film: what the old one left is taken away.
    film(&kit.join("film.mp4"), "240x320", 2, &["-an"]);
    succeed(&mut pack(&kit));
    assert!(!path(0).exists() && !path(1).exists());
}

#[test]
fn silent_upright_odd_and_turned_films_keep_their_shape() {
    let dir = tempfile::tempdir().unwrap();
    let kit = write_kit(dir.path(), &with_video("film.mkv", ""));
    let cases: [(&str, &[&str], (u64, u64)); 4] = [
        ("360x640", &["-an"], (240, 426)),
        ("321x243", &["-an", "-pix_fmt", "yuv444p"], (318, 240)),
        ("100x90", &["-an"], (100, 90)),
        ("640x360", &["-an"], (240, 426)),
    ];
    for (n, (size, more, (width, height))) in cases.into_iter().enumerate() {
        let source = kit.join("film.mkv");
        film(&source, size, 1, more);
        if n == 3 {
            // As phones do it: the picture lies on its side and says so.
            let turned = kit.join("turned.mp4");
            ffmpeg(&["-i", source.to_str().unwrap(), "-c", "copy", "-metadata:s:v", "rotate=90"], &turned);
            fs::write(kit.join("kit.toml"), with_video("turned.mp4", "")).unwrap();
        }
        succeed(&mut pack(&kit));
        let draft = draft(&kit);
        let rung = &draft["exercises"][0]["video"]["rungs"][2];
        let found = (rung["width"].as_u64().unwrap(), rung["height"].as_u64().unwrap());
        assert_eq!(found, (width, height), "{size}");
        let file = kit.join(format!("packed/m/{}.mp4", rung["media"]["sha256"].as_str().unwrap()));
        let real = ffprobe(
            &["-select_streams", "v:0", "-show_entries", "stream=width,height", "-of", "csv=p=0"],
            &file,
        );
        assert_eq!(real.trim(), format!("{width},{height}"));
        assert!(!rung["media"]["type"].as_str().unwrap().contains("mp4a"), "{size} has no sound");
    }
}

#[test]
fn a_file_that_is_not_a_video_is_refused_with_a_clear_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let kit = write_kit(dir.path(), &with_video("film.mp4", ""));
    let source = kit.join("film.mp4");
    let secret = dir.path().join("private.mp4");
    film(&secret, "320x240", 2, &[]);
    let whole = fs::read(&secret).unwrap();
    let photo = dir.path().join("photo.jpg");
    ffmpeg(&["-f", "lavfi", "-i", "testsrc2=size=320x240", "-frames:v", "1"], &photo);
    let song = dir.path().join("song.m4a");
    ffmpeg(&["-f", "lavfi", "-i", "sine=duration=2", "-c:a", "aac"], &song);
    let tiny = dir.path().join("tiny.mp4");
    film(&tiny, "32x32", 1, &[]);
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("empty", vec![], "is not a video"),
        ("text", b"Bonjour".to_vec(), "is not a video"),
        ("web page", b"<!doctype html><title>Portail captif</title>".to_vec(), "is not a video"),
        ("photo", fs::read(&photo).unwrap(), "is not a video"),
        ("sound", fs::read(&song).unwrap(), "no moving picture"),
        ("half a film", whole[..whole.len() / 3].to_vec(), "film.mp4"),
        ("too small a picture", fs::read(&tiny).unwrap(), "32 × 32 pixels"),
        (
            "a playlist that points at other files",
            format!("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{}\n#EXT-X-ENDLIST\n", secret.display())
                .into_bytes(),
            "is not a video",
        ),
        (
            "a list of other files",
            format!("ffconcat version 1.0\nfile '{}'\n", secret.display()).into_bytes(),
            "is not a video",
        ),
    ];
    for (name, bytes, words) in cases {
        fs::write(&source, bytes).unwrap();
        let err = refused(
            &mut pack(&kit),
            &["kit.toml:", "exercises[1].video.file", words, "Expected", "What to do"],
        );
        assert!(!err.contains("not there"), "{name}: {err}");
    }
}

#[test]
fn captions_and_posters_that_do_not_fit_the_film_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let kit = write_kit(dir.path(), KIT);
    film(&kit.join("film.mp4"), "320x240", 2, &[]);
    let captions = "captions = [{ lang = \"fr\", file = \"film.vtt\" }]";
    fs::write(kit.join("kit.toml"), with_video("film.mp4", captions)).unwrap();
    for (vtt, words) in [
        (&b"1\n00:00:00,000 --> 00:00:01,000\nsrt\n"[..], "WEBVTT"),
        (b"WEBVTT\n\n00:00.000 --> 00:09.000\na\n", "film.vtt:3"),
        (b"WEBVTT\n\n00:00.000 --> 00:01.000\n\xff\n", "UTF-8"),
    ] {
        fs::write(kit.join("film.vtt"), vtt).unwrap();
        refused(&mut pack(&kit), &["film.vtt", words, "What to do"]);
    }
    fs::write(kit.join("kit.toml"), with_video("film.mp4", "poster_at_s = 30")).unwrap();
    refused(&mut pack(&kit), &["poster_at_s is 30 s; the film lasts 2.0 s"]);
}

#[test]
fn leaflets_are_checked_by_content_and_photographs_lose_their_place() {
    let dir = tempfile::tempdir().unwrap();
    let document = |file: &str| {
        let entry = format!(
            "[[documents]]\nid = \"leaflet\"\ntitle = \"Une feuille\"\nfile = \"{file}\"\n\n[[links]]"
        );
        KIT.replace("[[links]]", &entry)
    };
    let kit = write_kit(dir.path(), &document("photo.jpg"));
    let photo = kit.join("photo.jpg");
    ffmpeg(&["-f", "lavfi", "-i", "testsrc2=size=400x300", "-frames:v", "1"], &photo);
    let mut bytes = fs::read(&photo).unwrap();
    // An EXIF segment that says: turned by 90°, taken by SECRET.
    let exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x02\x01\x0f\0\x02\0\0\0\x07\0\0\0\x26\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0SECRET\0";
    let mut segment = vec![0xff, 0xe1];
    segment.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
    segment.extend(exif);
    bytes.splice(2..2, segment);
    fs::write(&photo, &bytes).unwrap();
    succeed(&mut pack(&kit));
    let found = &draft(&kit)["documents"][0]["media"];
    assert_eq!(found["type"], "image/jpeg");
    let clean = kit.join(format!("packed/m/{}.jpg", found["sha256"].as_str().unwrap()));
    assert!(!fs::read(&clean).unwrap().windows(6).any(|w| w == b"SECRET"));
    let size = ffprobe(&["-show_entries", "stream=width,height", "-of", "csv=p=0"], &clean);
    assert_eq!(size.trim(), "300,400", "the picture stands upright");

    for (name, content, mime) in
        [("a.pdf", &b"%PDF-1.4\n%%EOF\n"[..], "application/pdf"), ("a.txt", "Été".as_bytes(), "text/plain")]
    {
        fs::write(kit.join(name), content).unwrap();
        fs::write(kit.join("kit.toml"), document(name)).unwrap();
        succeed(&mut pack(&kit));
        assert_eq!(draft(&kit)["documents"][0]["media"]["type"], mime);
    }
    for (content, words) in [
        (&b"PK\x03\x04 a word processor's file \0\0"[..], "neither a PDF"),
        (b"<\xff\xfe>", "neither a PDF"),
        (b"\xff\xd8\xff\xe0 half a photo", "cannot be read"),
        (b"", "neither a PDF"),
    ] {
        fs::write(kit.join("a.pdf"), content).unwrap();
        fs::write(kit.join("kit.toml"), document("a.pdf")).unwrap();
        refused(&mut pack(&kit), &["documents[1].file", words, "What to do"]);
    }
}

#[test]
fn an_incomplete_kit_is_packed_and_told_what_it_still_lacks() {
    let dir = tempfile::tempdir().unwrap();
    let kit = write_kit(dir.path(), &KIT.replace("review_by = \"2099-06-01\"\n", ""));
    let out = succeed(&mut pack(&kit));
    assert!(out.contains("Before it can be published") && out.contains("review_by"), "{out}");
}

#[test]
fn a_folder_without_a_kit_and_an_absent_ffmpeg_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    refused(&mut pack(dir.path()), &["there is no kit.toml"]);
    let kit = write_kit(dir.path(), &with_video("film.mp4", ""));
    refused(&mut pack(&kit), &["film.mp4 is not there", "exercises[1].video.file"]);
    fs::write(kit.join("film.mp4"), "x").unwrap();
    refused(
        pack(&kit).env("BON_GESTE_FFMPEG", dir.path().join("no-such-program")),
        &["cannot be run", "BON_GESTE_FFMPEG"],
    );
}

#[test]
fn sixty_exercises_and_a_title_of_300_characters_and_arabic_are_fine() {
    let dir = tempfile::tempdir().unwrap();
    let start = KIT.find("[[exercises]]").unwrap();
    let end = KIT.find("[[links]]").unwrap();
    let many: String =
        (0..60).map(|n| KIT[start..end].replace("sit-to-stand", &format!("exercise-{n}"))).collect();
    let toml = format!("{}{many}{}", &KIT[..start], &KIT[end..])
        .replace("Après une chute", &"é".repeat(300))
        .replace("Quelques gestes.", "تمارين بسيطة في البيت");
    let kit = write_kit(dir.path(), &toml);
    succeed(&mut pack(&kit));
    assert_eq!(draft(&kit)["exercises"].as_array().unwrap().len(), 60);
    fs::write(kit.join("kit.toml"), toml.replace(&"é".repeat(300), &"é".repeat(301))).unwrap();
    refused(&mut pack(&kit), &["title", "301 characters"]);
}
