//! Holes in the evidence that only the whole run shows.

use crate::analysis::runtimes;
use crate::ingest::tokio;
use crate::model::diagnostic::{Diagnostic, Effect, GapId};
use crate::model::run::KillReason;
use crate::model::store::Store;
use crate::model::task::{Task, TaskKind};

/// Adds what is missing from the evidence to the gaps that are known.
pub(crate) fn complete(store: &mut Store) {
    tokio::compare_with_main(store);
    feed(store);
    catching_up(store);
    invocations(store);
    sockets(store);
}

fn feed(store: &mut Store) {
    if store.invocations.iter().all(|known| known.responded_at.is_none()) {
        // Without a response there is nothing that the feed could have missed.
        return;
    }
    if store.feed.dropped_events > 0 {
        store.note(runtimes::events_dropped(store));
    }
    let attached = store.feed.attached_at.is_some();
    let explained = store.has(GapId::ForeignConsole) || store.has(GapId::NotInstrumented);
    if !attached && explained {
        return;
    }
    if !attached {
        store.note(runtimes::not_attached(store));
    } else if store.feed.updates == 0 {
        let message = "the console feed never sent its full state";
        store.note(Diagnostic::new(GapId::FullStateMissing, message));
    } else if is_blind(store) {
        let message =
            "the console feed never showed an async task, not even the Lambda runtime's own";
        store.note(Diagnostic::new(GapId::NoTasks, message).hint(
            "build the handler with RUSTFLAGS=\"--cfg tokio_unstable\" and tokio's feature `tracing`, and install the subscriber before the runtime spawns anything",
        ));
    }
}

/// Returns true if the feed is there and shows no task, although the handler has responded.
///
/// A handler that is built wrongly always looks like that. Another one does once in a while: when
/// console-subscriber is installed while its own thread spawns its first task, `tracing` can take
/// tokio's span for one that nobody wants, for good.
pub fn is_blind(store: &Store) -> bool {
    let responded = store.invocations.iter().any(|known| known.responded_at.is_some());
    store.capabilities().shows_own_tasks
        && responded
        && store.feed.attached_at.is_some()
        && !store.tasks.iter().any(is_async)
}

/// The Runtime API's own connection is driven by a task, so a feed that shows blocking tasks alone
/// is blind for the others.
fn is_async(task: &Task) -> bool {
    matches!(task.kind, TaskKind::Async | TaskKind::Local)
}

fn catching_up(store: &mut Store) {
    // A handler that has crashed reports nothing more, and the crash has been noted.
    let explained = store.has(GapId::AgentFailed)
        || store.diagnostics.iter().any(|gap| gap.id.effect() == Effect::NoResponse);
    if store.feed.attached_at.is_none() || explained {
        return;
    }
    let behind: Vec<u32> = store
        .invocations
        .iter()
        .filter(|known| known.responded_at.is_some() && known.complete_at.is_none())
        .map(|known| known.index)
        .collect();
    for index in behind {
        let message = format!(
            "the console feed is not known to be complete up to the response of invocation {index}"
        );
        store.note(
            Diagnostic::new(GapId::FeedLag, message).hint(
                "let the handler do less at once, or run it on a machine with more free cores",
            ),
        );
    }
}

/// An answer that is withheld, or an environment that stays awake, for nothing that was seen.
pub(crate) fn unexplained_hold(store: &mut Store) {
    if !matches!(store.killed, Some((_, KillReason::Withheld))) {
        return;
    }
    let message = "until its deadline the handler neither answered nor asked for the next event, and nothing that was seen explains it";
    store.note(Diagnostic::new(GapId::NoNext, message).hint(
        "something keeps its thread busy, or native code keeps its event loop alive; or the machine is too busy for this --timeout",
    ));
}

fn invocations(store: &mut Store) {
    let Some(run) = &store.run else { return };
    let wanted = run.invocations as usize;
    let done = store.invocations.iter().filter(|known| known.responded_at.is_some()).count();
    let explained = store.diagnostics.iter().any(|gap| {
        matches!(gap.id.effect(), Effect::NoResponse | Effect::Usage | Effect::Interrupted)
    });
    let withheld = matches!(store.killed, Some((_, KillReason::Withheld)));
    let (events, delivered) = (run.events as usize, store.invocations.len());
    if done < wanted && !explained && !withheld {
        let message = format!("{done} of {wanted} invocations took place");
        store.note(Diagnostic::new(GapId::InvocationsMissing, message));
    } else if withheld && events > 1 {
        // An environment whose answer is withheld until the deadline is gone after that: it has
        // no warm invocation. Another event is another matter.
        let tried = delivered.div_ceil((wanted / events).max(1));
        if tried < events {
            let message = format!(
                "{tried} of {events} events was delivered: an answer was withheld until the deadline, and the environment is gone after that"
            );
            store.note(
                Diagnostic::new(GapId::InvocationsMissing, message)
                    .hint("run the other events by themselves: a handler for each, or --event"),
            );
        }
    }
    let unread: Vec<u32> = store
        .invocations
        .iter()
        .filter(|known| known.responded_at.is_some() && known.settled.is_none())
        .map(|known| known.index)
        .collect();
    for index in unread {
        if !explained {
            let message =
                format!("the watch after the response of invocation {index} was cut short");
            store.note(Diagnostic::new(GapId::InvocationsMissing, message));
        }
    }
}

fn sockets(store: &mut Store) {
    let responses = store.invocations.iter().filter(|known| known.responded_at.is_some());
    let unscanned = responses.filter(|known| known.scanned_at.is_none()).count();
    if unscanned > 0 && !store.has(GapId::SocketsUnreadable) {
        let message = "sockets and child processes were not observed";
        store.note(
            Diagnostic::new(GapId::SocketsNotObserved, message)
                .hint("run loopcheck on Linux to have them checked as well"),
        );
    }
}
