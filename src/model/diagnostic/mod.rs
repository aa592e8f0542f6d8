//! What a report says about the run itself: gaps in the evidence, and failures.
//!
//! A gap is a value with a name, so that nothing that was not seen can pass for something that was
//! not there. A failure is the reason why there is no answer at all. Both are diagnostics: they
//! have an id, a message and perhaps a hint, and the id decides the effect on the verdict.

mod effect;
mod id;
mod message;
mod table;

pub use effect::Effect;
pub use id::UnknownId;
pub use message::Diagnostic;
pub use table::{DiagnosticId, FailureId, GapId, Texts};
