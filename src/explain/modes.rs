//! Completion modes and policies, in words.

use crate::explain::{Family, Topic};
use crate::policy::Policy;
use crate::runtime::all_modes;

/// A mode's id, how it looks in code, and what it means.
type Text = (&'static str, &'static str, &'static str);

/// A test compares it with the modes that there are.
const MODES: &[Text] = &[
    (
        "rust",
        "async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> { Ok(event.payload) }",
        "The future of the handler is ready, and lambda_runtime sends its result or its error. The runtime asks for the next event at once, and the environment is frozen: policy `freeze`. Spawned tasks, timers and sockets are waited for by nobody; they go on in a later invocation, or never. On a current_thread runtime, a spawned task that only computes delays the request for the next event, and so ends before the freeze: `completes-early`. Await what the handler spawns before it returns.",
    ),
    (
        "rust-stream",
        "let (sender, body) = channel(); tokio::spawn(send_body(sender)); Ok(Response::from(body))",
        "The handler has returned a streamed response, and the body of that has ended. The task that sends the body is waited for, because the response is not over before the body is. Everything else is treated as under `rust`: policy `freeze`. Await what the handler starts on the side before it ends the body.",
    ),
    (
        "managed-instances",
        "lambda_runtime::run_concurrent(service_fn(handler)).await",
        "On Lambda Managed Instances one environment takes several invocations at a time, and is not frozen between them: policy `run-on`. Pending tasks, timers and sockets go on running. What each invocation adds and nobody ends is a leak, for no freeze ever stops it. End what the handler starts, or share it between invocations.",
    ),
    (
        "callback-wait",
        "callback(null, 'ok');",
        "A handler of Node.js up to 22 has called back with a result, and context.callbackWaitsForEmptyEventLoop is true, as it is by default. Lambda keeps the response back until the event loop is empty: policy `hold-response`. A timer that is ref'd, a connection that is being read, a server or a job in the thread pool holds it. A pending promise, an unref'd timer and the idle connection of an HTTP agent do not. If something never ends, the function times out, and the caller gets an error although the handler has called back. Node.js 24 has no callbacks.",
    ),
    (
        "implicit",
        "exports.handler = (event) => { store(event); };",
        "A handler of Node.js up to 22 has returned, has called nothing and has given no promise; a plain value that it returns is ignored. The response is null, and leaves when the event loop is empty: policy `hold-response`. What keeps the loop alive holds it, just as under `callback-wait`. Complete on purpose instead: make the handler async, and await what it starts.",
    ),
    (
        "stream-wait",
        "exports.handler = awslambda.streamifyResponse(async (event, stream) => { stream.end('ok'); });",
        "A handler of Node.js up to 22 with a streamed response has ended its stream. The caller has the whole response, but the environment stays awake, and billed, until the event loop is empty: policy `hold-env`. An interval that is left behind keeps it awake until the function times out. With context.callbackWaitsForEmptyEventLoop = false it is `stream-nowait`, and nothing is waited for.",
    ),
    (
        "async",
        "exports.handler = async (event) => 'ok';",
        "The promise of a handler of Node.js up to 22 is settled. The response leaves at once, the event loop turns once more, and the environment is frozen: policy `freeze`. context.callbackWaitsForEmptyEventLoop changes nothing here. A promise that nobody awaited, a timer, a request in flight: each goes on in a later invocation, or never, and an error in it is blamed on that invocation. Await everything before the promise settles.",
    ),
    (
        "done",
        "context.done(null, 'ok');",
        "A handler of Node.js up to 22 has called context.succeed, context.fail or context.done. The response leaves at once, whatever is pending, and the environment is frozen: policy `freeze`. Timers and sockets are stopped and stay; with an interval there is one more after each invocation. Clear timers and wait for work before the call. Node.js 24 does not have these methods.",
    ),
    (
        "callback-nowait",
        "context.callbackWaitsForEmptyEventLoop = false; callback(null, 'ok');",
        "A handler of Node.js up to 22 has called back with a result, and has said that the event loop is not to be waited for. The response leaves at once, and the environment is frozen: policy `freeze`. That is the way to keep a pool of connections open, at the price that nothing else is waited for either. A timer or socket that is left behind also holds a later invocation that does wait, as under `callback-wait`.",
    ),
    (
        "callback-error",
        "callback(new Error('no such order'));",
        "A handler of Node.js up to 22 has called back with an error, or has thrown before it returned. The error is sent at once, whatever context.callbackWaitsForEmptyEventLoop says, and the environment is frozen: policy `freeze`. What had been started by then is stopped, and goes on in a later invocation, or never. The handler did respond, so it is judged like any other.",
    ),
    (
        "stream-nowait",
        "context.callbackWaitsForEmptyEventLoop = false; stream.end('ok');",
        "A handler of Node.js up to 22 with a streamed response has ended its stream, and has said that the event loop is not to be waited for. The environment is frozen: policy `freeze`. Timers, sockets and promises that nobody awaited are stopped where they stand. Await them before the stream ends.",
    ),
    (
        "async-24",
        "export const handler = async (event) => 'ok';",
        "In Node.js 24 the promise of the handler is settled, or it has returned a plain value, which is the response. The event loop turns once, the response leaves, and the environment is frozen: policy `freeze`. There are no callbacks and nothing waits for the event loop; a handler with three parameters fails in its init phase. What is pending goes on in a later invocation, or never. Await everything before the promise settles.",
    ),
    (
        "stream-24",
        "export const handler = awslambda.streamifyResponse(async (event, stream) => { stream.end('ok'); });",
        "In Node.js 24 a streamed response has ended, and the promise of the handler is settled. Both are waited for; the event loop is not, and the environment is frozen: policy `freeze`. Work that the handler awaits after the end of the stream still runs before the freeze, and is billed. Await everything before the promise settles.",
    ),
];

pub(super) fn topics() -> Vec<Topic> {
    all_modes()
        .filter_map(|mode| {
            let (_, code, text) = MODES.iter().find(|(id, ..)| *id == mode.id)?;
            Some(Topic {
                family: Family::Mode,
                id: mode.id,
                title: mode.title,
                text: (*text).to_owned(),
                code: Some(code),
            })
        })
        .collect()
}

pub(super) fn policies() -> Vec<Topic> {
    let topic = |policy: &Policy| {
        let (title, text) = policy_text(*policy);
        let text = format!("{text} {}", modes_under(*policy));
        Topic { family: Family::Policy, id: policy.as_str(), title, text, code: None }
    };
    Policy::ALL.iter().map(topic).collect()
}

/// The modes that lead to a policy.
fn modes_under(policy: Policy) -> String {
    let modes = all_modes().filter(|mode| mode.policy == policy);
    let names: Vec<String> = modes.map(|mode| format!("`{}`", mode.id)).collect();
    match names.split_last() {
        None => "No mode leads to it.".to_owned(),
        Some((one, [])) => format!("The mode {one} leads to it."),
        Some((last, others)) => format!("The modes {} and {last} lead to it.", others.join(", ")),
    }
}

const fn policy_text(policy: Policy) -> (&'static str, &'static str) {
    match policy {
        Policy::Freeze => (
            "the response leaves at once, then the environment is frozen",
            "The runtime sends the response, asks for the next event, and the environment is stopped some milliseconds later, with all that is pending in it. It goes on with the next event, or never: an environment that is not needed any more is shut down, without notice unless an extension is registered. Clocks go on meanwhile, so timers fire late, and peers may drop their connections.",
        ),
        Policy::HoldResponse => (
            "the response is kept back until nothing holds it",
            "The handler has completed, and the response leaves when the event loop is empty. The caller waits for whatever keeps the loop alive. If that does not end before the function's timeout, the caller gets an error, the environment is killed, and the response is lost.",
        ),
        Policy::HoldEnv => (
            "the response leaves at once, and the environment stays awake until nothing holds it",
            "The caller has the response. The environment runs on, and is billed, until the event loop is empty; the function's timeout goes on as well. If it is not empty by then, the environment is killed, and what was pending is lost.",
        ),
        Policy::RunOn => (
            "the environment goes on running between invocations",
            "Nothing is frozen, so pending work goes on and comes to its end. What never ends stays for as long as the environment lives, and each invocation may add to it. `--prove` leaves the handler alone between two invocations; a tokio handler is told AWS_LAMBDA_MAX_CONCURRENCY, and after these is given several events at once, if its runtime asks for several (run_concurrent). If one of them fails only then, look for what they share. Node.js is tried one invocation at a time.",
        ),
    }
}
