//! One more open connection with every invocation, and no task that would give it away: only the
//! operating system knows about these sockets. This ends with "too many open files" on a busy day.
//!
//! Truth:
//! * pending at the response: one socket more each time, cold `1`, warm `2`; no task
//! * growth: grows by one with every invocation
//! * ends: never, while the peer keeps it
//!
//! Needs `PEER_ADDR`, the `host:port` of something that accepts connections and leaves them open.

use std::{env, sync::Mutex};

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use tokio::net::TcpStream;

static STREAMS: Mutex<Vec<TcpStream>> = Mutex::new(Vec::new());

#[tokio::main]
async fn main() -> Result<(), Error> {
    console_subscriber::init();
    run(service_fn(handler)).await
}

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let peer = env::var("PEER_ADDR").map_err(|_| "PEER_ADDR is not set")?;
    let stream = TcpStream::connect(peer).await?;
    STREAMS.lock().unwrap().push(stream);
    Ok(event.payload)
}
