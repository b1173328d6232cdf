//! How many tests passed and failed, read from what the runners print.

use std::ops::AddAssign;

/// A number of passed and failed checks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Checks that proved what they say.
    pub passed: u64,
    /// Checks that did not, or could not run. A skipped test counts here: nothing is left out.
    pub failed: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// Sums the `test result:` lines that Rust's test runners print, one for each program of tests.
pub fn rust(output: &str) -> Tally {
    let mut tally = Tally::default();
    for line in output.lines().filter_map(|line| line.trim().strip_prefix("test result: ")) {
        let number = |word: &str| {
            line.split([';', '.'])
                .filter_map(|part| part.trim().strip_suffix(word))
                .find_map(|count| count.trim().parse::<u64>().ok())
                .unwrap_or(0)
        };
        tally += Tally { passed: number("passed"), failed: number("failed") + number("ignored") };
    }
    tally
}

/// Reads the closing lines of Node's test runner: `ℹ pass 3` (spec) or `# pass 3` (TAP).
pub fn node(output: &str) -> Tally {
    let number = |word: &str| {
        output
            .lines()
            .rev()
            .filter_map(|line| line.strip_prefix("ℹ ").or_else(|| line.strip_prefix("# ")))
            .find_map(|line| line.strip_prefix(word)?.strip_prefix(' ')?.trim().parse::<u64>().ok())
            .unwrap_or(0)
    };
    Tally {
        passed: number("pass"),
        failed: number("fail") + number("cancelled") + number("skipped") + number("todo"),
    }
}

/// What a runner's end and its numbers mean together: a runner that failed without a failing test
/// (it didn't compile, it crashed) is one failure, and so is one that ran nothing.
pub fn judged(success: bool, counted: Tally) -> Tally {
    if counted.failed == 0 && (!success || counted.passed == 0) {
        Tally { failed: 1, ..counted }
    } else {
        counted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_results_of_all_rust_test_programs_are_added() {
        let output = "running 2 tests\n\
            test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s\n\
            test result: FAILED. 10 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(rust(output), Tally { passed: 12, failed: 1 });
    }

    #[test]
    fn an_ignored_test_counts_as_failed() {
        assert_eq!(rust("test result: ok. 1 passed; 0 failed; 2 ignored;"), Tally { passed: 1, failed: 2 });
    }

    #[test]
    fn the_last_numbers_of_the_node_runner_count() {
        let spec = "✔ opens (3ms)\nℹ tests 4\nℹ suites 0\nℹ pass 2\nℹ fail 1\nℹ cancelled 0\nℹ skipped 1\nℹ todo 0\n";
        assert_eq!(node(spec), Tally { passed: 2, failed: 2 });
        assert_eq!(node("# tests 3\n# pass 3\n# fail 0\n"), Tally { passed: 3, failed: 0 });
    }

    #[test]
    fn a_runner_that_crashes_or_runs_nothing_is_a_failure() {
        let three = Tally { passed: 3, failed: 0 };
        assert_eq!(judged(true, three), three);
        assert_eq!(judged(false, three), Tally { passed: 3, failed: 1 });
        assert_eq!(judged(true, Tally::default()), Tally { passed: 0, failed: 1 });
        assert_eq!(judged(false, Tally { passed: 1, failed: 2 }), Tally { passed: 1, failed: 2 });
    }
}
