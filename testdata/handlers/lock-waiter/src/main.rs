//! Tasks that queue for a lock which is never released: a guard was stored where it outlives its
//! invocation. Each task says what it waits on, which is the only hint at the guard.
//!
//! Truth:
//! * pending at the response: one waiting task more each time, cold `1`, warm `2`
//! * waits on: a mutex; not stuck, a release would wake it
//! * growth: grows by one with every invocation
//! * ends: never, the guard is kept in a static

use std::sync::{Arc, LazyLock};

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use tokio::sync::{Mutex, OnceCell, OwnedMutexGuard};

static LOCK: LazyLock<Arc<Mutex<()>>> = LazyLock::new(|| Arc::new(Mutex::new(())));
static GUARD: OnceCell<OwnedMutexGuard<()>> = OnceCell::const_new();

#[tokio::main]
async fn main() -> Result<(), Error> {
    console_subscriber::init();
    run(service_fn(handler)).await
}

async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> {
    GUARD.get_or_init(|| LOCK.clone().lock_owned()).await;
    tokio::spawn(async {
        let _guard = LOCK.lock().await;
    });
    Ok(event.payload)
}
