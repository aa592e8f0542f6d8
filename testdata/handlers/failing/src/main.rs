//! Every way not to answer, and a few ways to go wrong after the answer, chosen by `FAIL`. A tool
//! that runs strangers' handlers has to say which of these it met, and must survive them all.
//!
//! Truth, by the value of `FAIL`:
//!
//! | value                  | what happens                                                        |
//! |------------------------|---------------------------------------------------------------------|
//! | `exit-at-once`         | exits with 7 before it asks for an event                            |
//! | `init-panic`           | panics before it asks for an event: exit code 101                   |
//! | `panic`                | the handler panics: `/error` each time, the process lives on        |
//! | `abort`                | dies of SIGABRT in the handler: no response                         |
//! | `exit`                 | exits with 3 in the handler: no response                            |
//! | `exit-zero`            | exits with 0 in the handler: no response                            |
//! | `hang`                 | the handler never answers                                           |
//! | `late`                 | answers after `LATE_MS` milliseconds (default 5000)                 |
//! | `too-large`            | answers with 7 MB, more than the 6 MB that Lambda accepts           |
//! | `exit-after-response`  | answers, and a task exits the process with 3, 300 ms later          |
//! | `abort-after-response` | answers, and a task ends it with SIGABRT, 300 ms later              |
//! | `panic-after-response` | answers, and a task panics 300 ms later: the process lives on       |
//!
//! The last three leave one task pending at the response, which waits on a timer. After
//! `panic-after-response` the warm count is `1` again.

use std::{env, future::pending, process, time::Duration};

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};
use tokio::time::sleep;

#[tokio::main]
async fn main() -> Result<(), Error> {
    console_subscriber::init();
    match env::var("FAIL").as_deref() {
        Ok("exit-at-once") => process::exit(7),
        Ok("init-panic") => panic!("the table name is missing"),
        _ => run(service_fn(handler)).await,
    }
}

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    match env::var("FAIL").unwrap_or_default().as_str() {
        "panic" => panic!("the order has no items"),
        "abort" => process::abort(),
        "exit" => process::exit(3),
        "exit-zero" => process::exit(0),
        "hang" => pending().await,
        "late" => sleep(late()?).await,
        "too-large" => return Ok(json!("x".repeat(7 << 20))),
        "exit-after-response" => after_response(|| process::exit(3)),
        "abort-after-response" => after_response(|| process::abort()),
        "panic-after-response" => after_response(|| panic!("the audit record was lost")),
        other => return Err(format!("FAIL={other} is not a way to fail").into()),
    }
    Ok(event.payload)
}

fn late() -> Result<Duration, Error> {
    let millis = env::var("LATE_MS").map_or(Ok(5000), |value| value.parse())?;
    Ok(Duration::from_millis(millis))
}

fn after_response(disaster: fn()) {
    tokio::spawn(async move {
        sleep(Duration::from_millis(300)).await;
        disaster();
    });
}
