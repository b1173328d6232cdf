//! The one error type: which file, which field, what is wrong, what was expected, what to do.

use std::{
    fmt,
    path::{Path, PathBuf},
};

/// When a problem stops the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nothing can go on.
    Now,
    /// The kit can be packed and looked at, but not given to a patient.
    Publish,
}

/// One thing that is wrong, told to the person who can put it right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file or folder.
    pub file: PathBuf,
    /// Line in the file, from 1.
    pub line: Option<usize>,
    /// The field, for instance `exercises[2].dosage.sets`.
    pub field: Option<String>,
    /// What is wrong, as a sentence.
    pub what: String,
    /// What was expected.
    pub expected: Option<String>,
    /// What to do.
    pub remedy: Option<String>,
    /// When it stops the work.
    pub stage: Stage,
}

impl Problem {
    /// A problem with a file or folder.
    pub fn new(file: impl Into<PathBuf>, what: impl Into<String>) -> Self {
        Problem {
            file: file.into(),
            line: None,
            field: None,
            what: what.into(),
            expected: None,
            remedy: None,
            stage: Stage::Now,
        }
    }

    /// The system refused something on a file, for instance "cannot be read".
    pub fn io(file: &Path, what: &str, error: &std::io::Error) -> Self {
        use std::io::ErrorKind as K;
        let remedy = match error.kind() {
            K::NotFound => "Check the name and the folder.",
            K::PermissionDenied => "Give your account the right to it, or use another folder.",
            K::StorageFull => "Free some space on this disk, then start the command again.",
            _ => "Start the command again; if it stays, check this disk.",
        };
        Problem::new(file, format!("{what}: {error}")).to_do(remedy)
    }

    /// With the line.
    #[must_use]
    pub fn at(mut self, line: usize) -> Self {
        self.line = Some(line);
        self
    }

    /// With the field.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// With what was expected.
    #[must_use]
    pub fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// With what to do.
    #[must_use]
    pub fn to_do(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// With the stage.
    #[must_use]
    pub fn stage(mut self, stage: Stage) -> Self {
        self.stage = stage;
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(field) = &self.field {
            write!(f, "  {field}")?;
        }
        write!(f, "\n  {}", self.what)?;
        if let Some(expected) = &self.expected {
            write!(f, "\n  Expected: {expected}")?;
        }
        if let Some(remedy) = &self.remedy {
            write!(f, "\n  What to do: {remedy}")?;
        }
        Ok(())
    }
}

/// Everything that was found wrong in one go.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, problem) in self.0.iter().enumerate() {
            if n > 0 {
                f.write_str("\n\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Problems(vec![problem])
    }
}

/// What every step of this crate returns.
pub type Outcome<T> = Result<T, Problems>;
