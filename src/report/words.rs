//! The words of a report, for formats that are not JSON.

use crate::report::{Fate, Kind, ReportedOutcome};

macro_rules! words {
    ($type:ty { $($variant:ident => $text:literal,)+ }) => {
        impl $type {
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
