//! Source paths: how each language's tools write them, and the owners that they name.

mod cargo;
mod node;

mod resolve;
