//! A clean handler that installs the subscriber before it makes the runtime, and not inside of it as
//! `#[tokio::main]` has it. The console feed then shows one task more: the root of the runtime, which
//! lives for as long as the process does and is nobody's leftover.
//!
//! Truth:
//! * pending at the response: nothing, cold `0`, warm `0`
//! * of the runtime: the task of kind `block_on` that is `main` itself

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use tokio::runtime::Runtime;

fn main() -> Result<(), Error> {
    console_subscriber::init();
    Runtime::new()?.block_on(run(service_fn(handler)))
}

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    Ok(event.payload)
}
