//! Which task made a timer.
//!
//! Since tokio 1.53 the feed does not say which task a `Sleep` belongs to. But a timer is made in
//! a poll, and a poll belongs to one task: a timer whose birth falls into a poll of a task may be
//! that task's. The candidates are noted on the message that first shows the timer, because every
//! later poll overwrites the stamps; `analysis::wait` decides between them.

use crate::feed::console::Message;
use crate::model::id::{ResourceKey, TaskKey};
use crate::model::resource::ResourceKind;
use crate::model::store::Store;
use crate::model::task::{PollWindow, Task};
use crate::model::time::Timestamp;

/// Notes which tasks may have made the timers that this message has shown first.
pub(crate) fn infer(store: &mut Store, message: &Message) {
    let timers = new_timers(store, message);
    if timers.is_empty() {
        return;
    }
    let polls = Polls::of(&store.tasks);
    for timer in timers {
        let made_by = makers(store, &polls, timer);
        store.resources[timer.0].made_by = made_by;
    }
}

fn new_timers(store: &Store, message: &Message) -> Vec<ResourceKey> {
    let rows = message.resources.iter();
    let keys = rows.filter_map(|row| store.spans.resources.get(&row.span).copied());
    keys.filter(|key| {
        let resource = store.resource(*key);
        resource.kind == ResourceKind::Timer && resource.made_by.is_empty()
    })
    .collect()
}

fn makers(store: &Store, polls: &Polls, timer: ResourceKey) -> Vec<TaskKey> {
    let timer = store.resource(timer);
    let mut candidates = polls.at(timer.life.created);
    if candidates.len() > 1 {
        // Polls on other threads overlap: the task from the same source file is the likely one.
        let file = timer.location.as_ref().map(|location| &location.file);
        candidates.retain(|key| {
            let spawned_in = store.task(*key).location.as_ref().map(|location| &location.file);
            spawned_in.is_some() && spawned_in == file
        });
    }
    candidates
}

/// Every poll that was seen, by its start.
struct Polls {
    windows: Vec<(PollWindow, TaskKey)>,
    /// The latest end among the windows up to each index, so that a search can stop.
    latest_end: Vec<Timestamp>,
}

impl Polls {
    fn of(tasks: &[Task]) -> Self {
        let mut windows: Vec<(PollWindow, TaskKey)> = tasks
            .iter()
            .enumerate()
            .flat_map(|(index, task)| {
                task.polls_seen.iter().map(move |window| (*window, TaskKey(index)))
            })
            .collect();
        windows.sort_by_key(|(window, key)| (window.started, *key));
        let mut latest = Timestamp::default();
        let latest_end = windows
            .iter()
            .map(|(window, _)| {
                latest = latest.max(window.ended.unwrap_or(Timestamp::from_nanos(u64::MAX)));
                latest
            })
            .collect();
        Self { windows, latest_end }
    }

    /// The tasks that were being polled at this instant.
    fn at(&self, instant: Timestamp) -> Vec<TaskKey> {
        let end = self.windows.partition_point(|(window, _)| window.started <= instant);
        let mut found = Vec::new();
        for index in (0..end).rev() {
            if self.latest_end[index] < instant {
                break;
            }
            let (window, key) = &self.windows[index];
            if window.ended.is_none_or(|ended| instant <= ended) {
                found.push(*key);
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}
