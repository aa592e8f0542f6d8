//! A database connection that is made once and used again by every later invocation: pending at each
//! response, and meant to be. What it risks is going stale during a freeze, not leaking.
//!
//! Truth:
//! * pending at the response: one connection, that is one socket and the task that drives it, cold
//!   `1`, warm `1`
//! * growth: constant, it is the same connection
//! * ends: never, while the server keeps it
//!
//! Needs `DATABASE_URL`, such as `postgres://user:password@127.0.0.1:5432/postgres`.

use std::env;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use tokio_postgres::{Client, NoTls};

static CLIENT: OnceCell<Client> = OnceCell::const_new();

#[tokio::main]
async fn main() -> Result<(), Error> {
    console_subscriber::init();
    run(service_fn(handler)).await
}

async fn handler(_event: LambdaEvent<Value>) -> Result<Value, Error> {
    let client = CLIENT.get_or_try_init(connect).await?;
    let one: i32 = client.query_one("SELECT 1", &[]).await?.get(0);
    Ok(json!({ "one": one }))
}

async fn connect() -> Result<Client, Error> {
    let url = env::var("DATABASE_URL").map_err(|_| "DATABASE_URL is not set")?;
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            eprintln!("the database connection failed: {error}");
        }
    });
    Ok(client)
}
