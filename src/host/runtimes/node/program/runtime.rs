//! The managed runtime that a Node is run as.

use crate::host::runtimes::node::program::executable::NodeVersion;
use crate::runtime::{NODE, Runtime, Version};

/// A managed runtime of Node.js.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct NodeRuntime(Version);

/// AWS' runtime interface client, by its major version. Its rules say when an invocation is complete.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Client {
    /// Callbacks wait until the event loop is empty; up to `nodejs22.x`.
    Three,
    /// There are no callbacks; from `nodejs24.x`.
    Four,
}

impl NodeRuntime {
    /// The oldest one.
    pub(crate) const OLDEST: Self = Self(NODE[0]);

    /// The newest one.
    pub(crate) const NEWEST: Self = Self(NODE[NODE.len() - 1]);

    /// Its name for `--runtime` and for the service.
    pub(crate) const fn as_str(self) -> &'static str {
        self.0.name
    }

    /// The major version of its Node.
    pub(crate) const fn major(self) -> u32 {
        self.0.major
    }

    /// The client whose rules hold in it.
    pub(crate) const fn client(self) -> Client {
        match self.0.rules {
            Runtime::NodeWithPromises => Client::Four,
            Runtime::NodeWithCallbacks | Runtime::Tokio => Client::Three,
        }
    }

    /// The one of this name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        NODE.into_iter().find(|version| version.name == name).map(Self)
    }

    /// The one that this Node is, or the newest one that is older.
    pub(crate) fn of(version: NodeVersion) -> Self {
        let known = NODE.into_iter().rev().find(|known| known.major <= version.major);
        known.map_or(Self::OLDEST, Self)
    }
}

impl Client {
    /// Its major version.
    pub(crate) const fn major(self) -> u32 {
        match self {
            Self::Three => 3,
            Self::Four => 4,
        }
    }
}

/// The runtime to run as: what the user asked for, or what fits the Node that was found; with what
/// is worth a note.
pub(crate) fn choose(
    asked: Option<NodeRuntime>,
    found: NodeVersion,
) -> (NodeRuntime, Option<String>) {
    let runtime = asked.unwrap_or_else(|| NodeRuntime::of(found));
    let rules = format!("Node.js {found} runs under the rules of {}", runtime.as_str());
    let note = if found.major > NodeRuntime::NEWEST.major() {
        let newest = NodeRuntime::NEWEST.major();
        Some(format!("{rules}; loopcheck was tested with Node.js up to {newest}"))
    } else if found.major != runtime.major() {
        Some(format!("{rules}, which has Node.js {}", runtime.major()))
    } else {
        None
    };
    (runtime, note)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> NodeVersion {
        NodeVersion::parse(text).unwrap()
    }

    #[test]
    fn names_are_found_again() {
        for runtime in NODE.map(NodeRuntime) {
            assert_eq!(NodeRuntime::from_name(runtime.as_str()), Some(runtime));
            assert!(runtime.as_str().contains(&runtime.major().to_string()));
        }
        assert_eq!(NodeRuntime::from_name("nodejs"), None);
        assert_eq!(NodeRuntime::OLDEST.as_str(), "nodejs18.x");
        assert_eq!(NodeRuntime::NEWEST.as_str(), "nodejs26.x");
    }

    #[test]
    fn the_nearest_lower_runtime_is_the_default() {
        for (found, runtime, client) in [
            ("v18.20.8", "nodejs18.x", 3),
            ("v19.0.0", "nodejs18.x", 3),
            ("v20.20.2", "nodejs20.x", 3),
            ("v23.6.0", "nodejs22.x", 3),
            ("v24.1.0", "nodejs24.x", 4),
            ("v25.0.0", "nodejs24.x", 4),
            ("v26.12.1", "nodejs26.x", 4),
            ("v28.0.0", "nodejs26.x", 4),
        ] {
            let (chosen, _) = choose(None, version(found));
            assert_eq!((chosen.as_str(), chosen.client().major()), (runtime, client), "{found}");
        }
    }

    #[test]
    fn another_node_than_the_runtimes_is_worth_a_note() {
        let note = |asked: Option<NodeRuntime>, found: &str| choose(asked, version(found)).1;
        assert_eq!(note(None, "v20.20.2"), None);
        assert_eq!(note(Some(NodeRuntime::of(version("v22.0.0"))), "v22.1.0"), None);
        assert_eq!(
            note(Some(NodeRuntime::of(version("v24.0.0"))), "v20.20.2").as_deref(),
            Some("Node.js 20.20.2 runs under the rules of nodejs24.x, which has Node.js 24")
        );
        assert!(note(None, "v21.0.0").is_some());
        assert!(note(None, "v28.0.0").is_some_and(|note| note.contains("up to 26")));
    }
}
