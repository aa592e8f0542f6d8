//! A peer of the handler's, and how its connections are broken while the environment is frozen.

use std::fmt::{self, Display};
use std::str::FromStr;

use crate::policy::Break;

/// Where the handler connects to, as it names it.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Peer {
    /// A name, or an address without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl Peer {
    /// Returns true if the handler means this peer by that host. The names of the local machine are one.
    pub fn is_host(&self, host: &str) -> bool {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        host.eq_ignore_ascii_case(&self.host) || (is_local(host) && is_local(&self.host))
    }
}

fn is_local(host: &str) -> bool {
    ["localhost", "127.0.0.1", "::1"].iter().any(|name| name.eq_ignore_ascii_case(host))
}

impl Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// A text that names no peer.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("expected HOST:PORT, for example db.example.com:5432 or 127.0.0.1:6379")]
pub struct NoPeer;

impl FromStr for Peer {
    type Err = NoPeer;

    fn from_str(text: &str) -> Result<Self, NoPeer> {
        let (host, port) = text.rsplit_once(':').ok_or(NoPeer)?;
        let host = match host.strip_prefix('[') {
            Some(inner) => inner.strip_suffix(']').ok_or(NoPeer)?,
            None if host.contains(':') => return Err(NoPeer),
            None => host,
        };
        let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ':');
        let port = port.parse().map_err(|_| NoPeer)?;
        if host.is_empty() || port == 0 || !host.chars().all(letter) {
            return Err(NoPeer);
        }
        Ok(Self { host: host.to_owned(), port })
    }
}

/// A peer whose connections a run breaks during each freeze.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct BrokenPeer {
    /// The peer.
    pub peer: Peer,
    /// The way of breaking them.
    pub how: Break,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_is_a_host_and_a_port() {
        for text in ["db.example.com:5432", "127.0.0.1:1", "[::1]:65535", "my_db-1:80"] {
            let peer: Peer = text.parse().unwrap();
            assert_eq!(peer.to_string(), text);
        }
        for text in ["", "db", "db:", ":80", "db:0", "db:65536", "::1:80", "[::1:80", "a b:1"] {
            assert_eq!(text.parse::<Peer>(), Err(NoPeer), "{text:?}");
        }
        for text in ["postgres://db:5432", "db:5432/app", "user@db:5432"] {
            assert_eq!(text.parse::<Peer>(), Err(NoPeer), "{text:?}");
        }
    }

    #[test]
    fn the_names_of_the_local_machine_are_one() {
        let peer: Peer = "LOCALHOST:5432".parse().unwrap();
        assert!(peer.is_host("127.0.0.1") && peer.is_host("[::1]") && peer.is_host("localhost"));
        assert!(!peer.is_host("db"));
        let db: Peer = "db.example.com:5432".parse().unwrap();
        assert!(db.is_host("DB.example.com") && !db.is_host("localhost") && !db.is_host("db"));
    }
}
