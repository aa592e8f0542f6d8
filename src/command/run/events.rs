//! The events of a run: files, JSON on the command line, or stdin.

use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::path::Path;

use bytes::Bytes;

use crate::error::CommandError;

/// Lambda's limit for the payload of a synchronous invocation (AWS Lambda developer guide,
/// gettingstarted-limits).
const LONGEST_EVENT: usize = 6 * 1024 * 1024;

/// Reads every event and repeats each of them.
pub(crate) fn read(events: &[OsString], repeat: u32) -> Result<Vec<Bytes>, CommandError> {
    if events.iter().filter(|event| *event == "-").count() > 1 {
        return Err(CommandError::input("stdin can be one event only", None));
    }
    let mut all = Vec::new();
    let given: Result<Vec<Bytes>, CommandError> = events.iter().map(|arg| one(arg)).collect();
    let mut given = given?;
    if given.is_empty() {
        given.push(Bytes::from_static(b"{}"));
    }
    for event in given {
        all.extend(std::iter::repeat_n(event, repeat as usize));
    }
    Ok(all)
}

fn one(arg: &OsStr) -> Result<Bytes, CommandError> {
    let (bytes, name) = if arg == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map_err(|error| {
            CommandError::input(format!("could not read the event from stdin: {error}"), None)
        })?;
        (bytes, "stdin".to_owned())
    } else if let Some(json) = arg.to_str().filter(|text| looks_like_json(text)) {
        (json.as_bytes().to_vec(), "the command line".to_owned())
    } else {
        let path = Path::new(arg);
        let bytes = std::fs::read(path).map_err(|error| {
            CommandError::input(
                format!("could not read the event {}: {error}", path.display()),
                Some("--event takes a file, JSON such as '{\"key\": 1}', or - for stdin".into()),
            )
        })?;
        (bytes, path.display().to_string())
    };
    if bytes.len() > LONGEST_EVENT {
        return Err(CommandError::input(
            format!("the event from {name} is longer than the 6 MiB that Lambda accepts"),
            None,
        ));
    }
    match serde_json::from_slice::<serde::de::IgnoredAny>(&bytes) {
        Ok(_) => Ok(Bytes::from(bytes)),
        Err(error) => Err(CommandError::input(
            format!("the event from {name} is not JSON: {error}"),
            Some("Lambda events are JSON documents".into()),
        )),
    }
}

fn looks_like_json(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with(['{', '[', '"'])
        || (serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
            && !Path::new(text).exists())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(events: &[&str], repeat: u32) -> Result<Vec<String>, String> {
        let events: Vec<OsString> = events.iter().map(OsString::from).collect();
        let read = read(&events, repeat).map_err(|error| error.to_string())?;
        Ok(read.iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect())
    }

    #[test]
    fn no_event_is_an_empty_object_and_each_is_repeated() {
        assert_eq!(texts(&[], 2), Ok(vec!["{}".into(), "{}".into()]));
        assert_eq!(
            texts(&["{\"a\":1}", "[2]"], 2),
            Ok(["{\"a\":1}", "{\"a\":1}", "[2]", "[2]"].map(String::from).to_vec())
        );
    }

    #[test]
    fn what_is_neither_json_nor_a_file_is_an_error() {
        assert!(
            texts(&["/nonexistent/event.json"], 1).is_err_and(|e| e.contains("could not read"))
        );
        assert!(texts(&["{oops"], 1).is_err_and(|e| e.contains("not JSON")));
        assert!(texts(&["-", "-"], 1).is_err_and(|e| e.contains("stdin")));
    }
}
