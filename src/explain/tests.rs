//! Every id has a text, and every text is sound.

use std::collections::BTreeSet;

use clap::{Command, CommandFactory};

use crate::cli::Cli;
use crate::explain::{Family, Topic, all, find, nearest};
use crate::model::diagnostic::DiagnosticId;
use crate::policy::Policy;
use crate::report::{Fate, Modifier, ReportedOutcome, Status, Verdict};
use crate::rule::RuleId;
use crate::runtime::all_modes;

fn ids(family: Family) -> Vec<&'static str> {
    family.topics().iter().map(|topic| topic.id).collect()
}

/// The parts of a text in backticks.
fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// Full stops at an end: not those in names such as `context.done` or `Node.js`.
fn sentences(topic: &Topic) -> usize {
    topic.text.matches(". ").count() + 1
}

#[test]
fn every_id_of_every_family_has_a_topic() {
    let mut rules: Vec<&str> = RuleId::ALL.iter().map(|rule| rule.as_str()).collect();
    rules.push("incomplete-evidence");
    assert_eq!(ids(Family::Rule), rules);
    let modes: Vec<&str> = all_modes().map(|mode| mode.id).collect();
    assert_eq!(ids(Family::Mode), modes);
    let words = |family, expected: Vec<&str>| assert_eq!(ids(family), expected);
    words(Family::Policy, Policy::ALL.iter().map(|one| one.as_str()).collect());
    words(Family::Fate, Fate::ALL.iter().map(|one| one.as_str()).collect());
    words(Family::Modifier, Modifier::ALL.iter().map(|one| one.as_str()).collect());
    words(Family::Gap, DiagnosticId::ALL.iter().map(|one| one.as_str()).collect());
    words(Family::Status, Status::ALL.iter().map(|one| one.as_str()).collect());
    words(Family::Outcome, ReportedOutcome::ALL.iter().map(|one| one.as_str()).collect());
    words(Family::Verdict, Verdict::ALL.iter().map(|one| one.as_str()).collect());
}

#[test]
fn the_exit_codes_are_those_of_the_help() {
    let help = Cli::command().get_after_help().unwrap().to_string();
    let listed: Vec<&str> = help
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|word| word.parse::<u8>().is_ok())
        .collect();
    assert_eq!(ids(Family::ExitCode), listed);
    // The constants stand beside the ids that they are.
    let codes = super::outcomes::exit_codes_by_number();
    assert!(codes.iter().all(|(code, id)| code.to_string() == *id), "{codes:?}");
}

#[test]
fn an_id_stands_once_in_its_family() {
    let mut seen = BTreeSet::new();
    for topic in all() {
        assert!(seen.insert((topic.family, topic.id)), "{topic:?}");
    }
}

#[test]
fn texts_are_whole_sentences() {
    for topic in all() {
        let Topic { id, text, title, .. } = &topic;
        assert!((2..=6).contains(&sentences(&topic)), "{id}: {} in {text}", sentences(&topic));
        assert!(text.ends_with('.'), "{id}");
        assert!(!title.is_empty() && !title.ends_with('.'), "{id}");
        for words in [text.as_str(), title] {
            assert!(!words.contains("  ") && !words.contains('\n'), "{id}: {words}");
            assert!(words.is_ascii() && words.trim() == words, "{id}: {words}");
        }
        assert!(
            text.starts_with(|c: char| c.is_uppercase())
                || text.starts_with("libuv")
                || text.starts_with("loopcheck")
                || text.starts_with("cargo"),
            "{id}: {text}"
        );
        assert!(topic.code.is_none_or(|code| code.is_ascii() && !code.contains('\n')), "{id}");
    }
}

#[test]
fn what_stands_in_backticks_is_there() {
    let cli = Cli::command();
    let commands: Vec<String> =
        cli.get_subcommands().map(|command| format!("loopcheck {}", command.get_name())).collect();
    let options: BTreeSet<String> = cli
        .get_subcommands()
        .flat_map(Command::get_arguments)
        .filter_map(|argument| argument.get_long())
        .map(|long| format!("--{long}"))
        .collect();
    for topic in all() {
        assert_eq!(topic.text.matches('`').count() % 2, 0, "{}", topic.id);
        for name in quoted(&topic.text) {
            let known = all().any(|other| other.id == name)
                || options.contains(name)
                || commands.iter().any(|command| command == name);
            assert!(known, "{}: `{name}` is neither an id nor an option", topic.id);
            assert_ne!(name, topic.id, "it sends the reader to itself");
        }
    }
}

#[test]
fn a_mode_says_what_policy_follows() {
    for mode in all_modes() {
        let topic = find(mode.id).into_iter().find(|topic| topic.family == Family::Mode).unwrap();
        let policy = format!("policy `{}`", mode.policy.as_str());
        assert!(topic.text.contains(&policy), "{}: {policy}", mode.id);
        assert!(topic.code.is_some(), "{}", mode.id);
        let policy = find(mode.policy.as_str());
        assert!(policy.iter().any(|topic| quoted(&topic.text).contains(&mode.id)), "{}", mode.id);
    }
}

#[test]
fn a_gap_says_its_exit_code() {
    let code = |id: DiagnosticId| {
        let topic =
            find(id.as_str()).into_iter().find(|topic| topic.family == Family::Gap).unwrap();
        let codes: Vec<u8> = quoted(&topic.text).iter().filter_map(|id| id.parse().ok()).collect();
        codes.first().copied()
    };
    for id in DiagnosticId::ALL {
        let alone = crate::exit::code(&[id.effect()], false);
        let expected = (alone != crate::exit::PASS).then_some(alone);
        assert_eq!(code(*id), expected, "{}", id.as_str());
    }
}

#[test]
fn an_id_is_found_in_every_family_that_has_it() {
    let families = |id: &str| find(id).iter().map(|topic| topic.family).collect::<Vec<_>>();
    assert_eq!(families("pending-task"), [Family::Rule]);
    assert_eq!(families("error"), [Family::Outcome, Family::Verdict]);
    assert_eq!(families("4"), [Family::ExitCode]);
    assert_eq!(find("exit-4"), find("4"));
    assert_eq!(find("EXIT-130"), find("130"));
    assert_eq!(families("exit"), [Family::Outcome]);
    assert_eq!(find("INCONCLUSIVE"), find("inconclusive"));
    for unknown in ["", "exit-", "exit-6", "pending", "04", " 4", "exit-pass"] {
        assert_eq!(find(unknown), [], "{unknown}");
    }
}

#[test]
fn every_topic_is_found_by_its_id() {
    for topic in all() {
        assert!(find(topic.id).contains(&topic), "{}", topic.id);
    }
}

#[test]
fn a_slip_of_the_pen_is_understood() {
    for (typed, meant) in [
        ("pending-tsk", "pending-task"),
        ("pendingtimer", "pending-timer"),
        ("callbackwait", "callback-wait"),
        ("frozen-over", "frozen-overdue"),
        ("not-instrumentd", "not-instrumented"),
        ("inconclusiv", "inconclusive"),
    ] {
        assert_eq!(nearest(typed), Some(meant), "{typed}");
    }
    for strange in ["", "xyzzy", "\u{1b}[31m", "日本語"] {
        assert_eq!(nearest(strange), None, "{strange}");
    }
}
