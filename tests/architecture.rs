//! The house rules that the compiler does not know, checked on the text of the source tree.
//!
//! Which modules may import which, what the core must not touch, how long a file may be, and that
//! the documents name what exists. ARCHITECTURE.md says why. Style is for rustfmt and clippy.

#[path = "support/source_tree.rs"]
mod source_tree;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use clap::{Command, CommandFactory, Parser};
use loopcheck::cli::Cli;
use loopcheck::rule::RuleId;
use source_tree::{CodePath, ROOT, SourceFile, rust_files, sources, text};

/// The floors, the lowest first. Imports go strictly down.
const FLOORS: &[&[&str]] = &[
    &["error", "model", "policy", "rule", "runtime"],
    &["feed", "observation", "report"],
    &["ingest", "recording"],
    &["snapshot"],
    &["analysis", "exit", "explain", "gate"],
    &["config", "host", "reporter", "template"],
    &["session"],
    &["cli"],
    &["command"],
];

/// Imports between neighbours on one floor, each with its reason.
const NEIGHBOURS: &[(&str, &str, &str)] = &[
    ("observation", "feed", "an update of a feed is an observation"),
    ("error", "model", "an error that ends a command is a gap with an exit code"),
    ("analysis", "exit", "the verdict in the report is that of its exit code"),
    ("explain", "exit", "exit codes are explained by their constants"),
    ("gate", "exit", "what is left decides the exit code"),
    ("template", "config", "a function of a template is a handler like one of loopcheck.toml"),
    ("model", "policy", "what is enforced on a handler is a policy"),
    ("model", "runtime", "what an item is depends on what runs the handler"),
    ("runtime", "policy", "a completion mode follows a policy"),
];

/// Modules that must not touch the outside world.
const PURE: &[&str] = &[
    "analysis",
    "config",
    "error",
    "exit",
    "explain",
    "feed",
    "gate",
    "ingest",
    "model",
    "observation",
    "policy",
    "recording",
    "report",
    "reporter",
    "rule",
    "runtime",
    "snapshot",
    "template",
];

/// The pure modules that read from or write to what they are given.
const STREAMING: &[&str] = &["recording", "reporter"];

/// Crates without I/O, or whose I/O is not used: the only ones for pure modules.
const PURE_CRATES: &[&str] = &[
    "comfy_table",
    "console_api",
    "globset",
    "humantime",
    "jiff",
    "percent_encoding",
    "prost",
    "prost_types",
    "quick_xml",
    "regex",
    "saphyr_parser",
    "serde",
    "serde_json",
    "strsim",
    "thiserror",
    "toml",
];

/// What a reporter may know.
const REPORTER_IMPORTS: &[&str] =
    &["explain", "model::diagnostic", "policy", "report", "reporter", "rule"];

/// Lines of one file, tests left out.
const LONGEST_FILE: usize = 400;

/// Files directly in one folder of the source.
const MOST_FILES: usize = 20;

/// Options in README.md that are not ours.
const FOREIGN_OPTIONS: &[&str] =
    &["--cfg", "--path", "--git", "--locked", "--target-dir", "--sourcemap", "--bench"];

/// Fails with every problem at once.
fn check(what_to_do: &str, problems: &[String]) {
    assert!(problems.is_empty(), "\n\n{}\n\n{what_to_do}\n", problems.join("\n"));
}

fn place(file: &SourceFile, path: &CodePath) -> String {
    format!("{}:{}: `{}`", file.path, path.line, path.parts.join("::"))
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

fn shipped() -> Vec<SourceFile> {
    sources().into_iter().filter(|file| !file.test_only).collect()
}

#[test]
fn the_table_of_floors_is_that_of_lib_rs() {
    let mut declared_floors: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    let mut floor = None;
    for line in text("src/lib.rs").lines() {
        if let Some(heading) = line.strip_prefix("// Floor ") {
            floor = heading.split(':').next().and_then(|number| number.parse().ok());
        }
        let declared = line.strip_suffix(';').and_then(|line| line.split_once("mod "));
        if let Some((_, module)) = declared {
            let floor = floor.unwrap_or_else(|| {
                panic!("src/lib.rs: put `mod {module}` under a `// Floor N: …` comment")
            });
            declared_floors.entry(floor).or_default().insert(module.to_owned());
        }
    }
    let table: BTreeMap<usize, BTreeSet<String>> = FLOORS
        .iter()
        .enumerate()
        .map(|(floor, modules)| (floor, modules.iter().map(|name| (*name).to_owned()).collect()))
        .collect();
    assert_eq!(
        declared_floors, table,
        "left: the `// Floor N` comments of src/lib.rs; right: FLOORS in tests/architecture.rs. \
         Put every module on the same floor in both"
    );
}

#[test]
fn imports_go_strictly_down() {
    let mut problems = Vec::new();
    let mut used = BTreeSet::new();
    for file in shipped() {
        let Some(own) = file.top() else { continue };
        let Some(own_floor) = floor(own) else {
            problems.push(format!("{}: the module `{own}` stands on no floor", file.path));
            continue;
        };
        for import in file.own_imports() {
            let target = import.parts[0].as_str();
            if target == own {
                continue;
            }
            match floor(target) {
                Some(floor) if floor < own_floor => {}
                Some(floor) if floor == own_floor => {
                    let known = NEIGHBOURS.iter().find(|(a, b, _)| (*a, *b) == (own, target));
                    match known {
                        Some((from, to, _)) => drop(used.insert((*from, *to))),
                        None => problems.push(format!(
                            "{} is on the same floor {floor}",
                            place(&file, &import)
                        )),
                    }
                }
                Some(floor) => problems.push(format!(
                    "{} is on floor {floor}, above floor {own_floor}",
                    place(&file, &import)
                )),
                None => problems.push(format!("{} is no module", place(&file, &import))),
            }
        }
    }
    for (from, to, _) in NEIGHBOURS {
        if !used.contains(&(*from, *to)) {
            problems.push(format!("NEIGHBOURS: `{from}` no longer imports `{to}`"));
        }
    }
    check(
        "Imports go strictly down the floors of src/lib.rs. Move the shared part to a lower floor, \
         or name what you mean by its path from `crate`. A new module needs a floor in src/lib.rs \
         and in FLOORS of tests/architecture.rs.",
        &problems,
    );
}

#[test]
fn reporters_know_the_report_and_no_more() {
    let mut problems = Vec::new();
    for file in shipped().iter().filter(|file| file.top() == Some("reporter")) {
        for import in file.own_imports() {
            let path = import.parts.join("::");
            let allowed = REPORTER_IMPORTS
                .iter()
                .any(|allowed| path == *allowed || path.starts_with(&format!("{allowed}::")));
            if !allowed {
                problems.push(place(file, &import));
            }
        }
    }
    check(
        "A reporter turns a report into text. Put what it needs to know into src/report.rs, and \
         let src/analysis decide it.",
        &problems,
    );
}

#[test]
fn the_core_does_not_look_outside() {
    let pure = |file: &SourceFile| file.top().is_some_and(|module| PURE.contains(&module));
    let dependencies = dependencies();
    let files = shipped().into_iter().filter(pure);
    let problems: Vec<String> = files.flat_map(|file| outside(&file, &dependencies)).collect();
    check(
        "The core gets everything from observations, so that a replay sees what the run saw. Read \
         clocks, files, sockets, processes and the environment in src/host, src/session or \
         src/command and hand the result down; print there as well. A new crate without I/O goes \
         into PURE_CRATES of tests/architecture.rs.",
        &problems,
    );
}

/// Everything in a file that leads to the outside world.
fn outside(file: &SourceFile, dependencies: &BTreeSet<String>) -> Vec<String> {
    let streaming = file.top().is_some_and(|module| STREAMING.contains(&module));
    let paths = file.paths();
    let brought_in: BTreeSet<&str> = paths
        .iter()
        .filter(|path| path.imported)
        .filter_map(|path| path.parts.last())
        .map(String::as_str)
        .collect();
    let mut found = Vec::new();
    for path in &paths {
        let root = path.parts[0].as_str();
        // `console` is a crate of ours, and a module of ours as well.
        let ours = !path.imported && brought_in.contains(root);
        let foreign = !ours && dependencies.contains(root) && !PURE_CRATES.contains(&root);
        if foreign || is_outside(&path.parts, streaming) {
            found.push(place(file, path));
        }
    }
    for (index, line) in file.code.lines().enumerate() {
        let words = outside_words(line);
        found.extend(words.iter().map(|word| format!("{}:{}: `{word}`", file.path, index + 1)));
    }
    found
}

/// Whether a path of the standard library leads to the outside world.
fn is_outside(path: &[String], streaming: bool) -> bool {
    let parts: Vec<&str> = path.iter().map(String::as_str).collect();
    match parts[..] {
        ["std", "env" | "fs" | "os" | "process" | "thread", ..] => true,
        ["std", "net"] => true,
        // Addresses are values; sockets are not.
        ["std", "net", name, ..] => !name.starts_with("SocketAddr") && !name.starts_with("Ip"),
        ["std", "io", ..] => !streaming,
        _ => false,
    }
}

/// Words for the clock, the terminal and the standard streams.
fn outside_words(line: &str) -> Vec<&'static str> {
    const MACROS: &[&str] = &["print!", "println!", "eprint!", "eprintln!", "dbg!"];
    const NAMES: &[&str] = &["Instant", "SystemTime", "stdin", "stdout", "stderr", "IsTerminal"];
    let words: BTreeSet<&str> =
        line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '!').collect();
    let found = MACROS.iter().filter(|name| words.contains(**name));
    found.chain(NAMES.iter().filter(|name| words.contains(**name))).copied().collect()
}

/// The names in code of the crates that we depend on.
fn dependencies() -> BTreeSet<String> {
    let manifest = text("Cargo.toml");
    let mut found = BTreeSet::new();
    let mut section = "";
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
        } else if section.ends_with("dependencies]")
            && let Some((name, _)) = line.split_once('=')
        {
            found.insert(name.trim().replace('-', "_"));
        }
    }
    assert!(found.contains("tokio"), "Cargo.toml could not be read; mend tests/architecture.rs");
    found
}

#[test]
fn every_file_says_what_it_is_for() {
    let files = rust_files("src").into_iter().chain(rust_files("tests"));
    let silent: Vec<String> = files
        .filter(|path| !text(path).starts_with("//! "))
        .map(|path| format!("{path}: the first line is not `//! …`"))
        .collect();
    check("Say in the first line what the file is for, and what is not its job.", &silent);
}

#[test]
fn no_file_is_too_long() {
    let long: Vec<String> = shipped()
        .iter()
        .filter(|file| !file.path.ends_with("/generated.rs") && file.lines() > LONGEST_FILE)
        .map(|file| format!("{}: {} lines without its tests", file.path, file.lines()))
        .collect();
    check(
        &format!(
            "A file has at most {LONGEST_FILE} lines, tests left out. Find the second thing that \
             it does, and give that a file of its own."
        ),
        &long,
    );
}

#[test]
fn no_folder_is_too_full() {
    let mut files: BTreeMap<PathBuf, usize> = BTreeMap::new();
    let mut folders = vec![Path::new(ROOT).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                *files.entry(folder.clone()).or_default() += 1;
            }
        }
    }
    let full: Vec<String> = files
        .iter()
        .filter(|(_, count)| **count > MOST_FILES)
        .map(|(folder, count)| format!("{}: {count} files", folder.display()))
        .collect();
    check(
        &format!(
            "A folder has at most {MOST_FILES} files. Find the files that belong together, and give \
             them a folder of their own."
        ),
        &full,
    );
}

#[test]
fn mod_files_hold_no_logic() {
    let mut problems = Vec::new();
    for file in sources().iter().filter(|file| file.path.ends_with("/mod.rs")) {
        for statement in without_attributes(&file.code).split(';') {
            let words: Vec<&str> = statement.split_whitespace().collect();
            let keyword = words.iter().find(|word| !word.starts_with("pub"));
            if keyword.is_some_and(|word| !matches!(*word, "mod" | "use")) {
                let start: Vec<&str> = words.iter().take(6).copied().collect();
                problems.push(format!("{}: `{} …`", file.path, start.join(" ")));
                break;
            }
        }
    }
    check(
        "A mod.rs holds documentation, `mod` and `use` lines only. Move the rest to a file with a \
         name that says what it does.",
        &problems,
    );
}

fn without_attributes(code: &str) -> String {
    let mut kept = String::new();
    let mut depth = 0;
    let mut previous = ' ';
    for c in code.chars() {
        match c {
            '[' if depth > 0 || previous == '#' => depth += 1,
            ']' if depth > 0 => depth -= 1,
            '#' => {}
            _ if depth == 0 => kept.push(c),
            _ => {}
        }
        previous = c;
    }
    kept
}

#[test]
fn nothing_is_left_undone_and_no_machine_is_named() {
    const UNDONE: &[&str] = &["TODO", "FIXME", "XXX"];
    const HOMES: &[&str] = &["/root/", "/Users/", "/home/", ":\\Users\\"];
    let mut problems = Vec::new();
    for path in rust_files("src") {
        for (index, line) in text(&path).lines().enumerate() {
            // `/home/me` is nobody's.
            let nobodys = line.replace("/home/me/", "");
            let here = ROOT.len() > 12 && line.contains(ROOT);
            let found = UNDONE.iter().chain(HOMES).find(|word| nobodys.contains(**word));
            if let Some(word) = found.copied().or(here.then_some(ROOT)) {
                problems.push(format!("{path}:{}: `{word}`", index + 1));
            }
        }
    }
    check("Do it or drop it; and write `/home/me/` where a test needs somebody's home.", &problems);
}

#[test]
fn the_readme_names_every_command_option_mode_and_format() {
    let readme = text("README.md");
    let mut missing = Vec::new();
    let mut need = |wanted: String| {
        if !readme.contains(&wanted) {
            missing.push(format!("README.md does not say `{wanted}`"));
        }
    };
    let cli = Cli::command();
    // What is hidden is started by loopcheck itself.
    for command in cli.get_subcommands().filter(|command| !command.is_hide_set()) {
        need(format!("loopcheck {}", command.get_name()));
        for argument in command.get_arguments() {
            match (argument.get_long(), argument.get_short()) {
                (Some(long), Some(short)) => need(format!("`-{short}`, `--{long}")),
                (Some(long), None) => need(format!("`--{long}")),
                _ => {}
            }
        }
    }
    for mode in modes(&cli) {
        need(format!("`{mode}`"));
    }
    for format in formats() {
        need(format!("`{format}`"));
    }
    for rule in RuleId::ALL {
        let (id, level, title) = (rule.as_str(), word(rule.default_level()), rule.rule().title);
        need(format!("| `{id}` | {level} | {title} |"));
    }
    for code in exit_codes(&cli) {
        need(format!("| {code} |"));
    }
    check("README.md names all there is. Say what it is for, in the right section.", &missing);
}

#[test]
fn the_readme_promises_no_option_that_is_not_there() {
    let cli = Cli::command();
    let known: BTreeSet<String> = cli
        .get_subcommands()
        .flat_map(Command::get_arguments)
        .filter_map(|argument| argument.get_long())
        .chain(["help", "version"])
        .map(|long| format!("--{long}"))
        .chain(FOREIGN_OPTIONS.iter().map(|option| (*option).to_owned()))
        .collect();
    let readme = text("README.md");
    let words = readme.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let unknown: BTreeSet<String> = words
        .filter(|word| word.starts_with("--") && word.len() > 3 && !word.starts_with("---"))
        .filter(|word| !known.contains(*word))
        .map(|word| format!("README.md: `{word}`"))
        .collect();
    check(
        "README.md names only what exists. Remove it; an option of another program goes into \
         FOREIGN_OPTIONS of tests/architecture.rs.",
        &unknown.into_iter().collect::<Vec<_>>(),
    );
}

#[test]
fn the_code_map_names_every_module() {
    let map = text("ARCHITECTURE.md");
    let missing: Vec<String> = shipped()
        .iter()
        .filter(|file| !file.path.ends_with("/mod.rs"))
        .filter(|file| {
            let name = file.path.rsplit('/').next().unwrap_or_default();
            !map.contains(&format!("`{name}`"))
        })
        .map(|file| format!("ARCHITECTURE.md does not name `{}`", file.path))
        .collect();
    check("Give the file a line in the code map: its name in backticks, and its job.", &missing);
}

#[test]
fn the_rules_can_be_broken() {
    let file = |path: &str, text: &str| SourceFile::new(path, text.to_owned());
    let dependencies = dependencies();
    let outside = |text: &str| outside(&file("src/model/task.rs", text), &dependencies).len();
    assert_eq!(outside("use std::{collections::BTreeMap, fs::{self, File}};"), 2);
    assert_eq!(outside("use std::net::{IpAddr, SocketAddr};"), 0);
    assert_eq!(outside("use std::net::{SocketAddr, TcpStream};"), 1);
    assert_eq!(outside("fn f() { std::process::exit(1) }"), 1);
    assert_eq!(outside("fn f() { let now = Instant::now(); println!(\"{now:?}\"); }"), 2);
    assert_eq!(outside("async fn f() { tokio::time::sleep(x).await }"), 1);
    assert_eq!(outside("use crate::ingest::console;\nfn f() { console::apply() }"), 0);
    assert_eq!(outside("use std::io::Write;"), 1);
    assert_eq!(outside("// std::fs\nconst A: &str = \"std::fs \\\" std::env\"; /* println! */"), 0);
    assert_eq!(
        outside("const A: &str = r#\"\"std::fs\"#; fn f<'a>(c: &'a str) -> char { '\"' }"),
        0
    );
    assert_eq!(outside("fn f() {}\n#[cfg(test)]\nmod tests { use std::fs; }\nfn g() {}"), 0);
    assert_eq!(outside("#[cfg(all(test, unix))]\nuse std::fs;\nuse std::env;"), 1);
    assert_eq!(outside("#[cfg(not(test))]\nuse std::fs;"), 1);

    let imports = |path: &str, text: &str| -> Vec<String> {
        file(path, text).own_imports().iter().map(|path| path.parts.join("::")).collect()
    };
    assert_eq!(
        imports(
            "src/host/runtimes/tokio/build/flags.rs",
            "use crate::{a::{b, c as d}, e};\nuse super::x::y;"
        ),
        ["a::b", "a::c", "e", "host::runtimes::tokio::build::x::y"]
    );
    assert_eq!(
        imports(
            "src/snapshot.rs",
            "use super::cli; fn f() -> crate::model::Id { g::<crate::b::C>() }"
        ),
        ["cli", "model::Id", "b::C"]
    );
    let tests = "fn f() {}\n\n#[cfg(test)]\nmod tests {\n    fn g() {}\n}\n";
    assert_eq!(file("src/exit.rs", tests).lines(), 2);
}

fn modes(cli: &Command) -> Vec<String> {
    let arguments = cli.get_subcommands().flat_map(Command::get_arguments);
    let mode = arguments.filter(|argument| argument.get_id() == "modes");
    let values = mode.flat_map(|argument| argument.get_possible_values());
    let modes: Vec<String> = values.map(|value| value.get_name().to_owned()).collect();
    assert!(!modes.is_empty(), "--mode no longer lists values; fix tests/architecture.rs");
    modes
}

/// The formats are behind a parser of their own, which names them when it is given another.
fn formats() -> Vec<String> {
    let error = Cli::try_parse_from(["loopcheck", "replay", "recording", "--format", "none"])
        .expect_err("there is no format `none`")
        .to_string();
    let names = error.lines().find_map(|line| line.split_once("there are: "));
    let (_, names) = names.expect("the error lists the formats; if not, mend this test");
    names.split(',').map(|name| name.trim().to_owned()).collect()
}

fn exit_codes(cli: &Command) -> Vec<String> {
    let help = cli.get_after_help().map(ToString::to_string).unwrap_or_default();
    let first = help.lines().filter_map(|line| line.split_whitespace().next());
    let codes: Vec<String> =
        first.filter(|word| word.parse::<u8>().is_ok()).map(str::to_owned).collect();
    assert!(codes.len() > 5, "the help no longer lists exit codes; fix tests/architecture.rs");
    codes
}

fn word(level: loopcheck::rule::Level) -> &'static str {
    match level {
        loopcheck::rule::Level::Allow => "allow",
        loopcheck::rule::Level::Warn => "warn",
        loopcheck::rule::Level::Deny => "deny",
    }
}
