//! A consumer that waits for messages on a channel whose sender outlives the invocation. It looks
//! like a shutdown that was forgotten, and it is: dropping the sender would end the task.
//!
//! Truth:
//! * pending at the response: one waiting task more each time, cold `1`, warm `2`
//! * waits on: a bounded mpsc channel, which the feed shows as a semaphore of 16 permits without a
//!   place and without a tie to the task; not stuck, a message would wake it
//! * growth: grows by one with every invocation
//! * ends: never, the senders are kept in a static

use std::sync::Mutex;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use tokio::sync::mpsc::{self, Receiver, Sender};

static SENDERS: Mutex<Vec<Sender<Value>>> = Mutex::new(Vec::new());

#[tokio::main]
async fn main() -> Result<(), Error> {
    console_subscriber::init();
    run(service_fn(handler)).await
}

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let (sender, receiver) = mpsc::channel(16);
    sender.send(event.payload.clone()).await?;
    SENDERS.lock().unwrap().push(sender);
    tokio::spawn(consume(receiver));
    Ok(event.payload)
}

async fn consume(mut receiver: Receiver<Value>) {
    while let Some(message) = receiver.recv().await {
        drop(message);
    }
}
