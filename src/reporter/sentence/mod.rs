//! The sentences that the formats share: about a finding, a gap, the verdict, a comparison and a
//! verification. Where they stand is the formats' business.

pub(crate) mod change;
pub(crate) mod coverage;
pub(crate) mod deciding;
mod diagnostic;
mod finding;
mod late;
pub(crate) mod lines;
pub(crate) mod peers;
pub(crate) mod plain;
pub(crate) mod verdict;
pub(crate) mod verification;

pub(crate) use diagnostic::{gap, hint};
pub(crate) use finding::{happens, short, subject};
