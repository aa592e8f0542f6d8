//! Moments at the Runtime API as messages of a recording, and back.
//!
//! As in [`crate::recording::convert`]: there and back is the identity, and back is strict.

use crate::model::time::Timestamp;
use crate::observation::ApiMoment;
use crate::recording::frame_error::{FrameError, Result};
use crate::recording::generated as proto;
use crate::recording::generated::runtime_api::Moment;
use crate::recording::plain::{from_address, to_address};

pub(super) fn to_moment(moment: &ApiMoment) -> Moment {
    match moment.clone() {
        ApiMoment::ConnectionOpened { peer } => {
            Moment::ConnectionOpened(proto::ConnectionOpened { peer: Some(to_address(peer)) })
        }
        ApiMoment::ConnectionClosed { peer } => {
            Moment::ConnectionClosed(proto::ConnectionClosed { peer: Some(to_address(peer)) })
        }
        ApiMoment::NextRequested => Moment::NextRequested(proto::NextRequested {}),
        ApiMoment::EventDelivered { request_id, deadline } => {
            let deadline_nanos = deadline.nanos();
            Moment::EventDelivered(proto::EventDelivered { request_id, deadline_nanos })
        }
        ApiMoment::ResponseReceived { request_id, bytes, streaming, error_type } => {
            Moment::ResponseReceived(proto::ResponseReceived {
                request_id,
                bytes,
                streaming,
                error_type,
            })
        }
        ApiMoment::ResponseTooLarge { request_id, bytes } => {
            Moment::ResponseTooLarge(proto::ResponseTooLarge { request_id, bytes })
        }
        ApiMoment::ErrorReceived { request_id, error_type } => {
            Moment::ErrorReceived(proto::ErrorReceived { request_id, error_type })
        }
        ApiMoment::InitErrorReceived { error_type } => {
            Moment::InitErrorReceived(proto::InitErrorReceived { error_type })
        }
        ApiMoment::RequestRefused { status, request, error_type } => {
            let status = u32::from(status);
            Moment::RequestRefused(proto::RequestRefused { status, request, error_type })
        }
        ApiMoment::ExtensionRegistered { name, events } => {
            Moment::ExtensionRegistered(proto::ExtensionRegistered { name, events })
        }
        ApiMoment::HandlerCompleted { request_id, mode } => {
            Moment::HandlerCompleted(proto::HandlerCompleted { request_id, mode })
        }
        ApiMoment::ExtensionNextRequested { name } => {
            Moment::ExtensionNextRequested(proto::ExtensionNextRequested { name })
        }
    }
}

pub(super) fn from_moment(moment: Moment) -> Result<ApiMoment> {
    Ok(match moment {
        Moment::ConnectionOpened(proto::ConnectionOpened { peer }) => {
            ApiMoment::ConnectionOpened { peer: from_address(peer, "the peer's address")? }
        }
        Moment::ConnectionClosed(proto::ConnectionClosed { peer }) => {
            ApiMoment::ConnectionClosed { peer: from_address(peer, "the peer's address")? }
        }
        Moment::NextRequested(proto::NextRequested {}) => ApiMoment::NextRequested,
        Moment::EventDelivered(proto::EventDelivered { request_id, deadline_nanos }) => {
            let deadline = Timestamp::from_nanos(deadline_nanos);
            ApiMoment::EventDelivered { request_id, deadline }
        }
        Moment::ResponseReceived(proto::ResponseReceived {
            request_id,
            bytes,
            streaming,
            error_type,
        }) => ApiMoment::ResponseReceived { request_id, bytes, streaming, error_type },
        Moment::ResponseTooLarge(proto::ResponseTooLarge { request_id, bytes }) => {
            ApiMoment::ResponseTooLarge { request_id, bytes }
        }
        Moment::ErrorReceived(proto::ErrorReceived { request_id, error_type }) => {
            ApiMoment::ErrorReceived { request_id, error_type }
        }
        Moment::InitErrorReceived(proto::InitErrorReceived { error_type }) => {
            ApiMoment::InitErrorReceived { error_type }
        }
        Moment::RequestRefused(proto::RequestRefused { status, request, error_type }) => {
            let status =
                u16::try_from(status).map_err(|_| FrameError::OutOfRange("an HTTP status"))?;
            ApiMoment::RequestRefused { status, request, error_type }
        }
        Moment::ExtensionRegistered(proto::ExtensionRegistered { name, events }) => {
            ApiMoment::ExtensionRegistered { name, events }
        }
        Moment::HandlerCompleted(proto::HandlerCompleted { request_id, mode }) => {
            ApiMoment::HandlerCompleted { request_id, mode }
        }
        // Read before, as it is an update of the feed.
        Moment::LoopTurned(_) => return Err(FrameError::Missing("the moment at the Runtime API")),
        Moment::ExtensionNextRequested(proto::ExtensionNextRequested { name }) => {
            ApiMoment::ExtensionNextRequested { name }
        }
    })
}
