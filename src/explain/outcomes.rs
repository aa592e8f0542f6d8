//! The topics of statuses, outcomes, verdicts and exit codes.

use crate::exit;
use crate::explain::{Family, Topic};
use crate::report::{ReportedOutcome, Status, Verdict};

/// Exit code, title and text; a test compares it with the help of the command line.
const EXIT_CODES: &[(u8, &str, &str, &str)] = &[
    (
        exit::PASS,
        "0",
        "nothing unexpected was pending, and the evidence is complete",
        "The verdict is `pass`. Every task and timer that was alive at a response was seen, and none of them fails the run. Warnings, expected items and items known from the baseline may have been pending.",
    ),
    (
        exit::FAIL,
        "1",
        "something unexpected was pending",
        "The verdict is `fail`. At least one finding is `unexpected`, and its rule fails the run; or an expectation is stale, and that fails the run too. For `loopcheck diff` it means that something was added or got worse. Fix the finding, or state in the configuration why it is intended.",
    ),
    (
        exit::USAGE,
        "2",
        "wrong usage or configuration",
        "An option is wrong, or a named file is missing or invalid. Nothing was run, so the report says nothing about the handler. The message on stderr names the error; see `bad-input`.",
    ),
    (
        exit::NO_RESPONSE,
        "3",
        "the handler did not get to a response",
        "The handler could not be built or started, failed in its init phase, crashed, or exceeded its timeout. A handler that answers with an error did respond, and is judged like any other; so is one whose answer is withheld (`held`). The report names the failure; see also the output of the handler on stderr.",
    ),
    (
        exit::INCONCLUSIVE,
        "4",
        "inconclusive: evidence is missing",
        "Nothing that was seen fails the run, and evidence that the verdict depends on is missing. That is never a pass: a gate without evidence must not open. The gap in the report names what was missed, and the remedy.",
    ),
    (
        exit::INTERNAL,
        "5",
        "internal error",
        "loopcheck itself failed, so the report says nothing about the handler. Report it to loopcheck's developers, with a recording of the run (`--record`) if there is one; see `internal-error`.",
    ),
    (
        exit::INTERRUPTED,
        "130",
        "interrupted",
        "The run was interrupted before there was an answer. Every process that was started has been ended. See `interrupted`.",
    ),
];

pub(super) fn exit_codes() -> Vec<Topic> {
    let topic = |(_, id, title, text): &(u8, &'static str, &'static str, &'static str)| Topic {
        family: Family::ExitCode,
        id,
        title,
        text: (*text).to_owned(),
        code: None,
    };
    EXIT_CODES.iter().map(topic).collect()
}

pub(super) fn statuses() -> Vec<Topic> {
    let topic = |status: &Status| {
        let (title, text) = status_text(*status);
        let text = text.to_owned();
        Topic { family: Family::Status, id: status.as_str(), title, text, code: None }
    };
    Status::ALL.iter().map(topic).collect()
}

pub(super) fn topics() -> Vec<Topic> {
    let topic = |outcome: &ReportedOutcome| {
        let (title, text) = text(*outcome);
        let text = text.to_owned();
        Topic { family: Family::Outcome, id: outcome.as_str(), title, text, code: None }
    };
    ReportedOutcome::ALL.iter().map(topic).collect()
}

pub(super) fn verdicts() -> Vec<Topic> {
    let topic = |verdict: &Verdict| {
        let (title, text) = verdict_text(*verdict);
        let text = text.to_owned();
        Topic { family: Family::Verdict, id: verdict.as_str(), title, text, code: None }
    };
    Verdict::ALL.iter().map(topic).collect()
}

const fn status_text(status: Status) -> (&'static str, &'static str) {
    match status {
        Status::Unexpected => (
            "neither an expectation nor the baseline covers it",
            "The item was pending at a response, and neither an expectation nor the baseline covers it. The level of its rule decides whether it fails the run. Fix it, or state in the configuration why it is intended.",
        ),
        Status::Expected => (
            "an expectation covers it",
            "An expectation of the configuration matches the item, and gives the reason why it is intended. It does not fail the run. An expectation that matches nothing is reported: see `stale-expectation`.",
        ),
        Status::Baseline => (
            "the baseline knows it",
            "The item was there when the baseline was written, so it does not fail the run. One more of a known kind is `unexpected`, because counts are part of the baseline. Findings that are gone are named, so that the baseline can shrink.",
        ),
        Status::Runtime => (
            "it belongs to the Lambda runtime or to loopcheck",
            "A clean handler is not empty: the runtime has tasks, threads and a connection of its own. They are recognised, counted apart, and never fail a run. There is nothing to do.",
        ),
        Status::Safe => (
            "it ended in time",
            "The item was pending at the response, and had ended before the environment would have been frozen: mostly before the runtime asked for the next event. So it does not fail the run. There is nothing to do.",
        ),
    }
}

const fn text(outcome: ReportedOutcome) -> (&'static str, &'static str) {
    match outcome {
        ReportedOutcome::Response => (
            "a response was sent",
            "The handler answered, and its whole answer was received. What was pending at that moment is in the findings.",
        ),
        ReportedOutcome::Error => (
            "an error was sent, or the response was refused",
            "The handler answered with an error, or with something that the Runtime API refused. It did get to an answer, so it is judged like any other. If the error is not wanted here, give another event with `--event`.",
        ),
        ReportedOutcome::Held => (
            "the platform withholds the answer",
            "The handler has completed, and pending items would hold its answer until the function times out: see `holds-until-timeout`. The caller would get an error. That is a finding with exit code `1`, not a failure of the handler. Under `callback-wait`, end whatever keeps the event loop alive.",
        ),
        ReportedOutcome::Timeout => (
            "no answer came before the deadline",
            "The handler had not completed when the function's timeout was over, and was killed. There is nothing to judge: see `timed-out`.",
        ),
        ReportedOutcome::Crash => (
            "the process crashed",
            "The process of the handler was ended by a signal, or ended with an exit status other than 0, during the invocation. Lambda would start a new environment for the next event. See `handler-exited`.",
        ),
        ReportedOutcome::Exit => (
            "the process exited",
            "The process of the handler ended with exit status 0 during the invocation, and nobody got an answer. Lambda would start a new environment for the next event. See `handler-exited`.",
        ),
    }
}

const fn verdict_text(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Pass => (
            "nothing unexpected was pending, and the evidence is complete",
            "Everything that was alive at a response was seen, and none of it fails the run. The exit code is `0`. Without evidence that everything was seen the verdict is not a pass, but `inconclusive`.",
        ),
        Verdict::Fail => (
            "something unexpected was pending",
            "Something unexpected was pending at a response, and its rule fails the run. The exit code is `1`. The report states for each finding what it is, its fate, and the remedy.",
        ),
        Verdict::Error => (
            "there is no answer to give",
            "The run did not get far enough to be judged. The exit code gives the reason: `2` for wrong usage, `3` for a handler that did not respond, `5` for a defect in loopcheck, `130` for an interruption. The first gap in the report says more.",
        ),
        Verdict::Inconclusive => (
            "evidence that the verdict depends on is missing",
            "Nothing that was seen fails the run, but evidence that the verdict depends on is missing. The exit code is `4`. The gaps in the report name what was not seen, and the remedy.",
        ),
    }
}

/// Each exit code beside its id.
#[cfg(test)]
pub(super) fn exit_codes_by_number() -> Vec<(u8, &'static str)> {
    EXIT_CODES.iter().map(|(code, id, ..)| (*code, *id)).collect()
}
