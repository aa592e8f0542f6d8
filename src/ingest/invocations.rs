//! Moments at the Runtime API, and the end of the process, into the store.

use crate::model::gap::{Gap, GapId};
use crate::model::invocation::{Invocation, Outcome};
use crate::model::lifetime::Lifetime;
use crate::model::store::{ApiConnection, Store};
use crate::model::time::Timestamp;
use crate::observation::{ApiMoment, ExitedWith, KillReason, SettledReason};

/// Takes a moment at the Runtime API over into the store.
pub(crate) fn moment(store: &mut Store, at: Timestamp, moment: &ApiMoment) {
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
                && last.responded_at.is_some()
            {
                last.next_at = last.next_at.or(Some(at));
            }
        }
        ApiMoment::EventDelivered { request_id, deadline } => {
            deliver(store, at, request_id, *deadline);
        }
        ApiMoment::ResponseReceived { request_id, streaming, error_type, .. } => {
            // A streamed body that ends with an error trailer has failed in the middle.
            let outcome = if error_type.is_some() { Outcome::Error } else { Outcome::Response };
            respond(store, at, request_id, outcome, *streaming);
        }
        ApiMoment::ResponseTooLarge { request_id, bytes } => {
            respond(store, at, request_id, Outcome::Error, false);
            let message = format!("the response of {bytes} bytes was refused");
            store.note(Gap::new(GapId::ResponseTooLarge, message).hint(
                "Lambda accepts at most 6,291,556 bytes; stream the response or store it elsewhere",
            ));
        }
        ApiMoment::ErrorReceived { request_id, .. } => {
            respond(store, at, request_id, Outcome::Error, false);
        }
        ApiMoment::InitErrorReceived { error_type } => {
            let message = format!("the handler reported an error in its init phase: {error_type}");
            store.note(
                Gap::new(GapId::InitError, message).hint("its own output says more, on stderr"),
            );
        }
        // A response that is too large has been told already.
        ApiMoment::RequestRefused { status: 413, .. } => {}
        ApiMoment::RequestRefused { status, request, error_type } => {
            let message =
                format!("the Runtime API refused {request} with status {status}: {error_type}");
            store.note(Gap::new(GapId::RequestRefused, message));
        }
        ApiMoment::ExtensionRegistered { name, .. } => store.extensions.push(name.clone()),
    }
}

fn deliver(store: &mut Store, at: Timestamp, request_id: &str, deadline: Timestamp) {
    let index = u32::try_from(store.invocations.len() + 1).unwrap_or(u32::MAX);
    store.invocations.push(Invocation {
        index,
        request_id: request_id.to_owned(),
        delivered_at: at,
        deadline,
        outcome: None,
        responded_at: None,
        streaming: false,
        scanned_at: None,
        caught_up_at: None,
        next_at: None,
        settled: None,
    });
}

fn respond(store: &mut Store, at: Timestamp, request_id: &str, outcome: Outcome, streaming: bool) {
    let found = store.invocations.iter_mut().find(|known| known.request_id == request_id);
    if let Some(invocation) = found
        && invocation.responded_at.is_none()
    {
        invocation.outcome = Some(outcome);
        invocation.responded_at = Some(at);
        invocation.streaming = streaming;
    }
}

/// The watch after a response is over.
pub(crate) fn settled(store: &mut Store, at: Timestamp, reason: SettledReason) {
    if let Some(last) = store.invocations.last_mut() {
        last.settled = last.settled.or(Some((at, reason)));
    }
}

/// The process ended by itself.
pub(crate) fn exited(store: &mut Store, at: Timestamp, status: ExitedWith) {
    store.exited = store.exited.or(Some((at, status)));
    let outcome = match status {
        ExitedWith::Code(0) => Outcome::Exit,
        ExitedWith::Code(_) | ExitedWith::Signal(_) => Outcome::Crash,
    };
    end_unanswered(store, outcome);
}

/// loopcheck ended the process group.
pub(crate) fn killed(store: &mut Store, at: Timestamp, reason: KillReason) {
    store.killed = store.killed.or(Some((at, reason)));
    if reason == KillReason::Deadline {
        end_unanswered(store, Outcome::Timeout);
    }
}

fn end_unanswered(store: &mut Store, outcome: Outcome) {
    if let Some(last) = store.invocations.last_mut()
        && last.responded_at.is_none()
    {
        last.outcome = last.outcome.or(Some(outcome));
    }
}
