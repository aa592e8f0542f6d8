//! The settings of a run as a message of a recording, and back.
//!
//! As in [`crate::recording::convert`]: there and back is the identity, and back is strict.

use crate::observation::{BrokenPeer, Enforced, Identity, Peer, RunStarted, Runtime};
use crate::recording::frame_error::{FrameError, Result};
use crate::recording::generated as proto;
use crate::recording::plain::{from_address, from_duration, to_address, to_duration};
use crate::recording::twins::{from_break, from_policy, to_break, to_policy};

pub(super) fn to_run_started(started: &RunStarted) -> proto::RunStarted {
    let RunStarted {
        handler,
        detail,
        runtime,
        invocations,
        timeout,
        settle,
        modes,
        runtime_api,
        console,
        workspace,
        identity,
        events,
        enforced,
        broken,
    } = started;
    let Identity { name, sources, file } = identity.clone();
    proto::RunStarted {
        handler: handler.clone(),
        detail: detail.clone(),
        invocations: *invocations,
        timeout: Some(to_duration(*timeout)),
        settle: Some(to_duration(*settle)),
        modes: modes.clone(),
        runtime_api: Some(to_address(*runtime_api)),
        console: Some(to_address(*console)),
        workspace: workspace.clone(),
        runtime: to_runtime(*runtime),
        identity: Some(proto::Identity { name, sources, file }),
        events: *events,
        enforced: enforced.map(|Enforced { policy, pause }| proto::Enforced {
            policy: to_policy(policy),
            pause: Some(to_duration(pause)),
        }),
        broken: broken.as_ref().map(to_broken),
    }
}

fn to_runtime(runtime: Runtime) -> i32 {
    let runtime = match runtime {
        Runtime::Tokio => proto::Runtime::Tokio,
        Runtime::NodeWithCallbacks => proto::Runtime::NodeWithCallbacks,
        Runtime::NodeWithPromises => proto::Runtime::NodeWithPromises,
    };
    runtime.into()
}

pub(super) fn from_runtime(runtime: i32) -> Result<Runtime> {
    let unknown = FrameError::UnknownValue { field: "the runtime", value: runtime };
    Ok(match proto::Runtime::try_from(runtime).map_err(|_| unknown)? {
        proto::Runtime::Tokio => Runtime::Tokio,
        proto::Runtime::NodeWithCallbacks => Runtime::NodeWithCallbacks,
        proto::Runtime::NodeWithPromises => Runtime::NodeWithPromises,
    })
}

pub(super) fn from_run_started(message: proto::RunStarted) -> Result<RunStarted> {
    let proto::RunStarted {
        handler,
        detail,
        runtime,
        invocations,
        timeout,
        settle,
        modes,
        runtime_api,
        console,
        workspace,
        identity,
        events,
        enforced,
        broken,
    } = message;
    // Recordings of the first versions have none.
    let proto::Identity { name, sources, file } = identity.unwrap_or_default();
    Ok(RunStarted {
        handler,
        detail,
        runtime: from_runtime(runtime)?,
        invocations,
        timeout: from_duration(timeout, "the timeout")?,
        settle: from_duration(settle, "the settle time")?,
        modes,
        runtime_api: from_address(runtime_api, "the address of the Runtime API")?,
        console: from_address(console, "the address of the console")?,
        workspace,
        identity: Identity { name, sources, file },
        events,
        enforced: enforced.map(from_enforced).transpose()?,
        broken: broken.map(from_broken).transpose()?,
    })
}

fn to_broken(broken: &BrokenPeer) -> proto::BrokenPeer {
    let BrokenPeer { peer: Peer { host, port }, how } = broken;
    proto::BrokenPeer { host: host.clone(), port: u32::from(*port), how: to_break(*how) }
}

fn from_broken(message: proto::BrokenPeer) -> Result<BrokenPeer> {
    let proto::BrokenPeer { host, port, how } = message;
    let port = u16::try_from(port).map_err(|_| FrameError::Missing("the port of the peer"))?;
    Ok(BrokenPeer { peer: Peer { host, port }, how: from_break(how)? })
}

fn from_enforced(message: proto::Enforced) -> Result<Enforced> {
    let proto::Enforced { policy, pause } = message;
    Ok(Enforced { policy: from_policy(policy)?, pause: from_duration(pause, "the pause")? })
}
