//! The table of gaps and failures: ids, effects and texts. Reports and `loopcheck explain` take them
//! from here.

use serde::{Deserialize, Serialize};

use crate::model::diagnostic::effect::Effect;

/// The id of a gap or of a failure. Ids are stable, and no id is both.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(into = "&'static str", try_from = "String")]
pub enum DiagnosticId {
    /// A gap in the evidence.
    Gap(GapId),
    /// A reason why there is no answer.
    Failure(FailureId),
}

/// The texts of a gap or a failure.
#[derive(Clone, Copy, Debug)]
pub struct Texts {
    /// What was not seen or what failed, in one line.
    pub title: &'static str,
    /// The same in a sentence or more.
    pub unseen: &'static str,
    /// The remedy.
    pub remedy: &'static str,
}

/// Declares one enum of ids with its rows.
macro_rules! ids {
    ($(#[doc = $about:literal])+ $name:ident:
     $($variant:ident = $id:literal, $effect:ident, $title:literal, $unseen:literal,
       $remedy:literal;)+) => {
        $(#[doc = $about])+
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        pub enum $name {
            $(#[doc = $title] $variant,)+
        }

        impl $name {
            /// The id in reports.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $id,)+ }
            }

            /// The effect on the verdict.
            pub const fn effect(self) -> Effect {
                match self { $(Self::$variant => Effect::$effect,)+ }
            }

            /// The texts.
            pub const fn texts(self) -> Texts {
                match self {
                    $(Self::$variant => {
                        Texts { title: $title, unseen: $unseen, remedy: $remedy }
                    })+
                }
            }
        }
    };
}

/// Sorts the rows of the table into gaps and failures, and keeps the order of the whole.
macro_rules! diagnostics {
    (@sort [$($all:tt)*] [$($gaps:tt)*] [$($failures:tt)*]
     Gap::$variant:ident $row:tt $($rest:tt)*) => {
        diagnostics! { @sort
            [$($all)* DiagnosticId::Gap(GapId::$variant),]
            [$($gaps)* { $variant $row }] [$($failures)*]
            $($rest)*
        }
    };
    (@sort [$($all:tt)*] [$($gaps:tt)*] [$($failures:tt)*]
     Failure::$variant:ident $row:tt $($rest:tt)*) => {
        diagnostics! { @sort
            [$($all)* DiagnosticId::Failure(FailureId::$variant),]
            [$($gaps)*] [$($failures)* { $variant $row }]
            $($rest)*
        }
    };
    (@sort [$($all:tt)*]
     [$({ $gap:ident ($gap_id:literal, $gap_effect:ident, $($gap_text:literal),+) })*]
     [$({ $failure:ident ($id:literal, $effect:ident, $($text:literal),+) })*]) => {
        ids! {
            /// The gaps: evidence that is missing, with the effect `Note` or `Inconclusive`.
            GapId: $($gap = $gap_id, $gap_effect, $($gap_text),+;)*
        }
        ids! {
            /// The failures: reasons why there is no answer.
            FailureId: $($failure = $id, $effect, $($text),+;)*
        }

        impl DiagnosticId {
            /// Every id, in the order of the table.
            pub const ALL: &'static [Self] = &[$($all)*];
        }
    };
    ($($table:tt)+) => { diagnostics! { @sort [] [] [] $($table)+ } };
}

diagnostics! {
    Gap::NotInstrumented("not-instrumented", Inconclusive,
        "the handler serves no console feed",
        "Tasks and timers were not seen: a tokio handler served no feed of console-subscriber, or loopcheck's agent did not report from a Node.js process.",
        "In tokio, add console-subscriber, install it first in main, and give loopcheck the directory, so that it builds the package with the flags that it needs. In Node.js, make sure that nothing removes NODE_OPTIONS from the process.")
    Gap::NoTasks("no-tasks", Inconclusive,
        "the console feed never showed a task",
        "The feed was there and showed no async task, although the Lambda runtime itself always has one; so it shows none of them.",
        "Build the handler with RUSTFLAGS=\"--cfg tokio_unstable\" and tokio's feature tracing, and install the subscriber before the runtime spawns anything.")
    Gap::FeedLag("feed-lag", Inconclusive,
        "the feed could not be shown to be complete up to the response",
        "The feed lags without saying so, and there is no evidence that it had reported everything up to the response. Items may be missing.",
        "Let the handler do less at once, or run it on a machine with more free cores.")
    Gap::EventsDropped("events-dropped", Inconclusive,
        "the feed lost events",
        "The handler did so much at once that the queue of the console feed overflowed, and events were lost; in Node.js it had so many unfinished async functions that some are known by their number only.",
        "Let one invocation do less at once. For a tokio handler, `--env` can also set a larger TOKIO_CONSOLE_BUFFER_CAPACITY.")
    Gap::FullStateMissing("full-state-missing", Inconclusive,
        "the feed never sent its full state",
        "The first message of a feed lists everything that exists at that time, and it never came; a message over 4 MiB cannot be sent.",
        "Let the handler start fewer tasks before its first event.")
    Gap::FeedLost("feed-lost", Inconclusive,
        "the feed ended before the run did",
        "The connection to the feed broke before the run was over, so what happened after that was not seen.",
        "Check on stderr whether the handler closed it, or whether the process that served it ended.")
    Gap::FeedInconsistent("feed-inconsistent", Inconclusive,
        "two views of the same item contradict each other",
        "The feed reported something impossible, or two parts of the evidence contradict each other; so neither can be relied on.",
        "Run again with `--record`, and report the recording to loopcheck's developers.")
    Gap::AgentFailed("agent-failed", Inconclusive,
        "loopcheck's agent in the Node.js process failed",
        "The agent that watches a Node.js handler from inside has failed, and saw nothing after that.",
        "If the handler replaces built-ins of JavaScript or Node.js, try without that. Otherwise report it to loopcheck's developers.")
    Gap::UnseenHandle("unseen-handle", Inconclusive,
        "something that the agent does not know keeps the event loop alive",
        "libuv's own report lists something that keeps the event loop alive, and loopcheck's agent cannot explain it. Native code may have made it.",
        "Find the native addon by removing one at a time; loopcheck cannot judge what it does not know.")
    Gap::SitesMissing("sites-missing", Note,
        "the places of some items were not recorded",
        "An invocation gets 20,000 stack traces; items that are started after that are seen, but not their place in the source.",
        "If you need the place of a finding, let one invocation do less.")
    Gap::ForeignConsole("foreign-console", Inconclusive,
        "the console address belongs to another process",
        "The process that listens at the console address is not the handler, so its feed was not read.",
        "End the other program, or give another address with `--console`.")
    Gap::SocketsNotObserved("sockets-not-observed", Note,
        "sockets cannot be listed on this system",
        "Sockets, threads and child processes were not looked for: that needs Linux. Tasks and timers are judged all the same.",
        "Run loopcheck on Linux to have them checked as well.")
    Gap::SocketsUnreadable("sockets-unreadable", Inconclusive,
        "a process of the handler could not be read",
        "The sockets or threads of one of the handler's processes could not be listed, so some may be missing.",
        "Run loopcheck as the same user as the handler, without setuid programs in between; in a container, mount /proc.")
    Gap::ClockStepped("clock-stepped", Inconclusive,
        "the wall clock was stepped during the run",
        "The machine's clock was set while the handler ran, so it is not known what was before the response and what was after it.",
        "Run again.")
    Gap::NoNext("no-next", Inconclusive,
        "after its response the handler never asked for the next event",
        "The handler did not ask for the next event before its deadline, and nothing that was seen explains it. Lambda would end the environment.",
        "Look for something that keeps the thread of the runtime busy after the response, or for native code that keeps the event loop alive; or the machine is too busy for this `--timeout`.")
    Gap::RecordingTruncated("recording-truncated", Inconclusive,
        "the recording ends before the run does",
        "The file ends in the middle, so what happened after that is not known.",
        "Let the recorded run finish, and copy the whole file.")
    Gap::RecordingUnreadable("recording-unreadable", Inconclusive,
        "a part of the recording could not be read",
        "The file holds something that this version of loopcheck does not know, or it is damaged; the rest of it was not read.",
        "Replay it with the version of loopcheck that wrote it, or record it again.")
    Gap::RecordingIncomplete("recording-incomplete", Note,
        "the recording could not be written completely",
        "The file of `--record` could not be written to its end. The report itself is complete.",
        "The message gives the reason; make room, or name another file, and run again if you need the recording.")
    Gap::InvocationsMissing("invocations-missing", Inconclusive,
        "not every invocation took place",
        "Fewer invocations took place than were asked for, or the watch after a response was cut short. What they would have left behind is not known, nor the trend of the counts.",
        "See the other gaps for the reason, and the output of the handler on stderr.")
    Gap::RequestRefused("request-refused", Note,
        "the Runtime API refused a request of the handler",
        "The handler sent something that Lambda refuses too, such as a second response to one event. Nobody receives it.",
        "The message names the request and the reason; correct the code that sends it.")
    Failure::HandlerNotStarted("handler-not-started", NoResponse,
        "the handler could not be started",
        "The program was found, and the system did not start it.",
        "The message gives the reason: a file that is not executable, a program for another machine, or a missing interpreter.")
    Failure::BuildFailed("build-failed", NoResponse,
        "the handler could not be built",
        "cargo did not build the package, so there was nothing to run.",
        "The errors of cargo are on stderr. loopcheck adds the flag tokio_unstable to the flags that the package already has.")
    Failure::HandlerExitedEarly("handler-exited-early", NoResponse,
        "the handler ended before it asked for an event",
        "The process ended in its init phase, before the first invocation.",
        "See its output on stderr. A handler in Rust calls lambda_runtime::run in main; one in Node.js must not exit at its top level.")
    Failure::InitTimeout("init-timeout", NoResponse,
        "the handler never asked for an event",
        "The init phase did not finish within its limit, which is 10 s on Lambda.",
        "Look for something in main, or at the top level of a module, that is awaited and never completes; and check that it is the right program.")
    Failure::InitError("init-error", NoResponse,
        "the handler reported an init error",
        "The handler reported to the Runtime API that it could not be initialised, so there was no invocation.",
        "The message has the type of the error; see also the output of the handler on stderr.")
    Failure::HandlerExited("handler-exited", NoResponse,
        "the handler crashed or exited",
        "The process ended during an invocation, or after a response. Lambda starts a new environment after this.",
        "See its output on stderr. Look for an unhandled error, also in work that an earlier invocation has left behind.")
    Failure::TimedOut("timed-out", NoResponse,
        "the deadline passed without a response",
        "The handler did not complete before the function's timeout, and was killed as Lambda would have killed it.",
        "If it needs more time, raise `--timeout`; otherwise something that it awaits never completes.")
    Failure::ResponseTooLarge("response-too-large", NoResponse,
        "the response was over the limit",
        "The response was refused, as Lambda refuses it: it accepts at most 6,291,556 bytes.",
        "Stream the response, or store it elsewhere and answer with its address.")
    Gap::HandlersMissing("handlers-missing", Inconclusive,
        "not every handler was run",
        "Some handlers of the configuration were not run, or the report of a shard is missing; nothing is known of those.",
        "Make sure that every shard has run and written its report, and that all reports are given.")
    Gap::FunctionNotRun("function-not-run", Note,
        "a function of the template is not run",
        "The template names a function that cannot be run here: its language is not supported, it is an image, or a macro makes it in the cloud. The verdict does not cover it.",
        "If its code is here, name its handler in loopcheck.toml instead.")
    Gap::FunctionUnjudged("function-unjudged", Inconclusive,
        "a function of the template could not be judged",
        "The template names a function in a supported language, but not in a way that can be run here: its runtime is newer than this version of loopcheck knows, its code is not in a folder, or a loop makes it in the cloud. What it leaves pending is not known, so the run does not pass.",
        "Use a version of loopcheck that knows the runtime, name the handler in loopcheck.toml, or leave the function out with `--filter`.")
    Gap::ProofContradicted("proof-contradicted", Inconclusive,
        "a prediction was contradicted",
        "With `--prove` the handler was run again with a policy enforced, and twice in a row something happened that differs from the prediction of the first run. Either loopcheck is wrong, or the handler behaves differently from run to run. The report shows both side by side.",
        "Run it again with `--prove` and `--record`. If it happens again, report the recording to loopcheck's developers.")
    Failure::ProofFailed("proof-failed", NoResponse,
        "an invocation failed once the policy was enforced",
        "With `--prove` the handler was run again with a policy enforced, and an invocation that got a response before got none, or an error. That happens on Lambda: work that an earlier invocation has left fails during a later one, or a connection does not survive the freeze. With `--proxy` the connection was broken on purpose, and the message names the peer.",
        "Await what the handler starts, and retry once on a connection error. The report names what failed and the invocation that left it.")
    Gap::ProofIncomplete("proof-incomplete", Inconclusive,
        "a prediction could not be tried",
        "With `--prove` the handler was run again with a policy enforced, but that run did not get far enough, or could not be seen completely. The prediction stands, untried. With `--proxy` it may also be that no connection went through the proxy, so nothing is known of the peer.",
        "See the output of the handler in that run, on stderr. A longer `--timeout` or `--freeze-for` may help.")
    Failure::BadInput("bad-input", Usage,
        "an input is missing or cannot be used",
        "A handler, an event, an option or a file that the command line or the configuration names is missing or invalid. Nothing was run.",
        "The message names it; correct it and run again.")
    Failure::InternalError("internal-error", Internal,
        "a defect in loopcheck",
        "loopcheck itself failed, so there is no answer.",
        "Run again with `--record`, and report it to loopcheck's developers with the recording.")
    Failure::Interrupted("interrupted", Interrupted,
        "the user interrupted the run",
        "The run was stopped, by Ctrl-C or by a signal, before there was an answer. Everything that it had started was ended.",
        "Run again.")
}
