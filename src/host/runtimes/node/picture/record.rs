//! One thing that exists in the handler, as the agent describes it.
//!
//! Read with tolerance: what is not known is left out, and a fact of the wrong type is none.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::host::runtimes::node::place::site::Site;

/// The agent's first words about something.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Record {
    /// Its number, never used again.
    pub(in crate::host::runtimes::node) id: u64,
    /// What kind of thing.
    #[serde(rename = "k", default)]
    pub(in crate::host::runtimes::node) kind: Kind,
    /// Its type, as `async_hooks` names it.
    #[serde(rename = "type", default)]
    pub(in crate::host::runtimes::node) hook_type: String,
    /// When it was made, in milliseconds of the agent's clock.
    pub(in crate::host::runtimes::node) at: f64,
    /// The invocation that made it; 0 is the init phase.
    #[serde(rename = "inv", default)]
    pub(in crate::host::runtimes::node) invocation: u64,
    /// The name of a function, or of a job.
    #[serde(default)]
    pub(in crate::host::runtimes::node) name: Option<String>,
    /// The public function that made it.
    #[serde(default)]
    pub(in crate::host::runtimes::node) api: Option<String>,
    /// It was made by Node's own code.
    #[serde(default)]
    pub(in crate::host::runtimes::node) internal: Option<bool>,
    /// The number of the handle that it belongs to.
    #[serde(default)]
    pub(in crate::host::runtimes::node) of: Option<u64>,
    /// Where it was made, the innermost frame first; empty once the site is known.
    #[serde(default)]
    pub(in crate::host::runtimes::node) frames: Vec<Frame>,
    /// The same of the contexts that it was made in, the nearest first.
    #[serde(rename = "anc", default)]
    pub(in crate::host::runtimes::node) ancestors: Vec<Vec<Frame>>,
    /// What is known of it.
    #[serde(rename = "f", default)]
    pub(in crate::host::runtimes::node) facts: Facts,
    /// The place that it is shown at, made of the frames.
    #[serde(skip)]
    pub(in crate::host::runtimes::node) site: Site,
}

/// What kind of thing.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    Timer,
    Immediate,
    Socket,
    Server,
    Udp,
    Request,
    Job,
    AsyncFn,
    Worker,
    Child,
    Watcher,
    Port,
    #[default]
    #[serde(other)]
    Other,
}

impl Kind {
    /// Its name in the feed; that of the protocol, but a request that is shown by itself is something
    /// else.
    pub(in crate::host::runtimes::node) const fn as_str(self) -> &'static str {
        match self {
            Self::Timer => "timer",
            Self::Immediate => "immediate",
            Self::Socket => "socket",
            Self::Server => "server",
            Self::Udp => "udp",
            Self::Job => "job",
            Self::AsyncFn => "async-fn",
            Self::Worker => "worker",
            Self::Child => "child",
            Self::Watcher => "watcher",
            Self::Port => "port",
            Self::Request | Self::Other => "other",
        }
    }

    /// Whether it is a task of the feed; everything else is a resource.
    pub(in crate::host::runtimes::node) const fn is_task(self) -> bool {
        matches!(self, Self::Immediate | Self::Job | Self::AsyncFn)
    }
}

/// One frame of a stack, from V8 or from a source map.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
pub(crate) struct Frame {
    /// A path, or a `file://` address.
    pub(crate) file: String,
    /// Line, from 1.
    #[serde(default)]
    pub(crate) line: Option<u32>,
    /// Column, from 1.
    #[serde(default)]
    pub(crate) column: Option<u32>,
    /// The name of the function.
    #[serde(default)]
    pub(crate) function: Option<String>,
}

/// What is known of a thing and may change. What is `None` is not known.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(from = "Map<String, Value>")]
pub(in crate::host::runtimes::node) struct Facts {
    /// It keeps the event loop alive.
    pub(in crate::host::runtimes::node) holds: Option<bool>,
    /// It is referenced.
    pub(in crate::host::runtimes::node) referenced: Option<bool>,
    /// A timer's duration in milliseconds.
    pub(in crate::host::runtimes::node) duration_ms: Option<u64>,
    /// A timer fires again and again.
    pub(in crate::host::runtimes::node) repeat: Option<bool>,
    /// When a timer is due, in milliseconds of the agent's clock.
    pub(in crate::host::runtimes::node) due: Option<f64>,
    /// The inode of a socket.
    pub(in crate::host::runtimes::node) inode: Option<u64>,
    /// The local address.
    pub(in crate::host::runtimes::node) local: Option<String>,
    /// The other end.
    pub(in crate::host::runtimes::node) peer: Option<String>,
    /// Something is under way on it.
    pub(in crate::host::runtimes::node) busy: Option<bool>,
    /// The HTTP request on it: method and host.
    pub(in crate::host::runtimes::node) http: Option<String>,
    /// Bytes received.
    pub(in crate::host::runtimes::node) rx: Option<u64>,
    /// Bytes sent.
    pub(in crate::host::runtimes::node) tx: Option<u64>,
    /// The last invocation that used it.
    pub(in crate::host::runtimes::node) used_in: Option<u64>,
    /// A child's process id.
    pub(in crate::host::runtimes::node) pid: Option<u64>,
    /// A child's executable.
    pub(in crate::host::runtimes::node) command: Option<String>,
}

impl Facts {
    /// Takes changed facts over; `null` takes a fact back.
    pub(in crate::host::runtimes::node) fn merge(&mut self, changed: &Map<String, Value>) {
        for (name, value) in changed {
            match name.as_str() {
                "holds" => self.holds = value.as_bool(),
                "ref" => self.referenced = value.as_bool(),
                "ms" => self.duration_ms = whole(value),
                "repeat" => self.repeat = value.as_bool(),
                "due" => self.due = value.as_f64().filter(|due| due.is_finite()),
                "ino" => self.inode = whole(value),
                "local" => self.local = text(value),
                "peer" => self.peer = text(value),
                "busy" => self.busy = value.as_bool(),
                "http" => self.http = text(value),
                "rx" => self.rx = whole(value),
                "tx" => self.tx = whole(value),
                "use" => self.used_in = whole(value),
                "pid" => self.pid = whole(value),
                // What the path says more may be private.
                "file" => self.command = text(value).map(file_name),
                _ => {}
            }
        }
    }
}

impl From<Map<String, Value>> for Facts {
    fn from(map: Map<String, Value>) -> Self {
        let mut facts = Self::default();
        facts.merge(&map);
        facts
    }
}

/// JavaScript has no whole numbers: a timer of 1.5 ms is one of 2.
fn whole(value: &Value) -> Option<u64> {
    let number = value.as_f64().filter(|number| *number >= 0.0)?;
    value.as_u64().or(Some(number.round() as u64))
}

/// Text that somebody may read; an endless one is cut.
fn text(value: &Value) -> Option<String> {
    const LONGEST: usize = 300;
    value.as_str().filter(|text| !text.is_empty()).map(|text| text.chars().take(LONGEST).collect())
}

fn file_name(path: String) -> String {
    let name = path.rsplit(['/', '\\']).next();
    name.map(str::to_owned).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_with_what_is_not_known_left_out() {
        let record: Record = serde_json::from_str(
            r#"{"id":7,"k":"timer","type":"Timeout","at":12.5,"inv":1,"name":"tick","new":[1],
                "frames":[["/srv/a.js",3,9,"handler"],["file:///srv/b.js",1]],
                "f":{"holds":true,"ref":null,"ms":1.5,"repeat":false,"due":"soon","odd":{}}}"#,
        )
        .unwrap();
        assert_eq!((record.id, record.kind, record.invocation), (7, Kind::Timer, 1));
        assert_eq!(record.frames[0].function.as_deref(), Some("handler"));
        assert_eq!((record.frames[1].line, record.frames[1].column), (Some(1), None));
        assert_eq!(record.facts.holds, Some(true));
        assert_eq!((record.facts.referenced, record.facts.due), (None, None));
        assert_eq!(record.facts.duration_ms, Some(2));
    }

    #[test]
    fn a_kind_that_is_not_known_is_another() {
        let record: Record = serde_json::from_str(r#"{"id":1,"k":"laser","at":1}"#).unwrap();
        assert_eq!(record.kind, Kind::Other);
    }

    #[test]
    fn null_takes_a_fact_back() {
        let mut facts = Facts { http: Some("GET x".into()), rx: Some(1), ..Facts::default() };
        facts.merge(serde_json::json!({"http": null, "rx": 5}).as_object().unwrap());
        assert_eq!((facts.http, facts.rx), (None, Some(5)));
    }
}
