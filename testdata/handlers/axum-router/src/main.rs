//! A whole axum application in one function. What is left behind depends on the route, so one event
//! is not enough to judge it.
//!
//! Truth:
//! * `GET /` (`testdata/events/apigw-v2.json`): nothing pending, cold `0`, warm `0`
//! * `GET /leak` (`testdata/events/apigw-v2-leak.json`): one task, cold `1`, warm `1`
//! * waits on: a timer of 300 ms
//! * growth: none, each invocation starts a new task and the old one has ended by then
//! * ends: about 300 ms after the response

use std::time::Duration;

use axum::{Router, routing::get};
use lambda_http::{Error, run};

#[tokio::main]
async fn main() -> Result<(), Error> {
    console_subscriber::init();
    let app =
        Router::new().route("/", get(async || "nothing is left behind")).route("/leak", get(leak));
    run(app).await
}

async fn leak() -> &'static str {
    tokio::spawn(count_visit());
    "a task is left behind"
}

async fn count_visit() {
    tokio::time::sleep(Duration::from_millis(300)).await;
}
