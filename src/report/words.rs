//! The words of a report, for formats that are not JSON.

use crate::report::{Fate, Kind, Modifier, Observed, PeerEffect, ReportedOutcome, Status, Verdict};

macro_rules! words {
    ($type:ty { $($variant:ident => $text:literal,)+ }) => {
        impl $type {
            /// Every one, in the order of its type.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word in reports.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }
        }
    };
}

words! { Fate {
    HoldsUntilTimeout => "holds-until-timeout",
    EnvHoldsUntilTimeout => "env-holds-until-timeout",
    Holds => "holds",
    EnvHolds => "env-holds",
    FrozenOverdue => "frozen-overdue",
    Frozen => "frozen",
    RunsOn => "runs-on",
    CompletesEarly => "completes-early",
    Ignored => "ignored",
} }

impl Fate {
    /// Returns true if the response or the environment waits for it.
    pub const fn holds(self) -> bool {
        match self {
            Self::HoldsUntilTimeout | Self::EnvHoldsUntilTimeout | Self::Holds | Self::EnvHolds => {
                true
            }
            Self::FrozenOverdue
            | Self::Frozen
            | Self::RunsOn
            | Self::CompletesEarly
            | Self::Ignored => false,
        }
    }
}

words! { Kind {
    Task => "task",
    Blocking => "blocking",
    Timer => "timer",
    Socket => "socket",
    Other => "other",
} }

words! { ReportedOutcome {
    Response => "response",
    Error => "error",
    Held => "held",
    Timeout => "timeout",
    Crash => "crash",
    Exit => "exit",
} }

words! { PeerEffect {
    Fails => "fails",
    Hangs => "hangs",
    AnswersOtherwise => "answers-otherwise",
    Retries => "retries",
    Answers => "answers",
} }

words! { Observed {
    Absent => "absent",
    EndedBeforeFreeze => "ended-before-freeze",
    EndedAfterThaw => "ended-after-thaw",
    WentOnAfterThaw => "went-on-after-thaw",
    StayedPending => "stayed-pending",
    WaitedFor => "waited-for",
    HeldUntilTimeout => "held-until-timeout",
    NotWaitedFor => "not-waited-for",
    EndedByItself => "ended-by-itself",
    RanOn => "ran-on",
    EndedWithProcess => "ended-with-process",
} }

words! { Modifier {
    StaleRisk => "stale-risk",
    LateError => "late-error",
    LostAtShutdown => "lost-at-shutdown",
    Burst => "burst",
    Accumulates => "accumulates",
} }

words! { Status {
    Unexpected => "unexpected",
    Expected => "expected",
    Baseline => "baseline",
    Runtime => "runtime",
    Safe => "safe",
} }

words! { Verdict {
    Pass => "pass",
    Fail => "fail",
    Error => "error",
    Inconclusive => "inconclusive",
} }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_those_of_the_json() {
        fn check<T: serde::Serialize + Copy>(all: &[T], word: fn(T) -> &'static str) {
            for one in all {
                assert_eq!(serde_json::to_value(one).unwrap(), word(*one));
            }
        }
        check(Fate::ALL, Fate::as_str);
        check(Kind::ALL, Kind::as_str);
        check(ReportedOutcome::ALL, ReportedOutcome::as_str);
        check(Modifier::ALL, Modifier::as_str);
        check(Observed::ALL, Observed::as_str);
        check(PeerEffect::ALL, PeerEffect::as_str);
        check(Status::ALL, Status::as_str);
        check(Verdict::ALL, Verdict::as_str);
    }
}
