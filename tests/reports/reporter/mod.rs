//! Every format, against snapshots and against parsers that are not ours.

mod diff;
mod github;
mod json;
mod junit;
mod markdown;
mod sarif;
mod table;
