//! A phrase for each fate and modifier. Every form and `loopcheck explain` take them from here.

use crate::report::fate::{Fate, Modifier};

impl Fate {
    /// The meaning, with the item as its subject.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::HoldsUntilTimeout => {
                "holds the response until the function times out; the caller gets an error"
            }
            Self::EnvHoldsUntilTimeout => {
                "keeps the environment awake until the function times out and is killed"
            }
            Self::Holds => "holds the response until it ends",
            Self::EnvHolds => "keeps the environment awake, and billed, until it ends",
            Self::FrozenOverdue => "frozen past its deadline; fires on thaw",
            Self::Frozen => "frozen; resumes in a later invocation, or never",
            Self::RunsOn => "keeps running between invocations",
            Self::CompletesEarly => "ends before the environment is frozen",
            Self::Ignored => "holds nothing; the platform does not wait for it",
        }
    }
}

impl Modifier {
    /// The meaning, as a clause.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::StaleRisk => "the peer may have dropped the connection by then",
            Self::LateError => "an error in it surfaces in a later invocation",
            Self::LostAtShutdown => "lost without notice when the environment is shut down",
            Self::Burst => "every missed tick fires at once",
            Self::Accumulates => "every invocation adds more",
        }
    }
}
