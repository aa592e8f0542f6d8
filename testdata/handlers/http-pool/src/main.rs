//! One HTTP client for the life of the environment, as the AWS guides advise. Its idle keep-alive
//! connection is pending at each response, and its tasks are spawned at the very line of hyper-util
//! where those of `lambda_runtime` are spawned: the place alone does not tell whose they are.
//!
//! Truth:
//! * pending at the response: one pooled connection, cold `1`, warm `1`: one socket, the task of
//!   hyper that drives it, and the task of the pool that closes idle connections
//! * growth: constant, it is the same connection
//! * ends: after the idle timeout of the pool (90 s), or when the peer closes it
//!
//! Needs `PEER_URL`, a plain `http://` URL on a server that keeps connections alive.

use std::{env, sync::LazyLock};

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use reqwest::Client;
use serde_json::{Value, json};

static CLIENT: LazyLock<Client> = LazyLock::new(Client::new);

#[tokio::main]
async fn main() -> Result<(), Error> {
    console_subscriber::init();
    run(service_fn(handler)).await
}

async fn handler(_event: LambdaEvent<Value>) -> Result<Value, Error> {
    let url = env::var("PEER_URL").map_err(|_| "PEER_URL is not set")?;
    let body = CLIENT.get(url).send().await?.bytes().await?;
    Ok(json!({ "bytes": body.len() }))
}
