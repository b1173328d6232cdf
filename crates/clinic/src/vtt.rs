//! Checks WebVTT captions before they travel: a phone shows nothing and says nothing when they
//! are wrong.

/// What is wrong with a caption file, and on which line (from 1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaptionProblem {
    /// The line.
    pub line: usize,
    /// What is wrong, as a sentence.
    pub what: String,
    /// What was expected.
    pub expected: &'static str,
}

/// How far captions may outlast their film, in milliseconds: encoders round.
const SLACK_MS: u64 = 500;

/// Checks a caption file for a film of `duration_ms`, and gives it back with plain line ends.
pub fn check(bytes: &[u8], duration_ms: u64) -> Result<String, CaptionProblem> {
    let problem = |line: usize, what: String, expected| Err(CaptionProblem { line, what, expected });
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n"),
        Err(e) => {
            let line = bytes[..e.valid_up_to()].iter().filter(|b| **b == b'\n').count() + 1;
            return problem(line, "holds bytes that are not UTF-8".into(), "a file saved as UTF-8");
        }
    };
    let lines: Vec<&str> = text.lines().collect();
    let first = lines.first().copied().unwrap_or("");
    if first != "WEBVTT" && !first.starts_with("WEBVTT ") && !first.starts_with("WEBVTT\t") {
        return problem(1, format!("begins with \"{first}\""), "WEBVTT alone on the first line");
    }
    let (mut cues, mut last_start, mut n) = (0, 0, 1);
    while n < lines.len() {
        let line = n + 1;
        if lines[n].starts_with("NOTE") {
            while n < lines.len() && !lines[n].is_empty() {
                n += 1;
            }
        } else if let Some((start, rest)) = lines[n].split_once("-->") {
            let end = rest.split_whitespace().next().unwrap_or("");
            let (Some(start), Some(end)) = (milliseconds(start.trim()), milliseconds(end)) else {
                let what = format!("cannot be read as times: \"{}\"", lines[n]);
                return problem(line, what, "for instance 00:02.000 --> 00:05.500");
            };
            if end <= start {
                return problem(line, "ends before it starts".into(), "an end later than the start");
            }
            if start < last_start {
                return problem(
                    line,
                    "starts before the caption above it".into(),
                    "captions in order of time",
                );
            }
            if end > duration_ms + SLACK_MS {
                let what = format!("ends at {:.1} s; the film ends at {:.1} s", secs(end), secs(duration_ms));
                return problem(line, what, "captions within the film");
            }
            if lines.get(n + 1).is_none_or(|l| l.trim().is_empty()) {
                return problem(line, "has no words under its times".into(), "the words to show");
            }
            (cues, last_start) = (cues + 1, start);
            while n < lines.len() && !lines[n].is_empty() {
                n += 1;
            }
        }
        n += 1;
    }
    if cues == 0 {
        return problem(1, "holds no caption".into(), "at least one line of times with words under it");
    }
    Ok(text)
}

fn secs(ms: u64) -> f64 {
    ms as f64 / 1000.0
}

/// `[hh:]mm:ss.mmm`
fn milliseconds(time: &str) -> Option<u64> {
    let (clock, ms) = time.split_once('.')?;
    let digits = |s: &str, n: std::ops::RangeInclusive<usize>| -> Option<u64> {
        (n.contains(&s.len()) && s.bytes().all(|b| b.is_ascii_digit())).then(|| s.parse().ok())?
    };
    let parts: Vec<&str> = clock.split(':').collect();
    let (h, m, s) = match parts[..] {
        [m, s] => (0, digits(m, 2..=2)?, digits(s, 2..=2)?),
        [h, m, s] => (digits(h, 2..=4)?, digits(m, 2..=2)?, digits(s, 2..=2)?),
        _ => return None,
    };
    (m < 60 && s < 60).then_some(((h * 60 + m) * 60 + s) * 1000 + digits(ms, 3..=3)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_captions_pass_with_plain_line_ends() {
        let vtt = "\u{feff}WEBVTT Kind: captions\r\n\r\nNOTE 0 --> 1\r\n\r\nintro\r\n00:00.000 --> 00:02.000 align:start\r\nBonjour.\r\nOn commence.\r\n\r\n00:00:02.000 --> 00:00:04.400\r\nLevez-vous.\r\n";
        let clean = check(vtt.as_bytes(), 4000).unwrap();
        assert!(clean.starts_with("WEBVTT Kind") && !clean.contains('\r'));
    }

    #[test]
    fn each_fault_is_told_with_its_line() {
        let cases: &[(&[u8], usize, &str)] = &[
            (b"", 1, "begins with"),
            (b"WEBVTTX\n\n00:00.000 --> 00:01.000\na\n", 1, "begins with"),
            (b"1\n00:00:01,000 --> 00:00:02,000\nsrt\n", 1, "begins with"),
            (b"WEBVTT\n\n00:00:01,000 --> 00:00:02,000\nsrt\n", 3, "cannot be read as times"),
            (b"WEBVTT\n\n00:75.000 --> 00:76.000\na\n", 3, "cannot be read as times"),
            (b"WEBVTT\n\n00:02.000 --> 00:01.000\na\n", 3, "ends before"),
            (b"WEBVTT\n\n00:02.000 --> 00:03.000\na\n\n00:01.000 --> 00:03.000\nb\n", 6, "starts before"),
            (b"WEBVTT\n\n00:02.000 --> 00:09.000\na\n", 3, "the film ends at 4.0 s"),
            (b"WEBVTT\n\n00:02.000 --> 00:03.000\n\n", 3, "no words"),
            (b"WEBVTT\n\nNOTE nothing here\n", 1, "no caption"),
            (b"WEBVTT\n\n00:00.000 --> 00:01.000\n\xe9\n", 4, "not UTF-8"),
        ];
        for (vtt, line, what) in cases {
            let problem = check(vtt, 4000).unwrap_err();
            assert_eq!(problem.line, *line, "{problem:?}");
            assert!(problem.what.contains(what), "{problem:?}");
        }
    }
}
