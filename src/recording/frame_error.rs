//! Why a frame of a recording is not understood.

use prost::DecodeError;

use crate::feed::convert::UnknownValue;

/// Why a frame cannot be understood.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(super) enum FrameError {
    #[error("{0}")]
    Undecodable(#[from] DecodeError),
    #[error("it holds more than this version of loopcheck knows")]
    Inexact,
    #[error("{0} is missing or unknown")]
    Missing(&'static str),
    #[error("{field} has the unknown value {value}")]
    UnknownValue { field: &'static str, value: i32 },
    #[error("{0} is out of range")]
    OutOfRange(&'static str),
}

impl From<UnknownValue> for FrameError {
    fn from(UnknownValue { field, value }: UnknownValue) -> Self {
        Self::UnknownValue { field, value }
    }
}

pub(super) type Result<T> = std::result::Result<T, FrameError>;
