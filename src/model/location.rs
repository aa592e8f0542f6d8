//! The place in the source where something was started, and the owner of that source.
//!
//! Both are read off the path of the source file; see `source_path`. A path is shortened before it is
//! shown, so that no home directory gets into a report.

/// A place in a source file.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Location {
    /// The file, shortened; see [`Location::resolve`].
    pub file: String,
    /// Line, from 1.
    pub line: Option<u32>,
    /// Column, from 1.
    pub column: Option<u32>,
    /// The function that it is in, where that is reported.
    pub function: Option<String>,
    /// The file is the handler's own, and its path is relative to the workspace.
    pub in_workspace: bool,
}

/// The owner of some code.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Owner {
    /// The handler's own workspace.
    Handler,
    /// A package that the handler depends on.
    Dependency(Package),
    /// The standard library of the language, under its name in reports.
    Standard(&'static str),
}

/// A package, as far as its source path names it.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Package {
    /// The package's name (of a git checkout: the repository's).
    pub name: String,
    /// The package's version, when the path has one.
    pub version: Option<String>,
}

impl Package {
    /// Splits `@aws-sdk/client-s3@3.9.0`; the name of a scoped package begins with an `@` of its own.
    pub fn from_specifier(specifier: &str) -> Self {
        match specifier.rsplit_once('@') {
            Some((name, version)) if !name.is_empty() => {
                Self { name: name.to_owned(), version: Some(version.to_owned()) }
            }
            _ => Self { name: specifier.to_owned(), version: None },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_part_of_a_packages_name() {
        let check = |text: &str, name: &str, version: Option<&str>| {
            let package = Package::from_specifier(text);
            assert_eq!((package.name.as_str(), package.version.as_deref()), (name, version));
        };
        check("pg@8.16.3", "pg", Some("8.16.3"));
        check("@aws-sdk/client-s3@3.9.0", "@aws-sdk/client-s3", Some("3.9.0"));
        check("@aws-sdk/client-s3", "@aws-sdk/client-s3", None);
        check("pg", "pg", None);
    }
}
