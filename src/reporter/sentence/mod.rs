//! The sentences that the formats share: about a finding, a gap, the verdict, a comparison and a
//! verification. Where they stand is the formats' business.

pub(crate) mod by_policy;
pub(crate) mod change;
pub(crate) mod coverage;
pub(crate) mod deciding;
pub(crate) mod finding;
mod late;
pub(crate) mod peers;
pub(crate) mod plain;
pub(crate) mod verdict;
pub(crate) mod verification;
