//! A peer of the handler's, through loopcheck: a proxy at the loopback address whose connections
//! can be broken while the handler is frozen, as a peer or a network does it to a pool on Lambda.

mod environment;
mod relay;

pub(crate) use environment::reroute;
pub(crate) use relay::{Proxy, ProxyEvent, ProxySignal};
