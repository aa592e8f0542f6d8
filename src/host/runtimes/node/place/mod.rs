//! The places in the source where items are created: frames, source maps, packages.

pub(crate) mod file_url;
pub(crate) mod package;
pub(crate) mod site;
pub(crate) mod source_map;
