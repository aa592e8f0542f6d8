//! Items that a reading of the process group shows, whatever the handler's runtime.

use crate::analysis::item::Item;
use crate::model::lifetime::Lifetime;
use crate::model::socket::SocketState;
use crate::model::store::{Child, Socket};
use crate::report::{HandleKind, Kind, State};

/// A socket that the kernel shows, as it was at the response.
pub(crate) fn read_socket(socket: &Socket, pending_in: &[usize]) -> Item {
    let fact = socket.at_response.as_ref().unwrap_or(&socket.fact);
    let closing = fact.state == SocketState::CloseWait;
    Item {
        state: closing.then_some(State::Closing),
        socket: Some(fact.clone()),
        in_flight: socket.under_way || !socket.transfers.is_empty(),
        ..Item::of(Kind::Socket, socket.life, pending_in.to_vec())
    }
}

/// A child process that the kernel shows.
pub(crate) fn read_child(child: &Child, pending_in: &[usize]) -> Item {
    handle(HandleKind::Process, child.process.name.clone(), child.life, pending_in)
}

/// A thing that is neither a task, a timer nor a socket.
pub(crate) fn handle(kind: HandleKind, name: String, life: Lifetime, pending_in: &[usize]) -> Item {
    Item {
        name: Some(name),
        handle: Some(kind),
        ..Item::of(Kind::Other, life, pending_in.to_vec())
    }
}
