//! Gaps and failures, in words.

use crate::explain::{Family, Topic};
use crate::model::diagnostic::{DiagnosticId, Effect, FailureId, GapId};

pub(super) fn topics() -> Vec<Topic> {
    let topic = |id: &DiagnosticId| {
        let Text { title, unseen, mend } = text(*id);
        let text = format!("{unseen} {} {mend}", effect(id.effect()));
        Topic { family: Family::Gap, id: id.as_str(), title, text, code: None }
    };
    DiagnosticId::ALL.iter().map(topic).collect()
}

/// The text of a gap or a failure, without its effect.
struct Text {
    title: &'static str,
    unseen: &'static str,
    mend: &'static str,
}

/// What it does to the verdict.
const fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Note => "It is told, and the verdict does not depend on it.",
        Effect::Inconclusive => {
            "The verdict is never a pass: it is `inconclusive` (exit code `4`), or `fail` if something that was seen fails the run anyway."
        }
        Effect::NoResponse => "The verdict is an error with exit code `3`.",
        Effect::Usage => "The verdict is an error with exit code `2`.",
        Effect::Internal => "The verdict is an error with exit code `5`.",
        Effect::Interrupted => "The verdict is an error with exit code `130`.",
    }
}

const fn of(title: &'static str, unseen: &'static str, mend: &'static str) -> Text {
    Text { title, unseen, mend }
}

const fn text(id: DiagnosticId) -> Text {
    match id {
        DiagnosticId::Gap(gap) => of_gap(gap),
        DiagnosticId::Failure(failure) => of_failure(failure),
    }
}

const fn of_gap(gap: GapId) -> Text {
    match gap {
        GapId::NotInstrumented => of(
            "the handler serves no console feed",
            "Tasks and timers were not seen: a tokio handler served no feed of console-subscriber, or loopcheck's agent did not report from a Node.js process.",
            "In tokio, add console-subscriber, install it first thing in main, and give loopcheck the directory, so that it is built as it must be. In Node.js, see that nothing takes NODE_OPTIONS away from the process.",
        ),
        GapId::NoTasks => of(
            "the console feed never showed a task",
            "The feed was there and showed no async task, although the Lambda runtime itself always has one; so it is blind for all of them.",
            "Build the handler with RUSTFLAGS=\"--cfg tokio_unstable\" and tokio's feature tracing, and install the subscriber before the runtime spawns anything.",
        ),
        GapId::FeedLag => of(
            "the feed could not be proved to have told everything up to the response",
            "The feed lags and does not say so, and no proof came that it had told all that happened before the response. Items may be missing.",
            "Let the handler do less at once, or run it on a machine with more free cores.",
        ),
        GapId::EventsDropped => of(
            "the feed lost events",
            "The handler did so much at once that the queue of the console feed was full, and events were lost; in Node.js it had so many unfinished async functions that some are known by number alone.",
            "Let one invocation do less at once. A tokio handler can also be started with a larger TOKIO_CONSOLE_BUFFER_CAPACITY, by `--env`.",
        ),
        GapId::FullStateMissing => of(
            "the feed never sent its full state",
            "The first message of a feed has all that exists by then, and it never came; above 4 MiB it cannot be sent.",
            "Let the handler start fewer tasks before its first event.",
        ),
        GapId::FeedLost => of(
            "the feed ended before the run did",
            "The connection to the feed broke while there was still something to be learned from it.",
            "See on stderr whether the handler has closed it, or whether the process that served it has ended.",
        ),
        GapId::FeedInconsistent => of(
            "two views of the same item contradict each other",
            "The feed said something that cannot be true, or two parts of the evidence disagree; so neither can be relied on.",
            "Run again with `--record`, and report the recording to loopcheck's developers.",
        ),
        GapId::AgentFailed => of(
            "loopcheck's agent in the Node.js process failed",
            "The agent that watches a Node.js handler from inside has failed, and saw nothing after that.",
            "If the handler replaces what is built into JavaScript or Node.js, try without that. Otherwise report it to loopcheck's developers.",
        ),
        GapId::UnseenHandle => of(
            "something keeps the event loop alive that the agent does not know",
            "libuv's own report lists something that keeps the event loop alive, and loopcheck's agent cannot explain it. Native code may have made it.",
            "Find the native addon by leaving one out at a time; what loopcheck does not know it cannot judge.",
        ),
        GapId::SitesMissing => of(
            "the places of some items were not recorded",
            "An invocation has 20,000 stack traces; what is started after that is seen, but not its place in the source.",
            "If a finding without a place has to be found, let one invocation do less.",
        ),
        GapId::ForeignConsole => of(
            "the console address belongs to another process",
            "What listens at the address of the console is not the handler, so its feed was not read.",
            "End the other program, or give another address with `--console`.",
        ),
        GapId::SocketsNotObserved => of(
            "sockets cannot be listed on this system",
            "Sockets, threads and child processes were not looked for: that needs Linux. Tasks and timers are judged all the same.",
            "Run loopcheck on Linux to have them checked as well.",
        ),
        GapId::SocketsUnreadable => of(
            "a process of the handler could not be read",
            "The sockets or threads of one of the handler's processes could not be listed, so some may be missing.",
            "Run loopcheck as the same user as the handler, without setuid programs in between; in a container, mount /proc.",
        ),
        GapId::ClockStepped => of(
            "the wall clock was stepped during the run",
            "Somebody set the machine's clock while the handler ran, so what was before the response and what was after it cannot be told apart.",
            "Run again.",
        ),
        GapId::NoNext => of(
            "after its response the handler never asked for the next event",
            "Until its deadline the handler did not ask for the next event, and nothing that was seen explains it. Lambda would end the environment.",
            "Look for what keeps the thread of the runtime busy after the response, or for native code that keeps the event loop alive; or the machine is too busy for this `--timeout`.",
        ),
        GapId::RecordingTruncated => of(
            "the recording ends before the run does",
            "The file ends in the middle, so what came after that is not known.",
            "Let the run that is recorded come to its end, and copy the whole file.",
        ),
        GapId::RecordingUnreadable => of(
            "a part of the recording could not be understood",
            "The file holds something that this version of loopcheck does not know, or it is damaged; what follows that was not read.",
            "Replay it with the version of loopcheck that wrote it, or record it again.",
        ),
        GapId::RecordingIncomplete => of(
            "the recording could not be written whole",
            "The file of `--record` could not be written to its end. The report itself is whole.",
            "The message says why; make room, or name another file, and run again if the recording is needed.",
        ),
        GapId::InvocationsMissing => of(
            "not every invocation took place",
            "Fewer invocations took place than were asked for, or the watch after a response was cut short. So it is not known what they would have left behind, or how counts go on.",
            "See the other gaps for the reason, and the output of the handler on stderr.",
        ),
        GapId::RequestRefused => of(
            "the Runtime API refused a request of the handler",
            "The handler sent something that Lambda refuses too, such as a second response to one event. Nobody gets what it said.",
            "The message names the request and the reason; correct the code that sends it.",
        ),
        GapId::HandlersMissing => of(
            "not every handler was run",
            "Not every handler of the configuration was run, or the report of a shard is missing; nothing is known of those.",
            "See that every shard has run and written its report, and that all reports are given.",
        ),
        GapId::FunctionNotRun => of(
            "a function of the template is not run",
            "The template names a function that cannot be run here: it is in a language that loopcheck does not know, in an image, or made by a macro in the cloud. The verdict says nothing of it.",
            "If its code is here, name its handler in loopcheck.toml instead.",
        ),
        GapId::FunctionUnjudged => of(
            "a function of the template could not be judged",
            "The template names a function in a language that loopcheck is for, but not in a way that can be run here: its runtime is newer than this version of loopcheck knows, its code is not in a folder, or a loop makes it in the cloud. What it leaves pending is not known, so the run is no pass.",
            "Use a version of loopcheck that knows the runtime, name the handler in loopcheck.toml, or leave the function out with `--filter`.",
        ),
        GapId::ProofContradicted => of(
            "a prediction did not come true when it was tried",
            "With `--prove` the handler was run again with a policy enforced, and something happened otherwise than loopcheck had predicted from the first run, twice in a row. Either loopcheck is wrong, or the handler does not do the same each time. The report shows both beside each other.",
            "Run it again with `--prove` and `--record`. If it stays, report the recording to loopcheck's developers.",
        ),
        GapId::ProofIncomplete => of(
            "a prediction could not be tried",
            "With `--prove` the handler was run again with a policy enforced, but that run did not get far enough, or not everything that happened in it could be seen. The prediction stands as it was, untried. With `--proxy` it may also be that no connection came through the proxy, so nothing is known of the peer.",
            "The handler's output of that run, on stderr, says more. A longer `--timeout` or `--freeze-for` may help.",
        ),
    }
}

const fn of_failure(failure: FailureId) -> Text {
    match failure {
        FailureId::HandlerNotStarted => of(
            "the handler could not be started",
            "The program was found, and the system did not start it.",
            "The message says why: a file that is not executable, a program for another machine, or an interpreter that is missing.",
        ),
        FailureId::BuildFailed => of(
            "the handler could not be built",
            "cargo did not build the package, so there was nothing to run.",
            "The errors of cargo stand on stderr. loopcheck adds the flag tokio_unstable to the flags that the package has already.",
        ),
        FailureId::HandlerExitedEarly => of(
            "the handler ended before it asked for an event",
            "The process ended in its init phase, before the first invocation.",
            "Its own output says more, on stderr. A handler in Rust calls lambda_runtime::run in main; one in Node.js must not exit at its top level.",
        ),
        FailureId::InitTimeout => of(
            "the handler never asked for an event",
            "The init phase did not come to its end in the time that is allowed, and Lambda allows 10 s.",
            "Look for something that is awaited in main, or at the top level of a module, and never comes; and see that it is the right program.",
        ),
        FailureId::InitError => of(
            "the handler reported an init error",
            "The handler told the Runtime API that it could not be initialised, so there was no invocation.",
            "The message has the type of the error, and the output of the handler on stderr says more.",
        ),
        FailureId::HandlerExited => of(
            "the handler crashed or exited",
            "The process ended while it had work to do, or after a response. Lambda starts a new environment after this.",
            "Its own output says more, on stderr. Look for an error that nobody handles, in what an earlier invocation has left behind as well.",
        ),
        FailureId::TimedOut => of(
            "the deadline passed without a response",
            "The handler did not complete before the function's timeout, and was killed as Lambda would have killed it.",
            "If it needs more time, raise `--timeout`; otherwise something that it awaits never comes.",
        ),
        FailureId::ResponseTooLarge => of(
            "the response was over the limit",
            "The response was refused, as Lambda refuses it: it accepts at most 6,291,556 bytes.",
            "Stream the response, or store it elsewhere and answer with its address.",
        ),
        FailureId::ProofFailed => of(
            "an invocation failed once the policy was enforced",
            "With `--prove` the handler was run again with a policy enforced, and an invocation that had got its response before got none, or an error. That is what happens on Lambda: what an earlier invocation has left fails in the time of a later one, or a connection does not survive the freeze. With `--proxy` that was tried on purpose, and the message names the peer.",
            "Await what the handler starts, and retry once on a connection error. The proof in the report names what failed and who left it.",
        ),
        FailureId::BadInput => of(
            "what was named is not there or cannot be used",
            "A handler, an event, an option or a file that the command line or the configuration names is not there, or is not what it has to be. Nothing was run.",
            "The message names it; correct it and run again.",
        ),
        FailureId::InternalError => of(
            "a defect in loopcheck",
            "loopcheck itself could not do its work, so there is no answer.",
            "Run again with `--record`, and report it to loopcheck's developers with the recording.",
        ),
        FailureId::Interrupted => of(
            "the user interrupted the run",
            "The run was stopped, by Ctrl-C or by a signal, before there was an answer. What had been started was ended.",
            "Run again.",
        ),
    }
}
