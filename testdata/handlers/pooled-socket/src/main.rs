//! A pool of database connections that lives as long as the environment: its connection is pending
//! at each response, and meant to be. What it risks is going stale during a freeze, not leaking.
//!
//! Truth:
//! * pending at the response: one connection, that is one socket and the task with which the pool
//!   drives it, cold `1`, warm `1`; the handler starts no task itself
//! * growth: constant, it is the same connection
//! * ends: never, while the server keeps it
//!
//! Needs `DATABASE_URL`, such as `postgres://user:password@127.0.0.1:5432/postgres`.

use std::env;

use deadpool_postgres::{Config, Pool, Runtime, tokio_postgres::NoTls};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

static POOL: OnceCell<Pool> = OnceCell::const_new();

#[tokio::main]
async fn main() -> Result<(), Error> {
    console_subscriber::init();
    run(service_fn(handler)).await
}

async fn handler(_event: LambdaEvent<Value>) -> Result<Value, Error> {
    let client = POOL.get_or_try_init(open).await?.get().await?;
    let one: i32 = client.query_one("SELECT 1", &[]).await?.get(0);
    Ok(json!({ "one": one }))
}

async fn open() -> Result<Pool, Error> {
    let url = env::var("DATABASE_URL").map_err(|_| "DATABASE_URL is not set")?;
    let config = Config { url: Some(url), ..Config::default() };
    Ok(config.create_pool(Some(Runtime::Tokio1), NoTls)?)
}
