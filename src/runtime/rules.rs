//! The rules that a handler can be run by, and the families that they are of.

use serde::{Deserialize, Serialize};

/// Declares an enum together with the list of its variants, so that none is missing from it.
macro_rules! listed_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident),+ $(,)? }) => {
        $(#[$meta])*
        pub enum $name {
            $($(#[$doc])* $variant,)+
        }

        impl $name {
            /// Every variant.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
        }
    };
}

listed_enum! {
    /// The rules by which a handler is run: they decide how it can complete and what the feed shows.
    #[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
    Runtime {
        /// tokio, with `lambda_runtime` and console-subscriber.
        #[default]
        Tokio,
        /// Node.js by the rules of runtime client 3: callbacks, `context.done`, and an event loop
        /// that can hold the response. Lambda's `nodejs22.x` and older.
        NodeWithCallbacks,
        /// Node.js by the rules of runtime client 4: promises alone. Lambda's `nodejs24.x` and newer.
        NodeWithPromises,
    }
}

listed_enum! {
    /// A family of runtimes: each has a folder of its own in every layer that treats it specially.
    #[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
    #[serde(rename_all = "lowercase")]
    Family {
        /// tokio.
        Tokio,
        /// Node.js.
        Node,
    }
}

impl Runtime {
    /// The family that these rules are of.
    pub const fn family(self) -> Family {
        match self {
            Self::Tokio => Family::Tokio,
            Self::NodeWithCallbacks | Self::NodeWithPromises => Family::Node,
        }
    }
}

impl Family {
    /// The name in texts.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Tokio => "tokio",
            Self::Node => "Node.js",
        }
    }
}
