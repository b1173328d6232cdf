//! An item of the quiz as it travels: a fictional post as a drawn scene, what can be told from it,
//! and the feedback. One file a language; the JSON Schema is generated from these types.

use crate::{json::Json as _, json::JsonError, json::Value, record};
use serde::{Deserialize, Serialize};

/// The major version of the format that this code reads.
pub const FORMAT: u32 = 1;

/// Writes an enum of words once for serde, for the schema and for the portal's own reader.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum $name { $($(#[$about])* #[serde(rename = $word)] $variant),* }

        impl $name {
            /// All, in their order.
            pub const ALL: &[$name] = &[$($name::$variant),*];
        }

        record!(enum $name { $($variant = $word),* });
    };
}

words!(
    /// What there is to look at in a video. The first five are grave, the others small.
    Cue {
        /// C1: what is promised.
        Promise = "C1",
        /// C2: how pain is spoken of.
        Pain = "C2",
        /// C3: for whom, and for whom not.
        ForWhom = "C3",
        /// C4: who speaks, and who pays.
        Speaker = "C4",
        /// C5: the place left to a health professional.
        Care = "C5",
        /// M6: sources, and their date.
        Sources = "M6",
        /// M7: recommendations and data, or stories.
        Evidence = "M7",
        /// M8: repetitions, easier and harder.
        Dose = "M8",
        /// M9: calm, or urgency and fear.
        Tone = "M9",
        /// M10: steps and setting can be seen.
        Clarity = "M10",
    }
);

impl Cue {
    /// One grave signal is enough not to rely on a video.
    pub fn is_grave(self) -> bool {
        self <= Cue::Care
    }
}

words!(
    /// Which way a cue points.
    Pole {
        /// As it should be.
        Good = "good",
        /// A signal (grave cues) or a small flaw.
        Bad = "bad",
    }
);

words!(
    /// What an item is served for.
    Pool {
        /// To learn with.
        Train = "train",
        /// To keep the skill, months later.
        Booster = "booster",
        /// A parallel form, to measure.
        A = "A",
        /// A parallel form, to measure.
        B = "B",
        /// A parallel form, to measure.
        C = "C",
    }
);

words!(
    /// What is right to say of an item.
    Verdict {
        /// « Fiable »: which does not say that it suits this patient.
        Reliable = "reliable",
        /// « Pas fiable »
        Unreliable = "unreliable",
    }
);

words!(
    /// What to do with such a video.
    Action {
        /// « La proposer à mon kiné »
        Propose = "propose",
        /// « Demander d’abord »
        Ask = "ask",
        /// « Ne pas faire »
        Refuse = "refuse",
    }
);

words!(
    /// What an item is about.
    Topic {
        /// Balance.
        Balance = "balance",
        /// Falls, and how to prevent them.
        Falls = "falls",
        /// Walking.
        Walking = "walking",
        /// Getting up from a chair or from the floor.
        GettingUp = "getting_up",
        /// The back.
        Back = "back",
        /// Long sitting, screen work.
        Desk = "desk",
        /// What a feed chooses.
        Feed = "feed",
        /// The shoulder.
        Shoulder = "shoulder",
        /// The neck.
        Neck = "neck",
        /// After an operation.
        AfterSurgery = "after_surgery",
        /// The knee.
        Knee = "knee",
        /// The hip.
        Hip = "hip",
        /// Sprains of the ankle.
        Ankle = "ankle",
        /// Sport.
        Sport = "sport",
        /// Who calls himself what.
        Titles = "titles",
    }
);

words!(
    /// How risky the move is for somebody whom it does not suit.
    Risk {
        /// Little can happen.
        Low = "low",
        /// It can hurt.
        Moderate = "moderate",
        /// It can harm.
        High = "high",
    }
);

words!(
    /// The kind of network whose look a scene borrows.
    Platform {
        /// Short vertical videos.
        Short = "short",
        /// A post in a feed.
        Feed = "feed",
        /// Long videos.
        Long = "long",
        /// A forum.
        Forum = "forum",
        /// Forwarded in a chat.
        Chat = "chat",
    }
);

words!(
    /// Where the scene plays.
    Setting {
        /// A kitchen.
        Kitchen = "kitchen",
        /// A living room.
        LivingRoom = "living_room",
        /// A bedroom.
        Bedroom = "bedroom",
        /// A bathroom.
        Bathroom = "bathroom",
        /// A garden.
        Garden = "garden",
        /// A street.
        Street = "street",
        /// A gym.
        Gym = "gym",
        /// An office.
        Office = "office",
        /// A physiotherapist’s practice.
        Clinic = "clinic",
        /// A studio with a lamp.
        Studio = "studio",
        /// A hospital’s corridor.
        Hospital = "hospital",
        /// Plain.
        None = "none",
    }
);

words!(
    /// What the person does in the drawing. Never a dangerous move in a way to imitate.
    Pose {
        /// Speaks to the viewer.
        Talk = "talk",
        /// Points at a text.
        Point = "point",
        /// Gets up from a chair.
        SitToStand = "sit_to_stand",
        /// Stands, a hand on a support.
        StandSupport = "stand_support",
        /// Stands on one leg.
        OneLeg = "one_leg",
        /// Rises on the toes.
        HeelRaise = "heel_raise",
        /// Walks.
        Walk = "walk",
        /// Squats.
        Squat = "squat",
        /// Stretches a knee, sitting.
        SitKnee = "sit_knee",
        /// Lies on the floor.
        LieFloor = "lie_floor",
        /// On all fours.
        AllFours = "all_fours",
        /// Gets up from the floor.
        GetUp = "get_up",
        /// Bends forward.
        BendForward = "bend_forward",
        /// Raises an arm.
        ShoulderRaise = "shoulder_raise",
        /// Lets an arm swing.
        Pendulum = "pendulum",
        /// Turns the head.
        NeckTurn = "neck_turn",
        /// A hand on the neck.
        HandNeck = "hand_neck",
        /// A hand on the knee.
        HandKnee = "hand_knee",
        /// A hand on the back.
        HandBack = "hand_back",
        /// Moves an ankle.
        Ankle = "ankle",
        /// Runs.
        Run = "run",
        /// Jumps.
        Jump = "jump",
        /// Holds a product.
        ShowProduct = "show_product",
        /// Sits at a desk.
        Desk = "desk",
        /// Looks at a phone.
        Phone = "phone",
    }
);

words!(
    /// How old the person looks.
    Age {
        /// Up to thirty.
        Young = "young",
        /// Between.
        Adult = "adult",
        /// From sixty-five.
        Older = "older",
    }
);

words!(
    /// How the person is drawn.
    Gender {
        /// As a woman.
        Woman = "woman",
        /// As a man.
        Man = "man",
    }
);

words!(
    /// Hair, or what covers it.
    Hair {
        /// Short.
        Short = "short",
        /// Long.
        Long = "long",
        /// In a bun.
        Bun = "bun",
        /// Curly.
        Curly = "curly",
        /// None.
        Bald = "bald",
        /// A cap.
        Cap = "cap",
    }
);

words!(
    /// What the person wears.
    Outfit {
        /// A white coat.
        WhiteCoat = "white_coat",
        /// A carer’s tunic.
        Scrubs = "scrubs",
        /// A T-shirt.
        Tee = "tee",
        /// Sportswear.
        Sport = "sport",
        /// A shirt.
        Shirt = "shirt",
        /// A cardigan.
        Cardigan = "cardigan",
    }
);

words!(
    /// Attributes that say nothing on whether to rely on a video.
    Decoy {
        /// A white coat.
        WhiteCoat = "white_coat",
        /// Well lit and cut.
        Polished = "polished",
        /// Shaky and plain.
        Amateur = "amateur",
        /// Music.
        Music = "music",
        /// A logo.
        Logo = "logo",
        /// Learned words.
        Jargon = "jargon",
        /// An accent.
        Accent = "accent",
        /// Artificial intelligence was used.
        Ai = "ai",
    }
);

words!(
    /// What part of a post a segment is.
    SegmentKind {
        /// Who posts it, as the network shows it.
        Author = "author",
        /// The title of a long video or of a thread.
        Title = "title",
        /// The text under a video.
        Caption = "caption",
        /// What is said.
        Speech = "speech",
        /// A text in the picture.
        Onscreen = "onscreen",
        /// A message of a forum or a chat.
        Post = "post",
        /// An answer to it.
        Reply = "reply",
        /// What somebody else says of it.
        Comment = "comment",
        /// « Publicité », « Voix créée par IA ».
        Label = "label",
        /// Where it leads.
        Link = "link",
    }
);

words!(
    /// Whether physiotherapists have signed an item.
    Status {
        /// Not yet, and the portal says so.
        Draft = "draft",
        /// They have.
        Reviewed = "reviewed",
    }
);

/// The items of one language.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Bank {
    /// Major version of this format: 1.
    pub format: u32,
    /// BCP 47: `fr`, `en`.
    pub lang: String,
    /// What the items’ statements rest on.
    pub sources: Vec<Source>,
    /// The items.
    pub items: Vec<Item>,
}

record!(struct Bank { format, lang, sources, items });

/// A public page or study.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Source {
    /// How items name it.
    pub id: String,
    /// Who answers for it.
    pub publisher: String,
    /// Its title.
    pub title: String,
    /// Its date, as printed; « sans date » where none was seen.
    pub date: String,
    /// Where it was read.
    pub url: String,
}

record!(struct Source { id, publisher, title, date, url });

/// One question of the quiz.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Item {
    /// Unique within a language, the same in all.
    pub id: String,
    /// Grows with each change of its words.
    pub version: u32,
    /// BCP 47.
    pub lang: String,
    /// Twins share it: same scene, same decoys, another verdict.
    pub pair_id: String,
    /// What it is served for.
    pub pool: Pool,
    /// What is right.
    pub verdict: Verdict,
    /// What it is about.
    pub topic: Topic,
    /// How risky the move is.
    pub risk_level: Risk,
    /// Whether the post presents its author as a health professional. Not diagnostic.
    pub professional: bool,
    /// What is drawn.
    pub scene: Scene,
    /// What is read and heard; the first names the author.
    pub segments: Vec<Segment>,
    /// What can be told from it.
    pub cues: Vec<CueMark>,
    /// What says nothing.
    #[serde(default)]
    pub decoys: Vec<Decoy>,
    /// What is said after the answer.
    pub feedback: Feedback,
    /// What its statements rest on.
    #[serde(default)]
    pub sources: Vec<Citation>,
    /// Whether physiotherapists have signed it.
    pub status: Status,
    /// Year and month by which it is to be read again: `2027-11`.
    pub review_due: String,
}

record!(struct Item {
    id, version, lang, pair_id, pool, verdict, topic, risk_level, professional, scene, segments, cues, decoys,
    feedback, sources, status, review_due,
});

/// What is drawn, and what the network counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Scene {
    /// The drawing in words.
    pub alt: String,
    /// The look.
    pub platform: Platform,
    /// The place.
    pub setting: Setting,
    /// The move.
    pub pose: Pose,
    /// The person.
    pub person: Person,
    /// Seconds; 0 where nothing plays.
    #[serde(rename = "duration_s")]
    pub duration: u32,
    /// How often it was seen.
    pub views: u32,
}

record!(struct Scene { alt, platform, setting, pose, person, duration = "duration_s", views });

/// How the person is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Person {
    /// How old.
    pub age: Age,
    /// As whom.
    pub gender: Gender,
    /// Hair.
    pub hair: Hair,
    /// Clothes.
    pub outfit: Outfit,
    /// One of four tones, 1 the lightest.
    pub skin: u32,
}

record!(struct Person { age, gender, hair, outfit, skin });

/// A part of the post that can be read aloud, and pointed at as what helped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Segment {
    /// Unique within the item.
    pub id: String,
    /// Which part.
    pub kind: SegmentKind,
    /// The words.
    pub text: String,
}

record!(struct Segment { id, kind, text });

/// A cue that an item shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CueMark {
    /// Which.
    pub cue: Cue,
    /// Which way it points.
    pub pole: Pole,
    /// The segment that shows it; none where something lacks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    /// One sentence for the patient.
    pub why: String,
}

record!(struct CueMark { cue, pole, segment, why });

/// What is said after the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Feedback {
    /// « Ces informations sont fiables, parce que… », « Ne vous y fiez pas : … »
    pub verdict: String,
    /// One rule to take along.
    pub rule: String,
    /// What to do.
    pub action: Action,
}

record!(struct Feedback { verdict, rule, action });

/// Which source backs which statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Citation {
    /// [`Source::id`].
    pub id: String,
    /// A segment’s id, or `feedback`.
    #[serde(rename = "for")]
    pub backs: String,
}

record!(struct Citation { id, backs = "for" });

impl Verdict {
    /// The other one.
    pub fn other(self) -> Verdict {
        match self {
            Verdict::Reliable => Verdict::Unreliable,
            Verdict::Unreliable => Verdict::Reliable,
        }
    }
}

impl Bank {
    /// Reads a language's file.
    ///
    /// # Errors
    /// When the text is no bank, or of another major version.
    pub fn parse(text: &[u8]) -> Result<Bank, JsonError> {
        let bank = Bank::from_json(&Value::parse(text)?)?;
        if bank.format == FORMAT { Ok(bank) } else { Err(JsonError::Field("format")) }
    }

    /// How many items physiotherapists have not signed yet. The portal says so as long as there is one.
    pub fn drafts(&self) -> usize {
        self.items.iter().filter(|item| item.status == Status::Draft).count()
    }
}

/// The JSON Schema (2020-12) of a bank, pretty-printed, as committed in `crates/care/quiz.schema.json`.
#[cfg(feature = "schema")]
pub fn json_schema() -> Result<String, serde_json::Error> {
    let schema = schemars::schema_for!(Bank);
    Ok(serde_json::to_string_pretty(&schema)? + "\n")
}

impl Item {
    /// Which way a cue points here; nothing where it says nothing.
    pub fn pole(&self, cue: Cue) -> Option<Pole> {
        self.cues.iter().find(|mark| mark.cue == cue).map(|mark| mark.pole)
    }

    /// The verdict by the rule that is taught: one grave signal is enough, a small flaw is not.
    pub fn by_the_rule(&self) -> Verdict {
        let grave = |mark: &CueMark| mark.cue.is_grave() && mark.pole == Pole::Bad;
        if self.cues.iter().any(grave) { Verdict::Unreliable } else { Verdict::Reliable }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::sample, *};

    #[test]
    fn questions_are_drafts_until_the_last_one_is_signed() {
        let mut bank = sample::bank();
        let all = bank.items.len();
        assert_eq!(bank.drafts(), all);
        for n in 0..all {
            bank.items[n].status = Status::Reviewed;
            assert_eq!(bank.drafts(), all - n - 1);
        }
    }
}
