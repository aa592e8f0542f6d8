//! The managed runtimes of Lambda, by the names that the service gives them (AWS Lambda developer
//! guide, "Lambda runtimes").

use std::fmt::{self, Display};

use crate::runtime::rules::{Family, Runtime};

/// A managed runtime that loopcheck runs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Managed {
    /// A version of a language runtime.
    Version(Version),
    /// An operating system alone: the handler is an executable, run by these rules.
    OsOnly(Runtime),
}

/// A managed runtime that comes with a version of a language runtime, so that `--runtime` can name
/// it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Version {
    /// The name, as the service writes it.
    pub name: &'static str,
    /// The rules that hold in it.
    pub rules: Runtime,
    /// The major version of the language runtime.
    pub major: u32,
}

const fn version(name: &'static str, rules: Runtime, major: u32) -> Version {
    Version { name, rules, major }
}

/// The versions of Node.js, the oldest first.
pub const NODE: [Version; 5] = [
    version("nodejs18.x", Runtime::NodeWithCallbacks, 18),
    version("nodejs20.x", Runtime::NodeWithCallbacks, 20),
    version("nodejs22.x", Runtime::NodeWithCallbacks, 22),
    version("nodejs24.x", Runtime::NodeWithPromises, 24),
    version("nodejs26.x", Runtime::NodeWithPromises, 26),
];

/// The newest runtime that is an operating system alone. Older and later ones are called
/// `provided`, or `provided.` and something else; their handlers are run in the same way.
const OS_ONLY: &str = "provided.al2023";

/// The beginnings of the names of runtimes for languages that loopcheck does not run.
const NOT_RUN: &[&str] = &["python", "java", "ruby", "dotnet", "go1"];

/// Names of the first runtimes of Node.js, which do not have the form of the later ones.
const FIRST_NODES: &[&str] = &["nodejs", "nodejs4.3", "nodejs4.3-edge", "nodejs6.10", "nodejs8.10"];

/// The reason for which a name is refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Refusal {
    /// It is a managed runtime, and older than those that loopcheck runs.
    TooOld,
    /// It is a managed runtime that loopcheck does not run.
    NotRun,
    /// No managed runtime has this name.
    Unknown,
}

impl Display for Refusal {
    /// Writes the reason as the end of a sentence that begins with the name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooOld => write!(f, "is a managed runtime that is too old; ")?,
            Self::NotRun => write!(f, "is a managed runtime that loopcheck does not run; ")?,
            Self::Unknown => write!(f, "is not a managed runtime of Lambda; ")?,
        }
        write!(f, "loopcheck runs")?;
        for family in Family::ALL {
            if let [oldest, .., newest] = family.versions() {
                write!(f, " {} to {} and", oldest.name, newest.name)?;
            }
        }
        write!(f, " {OS_ONLY}")
    }
}

impl Family {
    /// The managed runtimes that come with a version of its language runtime, the oldest first;
    /// none for a family whose handlers are executables.
    pub const fn versions(self) -> &'static [Version] {
        match self {
            Self::Tokio => &[],
            Self::Node => &NODE,
        }
    }

    /// The beginning of the names of its versions.
    const fn stem(self) -> Option<&'static str> {
        match self {
            Self::Tokio => None,
            Self::Node => Some("nodejs"),
        }
    }
}

/// Every version of a language runtime that loopcheck runs.
pub fn versions() -> impl Iterator<Item = Version> {
    Family::ALL.iter().flat_map(|family| family.versions()).copied()
}

/// The managed runtime with this name, or the reason why it is refused.
pub fn find(name: &str) -> Result<Managed, Refusal> {
    if let Some(known) = versions().find(|known| known.name == name) {
        return Ok(Managed::Version(known));
    }
    if name == "provided" || name.starts_with("provided.") {
        return Ok(Managed::OsOnly(Runtime::Tokio));
    }
    if let Some(family) = family_of(name) {
        return Err(other_version(name, family));
    }
    let is_language = NOT_RUN.iter().any(|stem| name.starts_with(stem));
    Err(if is_language { Refusal::NotRun } else { Refusal::Unknown })
}

/// The refusal of a name such as `nodejs16.x`, which is not among the versions of its family.
fn other_version(name: &str, family: Family) -> Refusal {
    if FIRST_NODES.contains(&name) {
        return Refusal::TooOld;
    }
    let major = family.stem().and_then(|stem| name.strip_prefix(stem)?.strip_suffix(".x"));
    let major = major.and_then(|major| major.parse::<u32>().ok());
    match (major, family.versions()) {
        (Some(major), [oldest, ..]) if major < oldest.major => Refusal::TooOld,
        (Some(major), [.., newest]) if major > newest.major => Refusal::NotRun,
        _ => Refusal::Unknown,
    }
}

/// The family whose versions have names like this one.
pub fn family_of(name: &str) -> Option<Family> {
    let is_like = |family: &Family| family.stem().is_some_and(|stem| name.starts_with(stem));
    Family::ALL.iter().copied().find(is_like)
}

impl Managed {
    /// The rules that hold in it.
    pub const fn rules(self) -> Runtime {
        match self {
            Self::Version(version) => version.rules,
            Self::OsOnly(rules) => rules,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_again() {
        for version in versions() {
            assert_eq!(find(version.name), Ok(Managed::Version(version)));
            assert_eq!(family_of(version.name), Some(version.rules.family()));
        }
        for name in ["provided", "provided.al2", OS_ONLY, "provided.al2030"] {
            assert_eq!(find(name), Ok(Managed::OsOnly(Runtime::Tokio)));
            assert_eq!(family_of(name), None);
        }
    }

    #[test]
    fn versions_are_in_order_under_names_of_their_family() {
        for family in Family::ALL {
            let versions = family.versions();
            assert!(versions.is_sorted_by_key(|version| version.major), "{family:?}");
            for version in versions {
                let stem = family.stem().unwrap_or_default();
                assert_eq!(version.name, format!("{stem}{}.x", version.major));
                assert_eq!(version.rules.family(), *family);
            }
        }
    }

    #[test]
    fn every_set_of_rules_has_a_managed_runtime() {
        for rules in Runtime::ALL {
            let is_version = versions().any(|version| version.rules == *rules);
            assert!(is_version || find(OS_ONLY) == Ok(Managed::OsOnly(*rules)), "{rules:?}");
        }
    }

    #[test]
    fn a_name_is_refused_for_a_reason() {
        for (name, reason) in [
            ("nodejs", Refusal::TooOld),
            ("nodejs4.3-edge", Refusal::TooOld),
            ("nodejs16.x", Refusal::TooOld),
            ("nodejs28.x", Refusal::NotRun),
            ("python3.13", Refusal::NotRun),
            ("java21", Refusal::NotRun),
            ("go1.x", Refusal::NotRun),
            ("nodejs21.x", Refusal::Unknown),
            ("nodejs22", Refusal::Unknown),
            ("nodejsx", Refusal::Unknown),
            ("cobol1", Refusal::Unknown),
            ("", Refusal::Unknown),
        ] {
            assert_eq!(find(name), Err(reason), "{name}");
        }
        assert_eq!(
            format!("python3.13 {}", Refusal::NotRun),
            "python3.13 is a managed runtime that loopcheck does not run; \
             loopcheck runs nodejs18.x to nodejs26.x and provided.al2023"
        );
    }
}
