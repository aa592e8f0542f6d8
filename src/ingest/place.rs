//! Places of a feed, as they are shown.

use crate::feed::update::SourceLocation;
use crate::model::location::{Location, Owner};

/// A place, shortened, and the owner of its file.
pub(super) fn place(
    location: Option<&SourceLocation>,
    workspace: &str,
) -> (Option<Location>, Option<Owner>) {
    let Some(location) = location else { return (None, None) };
    let SourceLocation { file, line, column, function } = location;
    let (place, owner) = Location::resolve(file, workspace, *line, *column);
    (Some(Location { function: function.clone(), ..place }), Some(owner))
}
