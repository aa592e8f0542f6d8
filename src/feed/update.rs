//! The updates of the typed feed.

use crate::model::facts::ItemFacts;
use crate::model::time::Timestamp;

/// What has changed since the update before; the first one has all that exists.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Update {
    /// The number of the update, one more than that of the update before.
    pub sequence: u64,
    /// When it was made.
    pub at: Timestamp,
    /// Items that exist now.
    pub created: Vec<Created>,
    /// Items whose facts have changed.
    pub changed: Vec<Changed>,
    /// Items that are over.
    pub ended: Vec<Ended>,
    /// Tasks that wait on another item now.
    pub wait_started: Vec<WaitStarted>,
    /// Tasks that no longer wait.
    pub wait_ended: Vec<Ended>,
    /// Moments of invocations.
    pub marks: Vec<Mark>,
    /// How many more items exist that are in no update, since the update before.
    pub unrecorded: u64,
}

/// Something that may be pending exists.
#[derive(Clone, Debug, PartialEq)]
pub struct Created {
    /// Its number, never used again.
    pub id: u64,
    /// When it was created.
    pub at: Timestamp,
    /// Its type in the words of the runtime.
    pub type_name: String,
    /// The name of its function or of its job.
    pub name: Option<String>,
    /// Where it was created.
    pub location: Option<SourceLocation>,
    /// What is known of it.
    pub facts: ItemFacts,
    /// A timer: its delay in milliseconds.
    pub duration_ms: Option<u64>,
}

/// All that is known of an item, after a part of it has changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// The item's number.
    pub id: u64,
    /// What is known of it.
    pub facts: ItemFacts,
    /// A timer: its delay in milliseconds.
    pub duration_ms: Option<u64>,
}

/// The end of an item, or of a wait.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Ended {
    /// The number of the item or of the wait.
    pub id: u64,
    /// When it ended.
    pub at: Timestamp,
}

/// A task waits on another item.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct WaitStarted {
    /// Its number, never used again.
    pub id: u64,
    /// When it began.
    pub at: Timestamp,
    /// The number of the item that waits.
    pub task: u64,
    /// The number of the item that it waits on.
    pub on: u64,
}

/// A moment of an invocation.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Mark {
    /// Which moment.
    pub kind: MarkKind,
    /// When it was.
    pub at: Timestamp,
    /// The id of the invocation.
    pub request_id: String,
}

/// The moments of an invocation that a runtime reports.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum MarkKind {
    /// The handler has completed.
    Response,
    /// The event loop has turned once since.
    Turn,
    /// The runtime is about to ask for the next event.
    Freeze,
}

/// A place in a source file, as a feed has it: not shortened yet, and without an owner.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SourceLocation {
    /// The file's path.
    pub file: String,
    /// Line, from 1.
    pub line: Option<u32>,
    /// Column, from 1.
    pub column: Option<u32>,
    /// The function that it is in.
    pub function: Option<String>,
}
