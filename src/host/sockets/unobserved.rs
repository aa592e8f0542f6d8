//! Systems where sockets cannot be listed: it says so, and never that there are none.

use std::net::SocketAddr;

use crate::observation::SocketScan;

use super::error::ScanError;

/// Sockets that loopcheck itself was started with; not known here.
#[derive(Clone, Debug, Default)]
pub(crate) struct InheritedSockets;

/// Says that sockets are not observed.
pub(crate) fn scan(_leader: u32, _exclude: &InheritedSockets) -> Result<SocketScan, ScanError> {
    Err(ScanError::NotObserved)
}

/// Nothing is known.
pub(crate) fn inherited() -> InheritedSockets {
    InheritedSockets
}

/// Unknown.
pub(crate) fn listens(_leader: u32, _addr: SocketAddr) -> Option<bool> {
    None
}

/// Unknown; there is one hint less.
pub(crate) fn listening(_leader: u32) -> Vec<SocketAddr> {
    Vec::new()
}
