//! `--prove`: the handler once more under each policy, with that policy enforced.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::analysis;
use crate::host::runtimes::Program;
use crate::host::terminal::Terminal;
use crate::ingest::Evidence;
use crate::model::store::Store;
use crate::observation::{Break, BrokenPeer, Enforced, Peer, Policy};
use crate::report::Report;
use crate::session::{self, Plan, Recorder};

/// The number of runs under a policy before a contradiction is believed.
const TRIES: u32 = 2;

/// Runs the handler under each policy that applies, one after the other. `store` is the evidence of
/// the run that predicts, and `pause` is the length of a freeze. Where a policy freezes, the
/// connections to each of `peers` are broken once in each way, in a process of its own.
pub(crate) async fn verify(
    plan: &Plan,
    store: &Store,
    pause: Duration,
    peers: &[Peer],
    mut recorder: Option<Recorder>,
    terminal: &Arc<Terminal>,
    interrupted: &watch::Receiver<bool>,
) -> (Vec<Evidence>, Option<Recorder>) {
    let report = analysis::judge(store);
    let mut runs = Vec::new();
    if store.invocations.iter().all(|known| known.responded_at.is_none()) {
        return (runs, recorder);
    }
    let policies = policies(plan, &report);
    for policy in policies.iter().copied() {
        for tries in 1..=TRIES {
            if *interrupted.borrow() {
                return (runs, recorder);
            }
            let note = if tries == 1 { "" } else { " once more: it went otherwise than predicted" };
            terminal.note(&format!("proving {}{note}", policy.as_str()));
            let plan = enforcing(plan, Enforced { policy, pause });
            let (evidence, rest) =
                session::run(plan, recorder, Arc::clone(terminal), interrupted.clone()).await;
            recorder = rest;
            let again = analysis::is_contradicted(&report, &evidence.store);
            runs.push(evidence);
            if !again {
                break;
            }
        }
    }
    for broken in breaks(peers, &policies) {
        if *interrupted.borrow() {
            break;
        }
        let BrokenPeer { peer, how } = &broken;
        terminal.note(&format!("proving freeze with the connections to {peer} {}", how.done()));
        let plan = enforcing(plan, Enforced { policy: Policy::Freeze, pause });
        let plan = Plan { broken: Some(broken), ..plan };
        let (evidence, rest) =
            session::run(plan, recorder, Arc::clone(terminal), interrupted.clone()).await;
        recorder = rest;
        runs.push(evidence);
    }
    (runs, recorder)
}

/// Every way to break the connections to each of these peers, where an environment is frozen: what
/// waits for an empty loop is frozen as well, later.
fn breaks(peers: &[Peer], policies: &[Policy]) -> Vec<BrokenPeer> {
    let mut breaks = Vec::new();
    if policies.iter().any(|policy| *policy != Policy::RunOn) {
        for peer in peers {
            breaks
                .extend(Break::ALL.iter().map(|how| BrokenPeer { peer: peer.clone(), how: *how }));
        }
    }
    breaks
}

/// The policies that can be enforced on the handler, and that were asked for.
fn policies(plan: &Plan, report: &Report) -> Vec<Policy> {
    let runtime = plan.program.runtime();
    let asked = plan.modes.iter().filter_map(|id| runtime.mode(id));
    let asked: Vec<Policy> = asked.map(|mode| mode.policy).collect();
    let used = || report.modes.iter().filter(|mode| mode.gated).map(|mode| mode.policy).collect();
    // AWS' own client completes as the handler does, and in no other way.
    let possible =
        if is_foreign_client(plan) { used() } else { runtime.capabilities().enforceable.to_vec() };
    let wanted = |policy: &&Policy| asked.is_empty() || asked.contains(policy);
    Policy::ALL.iter().filter(|policy| possible.contains(policy)).filter(wanted).copied().collect()
}

fn is_foreign_client(plan: &Plan) -> bool {
    match &plan.program {
        Program::Tokio(_) => false,
        Program::Node(handler) => handler.is_foreign_client(),
    }
}

/// The same plan under an enforced policy, with two invocations at least: what one of them leaves
/// shows in the next one.
fn enforcing(plan: &Plan, enforced: Enforced) -> Plan {
    let mut plan = Plan { enforced: Some(enforced), ..plan.clone() };
    if let [only] = plan.events.as_slice() {
        plan.events.push(only.clone());
    }
    plan
}
