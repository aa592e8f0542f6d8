//! One finding that is not the runtime's, as a report must have it. What all samples have in common
//! is defined here; a row changes the rest.

/// A finding, field for field.
#[derive(Clone, Copy, Debug)]
pub struct Finding {
    pub rule: &'static str,
    pub name: Option<&'static str>,
    /// If it is neither a task, a timer nor a socket: what it is.
    pub handle: Option<&'static str>,
    pub place: Place,
    /// The package that started it, without its version.
    pub package: Option<&'static str>,
    pub created: &'static str,
    /// Pending at the response of each invocation.
    pub counts: &'static [u64],
    pub growth: Option<&'static str>,
    pub level: &'static str,
    pub status: &'static str,
    /// Whether the end was seen during the watch; `None` where either may come first.
    pub ended: Option<bool>,
    /// Whether a timer or a socket keeps an event loop alive; `None` where that is not reported.
    pub keeps_loop: Option<bool>,
    /// It, or the timer that it waits on or is closed by, is due after so many milliseconds at most.
    pub due_within: Option<f64>,
    pub waits_on: Option<Wait>,
    pub socket: Option<Socket>,
    /// The fates under `freeze`, `hold-response` and `hold-env`; `-` where there is none.
    pub fates: [&'static str; 3],
}

/// Where something was started.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// In the sample's own file, in the one line of code with this text.
    Line(&'static str),
    /// In the line below that.
    Below(&'static str),
    /// In this file beside the samples, in the one line with this text.
    In(&'static str, &'static str),
    /// In this package, in this file of it; versions and lines change with every update.
    Dependency(&'static str, &'static str),
    /// The operating system does not say.
    Unknown,
}

/// What a task waits on.
#[derive(Clone, Copy, Debug)]
pub struct Wait {
    pub resource: &'static str,
    pub place: Place,
}

/// A socket.
#[derive(Clone, Copy, Debug)]
pub struct Socket {
    pub protocol: &'static str,
    pub state: &'static str,
    /// `None` where that depends on when it is looked at.
    pub in_flight: Option<bool>,
}

pub const fn socket(protocol: &'static str, state: &'static str, in_flight: bool) -> Socket {
    Socket { protocol, state, in_flight: Some(in_flight) }
}

/// Frozen past its deadline; a platform that waits for it waits until it has fired.
pub const FIRES: [&str; 3] = ["frozen-overdue", "holds", "env-holds"];
/// Frozen; a platform that waits for it waits until it has ended.
pub const ENDS: [&str; 3] = ["frozen", "holds", "env-holds"];
/// Frozen; a platform that waits for it waits until the timeout.
pub const STAYS: [&str; 3] = ["frozen", "holds-until-timeout", "env-holds-until-timeout"];
/// Frozen, and no platform waits for it.
pub const IGNORED: [&str; 3] = ["frozen", "ignored", "ignored"];

/// A task that each invocation starts and that ends during the watch.
pub const TASK: Finding = Finding {
    rule: "pending-task",
    name: None,
    handle: None,
    place: Place::Unknown,
    package: None,
    created: "invocation",
    counts: &[1, 1],
    growth: Some("constant"),
    level: "deny",
    status: "unexpected",
    ended: Some(true),
    keeps_loop: None,
    due_within: None,
    waits_on: None,
    socket: None,
    fates: ENDS,
};

/// A connection that is used again.
pub const CONNECTION: Finding = Finding {
    rule: "pending-socket",
    level: "warn",
    ended: Some(false),
    socket: Some(socket("tcp", "established", false)),
    ..TASK
};

impl Finding {
    /// It stays, and each invocation adds one.
    pub const fn growing(self) -> Self {
        Self { counts: &[1, 2], growth: Some("grows"), ended: Some(false), ..self }
    }

    /// It stays, and is one and the same.
    pub const fn lasting(self) -> Self {
        Self { ended: Some(false), ..self }
    }

    /// The response, or the environment, has waited for it.
    pub const fn awaited(self) -> Self {
        Self { status: "safe", level: "allow", ..self }
    }

    /// There was one invocation only.
    pub const fn once(self) -> Self {
        Self { counts: &[1], growth: None, ..self }
    }

    /// The kind that goes with its rule.
    pub fn kind(&self) -> &'static str {
        match self.rule {
            "pending-task" | "stuck-task" => "task",
            "pending-blocking-task" => "blocking",
            "pending-timer" | "pending-interval" => "timer",
            "pending-socket" | "listening-socket" => "socket",
            "pending-handle" | "pending-thread" => "other",
            rule => panic!("no sample has a finding of rule {rule}"),
        }
    }
}
