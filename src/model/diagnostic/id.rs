//! The ids of gaps and failures: as text, in order, and compared with each other.

use std::fmt;

use crate::model::diagnostic::effect::Effect;
use crate::model::diagnostic::table::{DiagnosticId, FailureId, GapId, Texts};

impl DiagnosticId {
    /// The id in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gap(id) => id.as_str(),
            Self::Failure(id) => id.as_str(),
        }
    }

    /// The effect on the verdict.
    pub const fn effect(self) -> Effect {
        match self {
            Self::Gap(id) => id.effect(),
            Self::Failure(id) => id.effect(),
        }
    }

    /// The texts.
    pub const fn texts(self) -> Texts {
        match self {
            Self::Gap(id) => id.texts(),
            Self::Failure(id) => id.texts(),
        }
    }

    /// Returns the id that is written so.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.as_str() == id)
    }

    /// The position in the table.
    pub fn index(self) -> usize {
        Self::ALL.iter().position(|known| *known == self).unwrap_or_default()
    }
}

impl Ord for DiagnosticId {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.index().cmp(&other.index())
    }
}

impl PartialOrd for DiagnosticId {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq<GapId> for DiagnosticId {
    fn eq(&self, other: &GapId) -> bool {
        *self == Self::Gap(*other)
    }
}

impl PartialEq<FailureId> for DiagnosticId {
    fn eq(&self, other: &FailureId) -> bool {
        *self == Self::Failure(*other)
    }
}

impl From<GapId> for DiagnosticId {
    fn from(id: GapId) -> Self {
        Self::Gap(id)
    }
}

impl From<FailureId> for DiagnosticId {
    fn from(id: FailureId) -> Self {
        Self::Failure(id)
    }
}

impl From<DiagnosticId> for &'static str {
    fn from(id: DiagnosticId) -> Self {
        id.as_str()
    }
}

/// An id that is neither a gap nor a failure.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnknownId(String);

impl fmt::Display for UnknownId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown gap `{}`", self.0)
    }
}

impl TryFrom<String> for DiagnosticId {
    type Error = UnknownId;

    fn try_from(id: String) -> Result<Self, UnknownId> {
        Self::from_id(&id).ok_or(UnknownId(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_kebab_case_and_found_again() {
        for (index, id) in DiagnosticId::ALL.iter().enumerate() {
            let text = id.as_str();
            assert!(text.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{text}");
            assert_eq!(DiagnosticId::from_id(text), Some(*id));
            assert_eq!(id.index(), index);
            assert!(
                DiagnosticId::ALL[..index].iter().all(|other| other.as_str() != text),
                "{text}"
            );
        }
        assert_eq!(DiagnosticId::from_id("nothing"), None);
    }

    #[test]
    fn a_gap_leaves_an_answer_and_a_failure_does_not() {
        for id in DiagnosticId::ALL {
            let leaves_an_answer = matches!(id.effect(), Effect::Note | Effect::Inconclusive);
            assert_eq!(matches!(id, DiagnosticId::Gap(_)), leaves_an_answer, "{id:?}");
        }
    }
}
