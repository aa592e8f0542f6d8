//! A timer that no task waits on: it was polled once, by the handler itself, and then put away. A
//! report that looks only at tasks shows nothing here.
//!
//! Truth:
//! * pending at the response: one timer of one minute more each time, cold `1`, warm `2`; no task
//! * growth: grows by one with every invocation
//! * ends: when dropped, which is never; it fires after a minute and wakes nobody who cares

use std::{future::poll_fn, pin::Pin, sync::Mutex, task::Poll, time::Duration};

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use tokio::time::{Sleep, sleep};

static TIMERS: Mutex<Vec<Pin<Box<Sleep>>>> = Mutex::new(Vec::new());

#[tokio::main]
async fn main() -> Result<(), Error> {
    console_subscriber::init();
    run(service_fn(handler)).await
}

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let mut timer = Box::pin(sleep(Duration::from_mins(1)));
    poll_fn(|context| Poll::Ready(timer.as_mut().poll(context).is_ready())).await;
    TIMERS.lock().unwrap().push(timer);
    Ok(event.payload)
}
