//! Holes in the evidence that only the whole run shows.

use crate::ingest::console;
use crate::model::gap::{Effect, Gap, GapId};
use crate::model::store::Store;
use crate::model::task::{Task, TaskKind};

/// Adds what is missing from the evidence to the gaps that are known.
pub(crate) fn complete(store: &mut Store) {
    console::compare_with_main(store);
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
        let lost = store.feed.dropped_events;
        let message = format!("the console feed lost {lost} events because its queue was full");
        store.note(Gap::new(GapId::EventsDropped, message).hint(
            "let the handler do less at once, or start it with a larger TOKIO_CONSOLE_BUFFER_CAPACITY (--env)",
        ));
    }
    let attached = store.feed.attached_at.is_some();
    let explained = store.has_gap(GapId::ForeignConsole) || store.has_gap(GapId::NotInstrumented);
    if !attached && explained {
        return;
    }
    if !attached {
        let message = "the handler serves no console feed, so its tasks and timers were not seen";
        store.note(Gap::new(GapId::NotInstrumented, message).hint(
            "add the crate console-subscriber and call console_subscriber::init() first thing in main; build with --cfg tokio_unstable",
        ));
    } else if attached && store.feed.updates == 0 {
        let message = "the console feed never sent its full state";
        store.note(Gap::new(GapId::FullStateMissing, message));
    } else if is_blind(store) {
        let message =
            "the console feed never showed an async task, not even the Lambda runtime's own";
        store.note(Gap::new(GapId::NoTasks, message).hint(
            "build the handler with RUSTFLAGS=\"--cfg tokio_unstable\" and tokio's feature `tracing`, and install the subscriber before the runtime spawns anything",
        ));
    }
}

/// Whether the feed is there and shows no task, although the handler has responded.
///
/// A handler that is built wrongly always looks like that. Another one does once in a while: when
/// console-subscriber is installed while its own thread spawns its first task, `tracing` can take
/// tokio's span for one that nobody wants, for good.
pub fn is_blind(store: &Store) -> bool {
    let responded = store.invocations.iter().any(|known| known.responded_at.is_some());
    responded && store.feed.attached_at.is_some() && !store.tasks.iter().any(is_async)
}

/// The Runtime API's own connection is driven by a task, so a feed that shows blocking tasks alone
/// is blind for the others.
fn is_async(task: &Task) -> bool {
    matches!(task.kind, TaskKind::Async | TaskKind::Local)
}

fn catching_up(store: &mut Store) {
    if store.feed.attached_at.is_none() {
        return;
    }
    let behind: Vec<u32> = store
        .invocations
        .iter()
        .filter(|known| known.responded_at.is_some() && known.caught_up_at.is_none())
        .map(|known| known.index)
        .collect();
    for index in behind {
        let message = format!(
            "the console feed could not be proved to have caught up with the response of invocation {index}"
        );
        store.note(
            Gap::new(GapId::FeedLag, message).hint(
                "let the handler do less at once, or run it on a machine with more free cores",
            ),
        );
    }
}

fn invocations(store: &mut Store) {
    let Some(run) = &store.run else { return };
    let wanted = run.invocations as usize;
    let done = store.invocations.iter().filter(|known| known.responded_at.is_some()).count();
    let explained = store.gaps.iter().any(|gap| {
        matches!(gap.id.effect(), Effect::NoResponse | Effect::Usage | Effect::Interrupted)
    });
    if done < wanted && !explained {
        let message = format!("{done} of {wanted} invocations took place");
        store.note(Gap::new(GapId::InvocationsMissing, message));
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
            store.note(Gap::new(GapId::InvocationsMissing, message));
        }
    }
}

fn sockets(store: &mut Store) {
    let responses = store.invocations.iter().filter(|known| known.responded_at.is_some());
    let unscanned = responses.filter(|known| known.scanned_at.is_none()).count();
    if unscanned > 0 && !store.has_gap(GapId::SocketsUnreadable) {
        let message = "sockets and child processes were not observed";
        store.note(
            Gap::new(GapId::SocketsNotObserved, message)
                .hint("run loopcheck on Linux to have them checked as well"),
        );
    }
}
