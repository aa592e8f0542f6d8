//! Configurations that are right, with everything that comes of them.

use std::path::Path;
use std::time::Duration;

use jiff::civil::date;

use super::{Config, Event, HandlerTable, RunOptions, initial, parse};
use crate::gate::{Expected, Pattern};
use crate::model::problem::Problem;
use crate::rule::{Level, RuleId};

const FULL: &str = include_str!("../../testdata/config/full.toml");

fn read(text: &str) -> Config {
    parse(text, "loopcheck.toml", &|_| true).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn problems(text: &str) -> Vec<Problem> {
    parse(text, "loopcheck.toml", &|_| true).expect_err("something is wrong with it")
}

/// Position, message and hint of the only problem.
fn problem(text: &str) -> (u32, u32, String, String) {
    let problems = problems(text);
    let [Problem { line, column, message, hint }] = &problems[..] else {
        panic!("{text}: {problems:#?}")
    };
    (*line, *column, message.clone(), hint.clone().unwrap_or_default())
}

#[test]
fn nothing_is_the_default() {
    for text in ["", "\n", "\r\n", "\u{feff}", "# only a remark", "[rules]\n", "handler = []"] {
        assert_eq!(read(text), Config::default(), "{text:?}");
    }
}

#[test]
fn the_file_that_init_writes_sets_nothing() {
    assert_eq!(read(initial()), Config::default());
}

#[test]
fn everything_is_understood() {
    let config = read(FULL);
    assert_eq!(config.options.timeout, Some(Duration::from_secs(5)));
    assert_eq!(config.options.settle, Some(Duration::from_millis(1500)));
    assert_eq!(config.options.invocations, Some(2));
    assert_eq!(
        (config.options.prove, config.options.freeze_for),
        (Some(true), Some(Duration::from_secs(2)))
    );
    let text = |text: &str| text.to_owned();
    let orders = HandlerTable {
        name: text("services/orders"),
        path: "./services/orders/".into(),
        events: vec![
            Event::File("events/order.json".into()),
            Event::Json(text("{\"source\": \"aws.events\"}")),
            Event::Json(text("  [\"a\", \"b\"]")),
        ],
        options: RunOptions {
            invocations: Some(3),
            timeout: Some(Duration::from_secs(10)),
            settle: Some(Duration::from_millis(500)),
            prove: Some(false),
            freeze_for: Some(Duration::from_millis(700)),
        },
        env: vec![(text("TABLE"), text("orders")), (text("GRÜẞE"), text("an \"alle\""))],
        runtime: None,
        modes: vec![text("rust"), text("rust-stream")],
        bin: Some(text("orders")),
        release: true,
        memory: None,
        line: 15,
    };
    let api = HandlerTable {
        name: text("api \u{1f980}"),
        path: "functions/app.mjs:api.handler".into(),
        runtime: Some(text("nodejs24.x")),
        modes: vec![text("async-24")],
        line: 8,
        ..HandlerTable::default()
    };
    let admin = HandlerTable {
        name: text("functions/app.mjs:api.admin"),
        path: "functions/app.mjs:api.admin".into(),
        env: vec![(text("Ä"), text("ö")), (text("PORT"), text("8080"))],
        line: 32,
        ..HandlerTable::default()
    };
    assert_eq!(config.handlers, [api, orders, admin]);
    let name = |glob: &str| Pattern::name(glob).ok();
    let metrics = Expected {
        file: text("loopcheck.toml"),
        line: 36,
        reason: text("flushes every 10 s, survives a freeze"),
        kind: name("task"),
        name: name("metrics-*"),
        max: Some(1),
        modes: vec![text("callback-nowait"), text("async")],
        until: Some(date(2027, 6, 1)),
        ..Expected::default()
    };
    let socket = Expected {
        file: text("loopcheck.toml"),
        line: 44,
        reason: text("keeps its connection\non purpose"),
        handler: name("services/*"),
        kind: name("{timer,socket}"),
        rule: name("pending-socket"),
        location: Pattern::path("src/**/*.rs:12").ok(),
        package: name("hyper-util 0.1.*"),
        peer: name("*.amazonaws.com:443"),
        ..Expected::default()
    };
    assert_eq!(config.expected[..2], [metrics, socket]);
    assert_eq!(config.expected[2].rule, name("*-interval"));
    let levels = [
        (RuleId::PendingSocket, Level::Deny),
        (RuleId::StaleExpectation, Level::Allow),
        (RuleId::StuckTask, Level::Warn),
    ];
    assert_eq!(config.levels, levels.into());
}

#[test]
fn a_star_stops_at_a_slash_in_a_location_only() {
    let config = read("[[expect]]\nname = '*'\nlocation = '*'\nreason = 'a'\n");
    let is = |pattern: &Option<Pattern>| pattern.as_ref().map(|pattern| pattern.matches("a/b"));
    assert_eq!(
        (is(&config.expected[0].name), is(&config.expected[0].location)),
        (Some(true), Some(false))
    );
}

#[test]
fn line_ends_and_marks_of_windows_change_nothing() {
    let windows = format!("\u{feff}{}", FULL.replace('\n', "\r\n"));
    assert_eq!(read(&windows), read(FULL));
    let wrong = problem("\u{feff}# ä\r\nsetle = '1s'\r\n");
    assert_eq!((wrong.0, wrong.1), (2, 1));
}

#[test]
fn tables_may_be_written_in_other_ways() {
    let config = read("handler = [{ path = 'a', env.A = 'b' }]\nrules.stuck-task = 'warn'\n");
    assert_eq!(config.handlers[0].env, [("A".to_owned(), "b".to_owned())]);
    assert_eq!(config.handlers[0].line, 1);
    assert_eq!(config.levels.len(), 1);
}

#[test]
fn an_event_is_json_where_it_is_on_the_command_line() {
    let there = |path: &Path| ["a", "1", "{}"].iter().any(|known| path == Path::new(known));
    let events = |list: &str| {
        let text = format!("[[handler]]\npath = 'a'\nevents = {list}\n");
        parse(&text, "", &there).map(|config| config.handlers[0].events.clone())
    };
    let json = |text: &str| Event::Json(text.to_owned());
    assert_eq!(
        events("['1', '2', 'a']"),
        Ok(vec![Event::File("1".into()), json("2"), Event::File("a".into())])
    );
    assert_eq!(
        events("['{}', ' [1]', '\"b\"', 'null']"),
        Ok(["{}", " [1]", "\"b\"", "null"].map(json).into())
    );
    let wrong = events("['-', '', ' ', '{', 'b', \"a\\u0000\"]").unwrap_err();
    assert_eq!(wrong.len(), 6, "{wrong:#?}");
}

#[test]
fn a_handler_for_node_may_name_its_export() {
    let there = |path: &Path| path == Path::new("dist/app.js");
    for path in ["dist/app.js", "dist/app.js:orders", "dist/app.js:api.orders"] {
        let text = format!("[[handler]]\npath = '{path}'\n");
        assert!(parse(&text, "", &there).is_ok(), "{path}");
    }
    let missing = parse("[[handler]]\npath = 'dist/ap.js:orders'\n", "", &there).unwrap_err();
    assert!(missing[0].message.contains("\"dist/ap.js:orders\" does not exist"), "{missing:#?}");
    assert_eq!((missing[0].line, missing[0].column), (2, 8));
}

#[test]
fn names_are_of_one_handler_each() {
    let (line, column, message, hint) =
        problem("[[handler]]\npath = 'a'\nname = 'b'\n\n[[handler]]\npath = 'c'\nname = 'b'\n");
    assert_eq!((line, column), (7, 8));
    assert_eq!(message, "duplicate name \"b\" (first defined on line 1)");
    assert_eq!(hint, "give one of them another name");
    let (line, column, _, hint) = problem("[[handler]]\npath = 'a'\n[[handler]]\npath = './a/'\n");
    assert_eq!((line, column), (4, 8));
    assert!(hint.contains("give one of them a name"), "{hint}");
    // A default may be the name that another one was given.
    assert_eq!(problem("[[handler]]\npath = 'a'\n[[handler]]\npath = 'b'\nname = 'a'\n").0, 5);
    read("[[handler]]\npath = 'a'\n[[handler]]\npath = 'a'\nname = 'b'\n");
    // Which name is meant is not known.
    for name in ["name = 7", "nama = 'b'"] {
        problem(&format!("[[handler]]\npath = 'a'\n[[handler]]\npath = 'a'\n{name}\n"));
    }
}

#[test]
fn a_misspelt_key_is_not_missing_as_well() {
    assert_eq!(problem("[[handler]]\npaht = 'a'\n").1, 1);
    assert_eq!(problem("[[expect]]\nkind = 'task'\nreasn = 'a'\n").0, 3);
    assert_eq!(problem("[[expect]]\nknid = 'task'\nreason = 'a'\n").0, 2);
}

#[test]
fn an_expectation_says_what_it_expects_and_why() {
    let (line, column, message, _) = problem("\n[[expect]]\nreason = 'a'\nmax = 1\n");
    assert_eq!((line, column), (2, 1));
    assert_eq!(message, "this [[expect]] has no matcher");
    assert_eq!(problem("[[expect]]\nkind = 'task'\n").2, "this [[expect]] has no `reason`");
    for reason in ["''", "' '", "\"\\n\""] {
        let text = format!("[[expect]]\nkind = 'task'\nreason = {reason}\n");
        assert_eq!(problem(&text).2, "`reason` is empty");
    }
}

#[test]
fn what_is_no_pending_item_cannot_be_expected() {
    let rule = |rule: &str| format!("[[expect]]\nrule = '{rule}'\nreason = 'a'\n");
    for (glob, id) in [
        ("stale-expectation", "stale-expectation"),
        ("stale-*", "stale-expectation"),
        ("incomplete-evidence", "incomplete-evidence"),
    ] {
        let (.., message, hint) = problem(&rule(glob));
        assert!(message.starts_with(&format!("`{id}` cannot be expected")), "{message}");
        assert!(!hint.is_empty());
    }
    // What else a glob matches does not matter.
    for glob in ["*", "pending-*", "{stale-expectation,stuck-task}", "stuck-task"] {
        read(&rule(glob));
    }
    assert!(problem(&rule("stuck-*-task")).3.starts_with("expected one of: stuck-task, "));
}

#[test]
fn numbers_are_whole_and_within_bounds() {
    for wrong in ["0", "-0", "-1", "10001", "4294967296", "99999999999999999999999999999999", "1.0"]
    {
        let (line, column, message, _) = problem(&format!("invocations = {wrong}\n"));
        assert_eq!((line, column), (1, 15), "{message}");
    }
    for (right, number) in [("1", 1), ("+5", 5), ("1_000", 1000), ("0x10", 16), ("10000", 10_000)] {
        assert_eq!(read(&format!("invocations = {right}\n")).options.invocations, Some(number));
    }
    let max = |max: &str| format!("[[expect]]\nkind = 'task'\nreason = 'a'\nmax = {max}\n");
    assert_eq!(read(&max("4294967295")).expected[0].max, Some(u32::MAX));
    let (.., message, hint) = problem(&max("0"));
    assert_eq!(message, "`max` must be between 1 and 4294967295, got 0");
    assert!(hint.starts_with("leave the expectation out"));
    assert_eq!(problem(&max("'1'")).3, "leave the quotes out: max = 1");
}

#[test]
fn the_last_day_is_a_date() {
    let until = |until: &str| format!("[[expect]]\nkind = 'task'\nreason = 'a'\nuntil = {until}\n");
    assert_eq!(read(&until("2028-02-29")).expected[0].until, Some(date(2028, 2, 29)));
    for (wrong, hint) in [
        ("'2027-06-01'", "leave the quotes out: until = 2027-06-01"),
        ("'1 June'", "for example: until = 2027-06-01"),
        ("2027-06-01T10:00:00Z", "leave the time out: until = 2027-06-01"),
        ("2027-06-01 10:00:00", "leave the time out: until = 2027-06-01"),
        ("10:00:00", "for example: until = 2027-06-01"),
        ("2027", "for example: until = 2027-06-01"),
        ("2027-02-29", "a date is written as 2027-06-01"),
        ("2027-6-1", "a date is written as 2027-06-01"),
    ] {
        let problem = problem(&until(wrong));
        assert_eq!((problem.0, problem.1, problem.3.as_str()), (4, 9, hint), "{wrong}");
    }
}

#[test]
fn consequences_of_something_unreadable_are_left_out() {
    for (text, expected) in [
        // Neither the first table's path nor the second one's reason is missed.
        (
            "[[handler]]\nname = 'a\nmode = 'x'\n[[expect]]\nkind = task\n",
            vec![(2, 10), (3, 8), (5, 8)],
        ),
        // The others are judged.
        (
            "[[expect]]\nkind = task\n[[expect]]\nmax = 1\nkind = 'x'\n",
            vec![(2, 8), (3, 1), (5, 8)],
        ),
        // Below a broken header nothing is.
        ("[[handler]\npth = 'a'\n[[expect]]\nkind = 'x'\nreason = 'a'\n", vec![(1, 11), (4, 8)]),
        ("[handler\npath = 'a'\n", vec![(1, 9)]),
        // A text that does not end takes what follows with it.
        ("[[expect]]\nkind = \'\'\'task\n[[expect]]\nrule = 'x'\n", vec![(5, 1)]),
        ("setle = 1\ntimeout =", vec![(1, 1), (2, 10)]),
    ] {
        let problems = problems(text);
        let found: Vec<(u32, u32)> =
            problems.iter().map(|problem| (problem.line, problem.column)).collect();
        assert_eq!(found, expected, "{text}\n{problems:#?}");
    }
}

#[test]
fn duplicates_are_reported_beside_the_rest() {
    let text = "timeout = '1s'\ntimeout = '2s'\nsetle = '1s'\n[rules]\n[rules]\n";
    let found: Vec<(u32, u32)> =
        problems(text).iter().map(|problem| (problem.line, problem.column)).collect();
    assert_eq!(found, [(2, 1), (3, 1), (5, 2)]);
    assert_eq!(problem("[[handler]]\npath = 'a'\n[handler]\n").0, 3);
}

#[test]
fn a_value_without_quotes_is_reported() {
    for (text, column, hint) in [
        ("settle = 3s\n", 10, "put text in quotes: \"3s\""),
        ("[[expect]]\nkind = task", 8, "put text in quotes: \"task\""),
        ("[[handler]]\nrelease = tru", 11, "did you mean `true`?"),
        ("[[handler]]\nrelease = True", 11, "did you mean `true`?"),
    ] {
        let problem = problem(text);
        assert_eq!((problem.1, problem.3.as_str()), (column, hint), "{text}");
        assert!(problem.2.starts_with("invalid TOML: "), "{}", problem.2);
    }
}

#[test]
fn lists_that_are_not_lists_of_tables_are_refused() {
    assert_eq!(problem("[handler]\npath = 'a'\n").3, "write its header as [[handler]]");
    assert_eq!(problem("expect = 'task'\n").3, "write its header as [[expect]]");
    assert_eq!(problem("[[rules]]\n").3, "write its header as [rules]");
    assert_eq!(problem("handler = ['a']\n").2, "`handler` must list tables, got a string");
    assert_eq!(problems("[[handlr]]\n[[handlr]]\n  [[ handlr ]]\n").len(), 3);
}

#[test]
fn a_deep_or_long_file_is_read_to_its_end() {
    let deep = format!("timeout = {}{}\n", "[".repeat(10_000), "]".repeat(10_000));
    assert!(!problems(&deep).is_empty());
    let long = format!("{} = 1\n", "k".repeat(100_000));
    assert!(problem(&long).2.chars().count() < 300);
    let many = "[[expect]]\nknd = 'task'\n".repeat(5_000);
    assert_eq!(problems(&many).len(), 10_000);
}
