//! Our enums and their twins in a recording.

use crate::model::socket::{Protocol, SocketState};
use crate::model::task::TaskKind;
use crate::observation::{
    Break, FrozenBy, KillReason, Policy, SettledReason, Subscription, UncaughtKind,
};
use crate::recording::frame_error::{FrameError, Result};
use crate::recording::generated as proto;

/// Both ways between one of our enums and its twin in the recording, which alone has a value for
/// "unspecified".
macro_rules! enum_twins {
    ($to:ident, $from:ident, $enum:ident, $field:literal, [$($variant:ident),+ $(,)?]) => {
        pub(super) fn $to(value: $enum) -> i32 {
            let twin = match value { $($enum::$variant => proto::$enum::$variant,)+ };
            twin.into()
        }

        pub(super) fn $from(value: i32) -> Result<$enum> {
            let unknown = FrameError::UnknownValue { field: $field, value };
            match proto::$enum::try_from(value) {
                $(Ok(proto::$enum::$variant) => Ok($enum::$variant),)+
                Ok(proto::$enum::Unspecified) | Err(_) => Err(unknown),
            }
        }
    };
}

enum_twins!(to_subscription, from_subscription, Subscription, "the subscription", [Main, Audit]);
enum_twins!(
    to_settled_reason,
    from_settled_reason,
    SettledReason,
    "why the watch ended",
    [AllEnded, NothingWillEnd, TimeOver, CutShort]
);
enum_twins!(
    to_kill_reason,
    from_kill_reason,
    KillReason,
    "why the process was ended",
    [Finished, Deadline, InitTimeout, Interrupted, Abandoned, Withheld, Shutdown]
);
enum_twins!(to_protocol, from_protocol, Protocol, "a protocol", [Tcp, Udp, Unix, Other]);
enum_twins!(
    to_socket_state,
    from_socket_state,
    SocketState,
    "the state of a socket",
    [Listen, Connecting, Established, CloseWait, Closing, Unconnected, Unknown]
);
enum_twins!(to_policy, from_policy, Policy, "a policy", [Freeze, HoldResponse, HoldEnv, RunOn]);
enum_twins!(to_break, from_break, Break, "how connections are broken", [Reset, Drop]);
enum_twins!(
    to_uncaught_kind,
    from_uncaught_kind,
    UncaughtKind,
    "how something failed",
    [Exception, Rejection, Panic, Exit]
);

pub(super) fn to_task_kind(kind: TaskKind) -> i32 {
    let twin = match kind {
        TaskKind::Async => proto::ConsoleTaskKind::Async,
        TaskKind::Local => proto::ConsoleTaskKind::Local,
        TaskKind::Blocking => proto::ConsoleTaskKind::Blocking,
        TaskKind::BlockOn => proto::ConsoleTaskKind::BlockOn,
    };
    twin.into()
}

pub(super) fn from_task_kind(kind: i32) -> Result<TaskKind> {
    let unknown = FrameError::UnknownValue { field: "the kind of a task", value: kind };
    match proto::ConsoleTaskKind::try_from(kind) {
        Ok(proto::ConsoleTaskKind::Async) => Ok(TaskKind::Async),
        Ok(proto::ConsoleTaskKind::Local) => Ok(TaskKind::Local),
        Ok(proto::ConsoleTaskKind::Blocking) => Ok(TaskKind::Blocking),
        Ok(proto::ConsoleTaskKind::BlockOn) => Ok(TaskKind::BlockOn),
        Ok(proto::ConsoleTaskKind::Unspecified) | Err(_) => Err(unknown),
    }
}

pub(super) fn to_frozen_by(by: FrozenBy) -> i32 {
    let twin = match by {
        FrozenBy::Sigstop => proto::FrozenBy::Sigstop,
        FrozenBy::Cgroup => proto::FrozenBy::Cgroup,
    };
    twin.into()
}

/// Absent in the first versions, where there was one means only.
pub(super) fn from_frozen_by(by: i32) -> Result<FrozenBy> {
    let unknown = FrameError::UnknownValue { field: "by what means it was frozen", value: by };
    Ok(match proto::FrozenBy::try_from(by).map_err(|_| unknown)? {
        proto::FrozenBy::Sigstop => FrozenBy::Sigstop,
        proto::FrozenBy::Cgroup => FrozenBy::Cgroup,
    })
}
