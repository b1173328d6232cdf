//! Running other programs: quietly while they work (with a sign of life and the time), with their
//! whole output kept when they fail; and passing an interruption on to them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, IsTerminal as _, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

/// Ids of the programs running now, to be stopped together with this one.
static RUNNING: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());
/// Set once the user, or the system, has asked this program to stop.
static STOPPING: AtomicBool = AtomicBool::new(false);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on SIGINT, SIGTERM and SIGHUP are passed on, as SIGTERM, to every program that runs.
///
/// # Errors
/// When the system refuses the handlers.
pub fn forward_signals() -> Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM])
        .context("installing the handlers that stop the started programs")?;
    thread::spawn(move || {
        for _ in signals.forever() {
            STOPPING.store(true, Ordering::SeqCst);
            let running = lock(&RUNNING);
            for id in running.iter() {
                terminate(*id);
            }
        }
    });
    Ok(())
}

/// Whether this program was asked to stop.
pub fn stopping() -> bool {
    STOPPING.load(Ordering::SeqCst)
}

/// Asks the program with this id to end. One that has ended already is no error.
pub fn terminate(id: u32) {
    if let Some(pid) = i32::try_from(id).ok().and_then(Pid::from_raw) {
        let _ended_already = kill_process(pid, Signal::TERM);
    }
}

/// A started program that hears of an interruption as long as this value lives.
pub struct Started {
    /// The program.
    pub child: Child,
}

impl Started {
    /// Starts `command`.
    ///
    /// # Errors
    /// When the program can't be started, or this one is being stopped.
    pub fn new(command: &mut Command) -> Result<Self> {
        if stopping() {
            bail!("stopped as asked");
        }
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command
            .spawn()
            .with_context(|| format!("`{name}` could not be started; `cargo xtask setup` installs it"))?;
        lock(&RUNNING).insert(child.id());
        if stopping() {
            terminate(child.id());
        }
        Ok(Self { child })
    }

    /// Waits for the program's end.
    ///
    /// # Errors
    /// When the system can't tell.
    pub fn wait(&mut self) -> Result<ExitStatus> {
        let status = self.child.wait().context("waiting for a program's end");
        lock(&RUNNING).remove(&self.child.id());
        status
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        lock(&RUNNING).remove(&self.child.id());
        if matches!(self.child.try_wait(), Ok(None)) {
            terminate(self.child.id());
            let _status = self.child.wait();
        }
    }
}

/// What a program left behind.
pub struct Outcome {
    /// Whether it ended with success.
    pub success: bool,
    /// Its standard output and errors, line by line as they came.
    pub log: String,
    /// Only its standard output.
    pub stdout: String,
}

/// Prints the heading of a piece of work.
pub fn heading(text: &str) {
    eprintln!("• {text}");
}

/// Seconds as people read them: `4.2 s`, `3 min 05 s`.
pub fn elapsed(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

/// Runs `command` to its end under `title`, showing that it lives and how long it takes. Its output
/// goes to `log`, when given.
///
/// # Errors
/// When it can't be started or waited for. A program that fails is an [`Outcome`], not an error.
pub fn watch(title: &str, command: &mut Command, log: Option<&Path>) -> Result<Outcome> {
    run(title, command, log, false)
}

fn run(title: &str, command: &mut Command, log: Option<&Path>, own_progress: bool) -> Result<Outcome> {
    let start = Instant::now();
    heading(title);
    let errors = if own_progress { Stdio::inherit() } else { Stdio::piped() };
    let mut started = Started::new(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(errors))?;
    let lines = Arc::new(Mutex::new(Lines::default()));
    let readers = [
        started.child.stdout.take().map(|pipe| read_lines(pipe, Arc::clone(&lines), true)),
        started.child.stderr.take().map(|pipe| read_lines(pipe, Arc::clone(&lines), false)),
    ];
    let ticker = (!own_progress).then(|| Ticker::start(start, Arc::clone(&lines)));
    let status = started.wait()?;
    for reader in readers.into_iter().flatten() {
        let _finished = reader.join();
    }
    if let Some(ticker) = ticker {
        ticker.stop();
    }
    let Lines { all, stdout, .. } = std::mem::take(&mut *lock(&lines));
    if let Some(path) = log {
        crate::layout::write(path, &all)?;
    }
    let mark = if status.success() { "✓" } else { "✗" };
    eprintln!("  {mark} {}", elapsed(start.elapsed()));
    if stopping() {
        bail!("stopped as asked");
    }
    Ok(Outcome { success: status.success(), log: all, stdout })
}

/// Like [`watch`], for a program whose failure ends everything.
///
/// # Errors
/// When it fails, with the end of its output.
pub fn must(title: &str, command: &mut Command) -> Result<Outcome> {
    let outcome = watch(title, command, None)?;
    passed(title, command, outcome)
}

/// Like [`must`], for a program that draws its own progress on a terminal.
///
/// # Errors
/// When it fails, with the end of its output.
pub fn must_with_progress(title: &str, command: &mut Command) -> Result<Outcome> {
    let outcome = run(title, command, None, std::io::stderr().is_terminal())?;
    passed(title, command, outcome)
}

fn passed(title: &str, command: &Command, outcome: Outcome) -> Result<Outcome> {
    if !outcome.success {
        bail!("failed: {title}\n{}\nThe command was: {}", tail(&outcome.log, 60), shown(command));
    }
    Ok(outcome)
}

/// The last `count` lines of a text.
pub fn tail(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

/// A command as it would be typed.
pub fn shown(command: &Command) -> String {
    let mut text = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        let _infallible = write!(text, " {}", argument.to_string_lossy());
    }
    text
}

#[derive(Default)]
struct Lines {
    all: String,
    stdout: String,
    last: String,
}

fn read_lines(
    pipe: impl Read + Send + 'static,
    lines: Arc<Mutex<Lines>>,
    is_stdout: bool,
) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut reader = BufReader::new(pipe);
        let mut buffer = Vec::new();
        while matches!(reader.read_until(b'\n', &mut buffer), Ok(read) if read > 0) {
            let line = String::from_utf8_lossy(&buffer).into_owned();
            let mut lines = lock(&lines);
            lines.all.push_str(&line);
            if is_stdout {
                lines.stdout.push_str(&line);
            }
            // A progress bar rewrites its line; the last writing is what counts.
            if let Some(last) = line.trim_end().rsplit('\r').next().filter(|last| !last.trim().is_empty()) {
                lines.last = last.trim().to_owned();
            }
            buffer.clear();
        }
    })
}

/// Shows every second on a terminal, every 20 s in a log, what a silent program is at.
struct Ticker {
    done: Arc<(Mutex<bool>, Condvar)>,
    thread: thread::JoinHandle<()>,
}

impl Ticker {
    fn start(start: Instant, lines: Arc<Mutex<Lines>>) -> Self {
        let done = Arc::new((Mutex::new(false), Condvar::new()));
        let shared = Arc::clone(&done);
        let terminal = std::io::stderr().is_terminal();
        let pause = Duration::from_secs(if terminal { 1 } else { 20 });
        let thread = thread::spawn(move || {
            let (finished, changed) = &*shared;
            let mut guard = lock(finished);
            loop {
                let (next, timeout) =
                    changed.wait_timeout(guard, pause).unwrap_or_else(PoisonError::into_inner);
                guard = next;
                if *guard {
                    break;
                }
                if timeout.timed_out() {
                    let last: String = lock(&lines).last.chars().take(90).collect();
                    let line = format!("  … {} {last}", elapsed(start.elapsed()));
                    if terminal {
                        eprint!("\r\x1b[2K{line}");
                    } else {
                        eprintln!("{line}");
                    }
                }
            }
            if terminal {
                eprint!("\r\x1b[2K");
            }
        });
        Self { done, thread }
    }

    fn stop(self) {
        *lock(&self.done.0) = true;
        self.done.1.notify_all();
        let _finished = self.thread.join();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_program_gives_its_output_and_no_error() {
        let outcome =
            watch("test", Command::new("sh").args(["-c", "echo out; echo err >&2; exit 3"]), None).unwrap();
        assert!(!outcome.success);
        assert_eq!(outcome.stdout, "out\n");
        assert!(outcome.log.contains("err"));
    }

    #[test]
    fn a_missing_program_is_named_with_the_remedy() {
        let error = watch("test", &mut Command::new("no-such-program-here"), None).err().unwrap();
        assert!(format!("{error:#}").contains("no-such-program-here"));
        assert!(format!("{error:#}").contains("cargo xtask setup"));
    }

    #[test]
    fn long_times_are_told_in_minutes() {
        assert_eq!(elapsed(Duration::from_millis(4210)), "4.2 s");
        assert_eq!(elapsed(Duration::from_secs(185)), "3 min 05 s");
    }

    #[test]
    fn the_tail_of_a_short_text_is_the_text() {
        assert_eq!(tail("a\nb\nc", 2), "b\nc");
        assert_eq!(tail("a", 2), "a");
    }
}
