//! The HTTP flavour of a handler: behind API Gateway or a function URL, through `lambda_http`. The
//! leftover is the same, and the event has to be a real one.
//!
//! Truth:
//! * pending at the response: one task, cold `1`, warm `1`
//! * waits on: a timer of 300 ms
//! * growth: none, each invocation starts a new task and the old one has ended by then
//! * ends: about 300 ms after the response
//!
//! Event: `testdata/events/apigw-v2.json`.

use std::time::Duration;

use lambda_http::{Error, Request, RequestExt, run, service_fn};

#[tokio::main]
async fn main() -> Result<(), Error> {
    console_subscriber::init();
    run(service_fn(handler)).await
}

async fn handler(request: Request) -> Result<String, Error> {
    tokio::spawn(count_visit());
    let parameters = request.query_string_parameters();
    let name = parameters.first("name").unwrap_or("world");
    Ok(format!("hello, {name}"))
}

async fn count_visit() {
    tokio::time::sleep(Duration::from_millis(300)).await;
}
