//! Samples for Node.js with connections, of Node.js itself and of libraries.

use super::finding::Place::{Below, Line};
use super::finding::{ENDS, Finding, STAYS, socket};
use super::node::{
    DEPRECATED, IDLE, REFFED, ending, everywhere, held, lasting, needing, recorded, until_ended,
};
use super::sample::{Needs, Sample, fail, pass};

/// A connection of pg-pool, with the timer that closes it after 10 s.
const POOLED: Finding = Finding { package: Some("pg"), due_within: Some(10_000.0), ..REFFED };

const POOL: Finding = Finding { place: Line("await pool.query"), ..POOLED };

/// A query whose answer nobody awaits.
const QUERY: Finding = Finding {
    level: "deny",
    due_within: None,
    socket: Some(socket("tcp", "established", true)),
    fates: ENDS,
    ..POOL
};

/// A request that is answered after 400 ms.
const REQUEST: Finding = Finding {
    place: Line("http.get("),
    level: "deny",
    ended: Some(true),
    socket: Some(socket("tcp", "established", true)),
    fates: ENDS,
    ..REFFED
};

const UDP: Finding = Finding { socket: Some(socket("udp", "unconnected", false)), ..REFFED };

/// The rows.
pub const SAMPLES: &[Sample] = &[
    needing(
        Needs::Postgres,
        everywhere(
            "pg-pool.js",
            "a database pool that is reused is constant",
            pass("async", &[POOL]),
        ),
    ),
    needing(
        Needs::Postgres,
        everywhere(
            "pg-pool-retry.js",
            "a database pool that retries is constant",
            pass("async", &[Finding { place: Line("return pool.query"), ..POOLED }]),
        ),
    ),
    needing(
        Needs::Postgres,
        recorded(
            "node-pg-pool-wait",
            22,
            lasting(
                "pg-pool.js:wait",
                "a database pool holds a callback that waits until the timeout",
                held(&[Finding { place: Below("exports.wait ="), level: "deny", ..POOLED.once() }]),
                DEPRECATED,
            ),
        ),
    ),
    needing(
        Needs::Postgres,
        recorded(
            "node-pg-pool-nowait",
            18,
            lasting(
                "pg-pool.js:nowait",
                "a database pool does not hold a callback that does not wait",
                pass(
                    "callback-nowait",
                    &[Finding {
                        place: Below("callbackWaitsForEmptyEventLoop = false;"),
                        ..POOLED
                    }],
                ),
                DEPRECATED,
            ),
        ),
    ),
    needing(
        Needs::Postgres,
        lasting(
            "pg-pool-idle.js",
            "a database pool that allows an exit holds no callback",
            pass(
                "callback-wait",
                &[Finding {
                    place: Line("pool.query"),
                    package: Some("pg"),
                    due_within: Some(10_000.0),
                    ..IDLE
                }],
            ),
            DEPRECATED,
        ),
    ),
    needing(
        Needs::Postgres,
        recorded(
            "node-pg-pool-per-invocation",
            24,
            everywhere(
                "pg-pool-per-invocation.js",
                "a database pool for each invocation grows",
                fail("async", &[Finding { level: "deny", ..POOL.growing() }]),
            ),
        ),
    ),
    // Client 3 answers before the pool has looked at the query, and its timer still runs then.
    needing(
        Needs::Postgres,
        lasting(
            "pg-floating.js",
            "a query that nobody awaits is in flight",
            fail("async", &[Finding { fates: STAYS, due_within: Some(10_000.0), ..QUERY }]),
            fail("async-24", &[QUERY]),
        ),
    ),
    needing(
        Needs::Redis,
        everywhere(
            "redis.js",
            "a connection of node-redis is constant",
            pass(
                "async",
                &[Finding {
                    place: Line("client.connect("),
                    package: Some("@redis/client"),
                    ..REFFED
                }],
            ),
        ),
    ),
    needing(
        Needs::Redis,
        everywhere(
            "ioredis.js",
            "a connection of ioredis is attributed to the init phase",
            pass(
                "async",
                &[Finding {
                    place: Line("new Redis("),
                    package: Some("ioredis"),
                    created: "init",
                    ..REFFED
                }],
            ),
        ),
    ),
    needing(
        Needs::Peer,
        everywhere(
            "s3.js",
            "an idle connection of the AWS SDK is constant",
            pass(
                "async",
                &[Finding {
                    place: Line("client.send("),
                    package: Some("@smithy/node-http-handler"),
                    ..IDLE
                }],
            ),
        ),
    ),
    needing(
        Needs::Peer,
        everywhere(
            "undici.js",
            "an idle connection of undici is constant",
            pass(
                "async",
                &[Finding { place: Line("await request("), package: Some("undici"), ..IDLE }],
            ),
        ),
    ),
    needing(
        Needs::Peer,
        everywhere(
            "fetch.js",
            "an idle connection of fetch is constant",
            pass("async", &[Finding { place: Line("await fetch("), ..IDLE }]),
        ),
    ),
    needing(
        Needs::Peer,
        lasting(
            "http-keep-alive.js",
            "an idle connection of an agent holds no callback",
            pass("callback-wait", &[Finding { place: Line("http.get("), ..IDLE }]),
            DEPRECATED,
        ),
    ),
    needing(
        Needs::Peer,
        everywhere("http-no-agent.js", "a connection that is closed passes", pass("async", &[])),
    ),
    needing(
        Needs::Peer,
        recorded(
            "node-http-in-flight",
            24,
            until_ended(everywhere(
                "http-in-flight.js",
                "a request that nobody awaits is in flight",
                fail("async", &[REQUEST]),
            )),
        ),
    ),
    needing(
        Needs::Peer,
        ending(
            "http-in-flight.js:wait",
            "a request in flight holds a callback that waits",
            pass("callback-wait", &[REQUEST.awaited()]),
            DEPRECATED,
        ),
    ),
    needing(
        Needs::Peer,
        everywhere(
            "http2.js",
            "an HTTP/2 session without a stream is idle",
            pass("async", &[Finding { place: Line("http2.connect("), ..REFFED }]),
        ),
    ),
    needing(
        Needs::Peer,
        everywhere(
            "ws.js",
            "a WebSocket that stays open is constant",
            pass(
                "async",
                &[Finding { place: Line("new WebSocket("), package: Some("ws"), ..REFFED }],
            ),
        ),
    ),
    everywhere(
        "udp.js",
        "a UDP socket of the module is attributed to the init phase",
        pass("async", &[Finding { place: Line("dgram.createSocket("), created: "init", ..UDP }]),
    ),
    everywhere("udp-closed.js", "a UDP socket that is closed passes", pass("async", &[])),
    everywhere(
        "udp-per-invocation.js",
        "a UDP socket for each invocation grows",
        fail(
            "async",
            &[Finding { place: Line("createSocket('udp4')"), level: "deny", ..UDP.growing() }],
        ),
    ),
    needing(
        Needs::Peer,
        everywhere("undici-closed.js", "an agent that is closed passes", pass("async", &[])),
    ),
    everywhere(
        "server.js",
        "a server that nobody closes is a listening socket",
        fail(
            "async",
            &[Finding {
                rule: "listening-socket",
                place: Line("server.listen(0"),
                level: "deny",
                socket: Some(socket("tcp", "listen", false)),
                ..REFFED
            }],
        ),
    ),
];
