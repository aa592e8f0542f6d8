//! Moments at the Runtime API, and the end of the process, into the store.

use crate::ingest::together;
use crate::model::diagnostic::{Diagnostic, FailureId, GapId};
use crate::model::invocation::{Invocation, Outcome};
use crate::model::lifetime::Lifetime;
use crate::model::store::{ApiConnection, Extension, Store};
use crate::model::time::Timestamp;
use crate::observation::{ApiMoment, ExitedWith, FrozenBy, KillReason, SettledReason};

/// Takes a moment at the Runtime API over into the store.
pub(crate) fn moment(store: &mut Store, at: Timestamp, moment: &ApiMoment) {
    if store.together.as_mut().is_some_and(|known| together::takes(known, at, moment)) {
        return;
    }
    match moment {
        ApiMoment::ConnectionOpened { peer } => {
            store.connections.push(ApiConnection { peer: *peer, life: Lifetime::since(at) });
        }
        ApiMoment::ConnectionClosed { peer } => {
            let open = store
                .connections
                .iter_mut()
                .rev()
                .find(|connection| connection.peer == *peer && connection.life.ended.is_none());
            if let Some(connection) = open {
                connection.life.ended = Some(at);
            }
        }
        ApiMoment::NextRequested => {
            store.ready_at = store.ready_at.or(Some(at));
            if let Some(last) = store.invocations.last_mut()
                && last.posted_at.is_some()
            {
                last.next_at = last.next_at.or(Some(at));
            }
            note_idle(store, at);
        }
        ApiMoment::EventDelivered { request_id, deadline } => {
            deliver(store, at, request_id, *deadline);
        }
        ApiMoment::HandlerCompleted { request_id, mode } => {
            complete(store, at, request_id, mode);
        }
        ApiMoment::ResponseReceived { request_id, streaming, error_type, bytes } => {
            // A streamed body that ends with an error trailer has failed in the middle.
            let outcome = if error_type.is_some() { Outcome::Error } else { Outcome::Response };
            respond(store, at, request_id, outcome, *streaming);
            if let Some(invocation) = find(store, request_id) {
                invocation.response_bytes = invocation.response_bytes.or(Some(*bytes));
            }
        }
        ApiMoment::ResponseTooLarge { request_id, bytes } => {
            respond(store, at, request_id, Outcome::Error, false);
            let message = format!("the response of {bytes} bytes was refused");
            store.note(Diagnostic::new(FailureId::ResponseTooLarge, message).hint(
                "Lambda accepts at most 6,291,556 bytes; stream the response or store it elsewhere",
            ));
        }
        ApiMoment::ErrorReceived { request_id, error_type } => {
            respond(store, at, request_id, Outcome::Error, false);
            if let Some(invocation) = find(store, request_id) {
                invocation.error_type = invocation.error_type.take().or(Some(error_type.clone()));
            }
        }
        ApiMoment::InitErrorReceived { error_type } => {
            let message = format!("the handler reported an error in its init phase: {error_type}");
            store.note(Diagnostic::new(FailureId::InitError, message).hint(init_hint(error_type)));
        }
        // A response that is too large has been noted already.
        ApiMoment::RequestRefused { status: 413, .. } => {}
        ApiMoment::RequestRefused { status, request, error_type } => {
            let message =
                format!("the Runtime API refused {request} with status {status}: {error_type}");
            store.note(
                Diagnostic::new(GapId::RequestRefused, message)
                    .hint("Lambda refuses it too; nobody gets what it said"),
            );
        }
        ApiMoment::ExtensionRegistered { name, events } => store.extensions.push(Extension {
            name: name.clone(),
            takes_part: events.iter().any(|event| event == "INVOKE"),
            waits: false,
        }),
        ApiMoment::ExtensionNextRequested { name } => {
            let own = store.extensions.iter_mut().find(|extension| extension.name == *name);
            if let Some(extension) = own {
                extension.waits = true;
            }
            note_idle(store, at);
        }
    }
}

/// Nothing keeps the environment awake once the runtime and every extension have asked for next.
fn note_idle(store: &mut Store, at: Timestamp) {
    let busy = store.extensions.iter().any(|extension| extension.takes_part && !extension.waits);
    if let Some(last) = store.invocations.last_mut()
        && last.next_at.is_some()
        && !busy
    {
        last.idle_at = last.idle_at.or(Some(at));
    }
}

/// The types are those of AWS' runtime clients for Node.js.
fn init_hint(error_type: &str) -> &'static str {
    match error_type {
        "Runtime.HandlerNotFound" => {
            "the file exports no function of that name: name another one as FILE:EXPORT; its own output says more, on stderr"
        }
        "Runtime.ImportModuleError" => {
            "a module that it loads is not there: install its packages; its own output names it, on stderr"
        }
        "Runtime.UserCodeSyntaxError" => {
            "`node --check FILE` shows the line; its own output says more, on stderr"
        }
        "Runtime.CallbackHandlerDeprecated" => {
            "Node.js 24 on Lambda calls no handler with three parameters: return a promise, or run it by older rules with --runtime nodejs22.x"
        }
        _ => "its own output says more, on stderr",
    }
}

fn deliver(store: &mut Store, at: Timestamp, request_id: &str, deadline: Timestamp) {
    let index = u32::try_from(store.invocations.len() + 1).unwrap_or(u32::MAX);
    store.extensions.iter_mut().for_each(|extension| extension.waits &= !extension.takes_part);
    store.invocations.push(Invocation::new(index, request_id.to_owned(), at, deadline));
}

fn find<'a>(store: &'a mut Store, request_id: &str) -> Option<&'a mut Invocation> {
    store.invocations.iter_mut().find(|known| known.request_id == request_id)
}

/// The first completion counts, as it does for every runtime.
fn complete(store: &mut Store, at: Timestamp, request_id: &str, mode: &str) {
    if let Some(invocation) = find(store, request_id)
        && invocation.responded_at.is_none()
    {
        invocation.responded_at = Some(at);
        invocation.mode = Some(mode.to_owned());
    }
}

fn respond(store: &mut Store, at: Timestamp, request_id: &str, outcome: Outcome, streaming: bool) {
    // A handler may go on when its stream has ended. A runtime that reports its completion does so
    // only after that.
    let goes_on = streaming && store.capabilities().reports_completion;
    if let Some(invocation) = find(store, request_id)
        && invocation.posted_at.is_none()
    {
        invocation.outcome = Some(outcome);
        if !goes_on {
            invocation.responded_at = invocation.responded_at.or(Some(at));
        }
        invocation.posted_at = Some(at);
        invocation.streaming = streaming;
    }
}

/// The event loop has turned once since the handler completed.
pub(super) fn turned(store: &mut Store, at: Timestamp, request_id: &str) {
    if let Some(invocation) = find(store, request_id)
        && let Some(responded_at) = invocation.responded_at
    {
        // The two instants are read by different processes.
        invocation.turned_at = invocation.turned_at.or(Some(at.max(responded_at)));
    }
}

/// The runtime is about to ask for the next event, by its own clock.
pub(super) fn about_to_freeze(store: &mut Store, at: Timestamp, request_id: &str) {
    if let Some(invocation) = find(store, request_id)
        && let Some(responded_at) = invocation.responded_at
    {
        invocation.asked_at = Some(at.max(responded_at));
    }
}

/// The watch after a response is over.
pub(crate) fn settled(store: &mut Store, at: Timestamp, reason: SettledReason) {
    if let Some(last) = store.invocations.last_mut() {
        last.settled = last.settled.or(Some((at, reason)));
    }
}

/// Every process was stopped.
pub(crate) fn frozen(store: &mut Store, at: Timestamp, by: FrozenBy) {
    if let Some(last) = store.invocations.last_mut() {
        last.frozen_at = last.frozen_at.or(Some(at));
        last.frozen_by = last.frozen_by.or(Some(by));
    }
}

/// They run again.
pub(crate) fn thawed(store: &mut Store, at: Timestamp) {
    if let Some(last) = store.invocations.last_mut() {
        last.thawed_at = last.thawed_at.or(Some(at));
    }
}

/// The process ended by itself.
pub(crate) fn exited(store: &mut Store, at: Timestamp, status: ExitedWith) {
    let outcome = match status {
        ExitedWith::Code(0) => Outcome::Exit,
        ExitedWith::Code(_) | ExitedWith::Signal(_) => Outcome::Crash,
    };
    if let Some(known) = &mut store.together {
        // The end cannot be attributed to one of several, and earlier invocations were over.
        together::end(known, at, outcome);
        return;
    }
    store.exited = store.exited.or(Some((at, status)));
    end_unanswered(store, outcome);
}

/// loopcheck ended the process group.
pub(crate) fn killed(store: &mut Store, at: Timestamp, reason: KillReason) {
    store.killed = store.killed.or(Some((at, reason)));
    if let Some(known) = &mut store.together
        && reason == KillReason::Shutdown
    {
        // It is shut down early only when the time is over.
        together::end(known, at, Outcome::Timeout);
    }
    match reason {
        KillReason::Deadline => end_unanswered(store, Outcome::Timeout),
        KillReason::Withheld => end_unanswered(store, Outcome::Held),
        KillReason::Finished
        | KillReason::InitTimeout
        | KillReason::Interrupted
        | KillReason::Abandoned
        | KillReason::Shutdown => {}
    }
}

fn end_unanswered(store: &mut Store, outcome: Outcome) {
    if let Some(last) = store.invocations.last_mut()
        && last.posted_at.is_none()
    {
        last.outcome = last.outcome.or(Some(outcome));
    }
}
