//! Observations as messages of a recording, and back.
//!
//! There and back is the identity, so that a replay judges what the run judged. Back is strict: a
//! frame that says anything which this version does not know is an error, never a default. Where
//! frames come from and what an error does to the recording is [`crate::recording::reader`]'s job.

use prost::Message;

use crate::feed::convert as feed;
use crate::model::diagnostic::{Diagnostic, DiagnosticId};
use crate::model::time::Timestamp;
use crate::observation::{DrainCycles, ExitedWith, Observation, ObservationKind, UncaughtError};
use crate::recording::console::{from_console_message, to_console_message};
use crate::recording::frame_error::{FrameError, Result};
use crate::recording::generated as proto;
use crate::recording::generated::frame::Kind;
use crate::recording::generated::process_exited::Status;
use crate::recording::generated::runtime_api::Moment;
use crate::recording::moment::{from_moment, to_moment};
use crate::recording::old::OldFrame;
use crate::recording::run::{from_run_started, to_run_started};
use crate::recording::scan::{from_socket_scan, to_socket_scan};
use crate::recording::twins::{
    from_frozen_by, from_kill_reason, from_settled_reason, from_subscription, from_uncaught_kind,
    to_frozen_by, to_kill_reason, to_settled_reason, to_uncaught_kind,
};

/// What a frame of a recording holds.
#[derive(Debug, PartialEq)]
pub(super) enum Content {
    /// Something that was seen.
    Observation(Observation),
    /// Something that was seen, in the words of an earlier version.
    Old(OldFrame),
    /// The end of the recording.
    End {
        /// How many frames stand before it.
        frames: u64,
    },
}

/// The frame that keeps an observation.
pub(super) fn to_frame(observation: &Observation) -> proto::Frame {
    let Observation { at, kind } = observation;
    proto::Frame { at_nanos: at.nanos(), kind: Some(to_kind(kind)) }
}

/// The frame that ends a recording of so many frames.
pub(super) fn end_frame(frames: u64) -> proto::Frame {
    proto::Frame { at_nanos: 0, kind: Some(Kind::End(proto::End { frames })) }
}

/// What a frame holds, from its bytes without the length.
pub(super) fn from_bytes(bytes: &[u8]) -> Result<Content> {
    let frame = proto::Frame::decode(bytes)?;
    // Protobuf skips fields that it does not know, and merges fields that come twice. Both would
    // make a frame mean something else than it meant to its writer, and both make it shorter.
    if frame.encoded_len() != bytes.len() {
        return Err(FrameError::Inexact);
    }
    let at = Timestamp::from_nanos(frame.at_nanos);
    let kind = match frame.kind.ok_or(FrameError::Missing("the kind of observation"))? {
        Kind::End(proto::End { frames }) => return Ok(Content::End { frames }),
        Kind::ConsoleUpdate(proto::ConsoleUpdate { subscription, update }) => {
            return Ok(Content::Old(OldFrame::ConsoleUpdate {
                at,
                subscription: from_subscription(subscription)?,
                update: Box::new(update.ok_or(FrameError::Missing("the console's update"))?),
            }));
        }
        Kind::RuntimeApi(proto::RuntimeApi {
            moment: Some(Moment::LoopTurned(proto::LoopTurned { request_id })),
        }) => return Ok(Content::Old(OldFrame::LoopTurned { at, request_id })),
        Kind::RunStarted(message) => {
            ObservationKind::RunStarted(Box::new(from_run_started(message)?))
        }
        Kind::ProcessStarted(proto::ProcessStarted { pid }) => {
            ObservationKind::ProcessStarted { pid }
        }
        Kind::ConsoleAttached(proto::ConsoleAttached {}) => ObservationKind::FeedAttached,
        Kind::ConsoleMessage(message) => {
            let (subscription, message) = from_console_message(message)?;
            ObservationKind::ConsoleMessage { subscription, message: Box::new(message) }
        }
        Kind::FeedUpdate(update) => {
            // Errors and gaps are frames of their own.
            if !update.uncaught.is_empty() || !update.gaps.is_empty() {
                return Err(FrameError::Inexact);
            }
            ObservationKind::FeedUpdate(Box::new(feed::from_wire(update)?))
        }
        Kind::FeedFlushed(proto::FeedFlushed { requested_nanos, sequence }) => {
            let requested = Timestamp::from_nanos(requested_nanos);
            ObservationKind::FeedFlushed { requested, sequence }
        }
        Kind::DrainCycles(message) => ObservationKind::DrainCycles(from_drain_cycles(message)),
        Kind::ConsoleLost(proto::ConsoleLost { reason }) => ObservationKind::FeedLost { reason },
        Kind::RuntimeApi(proto::RuntimeApi { moment }) => {
            let moment = moment.ok_or(FrameError::Missing("the moment at the Runtime API"))?;
            ObservationKind::RuntimeApi(from_moment(moment)?)
        }
        Kind::SocketScan(message) => ObservationKind::Sockets(from_socket_scan(message)?),
        Kind::Settled(proto::Settled { reason }) => {
            ObservationKind::Settled { reason: from_settled_reason(reason)? }
        }
        Kind::ProcessExited(proto::ProcessExited { status }) => {
            let status = match status.ok_or(FrameError::Missing("the exit status"))? {
                Status::Code(code) => ExitedWith::Code(code),
                Status::Signal(signal) => ExitedWith::Signal(signal),
            };
            ObservationKind::ProcessExited { status }
        }
        Kind::ProcessKilled(proto::ProcessKilled { reason }) => {
            ObservationKind::ProcessKilled { reason: from_kill_reason(reason)? }
        }
        Kind::Frozen(proto::Frozen { processes, by }) => {
            ObservationKind::Frozen { processes, by: from_frozen_by(by)? }
        }
        Kind::Thawed(proto::Thawed {}) => ObservationKind::Thawed,
        Kind::DeliveredTogether(proto::DeliveredTogether { events }) => {
            ObservationKind::DeliveredTogether { events }
        }
        Kind::PeerConnected(proto::PeerConnected {}) => ObservationKind::PeerConnected,
        Kind::PeerUnreachable(proto::PeerUnreachable { reason }) => {
            ObservationKind::PeerUnreachable { reason }
        }
        Kind::PeerBroken(proto::PeerBroken { connections }) => {
            ObservationKind::PeerBroken { connections }
        }
        Kind::ShutdownNotice(proto::ShutdownNotice {}) => ObservationKind::ShutdownNotice,
        Kind::UncaughtError(message) => ObservationKind::Uncaught(from_uncaught(message)?),
        Kind::Gap(proto::Gap { id, message, hint }) => {
            let id = DiagnosticId::from_id(&id).ok_or(FrameError::Missing("the id of a gap"))?;
            ObservationKind::Diagnostic(Diagnostic { id, message, hint })
        }
    };
    Ok(Content::Observation(Observation { at, kind }))
}

// None of the functions below has a wildcard, in a `match` or in a pattern of a struct: whatever
// is added to the observations or to the messages does not compile until it is kept.

fn to_kind(kind: &ObservationKind) -> Kind {
    match kind {
        ObservationKind::RunStarted(started) => Kind::RunStarted(to_run_started(started)),
        ObservationKind::ProcessStarted { pid } => {
            Kind::ProcessStarted(proto::ProcessStarted { pid: *pid })
        }
        ObservationKind::FeedAttached => Kind::ConsoleAttached(proto::ConsoleAttached {}),
        ObservationKind::ConsoleMessage { subscription, message } => {
            Kind::ConsoleMessage(to_console_message(*subscription, message))
        }
        ObservationKind::FeedUpdate(update) => Kind::FeedUpdate(feed::to_wire(update)),
        ObservationKind::FeedFlushed { requested, sequence } => {
            Kind::FeedFlushed(proto::FeedFlushed {
                requested_nanos: requested.nanos(),
                sequence: *sequence,
            })
        }
        ObservationKind::DrainCycles(cycles) => Kind::DrainCycles(to_drain_cycles(*cycles)),
        ObservationKind::FeedLost { reason } => {
            Kind::ConsoleLost(proto::ConsoleLost { reason: reason.clone() })
        }
        ObservationKind::RuntimeApi(moment) => {
            Kind::RuntimeApi(proto::RuntimeApi { moment: Some(to_moment(moment)) })
        }
        ObservationKind::Sockets(scan) => Kind::SocketScan(to_socket_scan(scan)),
        ObservationKind::Settled { reason } => {
            Kind::Settled(proto::Settled { reason: to_settled_reason(*reason) })
        }
        ObservationKind::ProcessExited { status } => {
            let status = match *status {
                ExitedWith::Code(code) => Status::Code(code),
                ExitedWith::Signal(signal) => Status::Signal(signal),
            };
            Kind::ProcessExited(proto::ProcessExited { status: Some(status) })
        }
        ObservationKind::ProcessKilled { reason } => {
            Kind::ProcessKilled(proto::ProcessKilled { reason: to_kill_reason(*reason) })
        }
        ObservationKind::Frozen { processes, by } => {
            Kind::Frozen(proto::Frozen { processes: *processes, by: to_frozen_by(*by) })
        }
        ObservationKind::Thawed => Kind::Thawed(proto::Thawed {}),
        ObservationKind::DeliveredTogether { events } => {
            Kind::DeliveredTogether(proto::DeliveredTogether { events: *events })
        }
        ObservationKind::PeerConnected => Kind::PeerConnected(proto::PeerConnected {}),
        ObservationKind::PeerUnreachable { reason } => {
            Kind::PeerUnreachable(proto::PeerUnreachable { reason: reason.clone() })
        }
        ObservationKind::PeerBroken { connections } => {
            Kind::PeerBroken(proto::PeerBroken { connections: *connections })
        }
        ObservationKind::ShutdownNotice => Kind::ShutdownNotice(proto::ShutdownNotice {}),
        ObservationKind::Uncaught(error) => Kind::UncaughtError(to_uncaught(error)),
        ObservationKind::Diagnostic(Diagnostic { id, message, hint }) => Kind::Gap(proto::Gap {
            id: id.as_str().to_owned(),
            message: message.clone(),
            hint: hint.clone(),
        }),
    }
}

fn to_uncaught(error: &UncaughtError) -> proto::UncaughtError {
    let UncaughtError { kind, left_by, file, line, column } = error.clone();
    proto::UncaughtError { kind: to_uncaught_kind(kind), left_by, file, line, column }
}

fn from_uncaught(message: proto::UncaughtError) -> Result<UncaughtError> {
    let proto::UncaughtError { kind, left_by, file, line, column } = message;
    Ok(UncaughtError { kind: from_uncaught_kind(kind)?, left_by, file, line, column })
}

fn to_drain_cycles(cycles: DrainCycles) -> proto::DrainCycles {
    let DrainCycles { opened_at, counted_at, cycles } = cycles;
    proto::DrainCycles {
        opened_at_nanos: opened_at.nanos(),
        counted_at_nanos: counted_at.nanos(),
        cycles,
    }
}

fn from_drain_cycles(message: proto::DrainCycles) -> DrainCycles {
    let proto::DrainCycles { opened_at_nanos, counted_at_nanos, cycles } = message;
    DrainCycles {
        opened_at: Timestamp::from_nanos(opened_at_nanos),
        counted_at: Timestamp::from_nanos(counted_at_nanos),
        cycles,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::{ProptestConfig, any, prop_assert_eq, proptest};

    use super::*;
    use crate::recording::arbitrary;
    use crate::recording::run::from_runtime;
    use crate::recording::twins::{from_policy, from_protocol, from_socket_state, from_task_kind};

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_500))]

        #[test]
        fn there_and_back_is_the_identity(observation in arbitrary::observation()) {
            let bytes = to_frame(&observation).encode_to_vec();
            prop_assert_eq!(from_bytes(&bytes), Ok(Content::Observation(observation)));
        }

        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            let _ = from_bytes(&bytes);
        }

        #[test]
        fn what_is_understood_is_understood_whole(
            observation in arbitrary::observation(),
            at in any::<proptest::sample::Index>(),
            value: u8,
        ) {
            let mut bytes = to_frame(&observation).encode_to_vec();
            let at = at.index(bytes.len());
            bytes[at] = value;
            if let Ok(Content::Observation(changed)) = from_bytes(&bytes) {
                prop_assert_eq!(to_frame(&changed).encoded_len(), bytes.len());
            }
        }
    }

    #[test]
    fn the_end_is_not_an_observation() {
        let bytes = end_frame(7).encode_to_vec();
        assert_eq!(from_bytes(&bytes), Ok(Content::End { frames: 7 }));
    }

    #[test]
    fn observations_of_every_kind_are_tried() {
        /// The field numbers of a oneof, from the generated code.
        fn numbers(oneof: &str) -> BTreeSet<u8> {
            let (_, after) = include_str!("generated.rs").split_once(oneof).unwrap();
            let (_, after) = after.split_once("tags = \"").unwrap();
            let (numbers, _) = after.split_once('"').unwrap();
            numbers.split(", ").map(|number| number.parse().unwrap()).collect()
        }
        /// The number of a message's first field.
        fn first(bytes: &[u8]) -> u8 {
            let key = prost::encoding::decode_varint(&mut &bytes[..]).unwrap();
            u8::try_from(key >> 3).unwrap()
        }
        let mut kinds: BTreeSet<u8> = [15].into();
        let mut moments = BTreeSet::new();
        for observation in arbitrary::sample(3_000) {
            let kind = to_kind(&observation.kind);
            if let Kind::RuntimeApi(moment) = &kind {
                moments.insert(first(&moment.encode_to_vec()));
            }
            kinds.insert(first(&proto::Frame { at_nanos: 0, kind: Some(kind) }.encode_to_vec()));
        }
        // 5 and 12 are those of earlier versions.
        kinds.insert(5);
        moments.insert(12);
        assert_eq!(kinds, numbers("\"frame::Kind\""));
        assert_eq!(moments, numbers("\"runtime_api::Moment\""));
    }

    #[test]
    fn every_value_of_an_enum_but_the_known_ones_is_refused() {
        fn check<T>(known: std::ops::RangeInclusive<i32>, from: fn(i32) -> Result<T>) {
            for value in -2..=12 {
                assert_eq!(from(value).is_ok(), known.contains(&value), "{value}");
            }
            assert!(from(i32::MIN).is_err() && from(i32::MAX).is_err());
        }
        check(1..=2, from_subscription);
        check(1..=4, from_settled_reason);
        check(1..=7, from_kill_reason);
        check(0..=2, from_runtime);
        check(0..=1, from_frozen_by);
        check(1..=4, from_protocol);
        check(1..=7, from_socket_state);
        check(1..=4, from_policy);
        check(1..=4, from_uncaught_kind);
        check(1..=4, from_task_kind);
    }

    #[test]
    fn what_is_missing_or_out_of_range_is_refused() {
        fn error(kind: Kind) -> String {
            let frame = proto::Frame { at_nanos: 1, kind: Some(kind) };
            from_bytes(&frame.encode_to_vec()).expect_err("it is refused").to_string()
        }
        fn opened(ip: &[u8], port: u32, scope_id: u32) -> Kind {
            let peer = proto::SocketAddress { ip: ip.to_vec(), port, flow_info: 0, scope_id };
            moment(Moment::ConnectionOpened(proto::ConnectionOpened { peer: Some(peer) }))
        }
        fn moment(moment: Moment) -> Kind {
            Kind::RuntimeApi(proto::RuntimeApi { moment: Some(moment) })
        }

        assert_eq!(
            error(Kind::RunStarted(proto::RunStarted::default())),
            "the timeout is missing or unknown"
        );
        let endless = proto::Duration { seconds: u64::MAX, nanos: 1_000_000_000 };
        let started = proto::RunStarted { timeout: Some(endless), ..Default::default() };
        assert_eq!(error(Kind::RunStarted(started)), "the timeout is out of range");
        assert_eq!(
            error(Kind::RuntimeApi(proto::RuntimeApi::default())),
            "the moment at the Runtime API is missing or unknown"
        );
        assert_eq!(
            error(Kind::ProcessExited(proto::ProcessExited::default())),
            "the exit status is missing or unknown"
        );
        let update = proto::ConsoleUpdate { subscription: 1, update: None };
        assert_eq!(
            error(Kind::ConsoleUpdate(update)),
            "the console's update is missing or unknown"
        );
        let gap = proto::Gap { id: "no-such-gap".to_owned(), ..Default::default() };
        assert_eq!(error(Kind::Gap(gap)), "the id of a gap is missing or unknown");
        let killed = proto::ProcessKilled { reason: 99 };
        assert_eq!(
            error(Kind::ProcessKilled(killed)),
            "why the process was ended has the unknown value 99"
        );
        let refused = proto::RequestRefused { status: 65_536, ..Default::default() };
        assert_eq!(
            error(moment(Moment::RequestRefused(refused))),
            "an HTTP status is out of range"
        );
        for bad in [
            opened(&[127, 0, 0], 1, 0),
            opened(&[], 1, 0),
            opened(&[127, 0, 0, 1], 65_536, 0),
            opened(&[127, 0, 0, 1], 1, 1),
            opened(&[0; 16], 65_536, 0),
            opened(&[0; 17], 1, 0),
        ] {
            assert_eq!(error(bad), "the peer's address is out of range");
        }
        assert_eq!(from_bytes(&[]), Err(FrameError::Missing("the kind of observation")));
    }

    #[test]
    fn a_field_of_a_later_version_is_refused() {
        let observation =
            Observation { at: Timestamp::from_nanos(1), kind: ObservationKind::FeedAttached };
        let mut bytes = to_frame(&observation).encode_to_vec();
        // Field 99, a varint.
        bytes.extend([0x98, 0x06, 0x01]);
        assert_eq!(from_bytes(&bytes), Err(FrameError::Inexact));
    }

    #[test]
    fn a_field_that_comes_twice_is_refused() {
        let started = |pid| Observation {
            at: Timestamp::from_nanos(1),
            kind: ObservationKind::ProcessStarted { pid },
        };
        let mut bytes = to_frame(&started(7)).encode_to_vec();
        bytes.extend(to_frame(&started(8)).encode_to_vec());
        assert_eq!(from_bytes(&bytes), Err(FrameError::Inexact));
    }
}
