//! Statuses, outcomes, verdicts and exit codes, in words.

use crate::exit;
use crate::explain::{Family, Topic};
use crate::report::{ReportedOutcome, Status, Verdict};

/// Exit code, title and text; a test compares it with the help of the command line.
const EXIT_CODES: &[(u8, &str, &str, &str)] = &[
    (
        exit::PASS,
        "0",
        "nothing unexpected was pending, and that was proved",
        "The verdict is `pass`. Every task and timer that was alive at a response was seen, and none of them fails the run. Warnings, what is expected, and what the baseline knows may have been there.",
    ),
    (
        exit::FAIL,
        "1",
        "something unexpected was pending",
        "The verdict is `fail`. At least one finding is `unexpected`, and its rule fails the run; or an expectation is stale, and that fails the run too. For `loopcheck diff` it says that something was added or got worse. Mend what the report names, or say in the configuration why it is meant.",
    ),
    (
        exit::USAGE,
        "2",
        "wrong usage or configuration",
        "An option is wrong, or a file that is named is not there or not what it has to be. Nothing was run, so nothing is said of the handler. The message on stderr names what to correct; see `bad-input`.",
    ),
    (
        exit::NO_RESPONSE,
        "3",
        "the handler did not get to a response",
        "The handler could not be built or started, failed in its init phase, crashed, or exceeded its timeout. A handler that answers with an error did respond, and is judged like any other; so is one whose answer is withheld (`held`). The gap in the report says what happened, and the output of the handler on stderr says more.",
    ),
    (
        exit::INCONCLUSIVE,
        "4",
        "inconclusive: something could not be seen",
        "Nothing that was seen fails the run, and something that the answer depends on could not be seen. That is never a pass: a gate that could not see must not open. The gap in the report says what was missed and how to mend it.",
    ),
    (
        exit::INTERNAL,
        "5",
        "internal error",
        "loopcheck itself failed, so nothing is said of the handler. Report it to loopcheck's developers, with a recording of the run (`--record`) if there is one; see `internal-error`.",
    ),
    (
        exit::INTERRUPTED,
        "130",
        "interrupted",
        "The run was interrupted before there was an answer. Nothing that was started is left running. See `interrupted`.",
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
            "nobody said that it was meant",
            "The item was pending at a response, and neither an expectation nor the baseline covers it. Whether it fails the run is up to the level of its rule. Mend it, or say in the configuration why it is meant.",
        ),
        Status::Expected => (
            "an expectation covers it",
            "An expectation of the configuration matches the item, and gives the reason why it is meant. It does not fail the run. When nothing matches the expectation any more, that is told: see `stale-expectation`.",
        ),
        Status::Baseline => (
            "the baseline knows it",
            "The item was there when the baseline was written, so it does not fail the run. One more of a known kind is `unexpected`, for counts are part of what is known. What has gone away is named, so that the baseline can shrink.",
        ),
        Status::Runtime => (
            "it belongs to the Lambda runtime or to loopcheck",
            "A clean handler is not empty: the runtime has tasks, threads and a connection of its own. They are recognised, counted apart, and never fail a run. There is nothing to do.",
        ),
        Status::Safe => (
            "it ended in time",
            "The item was pending at the response, and had ended before the environment would have been frozen: mostly before the runtime asked for the next event. So nothing is left of it, and it does not fail the run. There is nothing to do.",
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
            "the platform withholds an answer that was given",
            "The handler has completed, and what is pending would keep its answer back until the function times out: see `holds-until-timeout`. The caller would get an error. That is a finding with exit code `1`, and not a handler that failed. Under `callback-wait`, end what keeps the event loop alive.",
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
            "nothing unexpected was pending, and that was proved",
            "All that was alive at a response was seen, and nothing of it fails the run. The exit code is `0`. Without a proof that all was seen there is no pass, but `inconclusive`.",
        ),
        Verdict::Fail => (
            "something unexpected was pending",
            "Something was pending at a response that nobody said was meant, and its rule fails the run. The exit code is `1`. The report says of each finding what it is, what becomes of it, and how to mend it.",
        ),
        Verdict::Error => (
            "there is no answer to give",
            "The run did not get far enough to be judged. The exit code says why: `2` for wrong usage, `3` for a handler that did not respond, `5` for a defect in loopcheck, `130` for an interruption. The first gap in the report says more.",
        ),
        Verdict::Inconclusive => (
            "a hole in the evidence touches the answer",
            "Nothing that was seen fails the run, but not all was seen that the answer depends on. The exit code is `4`. The gaps in the report say what could not be seen, and how to mend that.",
        ),
    }
}

/// Each exit code beside its id.
#[cfg(test)]
pub(super) fn exit_codes_by_number() -> Vec<(u8, &'static str)> {
    EXIT_CODES.iter().map(|(code, id, ..)| (*code, *id)).collect()
}
