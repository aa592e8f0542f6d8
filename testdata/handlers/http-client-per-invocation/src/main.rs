//! A new HTTP client for every invocation, never dropped: each brings a pool and an idle connection
//! of its own. Compare `http-pool`, which does the same work with one.
//!
//! Truth:
//! * pending at the response: one pooled connection more each time, cold `1`, warm `2`: each is one
//!   socket, the task of hyper that drives it, and the task of its pool
//! * growth: grows by one with every invocation
//! * ends: after the idle timeout of the pool (90 s), or when the peer closes it
//!
//! Needs `PEER_URL`, a plain `http://` URL on a server that keeps connections alive.

use std::{env, sync::Mutex};

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use reqwest::Client;
use serde_json::{Value, json};

static CLIENTS: Mutex<Vec<Client>> = Mutex::new(Vec::new());

#[tokio::main]
async fn main() -> Result<(), Error> {
    console_subscriber::init();
    run(service_fn(handler)).await
}

async fn handler(_event: LambdaEvent<Value>) -> Result<Value, Error> {
    let url = env::var("PEER_URL").map_err(|_| "PEER_URL is not set")?;
    let client = Client::new();
    CLIENTS.lock().unwrap().push(client.clone());
    let body = client.get(url).send().await?.bytes().await?;
    Ok(json!({ "bytes": body.len() }))
}
