//! Remedies for the findings of a Node.js handler.

use crate::analysis::item::Item;
use crate::report::HandleKind;
use crate::rule::RuleId;
use crate::runtime::Runtime;

/// The remedy for a finding of this rule.
pub(crate) fn help(runtime: Runtime, rule: RuleId, item: &Item) -> String {
    match rule {
        RuleId::PendingTask => {
            let call = match &item.name {
                Some(name) => format!("`await {name}(…)`"),
                None => "`await` it".to_owned(),
            };
            return format!(
                "{call} before the handler completes, or collect such promises for one `await Promise.allSettled(…)`; what nobody is to wait for belongs into a queue"
            );
        }
        RuleId::PendingBlockingTask => {
            "wait for its callback, or `await` its promise, before the handler completes: its thread is frozen in the middle of it"
        }
        RuleId::PendingInterval => {
            "`clearInterval` it before the handler completes; `interval.unref()` only keeps it from holding a response"
        }
        RuleId::PendingTimer => {
            "`await` what it is for, or `clearTimeout` it, before the handler completes; `timer.unref()` only keeps it from holding a response"
        }
        RuleId::ListeningSocket => {
            "`server.close()` before the handler completes: nobody can connect to a frozen environment; if it has to stay, make it in the init phase and `server.unref()` it"
        }
        RuleId::ClosingSocket => {
            "`socket.destroy()` it: the peer has closed it, and a pool that keeps it will fail on its next use"
        }
        RuleId::PendingSocket => socket(runtime, item),
        RuleId::PendingHandle => handle(item),
        RuleId::StuckTask | RuleId::PendingThread | RuleId::StaleExpectation => rule.rule().help,
    }
    .to_owned()
}

fn socket(runtime: Runtime, item: &Item) -> &'static str {
    let holds = item.in_loop.is_some_and(|in_loop| in_loop.holds);
    if item.in_flight {
        "`await` the answer before the handler completes: a request is in flight"
    } else if holds && runtime.capabilities().waits_for_event_loop {
        "if it is a pool for every invocation, make it once, outside of the handler, and complete with a promise, or set `context.callbackWaitsForEmptyEventLoop = false`, at the price that nothing else is waited for either; otherwise close it before the handler completes: `pool.end()`, `client.quit()`, `agent.destroy()`"
    } else {
        "make the client once, outside of the handler, so that every invocation uses the same connection; or close it before the handler completes: `pool.end()`, `client.quit()`, `agent.destroy()`"
    }
}

fn handle(item: &Item) -> &'static str {
    match item.handle {
        Some(HandleKind::Process) => {
            "wait for its `exit` event, or `child.kill()` it, before the handler completes: it is frozen together with the handler"
        }
        Some(HandleKind::Worker) => "`await worker.terminate()` before the handler completes",
        Some(HandleKind::Watcher) => "`watcher.close()` it before the handler completes",
        Some(HandleKind::MessagePort) => "`port.close()` it before the handler completes",
        Some(HandleKind::Thread | HandleKind::Other) | None => {
            "close it before the handler completes"
        }
    }
}
