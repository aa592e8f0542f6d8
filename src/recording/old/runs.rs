//! Frames of earlier versions as observations of today.

use console_api::instrument::Update;

use crate::feed::console::MessageReader;
use crate::feed::update::{Mark, MarkKind};
use crate::model::time::Timestamp;
use crate::observation::{Observation, ObservationKind, RunStarted, Runtime, Subscription};
use crate::recording::old::rows::Rows;
use crate::runtime::Family;

/// A frame that only earlier versions have written.
#[derive(Debug, PartialEq)]
pub(in crate::recording) enum OldFrame {
    /// One message of a feed, in tokio-console's protocol.
    ConsoleUpdate {
        /// When it came.
        at: Timestamp,
        /// The subscription that it came on.
        subscription: Subscription,
        /// The message.
        update: Box<Update>,
    },
    /// The event loop had turned once since the handler completed.
    LoopTurned {
        /// When.
        at: Timestamp,
        /// The id of the invocation.
        request_id: String,
    },
}

/// The runs of a recording, as far as frames of earlier versions depend on what came before.
#[derive(Debug, Default)]
pub(in crate::recording) struct OldRuns {
    runtime: Runtime,
    messages: MessageReader,
    rows: Rows,
    turned: Option<String>,
}

impl OldRuns {
    /// A run begins.
    pub(in crate::recording) fn start(&mut self, run: &RunStarted) {
        *self = Self { runtime: run.runtime, ..Self::default() };
    }

    /// The observation that the frame stands for.
    pub(in crate::recording) fn convert(&mut self, frame: OldFrame) -> Observation {
        match frame {
            OldFrame::ConsoleUpdate { at, subscription, update } => {
                Observation { at, kind: self.feed(subscription, &update) }
            }
            OldFrame::LoopTurned { at, request_id } => {
                // The second one came from a runtime that was about to ask for the next event.
                let again = self.turned.as_ref() == Some(&request_id);
                let kind = if again { MarkKind::Freeze } else { MarkKind::Turn };
                self.turned = Some(request_id.clone());
                let update = self.rows.mark(Mark { kind, at, request_id });
                Observation { at, kind: ObservationKind::FeedUpdate(Box::new(update)) }
            }
        }
    }

    fn feed(&mut self, subscription: Subscription, update: &Update) -> ObservationKind {
        match self.runtime.family() {
            Family::Tokio => ObservationKind::ConsoleMessage {
                subscription,
                message: Box::new(self.messages.read(update)),
            },
            // Field names are in the rows themselves; an audit repeats what is known.
            Family::Node => {
                ObservationKind::FeedUpdate(Box::new(self.rows.update(&self.messages, update)))
            }
        }
    }
}
