//! Owners of source files for Node.js.
//!
//! A dependency lies in `node_modules`, and of several the innermost counts. Its version is known
//! where an installer or [`Location`] writes it into the path; whoever can read `package.json` puts
//! it there (`…/node_modules/pg@8.11.3/…`). Nothing is read here.
//!
//! [`Location`]: crate::model::location::Location

use std::borrow::Cow;

use crate::model::location::{Owner, Package};

/// Extensions of files for Node.js, before they are built and after.
const EXTENSIONS: [&str; 8] = ["js", "cjs", "mjs", "ts", "cts", "mts", "jsx", "tsx"];

/// The prefix of the names of Node.js' own modules.
const OWN: &str = "node:";

const FOLDER: &str = "node_modules/";

/// Returns true for the path, with slashes, of a file for Node.js.
pub(super) fn is_script(path: &str) -> bool {
    let extension = path.rsplit_once('.').map(|(_, extension)| extension);
    path.starts_with(OWN)
        || path.starts_with("file://")
        || extension.is_some_and(|extension| EXTENSIONS.contains(&extension))
}

/// The path behind a `file://` URL; any other path as it is.
pub(super) fn without_scheme(path: &str) -> Cow<'_, str> {
    let Some(path) = path.strip_prefix("file://") else { return path.into() };
    percent_encoding::percent_decode_str(path).decode_utf8_lossy()
}

/// The shortened path and the owner of what is not the handler's.
pub(super) fn foreign(path: &str) -> Option<(String, Owner)> {
    if path.starts_with(OWN) {
        return Some((path.to_owned(), Owner::Standard("node")));
    }
    let at = path.rfind(FOLDER).filter(|at| *at == 0 || path[..*at].ends_with('/'))?;
    let (above, rest) = (&path[..at], &path[at + FOLDER.len()..]);
    let slashes = if rest.starts_with('@') { 1 } else { 0 };
    let (end, _) = rest.match_indices('/').nth(slashes)?;
    let (package, inside) = rest.split_at(end);
    if package.is_empty() {
        return None;
    }
    let (name, version) = match package.rsplit_once('@') {
        Some((name, version)) if !name.is_empty() && starts_as_version(version) => {
            (name, Some(version.to_owned()))
        }
        _ => (package, installed(above, package)),
    };
    let file = format!("{FOLDER}{name}{inside}");
    Some((file, Owner::Dependency(Package { name: name.to_owned(), version })))
}

/// The version that an installer wrote into the folder around `node_modules`.
///
/// pnpm and bun: `.pnpm/pg@8.11.3_peers/`, with `+` for the slash of a scope. Yarn:
/// `cache/pg-npm-8.11.3-0123456789-8.zip/` and `unplugged/pg-npm-8.11.3-0123456789/`, with `-` for
/// the slash.
fn installed(above: &str, name: &str) -> Option<String> {
    let folder = above.strip_suffix('/')?;
    let folder = folder.rsplit('/').next()?;
    let pnpm = folder.strip_prefix(&name.replace('/', "+")).and_then(|rest| rest.strip_prefix('@'));
    if let Some(version) = pnpm {
        let version = version.split(['_', '(']).next()?;
        return starts_as_version(version).then(|| version.to_owned());
    }
    let yarn = folder.strip_prefix(&name.replace('/', "-"))?.strip_prefix("-npm-")?;
    let yarn = yarn.strip_suffix(".zip").unwrap_or(yarn);
    let dashes = yarn.match_indices('-').map(|(at, _)| at);
    let version = dashes.filter(|at| is_hash(&yarn[at + 1..])).map(|at| &yarn[..at]).next_back()?;
    starts_as_version(version).then(|| version.to_owned())
}

fn starts_as_version(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit()) && text.contains('.')
}

/// Ten digits, and perhaps a key behind them.
fn is_hash(text: &str) -> bool {
    let hash = text.split('-').next().unwrap_or_default();
    hash.len() == 10 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::source_path::resolve::tests::{check, dependency};

    #[test]
    fn the_users_own_files_are_shortened_as_those_of_rust() {
        for (path, file) in [
            ("/home/me/work/src/app.js", "src/app.js"),
            ("file:///home/me/work/src/a%20b.mjs", "src/a b.mjs"),
            ("/home/me/shared/src/lib.ts", "shared/src/lib.ts"),
            ("file:///home/me/shared/src/lib.ts", "shared/src/lib.ts"),
            ("src/app.ts", "src/app.ts"),
            ("C:\\work\\src\\app.js", "work/src/app.js"),
            // No folders of cargo's.
            ("/home/me/work/registry/src/orders/app.js", "registry/src/orders/app.js"),
            ("/home/me/work/library/app.js", "library/app.js"),
            ("/home/me/work/vendor/own/src/app.js", "vendor/own/src/app.js"),
            ("/home/me/work/my_node_modules/a/b.js", "my_node_modules/a/b.js"),
        ] {
            check(path, file, Owner::Handler);
        }
    }

    #[test]
    fn the_innermost_node_modules_names_the_package() {
        for (path, file, name) in [
            ("node_modules/pg/lib/client.js", "node_modules/pg/lib/client.js", "pg"),
            ("/home/me/work/node_modules/pg/a.js", "node_modules/pg/a.js", "pg"),
            (
                "file:///home/me/work/node_modules/%40aws-sdk/client-s3/dist/a.mjs",
                "node_modules/@aws-sdk/client-s3/dist/a.mjs",
                "@aws-sdk/client-s3",
            ),
            ("/x/node_modules/a/node_modules/@b/c/d.js", "node_modules/@b/c/d.js", "@b/c"),
            ("/x/node_modules/a/vendor/b/src/c.js", "node_modules/a/vendor/b/src/c.js", "a"),
        ] {
            check(path, file, dependency(name, None));
        }
        // A file that lies there itself belongs to no package.
        check("/home/me/work/node_modules/a.js", "node_modules/a.js", Owner::Handler);
    }

    #[test]
    fn installers_write_the_version_into_the_path() {
        for (above, package, version) in [
            (".pnpm/pg@8.11.3/", "pg", "8.11.3"),
            (".pnpm/pg@8.11.3_pg-native@3.0.1/", "pg", "8.11.3"),
            (".pnpm/pg@8.0.0-rc.1(a@1.0.0)/", "pg", "8.0.0-rc.1"),
            (".pnpm/@aws-sdk+client-s3@3.1.0/", "@aws-sdk/client-s3", "3.1.0"),
            (".bun/pg@8.11.3/", "pg", "8.11.3"),
            ("/home/me/.yarn/cache/pg-npm-8.11.3-0123456789-8.zip/", "pg", "8.11.3"),
            (".yarn/cache/a-npm-1.0.0-rc.1-abcdef0123-10c0.zip/", "a", "1.0.0-rc.1"),
            (
                ".yarn/cache/@aws-sdk-client-s3-npm-3.1.0-0123456789.zip/",
                "@aws-sdk/client-s3",
                "3.1.0",
            ),
            ("/home/me/work/.yarn/unplugged/bcrypt-npm-5.1.1-0123456789/", "bcrypt", "5.1.1"),
        ] {
            let path = format!("{above}node_modules/{package}/lib/a.js");
            let file = format!("node_modules/{package}/lib/a.js");
            check(&path, &file, dependency(package, Some(version)));
        }
        for above in [".pnpm/pg-pool@3.6.1/", ".pnpm/pg@link/", ".yarn/cache/pg-npm-8.11.3.zip/"] {
            let path = format!("{above}node_modules/pg/a.js");
            check(&path, "node_modules/pg/a.js", dependency("pg", None));
        }
    }

    #[test]
    fn a_version_that_was_put_there_is_taken_out_again() {
        let path = "/home/me/work/node_modules/pg@8.11.3/lib/a.js";
        check(path, "node_modules/pg/lib/a.js", dependency("pg", Some("8.11.3")));
        let path = "/home/me/work/node_modules/@a/b@1.0.0/c.js";
        check(path, "node_modules/@a/b/c.js", dependency("@a/b", Some("1.0.0")));
    }

    #[test]
    fn nodes_own_modules_are_nodes() {
        check("node:internal/timers", "node:internal/timers", Owner::Standard("node"));
        check("node:fs", "node:fs", Owner::Standard("node"));
    }
}
