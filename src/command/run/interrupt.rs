//! Ctrl-C and its kin.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Turns true when the user or the system asks loopcheck to stop.
pub(crate) fn listen() -> watch::Receiver<bool> {
    let (stop, stopped) = watch::channel(false);
    for kind in [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()] {
        let stop = stop.clone();
        // Where a handler cannot be installed the default action stays, which ends us as well.
        if let Ok(mut signals) = signal(kind) {
            tokio::spawn(async move {
                while signals.recv().await.is_some() {
                    let _ = stop.send(true);
                }
            });
        }
    }
    stopped
}
