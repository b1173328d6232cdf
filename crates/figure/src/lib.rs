//! The animated figure: from motion data (`content/motion`) to master films with captions and to
//! vector loops of at most 8 KB. What it writes depends on its input only.

pub mod film;
pub mod letters;
pub mod motion;
pub mod person;
pub mod props;
pub mod raster;
pub mod scene;
pub mod skeleton;
pub mod vector;

use std::path::PathBuf;

/// What can go wrong, with what to do.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// A file or folder.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Motion data that cannot be understood.
    #[error("{}: {what}", file.display())]
    Motion {
        /// Which file.
        file: PathBuf,
        /// What is wrong, what was expected.
        what: String,
    },
    /// The title's letters.
    #[error("the font {} cannot be used: {what}. Install it (Debian: apt install fonts-lato), or name a folder with Lato-Regular.ttf and Lato-Bold.ttf in BON_GESTE_FONTS.", path.display())]
    Font {
        /// Which file.
        path: PathBuf,
        /// Why.
        what: String,
    },
    /// The encoder.
    #[error("ffmpeg could not make {}: {what}. It needs an ffmpeg with libx264 (Debian: apt install ffmpeg).", path.display())]
    Encoder {
        /// Which film.
        path: PathBuf,
        /// Why.
        what: String,
    },
    /// A picture that cannot be made.
    #[error("{id}: {what}")]
    Drawing {
        /// Which exercise.
        id: String,
        /// Why.
        what: String,
    },
}
