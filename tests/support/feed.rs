//! A double of the console feed, with the behaviour of console-subscriber's aggregator: a queue
//! that is drained at most 127 events at a time, and messages that tell what was drained.
//!
//! It works on a clock of its own, in milliseconds, and yields observations as a live run would.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::SocketAddr;
use std::time::Duration;

use console_api::instrument::Update;
use console_api::{
    Field, Id, Location, MetaId, PollStats, RegisterMetadata, async_ops, field, resources, tasks,
};
use loopcheck::feed::console::MessageReader;
use loopcheck::model::time::Timestamp;
use loopcheck::observation::{
    ApiMoment, DrainCycles, Observation, ObservationKind, RunStarted, SettledReason, SocketScan,
    Subscription,
};

/// Events that one drain takes at most.
const BUDGET: usize = 127;

/// An instant of the double's clock.
pub fn ms(ms: f64) -> Timestamp {
    Timestamp::from_nanos(1_700_000_000_000_000_000 + (ms * 1e6) as u64)
}

/// A task of the handler under test.
#[derive(Clone, Debug)]
pub struct FakeTask {
    pub span: u64,
    pub tokio_id: u64,
    pub kind: &'static str,
    pub name: Option<String>,
    pub file: String,
    pub line: u32,
    pub created: f64,
    pub ended: Option<f64>,
    pub polls: u64,
    pub wakes: u64,
    pub clones: u64,
    pub drops: u64,
    pub last_wake: Option<f64>,
    pub last_poll: Option<(f64, Option<f64>)>,
}

impl FakeTask {
    /// A task of the handler's that waits with a live waker.
    pub fn new(span: u64, created: f64) -> Self {
        Self {
            span,
            tokio_id: span + 10_000,
            kind: "task",
            name: None,
            file: "src/main.rs".into(),
            line: 10,
            created,
            ended: None,
            polls: 1,
            wakes: 0,
            clones: 1,
            drops: 0,
            last_wake: None,
            last_poll: Some((created + 0.1, Some(created + 0.2))),
        }
    }

    /// A task of the Lambda runtime's own, as every instrumented handler has one.
    pub fn of_runtime(span: u64) -> Self {
        let home = "/home/me/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f";
        Self { file: format!("{home}/lambda_runtime-1.5.0/src/lib.rs"), ..Self::new(span, 0.0) }
    }

    pub fn row(&self) -> tasks::Task {
        let mut fields =
            vec![text_field("kind", self.kind), number_field("task.id", self.tokio_id)];
        fields.extend(self.name.as_deref().map(|name| text_field("task.name", name)));
        tasks::Task {
            id: Some(Id { id: self.span }),
            metadata: Some(MetaId { id: 1 }),
            kind: 0,
            fields,
            parents: Vec::new(),
            location: Some(location(&self.file, self.line)),
        }
    }

    /// The counters as they are at an instant.
    pub fn stats(&self, now: f64) -> tasks::Stats {
        let ended = self.ended.filter(|ended| *ended <= now);
        let last = self.last_poll;
        tasks::Stats {
            created_at: Some(ms(self.created).into()),
            dropped_at: ended.map(|ended| ms(ended).into()),
            wakes: self.wakes,
            waker_clones: self.clones,
            waker_drops: self.drops,
            last_wake: self.last_wake.map(|at| ms(at).into()),
            poll_stats: Some(PollStats {
                polls: self.polls,
                first_poll: last.map(|(start, _)| ms(start).into()),
                last_poll_started: last.map(|(start, _)| ms(start).into()),
                last_poll_ended: last.and_then(|(_, end)| end).map(|end| ms(end).into()),
                busy_time: None,
            }),
            self_wakes: 0,
            scheduled_time: None,
        }
    }
}

/// A timer of the handler under test.
pub fn timer_row(span: u64, kind: &str, file: &str, line: u32) -> resources::Resource {
    resources::Resource {
        id: Some(Id { id: span }),
        metadata: Some(MetaId { id: 2 }),
        concrete_type: kind.into(),
        kind: Some(resources::resource::Kind {
            kind: Some(resources::resource::kind::Kind::Known(0)),
        }),
        location: Some(location(file, line)),
        parent_resource_id: None,
        is_internal: false,
    }
}

pub fn timer_stats(created: f64, ended: Option<f64>, duration: Option<u64>) -> resources::Stats {
    let attributes = duration.into_iter().map(|duration| console_api::Attribute {
        field: Some(number_field("duration", duration)),
        unit: Some("ms".into()),
    });
    resources::Stats {
        created_at: Some(ms(created).into()),
        dropped_at: ended.map(|ended| ms(ended).into()),
        attributes: attributes.collect(),
    }
}

pub fn text_field(name: &str, value: &str) -> Field {
    Field {
        metadata_id: Some(MetaId { id: 1 }),
        name: Some(field::Name::StrName(name.into())),
        value: Some(field::Value::StrVal(value.into())),
    }
}

pub fn number_field(name: &str, value: u64) -> Field {
    Field {
        metadata_id: Some(MetaId { id: 1 }),
        name: Some(field::Name::StrName(name.into())),
        value: Some(field::Value::U64Val(value)),
    }
}

pub fn location(file: &str, line: u32) -> Location {
    Location { file: Some(file.into()), module_path: None, line: Some(line), column: Some(5) }
}

/// A message with tasks alone.
pub fn message(now: f64, rows: Vec<tasks::Task>, stats: HashMap<u64, tasks::Stats>) -> Update {
    Update {
        now: Some(ms(now).into()),
        task_update: Some(tasks::TaskUpdate {
            new_tasks: rows,
            stats_update: stats,
            dropped_events: 0,
        }),
        resource_update: Some(resources::ResourceUpdate::default()),
        async_op_update: Some(async_ops::AsyncOpUpdate::default()),
        new_metadata: Some(RegisterMetadata::default()),
    }
}

/// An observation at an instant of the double's clock.
pub fn at(instant: f64, kind: ObservationKind) -> Observation {
    Observation { at: ms(instant), kind }
}

pub fn on_main(instant: f64, update: Update) -> Observation {
    on(Subscription::Main, instant, &update)
}

pub fn on_audit(instant: f64, update: Update) -> Observation {
    on(Subscription::Audit, instant, &update)
}

/// A message on a subscription. The fields of the double's rows have names, so that no message
/// depends on an earlier one.
fn on(subscription: Subscription, instant: f64, update: &Update) -> Observation {
    let message = Box::new(MessageReader::default().read(update));
    at(instant, ObservationKind::ConsoleMessage { subscription, message })
}

pub fn api(instant: f64, moment: ApiMoment) -> Observation {
    at(instant, ObservationKind::RuntimeApi(moment))
}

pub fn run_started(invocations: u32) -> Observation {
    let addr = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
    at(
        0.0,
        ObservationKind::RunStarted(Box::new(RunStarted {
            runtime: loopcheck::observation::Runtime::Tokio,
            handler: "./handler".into(),
            detail: String::new(),
            invocations,
            events: 1,
            timeout: Duration::from_secs(3),
            settle: Duration::from_secs(1),
            modes: Vec::new(),
            runtime_api: addr(1),
            console: addr(2),
            workspace: String::new(),
            identity: loopcheck::observation::Identity::default(),
            enforced: None,
            broken: None,
        })),
    )
}

pub fn delivered(instant: f64, index: u32) -> Observation {
    let request_id = format!("request-{index}");
    api(instant, ApiMoment::EventDelivered { request_id, deadline: ms(instant + 3000.0) })
}

pub fn responded(instant: f64, index: u32) -> Observation {
    api(
        instant,
        ApiMoment::ResponseReceived {
            request_id: format!("request-{index}"),
            bytes: 2,
            streaming: false,
            error_type: None,
        },
    )
}

pub fn cycles(opened: f64, counted: f64, cycles: u64) -> Observation {
    let cycles = DrainCycles { opened_at: ms(opened), counted_at: ms(counted), cycles };
    at(counted, ObservationKind::DrainCycles(cycles))
}

pub fn nothing_open(instant: f64) -> Observation {
    at(instant, ObservationKind::Sockets(SocketScan::default()))
}

pub fn settled(instant: f64) -> Observation {
    at(instant, ObservationKind::Settled { reason: SettledReason::AllEnded })
}

/// The feed of a handler: the queue between its tasks and its messages.
pub struct FeedDouble {
    /// Every task, by span; what is in `queue` is not known to the aggregator yet.
    tasks: Vec<FakeTask>,
    queue: VecDeque<usize>,
    known: BTreeMap<usize, Published>,
    now: f64,
    /// Drains so far.
    pub drains: u64,
    /// Events that found the queue full since the last message.
    dropped: u64,
    capacity: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Published {
    row: bool,
    end: bool,
}

impl FeedDouble {
    pub fn new(capacity: usize) -> Self {
        Self {
            tasks: Vec::new(),
            queue: VecDeque::new(),
            known: BTreeMap::new(),
            now: 0.0,
            drains: 0,
            dropped: 0,
            capacity,
        }
    }

    /// A task is spawned: an event, if the queue has room for it.
    pub fn spawn(&mut self, task: FakeTask) {
        self.now = self.now.max(task.created);
        self.tasks.push(task);
        if self.queue.len() < self.capacity {
            self.queue.push_back(self.tasks.len() - 1);
        } else {
            self.dropped += 1;
        }
    }

    /// The aggregator wakes up once.
    pub fn drain(&mut self, now: f64) {
        self.now = now;
        self.drains += 1;
        for _ in 0..BUDGET {
            let Some(index) = self.queue.pop_front() else { break };
            self.known.insert(index, Published::default());
        }
    }

    /// What has changed since the last message of the main subscription.
    pub fn changes(&mut self, now: f64) -> Update {
        self.now = now;
        let mut rows = Vec::new();
        let mut stats = HashMap::new();
        for (index, published) in &mut self.known {
            let task = &self.tasks[*index];
            let ended = task.ended.is_some_and(|ended| ended <= now);
            if !published.row {
                rows.push(task.row());
            }
            if !published.row || ended != published.end {
                stats.insert(task.span, task.stats(now));
            }
            *published = Published { row: true, end: ended };
        }
        let mut update = message(now, rows, stats);
        if let Some(tasks) = &mut update.task_update {
            tasks.dropped_events = std::mem::take(&mut self.dropped);
        }
        update
    }

    /// Everything that the aggregator knows.
    pub fn full_state(&self, now: f64) -> Update {
        let known = self.known.keys().map(|index| &self.tasks[*index]);
        let rows = known.clone().map(FakeTask::row).collect();
        let stats = known.map(|task| (task.span, task.stats(now))).collect();
        message(now, rows, stats)
    }
}
