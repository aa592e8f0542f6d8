//! Where in the source something was made: frames, source maps, packages.

pub(crate) mod file_url;
pub(crate) mod package;
pub(crate) mod site;
pub(crate) mod source_map;
