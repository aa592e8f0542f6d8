//! The facts about a finding, typed and in the order in which every form states them: subject,
//! state, place, since, outcomes, coverage, fix. Their wording is the reporters' business.

use crate::policy::Policy;
use crate::report::fate::ReportedFate;
use crate::report::finding::{
    Created, Expectation, Finding, Growth, HandleKind, Kind, Origin, Place, Socket, State, Status,
    Timer, WaitsOn,
};
use crate::report::invocation::ReportedInvocation;
use crate::report::policies::{PolicyModes, gated_policies};
use crate::report::types::Report;
use crate::rule::RuleId;

/// The facts about one finding.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// The item, or several alike.
    pub subject: Subject<'a>,
    /// Its condition at the response.
    pub state: ItemState<'a>,
    /// The place where it was started.
    pub place: Whereabouts<'a>,
    /// The phase in which it was started, and how often it was counted.
    pub since: Since<'a>,
    /// Its fate under each policy in question; at least one.
    pub outcomes: Vec<Outcome<'a>>,
    /// Its end, as far as it was watched.
    pub end: End,
    /// The expectation and the baseline entry that concern it.
    pub coverage: Coverage<'a>,
    /// The remedy.
    pub fix: &'a str,
}

/// The item that a finding is about, or several alike.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The most that were pending at one response.
    pub items: usize,
    /// The rule that it falls under.
    pub rule: RuleId,
    /// The kind of item.
    pub kind: Kind,
    /// The kind of handle, if it is one.
    pub handle: Option<HandleKind>,
    /// Its name, if it has one.
    pub name: Option<&'a str>,
    /// The place where it was started.
    pub location: Option<&'a Place>,
    /// The peer of its socket.
    pub peer: Option<&'a str>,
}

/// The condition of an item at the response.
#[derive(Clone, Copy, Debug)]
pub struct ItemState<'a> {
    /// Its socket, if it is one.
    pub socket: Option<&'a Socket>,
    /// Its timer, if it is one or has one.
    pub timer: Option<&'a Timer>,
    /// Its scheduling state.
    pub state: Option<State>,
    /// The resource that it waits on.
    pub waits_on: Option<&'a WaitsOn>,
}

/// The place where an item was started, and the owner of that code.
#[derive(Clone, Copy, Debug)]
pub struct Whereabouts<'a> {
    /// File, line and column.
    pub location: Option<&'a Place>,
    /// The owner of the code.
    pub origin: Option<Origin>,
    /// The package that started it.
    pub package: Option<&'a str>,
}

/// The start of an item, and its counts over the invocations.
#[derive(Clone, Copy, Debug)]
pub struct Since<'a> {
    /// The phase in which it was started.
    pub created: Option<Created>,
    /// The invocation that started it.
    pub invocation: Option<u32>,
    /// The number pending at the response of each invocation.
    pub counts: &'a [usize],
    /// The trend of the counts.
    pub growth: Option<Growth>,
}

/// The fate of an item under a policy.
#[derive(Clone, Debug)]
pub struct Outcome<'a> {
    /// The policy, and the modes that lead to it; `None` where there is one that the reader knows.
    pub under: Option<PolicyModes<'a>>,
    /// The fate; `None` where it is not known.
    pub fate: Option<&'a ReportedFate>,
}

/// The end of an item, as far as it was watched after the response.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum End {
    /// It ended that many milliseconds after the response.
    Seen(f64),
    /// It had not ended after that many milliseconds.
    NotWithin(f64),
    /// It was not watched.
    NotWatched,
}

/// The expectation and the baseline entry that concern a finding.
#[derive(Clone, Copy, Debug)]
pub struct Coverage<'a> {
    /// The expectation that it matches, whether that covers it or not.
    pub expectation: Option<&'a Expectation>,
    /// The number that the baseline knows of an unexpected finding.
    pub known: Option<usize>,
}

impl<'a> Facts<'a> {
    /// The facts with an outcome for each policy that the verdict follows.
    pub fn of(report: &'a Report, finding: &'a Finding) -> Self {
        let outcome = |under: PolicyModes<'a>| {
            let fate = finding.fate_under(under.policy);
            Outcome { under: Some(under), fate }
        };
        let mut outcomes: Vec<Outcome<'a>> =
            gated_policies(report).into_iter().map(outcome).collect();
        if outcomes.is_empty() {
            outcomes.push(Outcome { under: None, fate: None });
        }
        Self::with(finding, outcomes, &report.invocations)
    }

    /// The facts with the outcome under one policy, which the reader knows.
    pub fn under(report: &'a Report, finding: &'a Finding, policy: Option<Policy>) -> Self {
        let fate = policy.and_then(|policy| finding.fate_under(policy));
        Self::with(finding, vec![Outcome { under: None, fate }], &report.invocations)
    }

    fn with(
        finding: &'a Finding,
        outcomes: Vec<Outcome<'a>>,
        invocations: &[ReportedInvocation],
    ) -> Self {
        let known = finding.known.filter(|_| finding.status == Status::Unexpected);
        Self {
            subject: Subject::of(finding),
            state: ItemState {
                socket: finding.socket.as_ref(),
                timer: finding.timer.as_ref(),
                state: finding.state,
                waits_on: finding.waits_on.as_ref(),
            },
            place: Whereabouts {
                location: finding.location.as_ref(),
                origin: finding.origin,
                package: finding.package.as_deref(),
            },
            since: Since {
                created: finding.created,
                invocation: finding.invocation,
                counts: &finding.counts,
                growth: finding.growth,
            },
            outcomes,
            end: End::of(finding, invocations),
            coverage: Coverage { expectation: finding.expectation.as_ref(), known },
            fix: &finding.help,
        }
    }
}

impl<'a> Subject<'a> {
    /// The subject of a finding.
    pub fn of(finding: &'a Finding) -> Self {
        Self {
            items: finding.items(),
            rule: finding.rule,
            kind: finding.kind,
            handle: finding.handle,
            name: finding.name.as_deref(),
            location: finding.location.as_ref(),
            peer: finding.socket.as_ref().and_then(|socket| socket.peer.as_deref()),
        }
    }
}

impl End {
    /// The end of a finding. It was watched after the response of the invocation that it was last
    /// pending in.
    fn of(finding: &Finding, invocations: &[ReportedInvocation]) -> Self {
        let watched = || {
            let last = finding.counts.iter().rposition(|count| *count > 0)?;
            invocations.get(last)?.settled_ms
        };
        match (finding.ended_ms, watched()) {
            (Some(ms), _) => Self::Seen(ms),
            (None, Some(ms)) => Self::NotWithin(ms),
            (None, None) => Self::NotWatched,
        }
    }
}
