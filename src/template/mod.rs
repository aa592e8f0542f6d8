//! A template of AWS SAM or CloudFormation: which of its functions can be run here, and how. Text
//! in, handlers or every error at once out; whoever calls answers questions about files.

mod binary;
mod environment;
mod function;
mod handlers;
mod intrinsic;
mod lookup;
mod node;
mod resource;
mod rust;
mod scope;
mod tree;

#[cfg(test)]
mod tests;

pub use handlers::{Handlers, Skipped, Unresolved, handlers};
pub use lookup::Lookup;
