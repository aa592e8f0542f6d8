//! Refuses requests that were not meant for this machine.
//!
//! A page in the user's browser can reach a loopback port through a name that its owner points
//! there ("DNS rebinding"), but such a request carries that name in its `Host` header.

use std::net::{IpAddr, Ipv6Addr};

use hyper::header::HOST;
use hyper::http::request::Parts;
use hyper::http::uri::Authority;
use hyper::{StatusCode, Version};

use crate::host::runtime_api::reply::Refusal;

/// Refuses a request for another host.
pub(super) fn check(head: &Parts) -> Result<(), Refusal> {
    let mut hosts = head.headers.get_all(HOST).iter();
    let Some(host) = hosts.next() else {
        // RFC 9112, 3.2: only HTTP/1.1 asks for the header.
        return match head.version {
            Version::HTTP_09 | Version::HTTP_10 => check_target(head),
            _ => Err(Refusal::new(StatusCode::BAD_REQUEST, "MissingHost", "Missing Host header")),
        };
    };
    if hosts.next().is_some() {
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "InvalidHost", "More than one Host"));
    }
    let host = Authority::try_from(host.as_bytes()).map_err(|_| foreign_host())?;
    if !is_loopback(&host) {
        return Err(foreign_host());
    }
    check_target(head)
}

// An absolute request target names a host as well.
fn check_target(head: &Parts) -> Result<(), Refusal> {
    match head.uri.authority() {
        Some(host) if !is_loopback(host) => Err(foreign_host()),
        _ => Ok(()),
    }
}

fn foreign_host() -> Refusal {
    Refusal::forbidden("ForbiddenHost", "The Host header does not name a loopback address")
}

fn is_loopback(authority: &Authority) -> bool {
    if authority.as_str().contains('@') {
        return false;
    }
    let host = authority.host();
    if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return address
            .parse::<Ipv6Addr>()
            .is_ok_and(|address| address.to_canonical().is_loopback());
    }
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use hyper::Request;

    use super::*;

    fn status(version: Version, target: &str, hosts: &[&str]) -> Option<u16> {
        let mut request = Request::builder().version(version).uri(target);
        for host in hosts {
            request = request.header(HOST, *host);
        }
        let (head, ()) = request.body(()).unwrap().into_parts();
        check(&head).err().map(|refusal| refusal.status.as_u16())
    }

    #[test]
    fn loopback_in_every_spelling_is_fine() {
        for host in
            ["127.0.0.1", "127.0.0.1:9001", "127.8.9.1", "localhost", "LocalHost:1", "[::1]:9001"]
        {
            assert_eq!(status(Version::HTTP_11, "/x", &[host]), None, "{host}");
        }
        assert_eq!(status(Version::HTTP_11, "/x", &["[::ffff:127.0.0.1]"]), None);
        assert_eq!(status(Version::HTTP_11, "http://localhost/x", &["localhost"]), None);
    }

    #[test]
    fn every_other_host_is_refused() {
        for host in [
            "example.com",
            "localhost.example.com",
            "127.0.0.1.example.com",
            "10.0.0.1",
            "[::2]",
            "user@localhost",
            "not a host",
            "",
        ] {
            assert_eq!(status(Version::HTTP_11, "/x", &[host]), Some(403), "{host}");
        }
        assert_eq!(status(Version::HTTP_11, "http://example.com/x", &["localhost"]), Some(403));
        assert_eq!(status(Version::HTTP_11, "/x", &["localhost", "localhost"]), Some(400));
    }

    #[test]
    fn only_old_http_may_leave_the_host_out() {
        assert_eq!(status(Version::HTTP_10, "/x", &[]), None);
        assert_eq!(status(Version::HTTP_10, "http://example.com/x", &[]), Some(403));
        assert_eq!(status(Version::HTTP_11, "/x", &[]), Some(400));
    }
}
