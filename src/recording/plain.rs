//! Durations and addresses in a recording: types of the standard library that protobuf does not
//! have, or not with the same range.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::time::Duration;

use crate::recording::frame_error::{FrameError, Result};
use crate::recording::generated as proto;

pub(super) fn to_duration(duration: Duration) -> proto::Duration {
    proto::Duration { seconds: duration.as_secs(), nanos: duration.subsec_nanos() }
}

pub(super) fn from_duration(
    message: Option<proto::Duration>,
    field: &'static str,
) -> Result<Duration> {
    let proto::Duration { seconds, nanos } = message.ok_or(FrameError::Missing(field))?;
    if nanos >= 1_000_000_000 {
        return Err(FrameError::OutOfRange(field));
    }
    Ok(Duration::new(seconds, nanos))
}

pub(super) fn to_address(address: SocketAddr) -> proto::SocketAddress {
    let port = u32::from(address.port());
    match address {
        SocketAddr::V4(address) => {
            let ip = address.ip().octets().to_vec();
            proto::SocketAddress { ip, port, flow_info: 0, scope_id: 0 }
        }
        SocketAddr::V6(address) => proto::SocketAddress {
            ip: address.ip().octets().to_vec(),
            port,
            flow_info: address.flowinfo(),
            scope_id: address.scope_id(),
        },
    }
}

pub(super) fn from_address(
    message: Option<proto::SocketAddress>,
    field: &'static str,
) -> Result<SocketAddr> {
    let proto::SocketAddress { ip, port, flow_info, scope_id } =
        message.ok_or(FrameError::Missing(field))?;
    let port = u16::try_from(port).map_err(|_| FrameError::OutOfRange(field))?;
    if let Ok(octets) = <[u8; 16]>::try_from(ip.as_slice()) {
        let ip = Ipv6Addr::from(octets);
        return Ok(SocketAddrV6::new(ip, port, flow_info, scope_id).into());
    }
    match <[u8; 4]>::try_from(ip.as_slice()) {
        Ok(octets) if flow_info == 0 && scope_id == 0 => {
            Ok(SocketAddrV4::new(Ipv4Addr::from(octets), port).into())
        }
        _ => Err(FrameError::OutOfRange(field)),
    }
}
