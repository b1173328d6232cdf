//! Everything that can go wrong for a patient, in one type. A screen turns it into a sentence
//! (what happened) and a next step (what to do) by its key, in one place.

use crate::{
    download::Trouble,
    kit::KitError,
    link::LinkError,
    opening::OpenError,
    ports::{NetError, StoreError},
};

/// A problem as the patient meets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Problem {
    /// The text is no kit link.
    LinkNone,
    /// The link is cut or changed.
    LinkBroken,
    /// The link is of a later kind.
    LinkForeign,
    /// The link's own date is over.
    LinkExpired,
    /// The link leads to another clinic's portal.
    LinkElsewhere,
    /// The clinic's server does not know this kit (any more).
    KitGone,
    /// What arrived is not a kit: a Wi-Fi login page, half a file.
    KitNotAKit,
    /// The link's key does not open it.
    KitWrongKey,
    /// Made for a later portal.
    KitForeign,
    /// An older version than the one here.
    KitReplay,
    /// No connection.
    Offline,
    /// Connected, but nothing arrives.
    Stalled,
    /// The clinic's server has a fault.
    Server,
    /// A film is not at the server.
    MediaMissing,
    /// What arrived is not what the clinic signed.
    MediaWrong,
    /// A film does not play here.
    MediaUnplayable,
    /// No room on the device.
    NoSpace,
    /// The browser refuses to keep anything.
    StorageRefused,
    /// Another tab holds the database.
    StorageBlocked,
    /// The database is of a later version.
    StorageNewer,
    /// The database failed.
    StorageFailed,
    /// The browser cannot check signatures.
    CryptoMissing,
    /// The other language has not come yet.
    LanguageMissing,
    /// The screens after the first ones have not come.
    ScreenMissing,
    /// The camera was refused.
    CameraRefused,
    /// There is no camera, or another app has it.
    CameraMissing,
    /// No code in the picture.
    QrNone,
    /// The device's clock says a day before the kit was made.
    ClockWrong,
    /// The program itself failed.
    Crash,
}

impl Problem {
    /// Every problem, for tests of the texts.
    pub const ALL: [Problem; 29] = [
        Problem::LinkNone,
        Problem::LinkBroken,
        Problem::LinkForeign,
        Problem::LinkExpired,
        Problem::LinkElsewhere,
        Problem::KitGone,
        Problem::KitNotAKit,
        Problem::KitWrongKey,
        Problem::KitForeign,
        Problem::KitReplay,
        Problem::Offline,
        Problem::Stalled,
        Problem::Server,
        Problem::MediaMissing,
        Problem::MediaWrong,
        Problem::MediaUnplayable,
        Problem::NoSpace,
        Problem::StorageRefused,
        Problem::StorageBlocked,
        Problem::StorageNewer,
        Problem::StorageFailed,
        Problem::CryptoMissing,
        Problem::LanguageMissing,
        Problem::ScreenMissing,
        Problem::CameraRefused,
        Problem::CameraMissing,
        Problem::QrNone,
        Problem::ClockWrong,
        Problem::Crash,
    ];

    /// Its key in the locale files: `problem.<key>.what` and `problem.<key>.do`.
    pub fn key(self) -> &'static str {
        match self {
            Problem::LinkNone => "link_none",
            Problem::LinkBroken => "link_broken",
            Problem::LinkForeign => "link_foreign",
            Problem::LinkExpired => "link_expired",
            Problem::LinkElsewhere => "link_elsewhere",
            Problem::KitGone => "kit_gone",
            Problem::KitNotAKit => "kit_not_a_kit",
            Problem::KitWrongKey => "kit_wrong_key",
            Problem::KitForeign => "kit_foreign",
            Problem::KitReplay => "kit_replay",
            Problem::Offline => "offline",
            Problem::Stalled => "stalled",
            Problem::Server => "server",
            Problem::MediaMissing => "media_missing",
            Problem::MediaWrong => "media_wrong",
            Problem::MediaUnplayable => "media_unplayable",
            Problem::NoSpace => "no_space",
            Problem::StorageRefused => "storage_refused",
            Problem::StorageBlocked => "storage_blocked",
            Problem::StorageNewer => "storage_newer",
            Problem::StorageFailed => "storage_failed",
            Problem::CryptoMissing => "crypto_missing",
            Problem::LanguageMissing => "language_missing",
            Problem::ScreenMissing => "screen_missing",
            Problem::CameraRefused => "camera_refused",
            Problem::CameraMissing => "camera_missing",
            Problem::QrNone => "qr_none",
            Problem::ClockWrong => "clock_wrong",
            Problem::Crash => "crash",
        }
    }

    /// What an answer's status means when a kit was asked for; `None` for a success.
    pub fn of_kit_status(status: u16) -> Option<Self> {
        match status {
            200 | 304 => None,
            401 | 403 | 404 | 410 => Some(Problem::KitGone),
            100..=399 => Some(Problem::KitNotAKit),
            _ => Some(Problem::Server),
        }
    }
}

impl From<LinkError> for Problem {
    fn from(e: LinkError) -> Self {
        match e {
            LinkError::NotALink => Problem::LinkNone,
            LinkError::Broken => Problem::LinkBroken,
            LinkError::Foreign => Problem::LinkForeign,
            LinkError::Expired => Problem::LinkExpired,
        }
    }
}

impl From<OpenError> for Problem {
    fn from(e: OpenError) -> Self {
        match e {
            OpenError::NotAKit | OpenError::Kit(KitError::Malformed(_)) => Problem::KitNotAKit,
            OpenError::WrongKey => Problem::KitWrongKey,
            OpenError::Kit(KitError::ForeignVersion(_)) => Problem::KitForeign,
            OpenError::Replay { .. } => Problem::KitReplay,
            OpenError::Unavailable(_) => Problem::CryptoMissing,
        }
    }
}

impl From<NetError> for Problem {
    fn from(e: NetError) -> Self {
        match e {
            NetError::Offline => Problem::Offline,
            NetError::Stalled => Problem::Stalled,
        }
    }
}

impl From<StoreError> for Problem {
    fn from(e: StoreError) -> Self {
        match e {
            StoreError::Quota => Problem::NoSpace,
            StoreError::Refused(_) => Problem::StorageRefused,
            StoreError::Blocked => Problem::StorageBlocked,
            StoreError::Newer => Problem::StorageNewer,
            StoreError::Closed(_)
            | StoreError::Exists
            | StoreError::Changed
            | StoreError::Unreadable(_)
            | StoreError::Other(_) => Problem::StorageFailed,
        }
    }
}

impl From<Trouble> for Problem {
    fn from(e: Trouble) -> Self {
        match e {
            Trouble::Offline => Problem::Offline,
            Trouble::Stalled => Problem::Stalled,
            Trouble::Server(_) => Problem::Server,
            Trouble::Missing => Problem::MediaMissing,
            Trouble::WrongContent => Problem::MediaWrong,
            Trouble::Store(e) => e.into(),
            Trouble::Unavailable => Problem::CryptoMissing,
        }
    }
}
