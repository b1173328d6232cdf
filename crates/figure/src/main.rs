//! `figure`: writes films, captions and vector loops of the exercises from their motion data.

use clap::{Parser, Subcommand};
use figure::{Problem, film, motion::Motion, raster, vector};
use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Draws exercises from motion data: films with captions, vector loops, contact sheets.
///
/// `figure all` writes everything for every file in content/motion;
/// `figure sit-to-stand` only for one exercise.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Arguments {
    /// Exercises by their ids, or `all`
    ids: Vec<String>,
    /// Where the motion data is
    #[arg(long, default_value = "content/motion")]
    motion: PathBuf,
    /// Where the library of exercises is; a folder for each id
    #[arg(long, default_value = "content/demo/library")]
    library: PathBuf,
    /// Write vector loops and captions, but no films
    #[arg(long)]
    no_films: bool,
    #[command(subcommand)]
    look: Option<Look>,
}

#[derive(Subcommand)]
enum Look {
    /// Write contact sheets: 8 pictures a row, a row a camera
    Sheets {
        /// Where the motion data is
        #[arg(long, default_value = "content/motion")]
        motion: PathBuf,
        /// Folder to write <id>.png to
        #[arg(long, default_value = "target/figure/contact")]
        to: PathBuf,
    },
    /// Write one picture of a film
    Still {
        /// The exercise
        id: String,
        /// Seconds from the film's beginning
        seconds: f64,
        /// PNG file to write
        to: PathBuf,
        /// Where the motion data is
        #[arg(long, default_value = "content/motion")]
        motion: PathBuf,
    },
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Problem + '_ {
    move |source| Problem::Io { path: path.to_owned(), source }
}

fn picture(path: &Path, pixels: &tiny_skia::Pixmap) -> Result<(), Problem> {
    pixels.save_png(path).map_err(|e| io(path)(std::io::Error::other(e)))
}

fn write(motion: &Motion, library: &Path, films: bool) -> Result<(), Problem> {
    let folder = library.join(&motion.id);
    fs::create_dir_all(&folder).map_err(io(&folder))?;
    let file = |end: &str| folder.join(format!("{}{end}", motion.id));
    for (end, svg) in vector::both(motion)? {
        let path = file(&format!("{end}.svg"));
        fs::write(&path, &svg).map_err(io(&path))?;
        println!("{} {} bytes", path.display(), svg.len());
    }
    for (end, vtt) in
        [(".fr.vtt", film::captions(motion, |t| &t.fr)), (".en.vtt", film::captions(motion, |t| &t.en))]
    {
        let path = file(end);
        fs::write(&path, vtt).map_err(io(&path))?;
    }
    if films {
        let path = file(".mp4");
        film::write(motion, &path)?;
        let length = fs::metadata(&path).map_err(io(&path))?.len();
        println!("{} {length} bytes, {:.1} s", path.display(), film::duration(motion) / 1000.0);
    }
    Ok(())
}

fn run(arguments: &Arguments) -> Result<(), Problem> {
    match &arguments.look {
        Some(Look::Sheets { motion, to }) => {
            fs::create_dir_all(to).map_err(io(to))?;
            for motion in Motion::read_all(motion)? {
                let path = to.join(format!("{}.png", motion.id));
                picture(&path, &raster::contact_sheet(&motion)?)?;
            }
        }
        Some(Look::Still { id, seconds, to, motion }) => {
            let motion = Motion::read(&motion.join(format!("{id}.toml")))?;
            picture(to, &film::still(&motion, seconds * 1000.0)?.pixels)?;
        }
        None if arguments.ids == ["all"] => {
            for motion in Motion::read_all(&arguments.motion)? {
                write(&motion, &arguments.library, !arguments.no_films)?;
            }
        }
        None => {
            for id in &arguments.ids {
                let motion = Motion::read(&arguments.motion.join(format!("{id}.toml")))?;
                write(&motion, &arguments.library, !arguments.no_films)?;
            }
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.ids.is_empty() && arguments.look.is_none() {
        eprintln!("Name exercises by their ids, or all: see --help.");
        return ExitCode::FAILURE;
    }
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}
