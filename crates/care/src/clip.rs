//! Clips: what the patient filmed, how long it may be, what becomes of one whose recording was cut
//! off. What happened with sending stands in the outbox alone.

use crate::{
    calendar::{Day, clock},
    jose,
    kit::{Company, Exercise},
    ports::{Record, Store, StoreError},
    profile::ProfileId,
    record,
};

/// Where a clip is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Being filmed; or its recorder went away before it could say that it had ended.
    Recording,
    /// A chosen file on its way into the store; or that was cut off.
    Copying,
    /// Whole, and on this phone.
    Kept,
}

record!(
    enum State {
        Recording = "recording",
        Copying = "copying",
        Kept = "kept",
    }
);

/// One clip. Its bytes lie beside it as chunks, as they were recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clip {
    /// 16 random bytes in base64url; the name of the item when it is sent.
    pub id: String,
    /// Whose.
    pub profile: ProfileId,
    /// The kit of the exercise.
    pub kit_id: String,
    /// The exercise.
    pub exercise: String,
    /// What the recorder itself says it wrote, codecs and all.
    pub mime: String,
    /// When it began, UTC milliseconds.
    pub made_ms: i64,
    /// Minutes east of Greenwich then and there.
    pub offset_min: i32,
    /// Chunks kept.
    pub chunks: u32,
    /// Bytes in them.
    pub bytes: u64,
    /// Length by our own clock in milliseconds; 0 for a file from elsewhere, whose length only its
    /// player knows. The files themselves say nothing reliable while they are recorded.
    pub ms: u64,
    /// Whether it was recorded with sound.
    pub sound: bool,
    /// Where it is in its life.
    pub state: State,
    /// « Mon geste »: filmed at the clinic, corrected there, shown when filming at home.
    pub reference: bool,
    /// The patient's words to it.
    pub words: Option<String>,
    /// The item that it becomes when it is sent after a sending was taken back; before that, its own name.
    pub next_item: Option<String>,
}

record!(struct Clip {
    id, profile, kit_id, exercise, mime, made_ms, offset_min, chunks, bytes, ms, sound, state, reference, words,
    next_item,
});

impl Record for Clip {
    const STORE: Store = Store::Clips;
    fn key(&self) -> String {
        self.id.clone()
    }
    fn profile(&self) -> ProfileId {
        self.profile.clone()
    }
}

/// Why there is no picture, or no more of it. Each has its own sentence and its own way on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The camera was refused.
    Refused,
    /// There is no camera.
    Missing,
    /// Another app has the camera.
    Busy,
    /// The camera went away.
    Unplugged,
    /// The phone took the camera: a call.
    Taken,
    /// The page was left while filming.
    Left,
    /// This browser does not record.
    NoRecorder,
    /// The recorder failed, or gave nothing.
    Failed,
    /// No room left on the device.
    NoSpace,
    /// The store failed, or the browser has none.
    NotKept,
    /// The chosen file is no video.
    NotAVideo,
}

impl Trouble {
    /// Every one of them.
    pub const ALL: [Trouble; 11] = [
        Trouble::Refused,
        Trouble::Missing,
        Trouble::Busy,
        Trouble::Unplugged,
        Trouble::Taken,
        Trouble::Left,
        Trouble::NoRecorder,
        Trouble::Failed,
        Trouble::NoSpace,
        Trouble::NotKept,
        Trouble::NotAVideo,
    ];

    /// Its public name, in `data-problem`.
    pub fn key(self) -> &'static str {
        match self {
            Trouble::Refused => "camera_refused",
            Trouble::Missing => "camera_missing",
            Trouble::Busy => "camera_busy",
            Trouble::Unplugged => "camera_unplugged",
            Trouble::Taken => "camera_taken",
            Trouble::Left => "left",
            Trouble::NoRecorder => "no_recorder",
            Trouble::Failed => "recorder_failed",
            Trouble::NoSpace => "no_space",
            Trouble::NotKept => "not_kept",
            Trouble::NotAVideo => "not_a_video",
        }
    }
}

impl From<StoreError> for Trouble {
    fn from(e: StoreError) -> Self {
        if e == StoreError::Quota { Trouble::NoSpace } else { Trouble::NotKept }
    }
}

/// Bytes that one second of a clip takes, for what is asked for: 200 kbit/s of picture and 24 of sound.
pub const BYTES_A_SECOND: u64 = 28_000;

/// Whether a clip of this length fits with room to spare: filming makes sealed bytes as well, and a full
/// device loses more than a clip.
pub fn fits(longest_s: u32, free: u64) -> bool {
    free >= 4 * BYTES_A_SECOND * u64::from(longest_s)
}

/// Seconds that a clip lasts at most where the kit says nothing.
pub const USUAL_S: u32 = 60;
/// What a kit may ask for, in seconds.
pub const LENGTHS_S: std::ops::RangeInclusive<u32> = 5..=120;
/// The longest words to a clip, in characters.
pub const MAX_WORDS: usize = 500;

/// Seconds after which filming stops by itself.
pub fn longest_s(film_s: Option<u32>) -> u32 {
    film_s.unwrap_or(USUAL_S).clamp(*LENGTHS_S.start(), *LENGTHS_S.end())
}

/// Why an exercise is not filmed at home, or under what condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filming {
    /// Alone is fine.
    Alone,
    /// Only with somebody beside.
    Helped,
    /// Not at home.
    Never,
}

/// How an exercise may be filmed at home: never with less care than it may be done.
pub fn filming(exercise: &Exercise) -> Filming {
    match (exercise.do_with, exercise.film_with) {
        (Company::Never, _) | (_, Company::Never) => Filming::Never,
        (Company::Helper, _) | (_, Company::Helper) => Filming::Helped,
        (Company::Alone, Company::Alone) => Filming::Alone,
    }
}

impl Clip {
    /// Its type without the codecs.
    pub fn container(&self) -> &str {
        self.mime.split(';').next().unwrap_or_default().trim()
    }

    /// How a file of it ends.
    pub fn ending(&self) -> &'static str {
        match self.container() {
            "video/webm" => "webm",
            "video/quicktime" => "mov",
            "video/3gpp" => "3gp",
            "video/ogg" => "ogv",
            "video/x-matroska" => "mkv",
            _ => "mp4",
        }
    }

    /// The name of a file of it: exercise, day and time as lived. No name of a person.
    pub fn file_name(&self) -> String {
        let (hour, minute, _) = clock(self.made_ms, self.offset_min);
        let (exercise, day, ending) = (&self.exercise, self.day(), self.ending());
        format!("bon-geste-{exercise}-{day}-{hour:02}{minute:02}.{ending}")
    }

    /// The local day on which it was filmed.
    pub fn day(&self) -> Day {
        Day::of(self.made_ms, self.offset_min)
    }

    /// Notes words; blank ones are none.
    pub fn say(&mut self, words: &str) {
        let words = words.trim();
        self.words = (!words.is_empty()).then(|| words.chars().take(MAX_WORDS).collect());
    }
}

/// What a start finds of clips whose recording was cut off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// They hold something: to be watched, kept or deleted by the patient, newest first.
    pub clips: Vec<Clip>,
    /// They hold nothing that plays.
    pub empty: Vec<Clip>,
}

/// Sorts out the clips left `recording` or `copying`. `lives` tells whether a recorder, here or in another tab, is
/// still at it.
pub fn found(clips: &[Clip], lives: impl Fn(&Clip) -> bool) -> Found {
    let left = clips.iter().filter(|c| c.state != State::Kept && !lives(c)).cloned();
    // Half of a chosen file is no video, and the whole of it is where it was chosen.
    let (mut clips, empty): (Vec<_>, Vec<_>) =
        left.partition(|c| c.chunks > 0 && c.state == State::Recording);
    clips.sort_by_key(|c| std::cmp::Reverse(c.made_ms));
    Found { clips, empty }
}

/// The kept clips of an exercise, newest first; « Mon geste » is not among them.
pub fn kept<'c>(clips: &'c [Clip], kit_id: &str, exercise: &str) -> Vec<&'c Clip> {
    let mut kept = kept_of_kit(clips, kit_id);
    kept.retain(|c| c.exercise == exercise && !c.reference);
    kept
}

/// All that is kept of a kit's clips, newest first, whatever exercises it has now.
pub fn kept_of_kit<'c>(clips: &'c [Clip], kit_id: &str) -> Vec<&'c Clip> {
    let mut kept: Vec<_> = clips.iter().filter(|c| c.state == State::Kept && c.kit_id == kit_id).collect();
    kept.sort_by_key(|c| std::cmp::Reverse((c.made_ms, c.id.clone())));
    kept
}

/// « Mon geste » of an exercise: the newest, should two tabs have kept one.
pub fn reference<'c>(clips: &'c [Clip], kit_id: &str, exercise: &str) -> Option<&'c Clip> {
    let own = |c: &&Clip| c.kit_id == kit_id && c.exercise == exercise && c.reference;
    clips.iter().filter(|c| c.state == State::Kept).filter(own).max_by_key(|c| c.made_ms)
}

/// The name of a clip, and of what is sent: 16 bytes, 22 characters. All bits but the first are random: so
/// none begins with `-`, which the desk's command line would take for an option.
pub fn id(random: u128) -> String {
    jose::b64(&(random >> 1).to_be_bytes())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::{json, opening::tests::exercise};
    use proptest::prelude::*;

    pub(crate) fn clip(id: &str, state: State, chunks: u32, made_ms: i64) -> Clip {
        Clip {
            id: id.into(),
            profile: ProfileId::first(),
            kit_id: "k".into(),
            exercise: "sit-to-stand".into(),
            mime: "video/webm;codecs=vp8,opus".into(),
            made_ms,
            offset_min: 60,
            chunks,
            bytes: u64::from(chunks) * 1_000,
            ms: u64::from(chunks) * 1_000,
            sound: true,
            state,
            reference: false,
            words: Some("Le dos tire.".into()),
            next_item: None,
        }
    }

    #[test]
    fn a_clip_is_read_as_it_was_written() {
        let one = clip(&id(u128::MAX - 1), State::Recording, 3, 1_772_407_800_000);
        assert_eq!(json::read::<Clip>(json::write(&one).as_bytes()).unwrap(), one);
    }

    #[test]
    fn a_file_is_named_by_exercise_and_local_time_and_ends_as_its_type_says() {
        // 2026-03-01 23:30 UTC is half past midnight in Paris.
        let mut one = clip("a", State::Kept, 1, 1_772_407_800_000);
        assert_eq!(one.file_name(), "bon-geste-sit-to-stand-2026-03-02-0030.webm");
        for (mime, ending) in [
            ("video/mp4;codecs=avc1.42E01F", "mp4"),
            ("video/quicktime", "mov"),
            ("video/3gpp", "3gp"),
            ("video/x-matroska;codecs=avc1", "mkv"),
            ("", "mp4"),
        ] {
            one.mime = mime.into();
            assert_eq!(one.ending(), ending, "{mime}");
        }
    }

    #[test]
    fn filming_stops_after_what_the_kit_says_within_reason() {
        assert_eq!([None, Some(20), Some(0), Some(4_000)].map(longest_s), [60, 20, 5, 120]);
    }

    #[test]
    fn filming_is_refused_before_the_device_is_full() {
        // 60 s are 1.7 MB; four times that must be free.
        assert!(fits(60, 6_720_000) && !fits(60, 6_719_999) && !fits(5, 0));
    }

    #[test]
    fn every_trouble_has_a_name_of_its_own() {
        let mut names = Trouble::ALL.map(Trouble::key).to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Trouble::ALL.len());
        assert_eq!(Trouble::from(StoreError::Quota), Trouble::NoSpace);
        assert_eq!(Trouble::from(StoreError::Blocked), Trouble::NotKept);
    }

    #[test]
    fn an_exercise_is_filmed_with_no_less_care_than_it_is_done() {
        use Company::{Alone, Helper, Never};
        for (does, films, so) in [
            (Alone, Alone, Filming::Alone),
            (Alone, Helper, Filming::Helped),
            (Helper, Alone, Filming::Helped),
            (Helper, Never, Filming::Never),
            (Never, Alone, Filming::Never),
        ] {
            let mut e = exercise("a");
            (e.do_with, e.film_with) = (does, films);
            assert_eq!(filming(&e), so);
        }
    }

    #[test]
    fn a_start_finds_what_was_cut_off_and_leaves_what_is_being_filmed() {
        let all = [
            clip("kept", State::Kept, 9, 1),
            clip("cut", State::Recording, 2, 2),
            clip("later", State::Recording, 1, 3),
            clip("nothing", State::Recording, 0, 4),
            clip("alive", State::Recording, 5, 5),
            clip("half", State::Copying, 5, 6),
            clip("still copied", State::Copying, 5, 7),
        ];
        let found = found(&all, |c| ["alive", "still copied"].contains(&c.id.as_str()));
        let ids = |clips: &[Clip]| clips.iter().map(|c| c.id.clone()).collect::<Vec<_>>();
        assert_eq!(
            (ids(&found.clips), ids(&found.empty)),
            (vec!["later".into(), "cut".into()], vec!["nothing".into(), "half".into()])
        );
    }

    #[test]
    fn the_clips_of_an_exercise_are_told_from_the_reference() {
        let mut all = [1, 2, 3, 4].map(|n| clip(&n.to_string(), State::Kept, 1, n));
        (all[0].reference, all[1].reference) = (true, true);
        all[3].exercise = "another".into();
        let ids: Vec<_> = kept(&all, "k", "sit-to-stand").iter().map(|c| c.id.as_str()).collect();
        assert_eq!(ids, ["3"]);
        assert_eq!(reference(&all, "k", "sit-to-stand").map(|c| c.id.as_str()), Some("2"));
        assert_eq!(reference(&all, "k", "another"), None);
    }

    #[test]
    fn words_are_trimmed_and_limited() {
        let mut one = clip("a", State::Kept, 1, 1);
        one.say("  \n ");
        assert_eq!(one.words, None);
        one.say(&"é".repeat(900));
        assert_eq!(one.words.map(|w| w.chars().count()), Some(MAX_WORDS));
    }

    proptest! {
        #[test]
        fn the_name_of_a_clip_is_22_letters_and_no_option_of_a_command(random: u128) {
            let name = id(random);
            prop_assert_eq!(name.len(), 22);
            prop_assert!(name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)), "{}", name);
            prop_assert!(name.starts_with(|c: char| c.is_ascii_alphabetic()), "{}", name);
        }
    }
}
