//! The peer whose connections a run breaks while the handler is stopped.

use crate::host::proxy::{Proxy, ProxyEvent, ProxySignal};
use crate::model::diagnostic::{Diagnostic, GapId};
use crate::observation::ObservationKind;
use crate::session::journal::Journal;
use crate::session::state::Session;

impl Session {
    /// The handler has connected to it, or could not.
    pub(super) fn on_proxy(&mut self, signal: ProxySignal, journal: &mut Journal) {
        let ProxySignal { at, event } = signal;
        journal.observe(
            at,
            match event {
                ProxyEvent::Connected => ObservationKind::PeerConnected,
                ProxyEvent::Unreachable { reason } => ObservationKind::PeerUnreachable { reason },
                ProxyEvent::Failed { reason } => {
                    let message =
                        format!("loopcheck's proxy could not take a connection: {reason}");
                    ObservationKind::Diagnostic(Diagnostic::new(GapId::ProofIncomplete, message))
                }
            },
        );
    }

    /// Breaks what is open, now that the handler cannot see it happen.
    pub(super) fn break_peer(&mut self, journal: &mut Journal) {
        if let Some(proxy) = &mut self.proxy {
            let connections = u32::try_from(proxy.break_open()).unwrap_or(u32::MAX);
            journal.observe(self.clock.now(), ObservationKind::PeerBroken { connections });
        }
    }

    /// Returns `true` if that is done.
    pub(super) fn is_broken(&self) -> bool {
        self.proxy.as_ref().is_none_or(Proxy::is_broken)
    }
}
