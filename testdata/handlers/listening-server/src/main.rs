//! A server inside a function, such as a metrics endpoint carried over from a container. Nobody can
//! reach it once the environment is frozen, and it serves no invocation.
//!
//! Truth:
//! * pending at the response: one listening socket and one task that accepts, cold `1`, warm `1` of
//!   each
//! * growth: constant, both are made in the first invocation
//! * ends: never

use std::io;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::OnceCell};

static LISTENER: OnceCell<TcpListener> = OnceCell::const_new();

#[tokio::main]
async fn main() -> Result<(), Error> {
    console_subscriber::init();
    run(service_fn(handler)).await
}

async fn handler(_event: LambdaEvent<Value>) -> Result<Value, Error> {
    let listener = match LISTENER.get() {
        Some(listener) => listener,
        None => start().await?,
    };
    Ok(json!({ "listening": listener.local_addr()?.to_string() }))
}

async fn start() -> io::Result<&'static TcpListener> {
    let listener = LISTENER.get_or_try_init(|| TcpListener::bind("127.0.0.1:0")).await?;
    tokio::spawn(accept(listener));
    Ok(listener)
}

async fn accept(listener: &TcpListener) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        drop(stream);
    }
}
