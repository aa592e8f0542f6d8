//! Replaces a peer by the proxy where a handler's environment names it.
//!
//! A program finds its peers in its environment: as HOST:PORT, in a URL that may leave the usual
//! port out, as `host=… port=…`, or in two variables such as `PGHOST` and `PGPORT`.

use std::net::SocketAddr;

use crate::observation::Peer;

/// The default ports of URL schemes.
const USUAL_PORTS: &[(&str, u16)] = &[
    ("postgres", 5432),
    ("postgresql", 5432),
    ("mysql", 3306),
    ("mariadb", 3306),
    ("redis", 6379),
    ("valkey", 6379),
    ("memcached", 11211),
    ("mongodb", 27017),
    ("amqp", 5672),
    ("nats", 4222),
    ("http", 80),
    ("ws", 80),
    ("https", 443),
    ("wss", 443),
    ("rediss", 6379),
    ("amqps", 5671),
];

/// The ports that go without saying where `PREFIX` + `HOST` names a host.
const USUAL_PREFIXES: &[(&str, u16)] =
    &[("PG", 5432), ("MYSQL_", 3306), ("REDIS_", 6379), ("POSTGRES_", 5432)];

/// The variables that have to be set anew, so that what led to the peer leads to the proxy.
pub(crate) fn reroute(
    variables: &[(String, String)],
    peer: &Peer,
    proxy: SocketAddr,
) -> Vec<(String, String)> {
    let mut changed = Vec::new();
    for (name, value) in variables {
        if let Some(value) = rerouted(value, peer, proxy) {
            changed.push((name.clone(), value));
        } else if peer.is_host(value)
            && let Some(port) = port_beside(variables, name, peer)
        {
            changed.push((name.clone(), proxy.ip().to_string()));
            changed.push((port, proxy.port().to_string()));
        }
    }
    changed
}

/// The variable with the port of the host in `name`, if that is the peer's.
fn port_beside(variables: &[(String, String)], name: &str, peer: &Peer) -> Option<String> {
    let upper = name.to_ascii_uppercase();
    let stem = ["HOSTNAME", "HOST", "ADDRESS", "ADDR", "ENDPOINT", "SERVER"]
        .iter()
        .find_map(|end| upper.strip_suffix(end))?;
    let port = format!("{stem}PORT");
    let beside = variables.iter().find(|(other, _)| other.to_ascii_uppercase() == port);
    match beside {
        Some((other, value)) => (value.trim().parse() == Ok(peer.port)).then(|| other.clone()),
        None => USUAL_PREFIXES.contains(&(stem, peer.port)).then_some(port),
    }
}

/// The value with the proxy in the peer's place; `None` if it does not name the peer.
fn rerouted(value: &str, peer: &Peer, proxy: SocketAddr) -> Option<String> {
    let pairs = in_pairs(value, peer, proxy);
    pairs.or_else(|| in_text(value, peer, proxy))
}

/// `host=… port=…`, as PostgreSQL's clients know it.
fn in_pairs(value: &str, peer: &Peer, proxy: SocketAddr) -> Option<String> {
    let words: Vec<&str> = value.split_whitespace().collect();
    let of = |key: &str| words.iter().find_map(|word| word.strip_prefix(key)?.strip_prefix('='));
    let host = of("host").or_else(|| of("hostaddr"))?;
    let port = of("port").map_or(Some(5432), |port| port.parse().ok())?;
    if !peer.is_host(host) || port != peer.port {
        return None;
    }
    let is_place =
        |word: &&&str| !["host=", "hostaddr=", "port="].iter().any(|key| word.starts_with(key));
    let mut rest: Vec<String> = words.iter().filter(is_place).map(|word| (*word).into()).collect();
    rest.push(format!("host={} port={}", proxy.ip(), proxy.port()));
    Some(rest.join(" "))
}

/// HOST:PORT wherever it stands, and a URL's host without the port that its scheme implies.
fn in_text(value: &str, peer: &Peer, proxy: SocketAddr) -> Option<String> {
    let (mut out, mut rest, mut found) = (String::new(), value, false);
    while !rest.is_empty() {
        // A host begins where no host could have begun before.
        let begins = out.chars().next_back().is_none_or(|before| !is_of_host(before));
        if begins && let Some(length) = place(&out, rest, peer) {
            out.push_str(&proxy.to_string());
            rest = &rest[length..];
            found = true;
        } else if let Some(first) = rest.chars().next() {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    found.then_some(out)
}

/// Returns the length of the peer's address with which `rest` begins.
fn place(before: &str, rest: &str, peer: &Peer) -> Option<usize> {
    let host = match rest.strip_prefix('[') {
        Some(inner) => inner.find(']')? + 2,
        None => rest.find(|c| !is_of_host(c)).unwrap_or(rest.len()),
    };
    if host == 0 || !peer.is_host(&rest[..host]) {
        return None;
    }
    if let Some(after) = rest[host..].strip_prefix(':') {
        let digits = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
        let same = after[..digits].parse() == Ok(peer.port);
        return same.then_some(host + 1 + digits);
    }
    let is_url = implied_port(before) == Some(peer.port);
    let ends = rest[host..].chars().next().is_none_or(|next| matches!(next, '/' | '?' | '#' | ','));
    (is_url && ends).then_some(host)
}

/// The port of a URL that has been read up to its host.
fn implied_port(before: &str) -> Option<u16> {
    let (scheme, authority) = before.rsplit_once("://")?;
    // Only a name and a password may stand between.
    if !(authority.is_empty() || authority.ends_with('@')) || authority.contains(['/', '?', '#']) {
        return None;
    }
    let from =
        scheme.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '+').map_or(0, |at| at + 1);
    let scheme = scheme[from..].split('+').next()?;
    USUAL_PORTS.iter().find(|(known, _)| known.eq_ignore_ascii_case(scheme)).map(|(_, port)| *port)
}

fn is_of_host(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to() -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], 9999))
    }

    fn of(value: &str, peer: &str) -> Option<String> {
        rerouted(value, &peer.parse().unwrap(), to())
    }

    #[test]
    fn a_value_that_names_the_peer_names_the_proxy() {
        for (value, peer, wanted) in [
            ("db:5432", "db:5432", "127.0.0.1:9999"),
            ("postgres://u:p@db:5432/app", "db:5432", "postgres://u:p@127.0.0.1:9999/app"),
            ("postgres://u:p@DB/app?x=1", "db:5432", "postgres://u:p@127.0.0.1:9999/app?x=1"),
            ("postgres://db", "db:5432", "postgres://127.0.0.1:9999"),
            ("mongodb+srv://db/x", "db:27017", "mongodb+srv://127.0.0.1:9999/x"),
            ("a:1,b:2,c:3", "b:2", "a:1,127.0.0.1:9999,c:3"),
            ("http://[::1]:80/", "localhost:80", "http://127.0.0.1:9999/"),
            ("redis://localhost", "127.0.0.1:6379", "redis://127.0.0.1:9999"),
            ("host=db user=u port=5433", "db:5433", "user=u host=127.0.0.1 port=9999"),
            ("user=u host=db", "db:5432", "user=u host=127.0.0.1 port=9999"),
            ("{\"db\":\"db.example.com:1\"}", "db.example.com:1", "{\"db\":\"127.0.0.1:9999\"}"),
        ] {
            assert_eq!(of(value, peer).as_deref(), Some(wanted), "{value}");
        }
    }

    #[test]
    fn a_value_that_names_another_place_stays() {
        for (value, peer) in [
            ("", "db:5432"),
            ("db", "db:5432"),
            ("db:54321", "db:5432"),
            ("mydb:5432", "db:5432"),
            ("db.example.com:5432", "db:5432"),
            ("db.example.com:5432", "example.com:5432"),
            ("postgres://db/app", "db:6379"),
            ("postgres://db:5433/app", "db:5432"),
            ("postgres://other/db", "db:5432"),
            ("postgres://db@other/app", "db:5432"),
            ("host=db port=5433", "db:5432"),
            ("host=other", "db:5432"),
            ("[::1", "localhost:80"),
        ] {
            assert_eq!(of(value, peer), None, "{value}");
        }
    }

    #[test]
    fn a_host_and_its_port_may_be_two_variables() {
        let given = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
        };
        let peer: Peer = "db:5432".parse().unwrap();
        for (name, port) in [("PGHOST", "PGPORT"), ("DB_HOST", "DB_PORT"), ("db_host", "db_port")] {
            let changed = reroute(&given(&[(name, "db"), (port, "5432")]), &peer, to());
            assert_eq!(changed, given(&[(name, "127.0.0.1"), (port, "9999")]));
        }
        let alone = reroute(&given(&[("PGHOST", "db")]), &peer, to());
        assert_eq!(alone, given(&[("PGHOST", "127.0.0.1"), ("PGPORT", "9999")]));
        for other in [
            &[("DB_HOST", "db"), ("DB_PORT", "5433")][..],
            &[("DB_HOST", "db")],
            &[("NAME", "db"), ("PORT", "5432")],
            &[("PGHOST", "other")],
        ] {
            assert_eq!(reroute(&given(other), &peer, to()), [], "{other:?}");
        }
    }
}
