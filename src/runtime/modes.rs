//! Completion modes: the ways in which a handler completes, by runtime, with their texts. Reports,
//! `loopcheck run --help` and `loopcheck explain` take them from here.

use crate::policy::Policy;
use crate::runtime::rules::Runtime;

/// A way in which a handler completes, as its author wrote it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Mode {
    /// The stable id.
    pub id: &'static str,
    /// The policy of the platform once it has completed so.
    pub policy: Policy,
    /// A title in words.
    pub title: &'static str,
    /// An example of a handler that completes so, in one line.
    pub code: &'static str,
    /// The meaning, in a few sentences.
    pub text: &'static str,
}

/// A handler future of `lambda_runtime` that is ready.
pub const RUST: Mode = Mode {
    id: "rust",
    policy: Policy::Freeze,
    title: "lambda_runtime handler returned",
    code: "async fn handler(event: LambdaEvent<Value>) -> Result<Value, Error> { Ok(event.payload) }",
    text: "The future of the handler is ready, and lambda_runtime sends its result or its error. The runtime asks for the next event at once, and the environment is frozen: policy `freeze`. Spawned tasks, timers and sockets are not waited for; they resume in a later invocation, or never. On a current_thread runtime, a spawned task that only computes delays the request for the next event, and so ends before the freeze: `completes-early`. Await what the handler spawns before it returns.",
};

/// A streamed response of `lambda_runtime` whose body has ended.
pub const RUST_STREAM: Mode = Mode {
    id: "rust-stream",
    policy: Policy::Freeze,
    title: "lambda_runtime stream ended",
    code: "let (sender, body) = channel(); tokio::spawn(send_body(sender)); Ok(Response::from(body))",
    text: "The handler has returned a streamed response, and its body has ended. The task that sends the body is waited for, because the response ends with the body. Everything else is treated as under `rust`: policy `freeze`. Await everything else that the handler starts before it ends the body.",
};

/// An environment of Lambda Managed Instances, which is not frozen between invocations.
pub const MANAGED_INSTANCES: Mode = Mode {
    id: "managed-instances",
    policy: Policy::RunOn,
    title: "Lambda Managed Instances",
    code: "lambda_runtime::run_concurrent(service_fn(handler)).await",
    text: "On Lambda Managed Instances one environment takes several invocations at a time, and is not frozen between them: policy `run-on`. Pending tasks, timers and sockets continue. Whatever each invocation adds and nobody ends is a leak, because no freeze stops it. End what the handler starts, or share it between invocations.",
};

/// The modes that a tokio handler can complete in.
const TOKIO_MODES: &[Mode] = &[RUST, RUST_STREAM, MANAGED_INSTANCES];

/// The modes that a Node.js handler can complete in under runtime client 3, those that hold something
/// first.
const NODE_CALLBACK_MODES: &[Mode] = &[
    Mode {
        id: "callback-wait",
        policy: Policy::HoldResponse,
        title: "callback(null, result), callbackWaitsForEmptyEventLoop is true",
        code: "callback(null, 'ok');",
        text: "A handler of Node.js up to 22 has called back with a result, and context.callbackWaitsForEmptyEventLoop is true, as it is by default. Lambda holds the response until the event loop is empty: policy `hold-response`. A timer that is ref'd, a connection that is being read, a server or a job in the thread pool holds it. A pending promise, an unref'd timer and the idle connection of an HTTP agent do not. If something never ends, the function times out, and the caller gets an error although the handler has called back. Node.js 24 has no callbacks.",
    },
    Mode {
        id: "implicit",
        policy: Policy::HoldResponse,
        title: "returned without an answer",
        code: "exports.handler = (event) => { store(event); };",
        text: "A handler of Node.js up to 22 has returned, has called no callback and returned no promise; a plain value that it returns is ignored. The response is null, and leaves when the event loop is empty: policy `hold-response`. Whatever keeps the loop alive holds it, as under `callback-wait`. Complete explicitly instead: make the handler async, and await what it starts.",
    },
    Mode {
        id: "stream-wait",
        policy: Policy::HoldEnv,
        title: "streamifyResponse, stream ended",
        code: "exports.handler = awslambda.streamifyResponse(async (event, stream) => { stream.end('ok'); });",
        text: "A handler of Node.js up to 22 with a streamed response has ended its stream. The caller has the whole response, but the environment stays awake, and billed, until the event loop is empty: policy `hold-env`. An interval that is left active keeps it awake until the function times out. With context.callbackWaitsForEmptyEventLoop = false it is `stream-nowait`, and nothing is waited for.",
    },
    Mode {
        id: "async",
        policy: Policy::Freeze,
        title: "async handler, promise settled",
        code: "exports.handler = async (event) => 'ok';",
        text: "The promise of a handler of Node.js up to 22 is settled. The response leaves at once, the event loop turns once more, and the environment is frozen: policy `freeze`. context.callbackWaitsForEmptyEventLoop changes nothing here. A promise that nobody awaited, a timer, a request in flight: each resumes in a later invocation, or never, and an error in it surfaces in that invocation. Await everything before the promise settles.",
    },
    Mode {
        id: "done",
        policy: Policy::Freeze,
        title: "context.succeed, fail or done",
        code: "context.done(null, 'ok');",
        text: "A handler of Node.js up to 22 has called context.succeed, context.fail or context.done. The response leaves at once, whatever is pending, and the environment is frozen: policy `freeze`. Timers and sockets are frozen and remain; an interval adds one more with each invocation. Clear timers and wait for work before the call. Node.js 24 does not have these methods.",
    },
    Mode {
        id: "callback-nowait",
        policy: Policy::Freeze,
        title: "callback(null, result), callbackWaitsForEmptyEventLoop is false",
        code: "context.callbackWaitsForEmptyEventLoop = false; callback(null, 'ok');",
        text: "A handler of Node.js up to 22 has called back with a result, and has opted out of waiting for the event loop. The response leaves at once, and the environment is frozen: policy `freeze`. That keeps a pool of connections open, at the price that nothing else is waited for either. A timer or socket that is left active also holds a later invocation that does wait, as under `callback-wait`.",
    },
    Mode {
        id: "callback-error",
        policy: Policy::Freeze,
        title: "callback(error), or a throw",
        code: "callback(new Error('no such order'));",
        text: "A handler of Node.js up to 22 has called back with an error, or has thrown before it returned. The error is sent at once, whatever context.callbackWaitsForEmptyEventLoop is, and the environment is frozen: policy `freeze`. Work that had been started by then is frozen, and resumes in a later invocation, or never. The handler did respond, so it is judged like any other.",
    },
    Mode {
        id: "stream-nowait",
        policy: Policy::Freeze,
        title: "streamifyResponse, callbackWaitsForEmptyEventLoop is false",
        code: "context.callbackWaitsForEmptyEventLoop = false; stream.end('ok');",
        text: "A handler of Node.js up to 22 with a streamed response has ended its stream, and has opted out of waiting for the event loop. The environment is frozen: policy `freeze`. Timers, sockets and promises that nobody awaited are frozen in their current state. Await them before the stream ends.",
    },
];

/// The modes that a Node.js handler can complete in under runtime client 4.
const NODE_PROMISE_MODES: &[Mode] = &[
    Mode {
        id: "async-24",
        policy: Policy::Freeze,
        title: "Node.js 24: promise settled",
        code: "export const handler = async (event) => 'ok';",
        text: "In Node.js 24 the promise of the handler is settled, or it has returned a plain value, which is the response. The event loop turns once, the response leaves, and the environment is frozen: policy `freeze`. There are no callbacks and nothing waits for the event loop; a handler with three parameters fails in its init phase. Pending work resumes in a later invocation, or never. Await everything before the promise settles.",
    },
    Mode {
        id: "stream-24",
        policy: Policy::Freeze,
        title: "Node.js 24: stream ended",
        code: "export const handler = awslambda.streamifyResponse(async (event, stream) => { stream.end('ok'); });",
        text: "In Node.js 24 a streamed response has ended, and the promise of the handler is settled. Both are waited for; the event loop is not, and the environment is frozen: policy `freeze`. Work that the handler awaits after the end of the stream still runs before the freeze, and is billed. Await everything before the promise settles.",
    },
];

impl Runtime {
    /// The modes that a handler can complete in.
    pub const fn modes(self) -> &'static [Mode] {
        match self {
            Self::Tokio => TOKIO_MODES,
            Self::NodeWithCallbacks => NODE_CALLBACK_MODES,
            Self::NodeWithPromises => NODE_PROMISE_MODES,
        }
    }

    /// The mode with this id that a handler can complete in.
    pub fn mode(self, id: &str) -> Option<Mode> {
        self.modes().iter().copied().find(|mode| mode.id == id)
    }

    /// The mode that a response implies, for a runtime that does not report its mode.
    pub const fn implied_mode(self, is_streamed: bool) -> Option<Mode> {
        match self {
            Self::Tokio if is_streamed => Some(RUST_STREAM),
            Self::Tokio => Some(RUST),
            Self::NodeWithCallbacks | Self::NodeWithPromises => None,
        }
    }
}

/// Every mode, by runtime.
pub fn all_modes() -> impl Iterator<Item = Mode> {
    Runtime::ALL.iter().flat_map(|runtime| runtime.modes()).copied()
}
