//! Many tasks at once: far more than one update of the console feed carries, so whoever counts what
//! the first update shows counts too few. All of them could still be woken. A second crowd, which
//! ends before the response, can be sent ahead to fill the feed with tasks that are not pending.
//!
//! Truth, with `N = BURST` (default 10000):
//! * pending at the response: `N` more tasks each time, cold `N`, warm `2 N`
//! * not pending: the `CHURN` tasks (default 0), which the handler has awaited
//! * waits on: a `Notify`, which the feed does not show; not stuck, a notification would wake them
//! * growth: grows by `N` with every invocation
//! * ends: never
//!
//! The console needs about 52 KB for each task: 10000 tasks are 520 MB.

use std::{env, str::FromStr};

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};
use tokio::{sync::Notify, task::JoinSet};

static RELEASE: Notify = Notify::const_new();

#[tokio::main]
async fn main() -> Result<(), Error> {
    console_subscriber::init();
    run(service_fn(handler)).await
}

async fn handler(_event: LambdaEvent<Value>) -> Result<Value, Error> {
    let (burst, churn) = (number("BURST", 10_000)?, number("CHURN", 0)?);
    let finished: JoinSet<()> = (0..churn).map(|_| tokio::task::yield_now()).collect();
    finished.join_all().await;
    for _ in 0..burst {
        tokio::spawn(RELEASE.notified());
    }
    Ok(json!({ "burst": burst, "churn": churn }))
}

fn number(variable: &str, default: usize) -> Result<usize, Error> {
    env::var(variable).map_or(Ok(default), |value| {
        usize::from_str(&value).map_err(|error| format!("{variable}={value}: {error}").into())
    })
}
