//! A helper program that is started and not waited for. It is frozen along with the function, and it
//! inherits standard output and error: who reads those pipes to their end waits for the child too,
//! unless the whole process group is ended.
//!
//! Truth:
//! * pending at the response: one child process more each time, cold `1`, warm `2`; no task
//! * growth: grows by one with every invocation
//! * ends: after 30 s; it outlives the handler, which does not kill it

use std::sync::Mutex;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use tokio::process::{Child, Command};

static CHILDREN: Mutex<Vec<Child>> = Mutex::new(Vec::new());

#[tokio::main]
async fn main() -> Result<(), Error> {
    console_subscriber::init();
    run(service_fn(handler)).await
}

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let child = Command::new("/bin/sleep").arg("30").kill_on_drop(false).spawn()?;
    CHILDREN.lock().unwrap().push(child);
    Ok(event.payload)
}
