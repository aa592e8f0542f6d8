//! Our enums and their twins in a recording.

use crate::model::socket::{Protocol, SocketState};
use crate::observation::{Break, KillReason, Policy, SettledReason, Subscription, UncaughtKind};
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
