//! Selects the handlers of a configuration: those that match the filter, and of these one shard.

use crate::cli::RunArgs;
use crate::command::run::request::{self, Request};
use crate::command::run::template;
use crate::command::settings::Settings;
use crate::config::HandlerTable;
use crate::error::CommandError;
use crate::gate::Pattern;
use crate::host::terminal::Terminal;
use crate::report::{ReportedDiagnostic, Selection, Shard};

/// The handlers to run, in the order of the file that names them.
pub(crate) struct Selected {
    pub(crate) requests: Vec<Request>,
    /// The selection, for the report.
    pub(crate) selection: Selection,
    /// The functions that are not run.
    pub(crate) gaps: Vec<ReportedDiagnostic>,
}

/// Chooses the handlers.
pub(crate) fn select(
    args: &RunArgs,
    settings: &Settings,
    terminal: &Terminal,
) -> Result<Selected, CommandError> {
    let (tables, folder, gaps) = match &args.select.template {
        Some(file) => {
            let found = template::read(file, terminal)?;
            (found.tables, found.folder, found.gaps)
        }
        None => {
            let tables = settings.config.handlers.clone();
            (tables, settings.folder().to_owned(), Vec::new())
        }
    };
    if tables.is_empty() {
        return Err(nothing_named(settings));
    }
    let pattern = pattern(args.select.filter.as_deref())?;
    let passing = filter(&tables, pattern.as_ref())?;
    let wanted = |name: &str| pattern.as_ref().is_none_or(|pattern| pattern.matches(name));
    let gaps = gaps.into_iter().filter(|(name, _)| wanted(name)).map(|(_, gap)| gap).collect();
    let selection = Selection {
        shard: args.select.shard,
        filter: args.select.filter.clone(),
        handlers: passing.iter().map(|table| table.name.clone()).collect(),
        filtered: tables.len() - passing.len(),
        ..Selection::default()
    };
    let of_table =
        |table: &&HandlerTable| Request::of_table(table, &folder, args, &settings.config);
    let requests: Vec<Request> = passing.iter().map(of_table).collect();
    request::check_freeze(args, &requests)?;
    let requests = match args.select.shard {
        Some(shard) => part(requests, shard),
        None => requests,
    };
    Ok(Selected { requests, selection, gaps })
}

fn nothing_named(settings: &Settings) -> CommandError {
    let (message, hint) = match &settings.file {
        Some(file) => (
            format!("no HANDLER is given, and {} names none", file.display()),
            "add a [[handler]] with its path, or give a HANDLER: loopcheck run ./handler",
        ),
        None => (
            "no HANDLER is given, and there is no loopcheck.toml here or above".to_owned(),
            "loopcheck run ./handler runs one; `loopcheck init` writes a loopcheck.toml that can name several",
        ),
    };
    CommandError::input(message, Some(hint.to_owned()))
}

/// The names that `--filter` lets pass; `None`: all.
fn pattern(filter: Option<&str>) -> Result<Option<Pattern>, CommandError> {
    let Some(text) = filter else { return Ok(None) };
    Pattern::name(text).map(Some).map_err(|error| {
        CommandError::input(format!("--filter {text}: invalid glob: {error}"), None)
    })
}

fn filter<'a>(
    tables: &'a [HandlerTable],
    pattern: Option<&Pattern>,
) -> Result<Vec<&'a HandlerTable>, CommandError> {
    let Some(pattern) = pattern else { return Ok(tables.iter().collect()) };
    let passing: Vec<&HandlerTable> =
        tables.iter().filter(|table| pattern.matches(&table.name)).collect();
    if passing.is_empty() {
        // A run of nothing would be green.
        let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
        return Err(CommandError::input(
            format!("--filter {} matches no handler", pattern.as_str()),
            Some(format!("their names are: {}", names.join(", "))),
        ));
    }
    Ok(passing)
}

/// One part of so many, the same on every machine and about as much work as every other.
fn part(requests: Vec<Request>, shard: Shard) -> Vec<Request> {
    let weights: Vec<u64> = requests.iter().map(weight).collect();
    let parts = parts(&weights, shard.count);
    let kept = requests.into_iter().zip(parts).filter(|(_, part)| *part == shard.index);
    kept.map(|(request, _)| request).collect()
}

/// A start costs about as much as some invocations.
const START: u64 = 4;

/// About how much work a handler is. Nothing that differs between machines counts.
fn weight(request: &Request) -> u64 {
    START + u64::from(request.invocations) * request.events.len().max(1) as u64
}

/// Assigns each of these to a part, from 1: the heaviest first, each to the lightest part.
fn parts(weights: &[u64], count: u32) -> Vec<u32> {
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|index| (std::cmp::Reverse(weights[*index]), *index));
    let mut loads: Vec<(u64, u32)> = (1..=count).map(|part| (0, part)).collect();
    let mut parts = vec![0; weights.len()];
    for index in order {
        if let Some(lightest) = loads.iter_mut().min() {
            lightest.0 += weights[index];
            parts[index] = lightest.1;
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_handler_is_in_one_part_and_the_parts_are_balanced() {
        let weights = [6, 6, 40, 6, 6, 6, 12, 6];
        for count in 1..=10 {
            let parts = parts(&weights, count);
            assert!(parts.iter().all(|part| (1..=count).contains(part)));
            let load = |part| -> u64 {
                let of = parts.iter().zip(weights).filter(|(of, _)| **of == part);
                of.map(|(_, weight)| weight).sum()
            };
            let loads: Vec<u64> = (1..=count).map(load).collect();
            // No part has more than the lightest and one handler.
            let (most, least) = (loads.iter().max().unwrap(), loads.iter().min().unwrap());
            assert!(most - least <= 40, "{loads:?}");
        }
        assert_eq!(parts(&weights, 2), [2, 2, 1, 2, 2, 2, 2, 1]);
    }

    #[test]
    fn a_filter_that_matches_nothing_is_an_error() {
        let table = |name: &str| HandlerTable { name: name.into(), ..HandlerTable::default() };
        let tables = [table("orders"), table("orders-api"), table("billing")];
        let names = |text| {
            let pattern = pattern(Some(text))?;
            filter(&tables, pattern.as_ref()).map(|found| found.len())
        };
        assert_eq!(names("orders*").unwrap(), 2);
        assert_eq!(names("b*").unwrap(), 1);
        assert!(names("x*").is_err_and(|error| error.first.hint.unwrap().contains("billing")));
        assert!(names("[").is_err());
    }
}
