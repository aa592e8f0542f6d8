//! `--format FORMAT[=FILE]`.

use std::path::PathBuf;

use clap::ValueEnum;

/// One `--format`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FormatArg<F> {
    /// The format.
    pub format: F,
    /// The file; `None`: stdout.
    pub file: Option<PathBuf>,
}

/// Reads one `--format`.
pub(super) fn parse<F: ValueEnum>(text: &str) -> Result<FormatArg<F>, String> {
    let (name, file) = match text.split_once('=') {
        Some((_, "")) => return Err("there is no file name after `=`".into()),
        Some((name, file)) => (name, Some(PathBuf::from(file))),
        None => (text, None),
    };
    match F::from_str(name, false) {
        Ok(format) => Ok(FormatArg { format, file }),
        Err(_) => Err(format!("no such format; there are: {}", names::<F>().join(", "))),
    }
}

fn names<F: ValueEnum>() -> Vec<String> {
    let values = F::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    values.map(|value| value.get_name().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{DiffFormat, Format};

    #[test]
    fn a_format_may_name_a_file() {
        let arg = |format, file: Option<&str>| FormatArg { format, file: file.map(PathBuf::from) };
        assert_eq!(parse("json"), Ok(arg(Format::Json, None)));
        assert_eq!(parse("table=a=b"), Ok(arg(Format::Table, Some("a=b"))));
        assert!(parse::<Format>("json=").is_err());
        assert!(parse::<Format>("xml").is_err_and(|error| error.contains("table, json")));
    }

    #[test]
    fn formats_have_their_names() {
        assert_eq!(names::<Format>(), ["table", "json", "sarif", "junit", "github", "markdown"]);
        assert_eq!(names::<DiffFormat>(), ["table", "json", "markdown"]);
    }
}
