//! The values of single options.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command};

use crate::report::Shard;
use crate::runtime::{self, Refusal, all_modes};

/// `I/N`.
pub(super) fn shard(text: &str) -> Result<Shard, String> {
    let number = |text: &str| text.parse::<u32>().ok();
    let parts =
        text.split_once('/').and_then(|(index, count)| Some((number(index)?, number(count)?)));
    match parts {
        Some((index, count)) if index >= 1 && index <= count && count <= 10_000 => {
            Ok(Shard { index, count })
        }
        Some(_) => Err("I is at least 1 and at most N, and N at most 10000".into()),
        None => Err("write it as I/N: the second of four is 2/4".into()),
    }
}

/// The id of a completion mode.
pub(super) fn mode() -> PossibleValuesParser {
    all_modes().map(|mode| PossibleValue::new(mode.id).help(mode.title)).into()
}

/// Reads the name of a managed runtime that loopcheck runs; one that is known and not run is named
/// as such.
#[derive(Clone, Copy, Debug)]
pub(super) struct RuntimeName;

impl TypedValueParser for RuntimeName {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        let name = value.to_string_lossy();
        if let Err(refusal @ (Refusal::NotRun | Refusal::TooOld)) = runtime::find(&name) {
            let message = format!("{name} {refusal}\n");
            return Err(clap::Error::raw(ErrorKind::ValueValidation, message).with_cmd(command));
        }
        runtime_names().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(runtime::versions().map(|version| PossibleValue::new(version.name))))
    }
}

fn runtime_names() -> PossibleValuesParser {
    runtime::versions().map(|version| version.name).into()
}

/// `K=V`.
pub(super) fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write it as NAME=VALUE".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shard_is_one_of_so_many() {
        assert_eq!(shard("2/4"), Ok(Shard { index: 2, count: 4 }));
        for wrong in ["0/4", "5/4", "1/0", "1", "/", "a/b", "1/4/2", "-1/4"] {
            assert!(shard(wrong).is_err(), "{wrong}");
        }
    }
}
