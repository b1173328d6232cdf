//! « J’ai trouvé une vidéo »: five questions, one step aside, one of three answers, no score. And what
//! a share brings, read offline: nothing is ever fetched.
//!
//! The rule is the quiz's: one grave signal is enough. The answer that reassures least is given where
//! something is not known. New pain is not a matter of videos: it leads to the warning screen.

mod draft;

pub use draft::{Draft, Why, given, why};

use crate::{
    journal::{By, Event, What},
    json::Json as _,
    quiz::{Cue, Learning},
    record,
};

/// What the patient answers. Every question is put so that « Oui » is the signal: one direction only,
/// so that nobody has to turn an answer round in the head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// « Oui »
    Yes,
    /// « Non »
    No,
    /// « Je ne sais pas »
    Unknown,
}

record!(
    enum Said {
        Yes = "yes",
        No = "no",
        Unknown = "unknown",
    }
);

/// The three answers, in the words of the screens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// « Signal grave : ne la faites pas, montrez-la à votre kiné »
    Grave,
    /// « Aucun signal d’alerte repéré. Cela ne dit pas qu’elle vous convient : demandez à votre kiné »
    NoSignal,
    /// « Pas assez d’informations : envoyez-la »
    NotEnough,
}

record!(
    enum Outcome {
        Grave = "grave",
        NoSignal = "no-signal",
        NotEnough = "not-enough",
    }
);

/// The five questions, in their order. « Oui » is the signal in each:
///
/// - C1: does it promise to be cured fast, or for sure?
/// - C2: does it say to go on though it hurts?
/// - C3: does it say that it is good for everybody?
/// - C4: does the one who speaks hide who that is, or what is sold?
/// - C5: does it say that no health professional is needed?
pub const QUESTIONS: [Cue; 5] = [Cue::Promise, Cue::Pain, Cue::ForWhom, Cue::Speaker, Cue::Care];

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// « J’ai mal depuis »: the warning screen, at once.
    Warning,
    /// This question.
    Ask(Cue),
    /// The step aside: is the name in the Ordre's directory or on Ameli? Without a network:
    /// « demander au cabinet ».
    Listed,
    /// The step aside: does another reliable source say so?
    Confirmed,
    /// The end.
    Told(Outcome),
}

/// A check under way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Check {
    answers: Vec<Said>,
    listed: Option<Said>,
    confirmed: Option<Said>,
    hurts: bool,
}

impl Check {
    /// « J’ai mal depuis »: at whatever question.
    pub fn hurts(&mut self) {
        self.hurts = true;
    }

    /// The answer to what [`Check::next`] asks; passed over where nothing is asked.
    pub fn answer(&mut self, said: Said) {
        match self.next() {
            Next::Ask(_) => self.answers.push(said),
            Next::Listed => self.listed = Some(said),
            Next::Confirmed => self.confirmed = Some(said),
            Next::Warning | Next::Told(_) => {}
        }
    }

    /// « Demander au cabinet »: the step aside cannot be taken here. Passed over elsewhere.
    pub fn ask_the_clinic(&mut self) {
        if matches!(self.next(), Next::Listed | Next::Confirmed) {
            self.listed = self.listed.or(Some(Said::Unknown));
            self.confirmed = self.confirmed.or(Some(Said::Unknown));
        }
    }

    /// Back to the question before.
    pub fn back(&mut self) {
        if self.hurts {
            self.hurts = false;
        } else if self.confirmed.take().is_none() && self.listed.take().is_none() {
            self.answers.pop();
        }
    }

    /// What comes next. All five are asked even after a signal: which others there are is worth
    /// knowing. The step aside cannot outweigh a signal, so it is then left out.
    pub fn next(&self) -> Next {
        if self.hurts {
            return Next::Warning;
        }
        if let Some(cue) = QUESTIONS.get(self.answers.len()) {
            return Next::Ask(*cue);
        }
        if self.answers.contains(&Said::Yes) {
            return Next::Told(Outcome::Grave);
        }
        let (Some(listed), confirmed) = (self.listed, self.confirmed) else { return Next::Listed };
        let Some(confirmed) = confirmed else { return Next::Confirmed };
        // One of the two vouches for it; a name that no directory has is no fault: a person who is no
        // professional can be honest.
        let vouched = listed == Said::Yes || confirmed == Said::Yes;
        let known = !self.answers.contains(&Said::Unknown);
        Next::Told(if known && vouched { Outcome::NoSignal } else { Outcome::NotEnough })
    }

    /// The signals that were found.
    pub fn signals(&self) -> Vec<Cue> {
        let found = self.answers.iter().zip(QUESTIONS).filter(|(said, _)| **said == Said::Yes);
        found.map(|(_, cue)| cue).collect()
    }

    /// What to write into the journal; nothing before the end, nor on the way to the warning screen.
    pub fn told(&self, video: Option<&SharedVideo>, by: By) -> Option<Learning> {
        let Next::Told(outcome) = self.next() else { return None };
        Some(Learning::VideoChecked {
            url: video.map(|v| v.url.clone()).filter(|url| !url.is_empty()),
            title: video.map(|v| v.title.clone()).unwrap_or_default(),
            answers: self.answers.clone(),
            listed: self.listed.unwrap_or(Said::Unknown),
            confirmed: self.confirmed.unwrap_or(Said::Unknown),
            outcome,
            by,
        })
    }
}

/// Where a video is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// TikTok.
    TikTok,
    /// YouTube.
    YouTube,
    /// Instagram.
    Instagram,
    /// Facebook.
    Facebook,
    /// WhatsApp: a channel or a group, not what somebody forwarded there.
    WhatsApp,
    /// Somewhere else.
    Other,
}

record!(
    enum Platform {
        TikTok = "tiktok",
        YouTube = "youtube",
        Instagram = "instagram",
        Facebook = "facebook",
        WhatsApp = "whatsapp",
        Other = "other",
    }
);

impl Platform {
    /// The name as its owner writes it; nothing where it is unknown.
    pub fn name(self) -> &'static str {
        match self {
            Platform::TikTok => "TikTok",
            Platform::YouTube => "YouTube",
            Platform::Instagram => "Instagram",
            Platform::Facebook => "Facebook",
            Platform::WhatsApp => "WhatsApp",
            Platform::Other => "",
        }
    }

    /// Whose address it is. Only the whole name or a part before it with a dot counts:
    /// `tiktok.com.example` is somebody else, and so is a name with letters that look alike.
    fn of(host: &str) -> Platform {
        let is =
            |name: &str| host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        let any = |names: &[&str]| names.iter().any(|name| is(name));
        if is("tiktok.com") {
            Platform::TikTok
        } else if any(&["youtube.com", "youtu.be", "youtube-nocookie.com"]) {
            Platform::YouTube
        } else if any(&["instagram.com", "instagr.am"]) {
            Platform::Instagram
        } else if any(&["facebook.com", "fb.com", "fb.watch", "fb.me"]) {
            Platform::Facebook
        } else if any(&["whatsapp.com", "wa.me"]) {
            Platform::WhatsApp
        } else {
            Platform::Other
        }
    }

    /// What says which video it is. All else that these sites put behind the `?` tells who shared it
    /// with whom.
    fn keeps(self, name: &str) -> bool {
        match self {
            Platform::YouTube => ["v", "list", "t"].contains(&name),
            Platform::Facebook => ["v", "id", "fbid", "story_fbid"].contains(&name),
            Platform::TikTok | Platform::Instagram | Platform::WhatsApp => false,
            Platform::Other => !TRACKING.contains(&name) && !name.starts_with("utm_"),
        }
    }
}

/// What tells one reader from another on any site.
const TRACKING: [&str; 10] =
    ["fbclid", "gclid", "dclid", "msclkid", "yclid", "igsh", "igshid", "mibextid", "mc_cid", "mc_eid"];

/// Words in which a dangerous address hides: not even looked into.
const REFUSED: [&str; 6] = ["javascript:", "data:", "vbscript:", "file:", "blob:", "intent:"];

/// Whether one of them begins a word of this lower-case text.
fn is_refused(low: &str) -> bool {
    let begins_word = |at: usize| !low.get(..at).is_some_and(|b| b.ends_with(char::is_alphanumeric));
    REFUSED.iter().any(|scheme| low.match_indices(scheme).any(|(at, _)| begins_word(at)))
}

/// Bytes that are read of each text: a caption is shorter, and a stranger's text may be anything.
const MAX_READ: usize = 8_192;
/// Addresses that are looked at in a text: nobody shares more, and a text may be made to keep us busy.
const MAX_ADDRESSES: usize = 16;
/// Bytes of an address, and characters of a title.
const MAX_URL: usize = 1_000;
const MAX_TITLE: usize = 120;

/// A video that was shared or pasted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedVideo {
    /// Its address without what tells who shared it; empty when the patient only spoke of it.
    pub url: String,
    /// Where it is shown.
    pub platform: Platform,
    /// Its title, or the words that came along; may be empty.
    pub title: String,
}

impl SharedVideo {
    /// The site, for people: `vm.tiktok.com`.
    pub fn host(&self) -> &str {
        let rest = self.url.split_once("://").map_or("", |(_, rest)| rest);
        rest.split(['/', '?', '#']).next().unwrap_or_default()
    }

    /// The video in one line, as « Quelle vidéo ? » asks for it.
    pub fn which(&self) -> String {
        match (self.title.is_empty(), self.url.is_empty()) {
            (false, false) => [&self.title, " ", &self.url].concat(),
            (false, true) => self.title.clone(),
            _ => self.url.clone(),
        }
    }

    /// « J’ai mal depuis »: the report of a video that was tried elsewhere, which the warning screen
    /// begins with.
    pub fn tried(&self, happened: String, by: By) -> What {
        What::TriedElsewhere { which: self.which(), happened, by }
    }
}

/// A video from elsewhere, as it was met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Met {
    /// It was checked.
    Checked {
        /// Its address; may be empty.
        url: String,
        /// Its title; may be empty.
        title: String,
    },
    /// It was tried: which one, in the patient's words.
    Tried(String),
}

/// What the check is for, as it shows in life: of the videos from elsewhere that were tried, how many had
/// been checked before. A video is known again by its address, or by its title where it has none.
pub fn first_checked(met: impl IntoIterator<Item = Met>) -> (u32, u32) {
    let (mut checked, mut first, mut tried) = (Vec::new(), 0, 0);
    for met in met {
        match met {
            Met::Checked { url, title } => checked.push((url, title)),
            Met::Tried(which) => {
                let (url, title) = shared("", &which, "")
                    .map_or((String::new(), words(start(&which))), |v| (v.url, v.title));
                let same = |(u, t): &(String, String)| {
                    if url.is_empty() { !t.is_empty() && *t == title } else { *u == url }
                };
                tried += 1;
                first += u32::from(checked.iter().any(same));
            }
        }
    }
    (first, tried)
}

/// The same of a journal.
pub fn checked_first(events: &[Event]) -> (u32, u32) {
    let mut events: Vec<&Event> = events.iter().collect();
    // Ids tell the order of writing.
    events.sort_by(|a, b| a.id.cmp(&b.id));
    events.dedup_by(|a, b| a.id == b.id);
    first_checked(events.into_iter().filter_map(|event| {
        match (Learning::from_json(&event.what), event.read()) {
            (Ok(Learning::VideoChecked { url, title, .. }), _) => {
                Some(Met::Checked { url: url.unwrap_or_default(), title })
            }
            (_, Some(What::TriedElsewhere { which, .. })) => Some(Met::Tried(which)),
            _ => None,
        }
    }))
}

/// Reads what a share brought: its three texts, each of which may be empty. The address is often in
/// `text`, sometimes in `title`; of several the first one of a known platform counts. Nothing when
/// there is no address that may be opened.
pub fn shared(title: &str, text: &str, url: &str) -> Option<SharedVideo> {
    let (title, text, url) = (start(title), start(text), start(url));
    let mut found: Vec<(String, Platform)> = Vec::new();
    for part in [url, text, title] {
        addresses(part, |_, address| found.push(address));
    }
    let known = found.iter().position(|(_, platform)| *platform != Platform::Other).unwrap_or(0);
    if found.is_empty() {
        return None;
    }
    let (url, platform) = found.swap_remove(known);
    let title = [title, text].into_iter().map(words).find(|t| !t.is_empty()).unwrap_or_default();
    Some(SharedVideo { url, platform, title })
}

/// What is read of a text.
fn start(text: &str) -> &str {
    let mut end = text.len().min(MAX_READ);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// Finds the addresses of a text, with where each stands in it.
fn addresses(text: &str, mut found: impl FnMut(std::ops::Range<usize>, (String, Platform))) {
    let (mut at, mut looked_at) = (0, 0);
    for word in text.split(|c: char| c.is_whitespace() || is_invisible(c)) {
        let here = text.len().min(at);
        at += word.len();
        at += text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        let low = word.to_ascii_lowercase();
        if is_refused(&low) {
            continue;
        }
        let mut from = 0;
        while looked_at < MAX_ADDRESSES
            && let Some(begin) = low.get(from..).and_then(begins).map(|n| n + from)
        {
            looked_at += 1;
            let rest = word.get(begin..).unwrap_or_default();
            let end = rest.find(is_end).unwrap_or(rest.len());
            // A second address glued to the first.
            let glued = low.get(begin + 8..begin + end).and_then(|r| r.find("http")).map_or(end, |n| n + 8);
            let glued = if rest.get(..glued).is_some_and(|r| r.contains('?')) { end } else { glued };
            let address = trimmed(rest.get(..glued.min(end)).unwrap_or_default());
            if let Some(clean) = cleaned(address) {
                found(here + begin..here + begin + address.len(), clean);
            }
            from = begin + address.len().max(4);
        }
    }
}

/// Where an address begins: with its scheme, or with `www.` or a short name that apps leave bare.
fn begins(low: &str) -> Option<usize> {
    let bare = ["www.", "youtu.be/", "vm.tiktok.com/", "vt.tiktok.com/", "fb.watch/", "m.facebook.com/"];
    let scheme = ["https://", "http://"].iter().filter_map(|s| low.find(s)).min();
    let bare = bare.iter().filter_map(|s| low.find(s)).min();
    // `www.` inside an address is no other one, and a bare one begins a word.
    let free = |n: &usize| {
        !low.get(..*n)
            .is_some_and(|before| before.ends_with(|c: char| c.is_alphanumeric() || ".@/-_".contains(c)))
    };
    match (scheme, bare.filter(free)) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// Characters that no address has in it, and that people put around one.
fn is_end(c: char) -> bool {
    matches!(c, '<' | '>' | '"' | '«' | '»' | '“' | '”' | '`' | '{' | '}' | '|' | '\\' | '^')
}

/// Characters without a shape of their own: controls, and those that turn the direction of writing
/// and so make one address look like another.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// An address without the punctuation of the sentence around it.
fn trimmed(address: &str) -> &str {
    let mut address = address;
    while let Some(last) = address.chars().next_back() {
        let loose = match last {
            // Part of the address when it was opened inside it.
            ')' => address.matches('(').count() < address.matches(')').count(),
            ']' => address.matches('[').count() < address.matches(']').count(),
            c => ".,;:!?'’…*~&".contains(c),
        };
        if !loose {
            break;
        }
        address = &address[..address.len() - last.len_utf8()];
    }
    address
}

/// An address that may be shown and opened: `http` or `https`, a name with a dot, and of what is behind
/// the `?` only what says which video it is.
fn cleaned(address: &str) -> Option<(String, Platform)> {
    let (scheme, rest) = match address.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
        None => ("https".to_owned(), address),
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end);
    // What stands before an `@` only looks like a name.
    let host = authority.rsplit('@').next()?.to_lowercase();
    let (name, port) = host.split_once(':').unwrap_or((&host, ""));
    let labels = name.split('.');
    let sound = |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    if !name.contains('.') || !labels.clone().all(sound) || !port.chars().all(|c| c.is_ascii_digit()) {
        return None;
    }
    // Numbers instead of a name: no video of anybody's is there.
    if labels.clone().next_back().is_none_or(|top| top.chars().all(|c| c.is_ascii_digit())) {
        return None;
    }
    let platform = Platform::of(name);
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut url = [&scheme, "://", &host, path].concat();
    let mut mark = '?';
    for part in query.split('&').filter(|part| !part.is_empty()) {
        if platform.keeps(part.split('=').next().unwrap_or_default()) {
            url.push(mark);
            url.push_str(part);
            mark = '&';
        }
    }
    if platform == Platform::Other && !fragment.is_empty() && !fragment.starts_with(":~:") {
        url.push('#');
        url.push_str(fragment);
    }
    (url.len() <= MAX_URL).then_some((url, platform))
}

/// The words of a text without its addresses and without what the apps add.
fn words(text: &str) -> String {
    let mut kept = String::new();
    let mut at = 0;
    addresses(text, |place, _| {
        kept.push_str(text.get(at..place.start).unwrap_or_default());
        kept.push(' ');
        at = place.end;
    });
    kept.push_str(text.get(at..).unwrap_or_default());
    let kept: String = kept.chars().map(|c| if is_invisible(c) { ' ' } else { c }).collect();
    let kept = kept.split_whitespace().collect::<Vec<_>>().join(" ");
    let kept = without_advert(&kept);
    let kept = quoted(kept).unwrap_or(kept);
    let loose = |c: char| c.is_whitespace() || ":;,-–—|>()*…".contains(c);
    let kept = kept.trim_matches(loose);
    // What is left of a sentence around an address, or of an address that was refused.
    let says_nothing = !kept.chars().any(char::is_alphanumeric);
    if says_nothing || kept.contains("://") || is_refused(&kept.to_ascii_lowercase()) {
        return String::new();
    }
    match kept.char_indices().nth(MAX_TITLE) {
        Some((end, _)) => [kept.get(..end).unwrap_or_default().trim_end(), "…"].concat(),
        None => kept.to_owned(),
    }
}

/// « Watch "…" on YouTube », « Regardez “…” sur YouTube »: the title alone.
fn quoted(text: &str) -> Option<&str> {
    let said = ["Watch ", "Check out ", "Regarde ", "Regardez ", "Découvrez "];
    let rest = said.iter().find_map(|s| text.strip_prefix(s))?;
    let open = rest.chars().next()?;
    let close = match open {
        '"' => '"',
        '“' => '”',
        '«' => '»',
        _ => return None,
    };
    let inner = rest.get(open.len_utf8()..)?;
    inner.rfind(close).and_then(|end| inner.get(..end)).map(str::trim)
}

/// Without the advertisement that TikTok's small app puts behind.
fn without_advert(text: &str) -> &str {
    let adverts = ["Ce post est partagé via TikTok Lite", "This post is shared via TikTok Lite"];
    let at = adverts.iter().filter_map(|advert| text.find(advert)).min();
    at.and_then(|at| text.get(..at)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ports::memory::FixedClock, profile::ProfileId};
    use proptest::prelude::*;

    const ALL: [Said; 3] = [Said::Yes, Said::No, Said::Unknown];

    fn check(answers: &[Said]) -> Check {
        let mut check = Check::default();
        for said in answers {
            check.answer(*said);
        }
        check
    }

    #[test]
    fn one_yes_is_a_grave_signal_whatever_else_was_said() {
        for n in 0..5 {
            let mut answers = [Said::No; 5];
            answers[n] = Said::Yes;
            let check = check(&answers);
            assert_eq!(check.next(), Next::Told(Outcome::Grave), "without the step aside");
            assert_eq!(check.signals(), [QUESTIONS[n]]);
        }
    }

    #[test]
    fn no_signal_is_only_said_when_all_is_known_and_somebody_vouches_for_it() {
        let told = |answers: &[Said], listed, confirmed| {
            let mut check = check(answers);
            assert_eq!(check.next(), Next::Listed);
            check.answer(listed);
            assert_eq!(check.next(), Next::Confirmed);
            check.answer(confirmed);
            let Next::Told(outcome) = check.next() else { panic!() };
            outcome
        };
        let (all_no, mut one_open) = ([Said::No; 5], [Said::No; 5]);
        one_open[2] = Said::Unknown;
        for listed in ALL {
            for confirmed in ALL {
                let vouched = listed == Said::Yes || confirmed == Said::Yes;
                let expected = if vouched { Outcome::NoSignal } else { Outcome::NotEnough };
                assert_eq!(told(&all_no, listed, confirmed), expected);
                assert_eq!(told(&one_open, listed, confirmed), Outcome::NotEnough);
            }
        }
    }

    #[test]
    fn without_a_network_the_clinic_is_asked_and_nothing_is_vouched_for() {
        let mut check = check(&[Said::No; 5]);
        check.ask_the_clinic();
        assert_eq!(check.next(), Next::Told(Outcome::NotEnough));
        let mut early = Check::default();
        early.ask_the_clinic();
        assert_eq!(early, Check::default());
    }

    #[test]
    fn pain_leads_to_the_warning_screen_from_every_question_and_is_no_check() {
        let mut path = vec![Check::default()];
        for said in [Said::No; 7] {
            let mut next = path[path.len() - 1].clone();
            next.answer(said);
            path.push(next);
        }
        for mut check in path {
            check.hurts();
            assert_eq!(check.next(), Next::Warning);
            assert_eq!(check.told(None, By::Patient), None);
        }
    }

    #[test]
    fn going_back_comes_to_the_question_before() {
        let mut check = check(&[Said::No; 7]);
        let mut seen = Vec::new();
        for _ in 0..8 {
            seen.push(check.next());
            check.back();
        }
        assert_eq!(seen[1..3], [Next::Confirmed, Next::Listed]);
        assert_eq!(
            seen[3..],
            [Cue::Care, Cue::Speaker, Cue::ForWhom, Cue::Pain, Cue::Promise].map(Next::Ask)
        );
    }

    #[test]
    fn a_check_and_the_report_of_a_video_tell_the_same_video() {
        let video = shared("", "Genou neuf https://youtu.be/abc?si=x", "").unwrap();
        let what = check(&[Said::Yes; 5]).told(Some(&video), By::Patient).unwrap();
        assert!(
            matches!(&what, Learning::VideoChecked { url: Some(url), title, outcome: Outcome::Grave, .. }
            if url == "https://youtu.be/abc" && title == "Genou neuf")
        );
        let What::TriedElsewhere { which, .. } = video.tried("mal".into(), By::Patient) else { panic!() };
        assert_eq!(shared("", &which, ""), Some(video));
        assert!(Learning::from_json(&what.to_json()).is_ok());
    }

    #[test]
    fn of_the_videos_that_were_tried_those_checked_before_are_counted() {
        let event =
            |at: i64, what| Event::of(&FixedClock { now_ms: at, offset_min: 0 }, ProfileId::first(), 1, what);
        let checked = |at, text: &str| {
            let video = shared("", text, "").unwrap_or_else(|| SharedVideo {
                url: String::new(),
                platform: Platform::Other,
                title: text.to_owned(),
            });
            event(at, check(&[Said::Yes; 5]).told(Some(&video), By::Patient).unwrap().to_json())
        };
        let tried = |at, which: &str| {
            let (which, happened) = (which.to_owned(), String::new());
            event(at, What::TriedElsewhere { which, happened, by: By::Patient }.to_json())
        };
        let events = [
            tried(1, "https://youtu.be/late"),
            checked(2, "Le dos https://youtu.be/abc?si=1"),
            checked(3, "https://youtu.be/late"),
            checked(4, "La vidéo de mon voisin"),
            tried(5, "celle-ci : https://youtu.be/abc?si=2"),
            tried(6, "La vidéo de mon voisin"),
            tried(7, "une autre"),
            tried(8, ""),
        ];
        assert_eq!(checked_first(&events), (2, 5));
        let mut turned: Vec<_> = events.iter().rev().cloned().collect();
        turned.extend(events);
        assert_eq!(checked_first(&turned), (2, 5));
        assert_eq!(checked_first(&[]), (0, 0));
    }

    use Platform::{Facebook, Instagram, Other, TikTok, WhatsApp, YouTube};

    /// Title, text and url as apps share them; the address, the platform and the title that come of it.
    const CORPUS: &[(&str, &str, &str, &str, Platform, &str)] = &[
        // TikTok
        ("", "https://vm.tiktok.com/ZNexample1/", "", "https://vm.tiktok.com/ZNexample1/", TikTok, ""),
        (
            "",
            "Découvre la vidéo de Léa Exemple ! #dos #mobilite https://vm.tiktok.com/ZNexample2/",
            "",
            "https://vm.tiktok.com/ZNexample2/",
            TikTok,
            "Découvre la vidéo de Léa Exemple ! #dos #mobilite",
        ),
        (
            "",
            "Check out Lea Example's video! #TikTok > https://vt.tiktok.com/ZSexample3/",
            "",
            "https://vt.tiktok.com/ZSexample3/",
            TikTok,
            "Check out Lea Example's video! #TikTok",
        ),
        (
            "",
            "https://vm.tiktok.com/ZNexample4/ Ce post est partagé via TikTok Lite. Téléchargez TikTok Lite pour \
             profiter de plus de posts : https://www.tiktok.com/tiktoklite",
            "",
            "https://vm.tiktok.com/ZNexample4/",
            TikTok,
            "",
        ),
        (
            "",
            "https://vm.tiktok.com/ZNexample5/ This post is shared via TikTok Lite. Download TikTok Lite to enjoy \
             more posts: https://www.tiktok.com/tiktoklite",
            "",
            "https://vm.tiktok.com/ZNexample5/",
            TikTok,
            "",
        ),
        (
            "Dos neuf en 30 jours",
            "",
            "https://www.tiktok.com/@exemple/video/7300000000000000000?is_from_webapp=1&sender_device=pc&_r=1",
            "https://www.tiktok.com/@exemple/video/7300000000000000000",
            TikTok,
            "Dos neuf en 30 jours",
        ),
        ("", "vm.tiktok.com/ZNexample6", "", "https://vm.tiktok.com/ZNexample6", TikTok, ""),
        // YouTube
        (
            "Se lever d’une chaise",
            "https://youtu.be/dQexample01?si=AbCdEf-123",
            "",
            "https://youtu.be/dQexample01",
            YouTube,
            "Se lever d’une chaise",
        ),
        (
            "",
            "Watch \"Balance near the sink\" on YouTube https://youtu.be/dQexample02?feature=shared",
            "",
            "https://youtu.be/dQexample02",
            YouTube,
            "Balance near the sink",
        ),
        (
            "",
            "Regardez « Équilibre près de l’évier » sur YouTube\nhttps://youtu.be/dQexample03",
            "",
            "https://youtu.be/dQexample03",
            YouTube,
            "Équilibre près de l’évier",
        ),
        (
            "",
            "",
            "https://www.youtube.com/watch?v=dQexample04&list=PLx&index=3&t=42s&pp=ygU%3D&ab_channel=Exemple",
            "https://www.youtube.com/watch?v=dQexample04&list=PLx&t=42s",
            YouTube,
            "",
        ),
        (
            "",
            "https://youtube.com/shorts/dQexample05?si=x#comments",
            "",
            "https://youtube.com/shorts/dQexample05",
            YouTube,
            "",
        ),
        ("", "HTTPS://M.YouTube.com/watch?v=AbC", "", "https://m.youtube.com/watch?v=AbC", YouTube, ""),
        // Instagram
        (
            "",
            "https://www.instagram.com/reel/Cexample01/?igsh=MzRlODBiNWFlZA==",
            "",
            "https://www.instagram.com/reel/Cexample01/",
            Instagram,
            "",
        ),
        (
            "",
            "Voir cette publication Instagram de @kine_exemple https://www.instagram.com/p/Cexample02/?igshid=abc=",
            "",
            "https://www.instagram.com/p/Cexample02/",
            Instagram,
            "Voir cette publication Instagram de @kine_exemple",
        ),
        (
            "",
            "See this Instagram reel by @physio_example https://www.instagram.com/reel/Cexample03/?utm_source=ig_web_copy_link",
            "",
            "https://www.instagram.com/reel/Cexample03/",
            Instagram,
            "See this Instagram reel by @physio_example",
        ),
        // Facebook
        (
            "",
            "https://www.facebook.com/share/v/1Example01/?mibextid=wwXIfr",
            "",
            "https://www.facebook.com/share/v/1Example01/",
            Facebook,
            "",
        ),
        ("", "https://fb.watch/example02/?fs=e&s=cl", "", "https://fb.watch/example02/", Facebook, ""),
        (
            "Nuque raide",
            "https://www.facebook.com/watch/?v=123456789&rdid=abc&share_url=https%3A%2F%2Fwww.facebook.com%2Fx",
            "",
            "https://www.facebook.com/watch/?v=123456789",
            Facebook,
            "Nuque raide",
        ),
        (
            "",
            "https://m.facebook.com/story.php?story_fbid=pfbid0x&id=1000&mibextid=Nif5oz",
            "",
            "https://m.facebook.com/story.php?story_fbid=pfbid0x&id=1000",
            Facebook,
            "",
        ),
        // WhatsApp, and what is forwarded there
        (
            "",
            "Suivez la chaîne Bouger Exemple sur WhatsApp : https://whatsapp.com/channel/0029Example",
            "",
            "https://whatsapp.com/channel/0029Example",
            WhatsApp,
            "Suivez la chaîne Bouger Exemple sur WhatsApp",
        ),
        (
            "",
            "[12/11/2026 18:03] Mamie : regarde ça 👉https://vm.tiktok.com/ZNexample7/ !!!",
            "",
            "https://vm.tiktok.com/ZNexample7/",
            TikTok,
            "[12/11/2026 18:03] Mamie : regarde ça 👉 !!!",
        ),
        ("", "https://wa.me/33199001234?text=Bonjour", "", "https://wa.me/33199001234", WhatsApp, ""),
        // Punctuation, several, none known, odd
        (
            "",
            "Regardez (https://youtu.be/abc), c’est bien.",
            "",
            "https://youtu.be/abc",
            YouTube,
            "Regardez ( ), c’est bien.",
        ),
        ("", "«https://youtu.be/abc».", "", "https://youtu.be/abc", YouTube, ""),
        (
            "",
            "https://fr.wikipedia.org/wiki/Genou_(anatomie). ",
            "",
            "https://fr.wikipedia.org/wiki/Genou_(anatomie)",
            Other,
            "",
        ),
        ("", "lien:https://youtu.be/abc", "", "https://youtu.be/abc", YouTube, "lien"),
        (
            "",
            "https://blog.example/a puis https://vm.tiktok.com/b/",
            "",
            "https://vm.tiktok.com/b/",
            TikTok,
            "puis",
        ),
        ("", "https://youtu.be/abchttps://youtu.be/def", "", "https://youtu.be/abc", YouTube, ""),
        (
            "Mon dos",
            "",
            "https://www.exemple-sante.fr/video?id=7&utm_source=x&fbclid=y#t=3",
            "https://www.exemple-sante.fr/video?id=7#t=3",
            Other,
            "Mon dos",
        ),
        ("", "www.exemple-sante.fr/genou", "", "https://www.exemple-sante.fr/genou", Other, ""),
        ("https://youtu.be/abc", "", "", "https://youtu.be/abc", YouTube, ""),
        // Who it is not
        ("", "https://tiktok.com.exemple.net/x", "", "https://tiktok.com.exemple.net/x", Other, ""),
        ("", "https://www.tıktok.com/x", "", "https://www.tıktok.com/x", Other, ""),
        ("", "https://xn--tktok-3va.com/x", "", "https://xn--tktok-3va.com/x", Other, ""),
        ("", "https://www.youtube.com@exemple.net/x", "", "https://exemple.net/x", Other, ""),
        ("", "https://école-du-dos.example/vidéo", "", "https://école-du-dos.example/vidéo", Other, ""),
        ("", "https://faketiktok.com/x", "", "https://faketiktok.com/x", Other, ""),
        ("", "\u{202e}https://youtu.be/abc\u{202c}", "", "https://youtu.be/abc", YouTube, ""),
    ];

    #[test]
    fn what_apps_share_in_french_and_in_english_is_read_without_who_shared_it() {
        for (title, text, url, address, platform, name) in CORPUS {
            let found = shared(title, text, url).unwrap_or_else(|| panic!("{text}{url}"));
            assert_eq!(found.url, *address, "{text}{url}");
            assert_eq!(found.platform, *platform, "{text}{url}");
            assert_eq!(found.title, *name, "{text}{url}");
            let again = shared("", &found.url, "").unwrap();
            assert_eq!(
                (again.url.as_str(), again.platform),
                (*address, *platform),
                "cleaned once is cleaned"
            );
        }
        assert_eq!(shared("", "https://vm.tiktok.com/abc/", "").unwrap().host(), "vm.tiktok.com");
    }

    #[test]
    fn what_is_no_address_of_the_web_is_refused() {
        for text in [
            "",
            "une vidéo de dos sur TikTok",
            "javascript:alert(1)",
            "JavaScript:location='https://youtu.be/abc'",
            "data:text/html,<script>x</script>",
            "data:text/html;base64,https://youtu.be/abc",
            "vbscript:x",
            "file:///sdcard/video.mp4",
            "intent://www.tiktok.com/x#Intent;scheme=https;end",
            "blob:https://www.youtube.com/1-2-3",
            "ftp://exemple.fr/x",
            "https://",
            "https:///x",
            "https://localhost/x",
            "https://192.168.1.1/x",
            "https://[::1]/x",
            "https://exe mple",
            "https://a..b/x",
            "https://you%74ube.com/x",
            "mailto:x@www.exemple.fr",
        ] {
            assert_eq!(shared("", text, ""), None, "{text}");
            assert_eq!(shared(text, "", ""), None, "{text}");
            assert_eq!(shared("", "", text), None, "{text}");
        }
    }

    #[test]
    fn a_very_long_text_is_cut_and_a_very_long_address_refused() {
        let long = "a".repeat(1_000_000);
        let video = shared(&long, &["https://youtu.be/abc ", &long].concat(), "").unwrap();
        assert_eq!(video.title.chars().count(), MAX_TITLE + 1);
        assert_eq!(shared("", &["https://exemple.fr/", &long].concat(), ""), None);
        let many = "https://a.fr/".repeat(100_000);
        assert!(shared("", &many, "").is_some());
    }

    proptest! {
        #[test]
        fn whatever_is_shared_the_address_is_of_the_web_and_clean(
            title in "\\PC{0,60}", before in "\\PC{0,40}", path in "[!-~]{0,60}", after in "\\PC{0,40}",
            scheme in "(https?://|javascript:|data:|)", host in "(vm.tiktok.com|youtu.be|exemple.fr|\\PC{1,8})",
        ) {
            let text = [&before, &scheme, &host, "/", &path, " ", &after].concat();
            if let Some(video) = shared(&title, &text, "") {
                prop_assert!(video.url.starts_with("https://") || video.url.starts_with("http://"));
                prop_assert!(!video.host().is_empty() && video.url.len() <= MAX_URL);
                prop_assert!(!video.url.chars().any(|c| c.is_whitespace() || is_invisible(c)));
                prop_assert!(video.title.chars().count() <= MAX_TITLE + 1);
            }
        }
    }
}
