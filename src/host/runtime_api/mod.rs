//! A local AWS Lambda Runtime API for the handler to talk to.
//!
//! It keeps the order of requests that the service keeps, hands events out and reports when what
//! came in. What a moment means, when an event is due and what a deadline does is for the session.
//!
//! Public sources: the AWS Lambda developer guide (`runtimes-api`, `runtimes-custom`,
//! `runtimes-extensions-api`) and the Go source of `aws-lambda-runtime-interface-emulator`, called
//! RIE in these files; where they differ the code of RIE is followed.

mod server;

mod environment;
mod signal;

mod router;

mod extension;
mod invocation;
mod local;

mod body;
mod host;
mod reply;

mod state;

mod event;
mod lifecycle;
mod registry;

#[cfg(test)]
mod tests;

pub(crate) use environment::{
    REMOVED_VARIABLES, RuntimeApiEnvironment, SharedCredentialFiles, environment, region,
};
pub(crate) use event::Invocation;
pub(crate) use lifecycle::Asks;
pub(crate) use local::{LocalRuntime, LocalStream};
pub(crate) use server::RuntimeApi;
pub(crate) use signal::ApiSignal;
