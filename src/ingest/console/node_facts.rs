//! What the fields and attributes of a row say when the handler runs in Node.js.
//!
//! Their names are the ones that `host::runtimes::node` gives them.

use crate::ingest::console::rows::Fields;
use crate::model::facts::{ItemFacts, ItemKind};
use crate::model::location::Package;
use crate::model::time::Timestamp;

impl ItemFacts {
    /// Reads them; `None` if the row is not one of a Node.js handler.
    pub(super) fn read(fields: &Fields) -> Option<Self> {
        let kind = ItemKind::from_id(&fields.text("node.kind")?)?;
        let small = |name| fields.number(name).and_then(|number| u32::try_from(number).ok());
        let instant = |name| fields.number(name).map(Timestamp::from_nanos);
        Some(Self {
            kind,
            created_in: small("invocation"),
            // What does not say that it lets the loop go is taken to hold it.
            holds_loop: fields.is("holds").unwrap_or(true),
            is_ref: fields.is("ref"),
            repeats: fields.is("repeat").unwrap_or(false),
            due: instant("due"),
            released: instant("released"),
            inode: fields.number("inode"),
            local: fields.text("local"),
            peer: fields.text("peer"),
            in_flight: fields.is("busy").unwrap_or(false),
            request: fields.text("http"),
            used_in: small("use"),
            pid: small("pid"),
            command: fields.text("command"),
            package: fields.text("package").map(|package| name_and_version(&package)),
            packages: fields
                .text("packages")
                .map(|names| names.split(',').map(str::to_owned).collect())
                .unwrap_or_default(),
            callback: fields.text("callback"),
            internal: fields.is("internal").unwrap_or(false),
        })
    }
}

/// Splits `@aws-sdk/client-s3@3.9.0`; the name of a scoped package begins with an `@` of its own.
fn name_and_version(package: &str) -> Package {
    match package.rsplit_once('@') {
        Some((name, version)) if !name.is_empty() => {
            Package { name: name.to_owned(), version: Some(version.to_owned()) }
        }
        _ => Package { name: package.to_owned(), version: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_part_of_the_name() {
        let check = |text: &str, name: &str, version: Option<&str>| {
            let package = name_and_version(text);
            assert_eq!((package.name.as_str(), package.version.as_deref()), (name, version));
        };
        check("pg@8.16.3", "pg", Some("8.16.3"));
        check("@aws-sdk/client-s3@3.9.0", "@aws-sdk/client-s3", Some("3.9.0"));
        check("@aws-sdk/client-s3", "@aws-sdk/client-s3", None);
        check("pg", "pg", None);
    }
}
