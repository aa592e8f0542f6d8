//! A database connection that is made once and used again by every later invocation, whose driver
//! the handler spawns itself, as the documentation of `tokio-postgres` shows. The connection is meant
//! to stay; the task that drives it is one that the handler has started, and nothing tells that
//! the two belong together. Compare `pooled-socket`, where a library spawns the driver.
//!
//! Truth:
//! * pending at the response: the task that drives the connection, cold `1`, warm `1`, and its
//!   socket, cold `1`, warm `1`
//! * growth: constant, they are the same task and the same connection
//! * ends: never, while the server keeps the connection
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
