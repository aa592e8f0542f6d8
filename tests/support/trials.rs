//! Test targets whose tests come from a table, or need the machine for themselves: they have a
//! `main` of their own, which names the tests and says how many of them run at the same time.
//! Cargo runs one test target after the other, so that no other test disturbs them.

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

use super::truth::sample::{Runtime, Sample};

/// A test with this name. It fails when it panics.
pub fn trial(name: impl Into<String>, test: impl FnOnce() + Send + 'static) -> Trial {
    Trial::test(name, move || {
        test();
        Ok(())
    })
}

/// A test of a sample on a runtime, named after both and the behaviour that the sample shows.
pub fn of_sample(
    sample: &'static Sample,
    runtime: Runtime,
    test: impl FnOnce(&Sample, Runtime) + Send + 'static,
) -> Trial {
    let name = format!("{runtime}::{}: {}", sample.name, sample.shows);
    trial(name, move || test(sample, runtime))
}

/// Runs the tests, so many at a time unless the command line has `--test-threads`.
pub fn run(at_once: usize, trials: Vec<Trial>) -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(at_once);
    libtest_mimic::run(&arguments, trials).exit_code()
}
