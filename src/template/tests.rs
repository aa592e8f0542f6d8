//! Templates of every kind, read against files that are only said to be there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, any, prop_assert, proptest};
use proptest::sample::select;

use super::{Handlers, Lookup, Skipped, handlers};
use crate::config::HandlerTable;
use crate::model::problem::Problem;

const HELLO: &str = include_str!("../../testdata/templates/hello.yaml");
const MONOREPO: &str = include_str!("../../testdata/templates/monorepo.yaml");
const PLAIN: &str = include_str!("../../testdata/templates/plain.json");
const BROKEN: &str = include_str!("../../testdata/templates/broken.yaml");
const VALUES: &str = include_str!("../../testdata/templates/values.yaml");
const ANCHORS: &str = include_str!("../../testdata/templates/anchors.yaml");
const HOSTILE: &str = include_str!("../../testdata/templates/hostile.yaml");

/// Files with what stands in them.
#[derive(Default)]
struct Files(BTreeMap<PathBuf, &'static str>);

impl Files {
    fn new(files: &[(&str, &'static str)]) -> Self {
        Self(files.iter().map(|(path, text)| (PathBuf::from(path), *text)).collect())
    }

    fn empty(files: &[&str]) -> Self {
        Self(files.iter().map(|path| (PathBuf::from(path), "")).collect())
    }
}

impl Lookup for Files {
    fn is_file(&self, path: &Path) -> bool {
        self.0.contains_key(path.strip_prefix(".").unwrap_or(path))
    }

    fn is_folder(&self, path: &Path) -> bool {
        let path = path.strip_prefix(".").unwrap_or(path);
        self.0.keys().any(|file| file != path && file.starts_with(path))
    }

    fn folders(&self, path: &Path) -> Vec<String> {
        let path = path.strip_prefix(".").unwrap_or(path);
        let below = self.0.keys().filter_map(|file| file.strip_prefix(path).ok());
        let names: BTreeSet<String> = below
            .filter(|file| file.components().count() > 1)
            .filter_map(|file| Some(file.components().next()?.as_os_str().to_str()?.to_owned()))
            .collect();
        names.into_iter().collect()
    }

    fn text(&self, path: &Path) -> Option<String> {
        self.0.get(path.strip_prefix(".").unwrap_or(path)).map(|text| (*text).to_owned())
    }

    fn region(&self) -> Option<String> {
        Some("eu-west-1".into())
    }
}

fn read(text: &str, files: &Files) -> Handlers {
    handlers(text, files).unwrap_or_else(|problems| panic!("{}", lines(&problems)))
}

fn problems(text: &str, files: &Files) -> Vec<Problem> {
    handlers(text, files).expect_err("something is wrong with it")
}

fn lines(problems: &[Problem]) -> String {
    let line = |problem: &Problem| {
        let Problem { line, column, message, hint } = problem;
        let hint = hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
        format!("{line}:{column}: {message}{hint}\n")
    };
    problems.iter().map(line).collect()
}

fn table<'a>(found: &'a Handlers, name: &str) -> &'a HandlerTable {
    found.tables.iter().find(|table| table.name == name).expect("the function is run")
}

fn pairs(env: &[(String, String)]) -> Vec<(&str, &str)> {
    env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

#[test]
fn functions_have_what_globals_give_them() {
    let files = Files::empty(&["hello/src/app.js", "hello/src/app.mjs", "plain.cjs", "plain.ts"]);
    let found = read(HELLO, &files);
    let [hello, plain] = found.tables.as_slice() else { panic!("{:?}", found.tables) };
    assert_eq!(hello.name, "HelloFunction");
    assert_eq!(hello.path, Path::new("hello/src/app.js:handler"));
    assert_eq!(hello.options.timeout, Some(Duration::from_secs(30)));
    assert_eq!(hello.memory, Some(256));
    assert_eq!(hello.runtime.as_deref(), Some("nodejs22.x"));
    assert_eq!(pairs(&hello.env), [("TABLE", "orders"), ("LOG_LEVEL", "debug"), ("STAGE", "dev")]);
    let line = HELLO.lines().position(|line| line == "  HelloFunction:").unwrap() + 1;
    assert_eq!(hello.line as usize, line);
    assert_eq!((hello.bin.as_deref(), hello.release), (None, false));
    assert!(hello.events.is_empty() && hello.modes.is_empty());

    assert_eq!(plain.path, Path::new("plain.cjs:api.run"));
    assert_eq!(plain.options.timeout, Some(Duration::from_secs(10)));
    assert_eq!(pairs(&plain.env), [("TABLE", "orders"), ("LOG_LEVEL", "info")]);

    let [unresolved] = found.unresolved.as_slice() else { panic!("{:?}", found.unresolved) };
    assert_eq!(unresolved.function, "HelloFunction");
    assert_eq!(unresolved.variables, ["TOPIC"]);
    assert_eq!(found.skipped, []);
}

fn monorepo() -> Files {
    Files::new(&[
        (
            "Cargo.toml",
            "[workspace]\nmembers = [\"services/*\", \"gone\"]\nexclude = [\"services/aside\"]",
        ),
        ("services/aside/Cargo.toml", "[package]\nname = \"invoices\""),
        ("services/aside/src/main.rs", ""),
        ("services/broken/Cargo.toml", "[package"),
        (
            "services/billing/Cargo.toml",
            "[package]\nname = \"billing\"\n[[bin]]\nname = \"refunds\"",
        ),
        ("services/billing/src/bin/invoices.rs", ""),
        ("services/orders/Cargo.toml", "[package]\nname = \"orders\""),
        ("services/orders/src/main.rs", ""),
        ("services/mail/src/mail.ts", ""),
        ("services/mail/src/other.ts", ""),
        ("target/lambda/orders/bootstrap", ""),
        ("target/lambda/foreign/bootstrap", ""),
        ("made/main.c", ""),
    ])
}

#[test]
fn a_monorepo_of_node_and_rust() {
    let found = read(MONOREPO, &monorepo());
    let lines: Vec<(&str, String, Option<&str>)> = found
        .tables
        .iter()
        .map(|table| (&*table.name, table.path.display().to_string(), table.bin.as_deref()))
        .collect();
    let expected: Vec<(&str, String, Option<&str>)> = [
        ("Orders", "services/orders", None),
        ("Invoices", "services/billing", Some("invoices")),
        ("Refunds", "services/billing", Some("refunds")),
        ("Placeholder", "services/orders", None),
        ("Shipped", "services/orders", Some("orders")),
        ("Foreign", "target/lambda/foreign/bootstrap", None),
        ("Mail", "services/mail/src/mail.ts:handler", None),
        ("Typed", "services/mail/src/other.ts:main", None),
    ]
    .map(|(name, path, bin)| (name, path.to_owned(), bin))
    .into();
    assert_eq!(lines, expected);
    let orders = table(&found, "Orders");
    assert_eq!((orders.options.timeout, orders.memory), (Some(Duration::from_secs(3)), Some(128)));
    assert_eq!(orders.runtime, None);
    assert_eq!(table(&found, "Invoices").memory, Some(512));
}

#[test]
fn what_is_not_run_is_named_with_its_reason() {
    let found = read(MONOREPO, &monorepo());
    for Skipped { name, line, column, .. } in &found.skipped {
        let rest = MONOREPO.lines().nth(*line as usize - 1).unwrap();
        let rest: String = rest.chars().skip(*column as usize - 1).collect();
        assert!(rest.starts_with(name.as_str()), "{name} is not at {line}:{column}");
    }
    let reasons: Vec<String> = found
        .skipped
        .iter()
        .map(|skipped| format!("{}: {}", skipped.name, skipped.reason))
        .collect();
    assert_eq!(
        reasons,
        [
            "AWS::Include: it is a macro, which may change the template in the cloud",
            "TagEverything: it is a macro, which may change the template in the cloud",
            "Python: its runtime \"python3.13\" is a managed runtime that loopcheck does not run; \
             loopcheck runs nodejs18.x to nodejs26.x and provided.al2023",
            "Old: its runtime \"nodejs16.x\" is a managed runtime that is too old; \
             loopcheck runs nodejs18.x to nodejs26.x and provided.al2023",
            "New: its runtime \"nodejs98.x\" is a managed runtime that loopcheck does not run; \
             loopcheck runs nodejs18.x to nodejs26.x and provided.al2023",
            "Image: it is a container image",
            "Inline: its code stands in the template",
            "Bucket: its code is not here but in S3",
            "Uri: its code is not here but at \"s3://a/b\"",
            "Archive: its code is an archive, \"build/app.zip\"",
            "Made: it is built by a makefile, and what that builds is not known before",
            "Go: its BuildMethod \"go1.x\" does not build Rust",
            "Layered: its handler \"/opt/wrap.handler\" is in a layer",
            "Nested: it is a stack of its own: give its own template",
            "Stack: it is a stack of its own: give its own template",
            "Fn::ForEach::Topics: its loop is written out in the cloud",
            "Fn::Transform: it is put in by a macro in the cloud",
        ]
    );
    // Those for Node.js should have been run.
    let ours: Vec<&str> =
        found.skipped.iter().filter(|one| one.is_ours).map(|one| &*one.name).collect();
    assert_eq!(ours, ["Old", "New", "Inline", "Bucket", "Uri", "Archive", "Layered"]);
}

#[test]
fn a_loop_that_makes_functions_for_node_should_have_been_run() {
    let function = |runtime: &str| {
        format!("{{ Type: AWS::Serverless::Function, Properties: {{ Runtime: {runtime} }} }}")
    };
    let ours = |made: &str| {
        let text = format!(
            "Resources:\n  A:\n    Type: AWS::Serverless::Function\n    Properties: {{ Runtime: \
             nodejs22.x, Handler: app.handler, CodeUri: . }}\n  Fn::ForEach::Loop:\n    - F\n    - \
             [a, b]\n    - {made}\n"
        );
        let found = read(&text, &Files::empty(&["app.js"]));
        assert_eq!(found.skipped.len(), 1, "{made}");
        found.skipped[0].is_ours
    };
    assert!(ours(&format!("{{ \"F${{F}}\": {} }}", function("nodejs22.x"))));
    // What stands for the variable is known in the cloud only.
    assert!(ours(&format!("{{ \"F${{F}}\": {} }}", function("!Sub \"nodejs${F}.x\""))));
    let inner = format!("{{ \"F${{G}}\": {} }}", function("nodejs22.x"));
    assert!(ours(&format!("{{ \"Fn::ForEach::Inner\": [G, [c], {inner}] }}")));
    assert!(!ours(&format!("{{ \"F${{F}}\": {} }}", function("python3.13"))));
    assert!(!ours("{ \"T${F}\": { Type: AWS::SNS::Topic } }"));
    assert!(!ours("x"));
    // Ten to the power of ten loops in few lines.
    let bomb = "&b { \"Fn::ForEach::1\": [x, y, *b], \"Fn::ForEach::2\": [x, y, *b] }";
    assert!(!ours(bomb));
}

#[test]
fn every_resource_of_the_monorepo_is_run_or_named() {
    let found = read(MONOREPO, &monorepo());
    let (_, resources) = MONOREPO.split_once("\nResources:\n").unwrap();
    let keys = resources.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let keys: BTreeSet<String> = keys
        .map(|line| line.split(" #").next().unwrap().trim().trim_end_matches(':').to_owned())
        .filter(|name| name != "Artifacts")
        .collect();
    let tables = found.tables.iter().map(|table| table.name.clone());
    let skipped = found.skipped.iter().skip(2).map(|skipped| skipped.name.clone());
    assert_eq!(tables.chain(skipped).collect::<BTreeSet<_>>(), keys);
}

#[test]
fn json_without_sam_and_of_the_cdk() {
    let files = Files::empty(&["api/index.mjs", "asset.0a/index.js"]);
    for text in [PLAIN.to_owned(), format!("\u{feff}{}", PLAIN.replace('\n', "\r\n"))] {
        let found = read(&text, &files);
        let api = table(&found, "Api");
        assert_eq!(api.path, Path::new("api/index.mjs:handler"));
        assert_eq!(api.options.timeout, Some(Duration::from_secs(900)));
        assert_eq!(pairs(&api.env), [("ROCKET", "\u{1f680}"), ("ESCAPED", "\\ud83d\\ude80 a/b")]);
        assert_eq!(found.unresolved[0].variables, ["ROLE"]);
        assert_eq!(table(&found, "Cdk").path, Path::new("asset.0a/index.js:handler"));
        let skipped: Vec<&str> = found.skipped.iter().map(|skipped| &*skipped.name).collect();
        assert_eq!(skipped, ["InBucket", "InTemplate"]);
    }
}

#[test]
fn everything_wrong_is_lines_at_once() {
    let files = Files::empty(&["hello/src/app.js", "hello/src/page.tsx", "empty/main.c"]);
    let problems = problems(BROKEN, &files);
    let build = "; if it has to be built, run `sam build` and give --template \
                 .aws-sam/build/template.yaml";
    let expected = [
        "5:3: \"NoHandler\" has no Handler",
        "8:3: \"NoRuntime\" has no Runtime",
        "11:3: \"NoCode\" has no Code",
        "14:3: the resource \"NoType\" has no Type",
        "19:16: CodeUri of \"Open\" cannot be known from the template: \"Fn::GetAtt\" is not \
         evaluated (write the value itself, or give the parameter a Default)",
        "20:16: Handler of \"Open\" cannot be known from the template: the parameter \"Handler\" \
         has no Default (write the value itself, or give the parameter a Default)",
        "22:16: Timeout of \"Open\" is \"901\" (expected a whole number from 1 to 900)",
        "23:19: MemorySize of \"Open\" is \"lots\" (expected a whole number of at least 128)",
        "26:11: \"A=B\" cannot be the name of a variable (a name begins with a letter and has \
         letters, digits and _)",
        "27:11: the variable AWS_REGION is set by Lambda itself (remove it from the template)",
        "28:16: the variable \"EMPTY\" has no value (write \"\" for an empty one)",
        "29:17: the variable \"LIST\" must be text",
        "31:11: duplicate key \"TWICE\" (remove or rename one of them)",
        "34:70: \"nodjs22.x\" is not a managed runtime of Lambda; loopcheck runs nodejs18.x to \
         nodejs26.x and provided.al2023",
        &format!(
            "37:44: Handler of \"Gone\" names \"hello/src/gone.js\", which does not exist (check \
             Handler and CodeUri{build})"
        ),
        &format!(
            "40:44: \"hello/src/page.tsx\" has to be built before it is run (check Handler and \
             CodeUri{build})"
        ),
        "43:44: Handler \"handler\" of \"NoExport\" names no file and export (write it as \
         FILE.EXPORT: src/app.handler for `handler` of src/app.js)",
        "46:28: the code of \"Empty\", \"empty\", has neither a Cargo.toml nor a bootstrap (name \
         the folder of the package, or build the function first)",
        "49:28: CodeUri of \"SecretCode\" cannot be known from the template: the parameter \
         \"Secret\" stands in the Parameter Store (write the value itself, or give the parameter a \
         Default)",
        "52:28: the code of \"NoFolder\", \"nowhere\", is not a directory (a path is relative to the folder \
         of the template)",
        "55:28: the code of \"NotBuilt\", \"target/lambda/gone\", is not a directory (a path is relative to \
         the folder of the template)",
        "59:3: duplicate key \"Open\" (remove or rename one of them)",
    ];
    assert_eq!(lines(&problems), expected.map(|line| format!("{line}\n")).concat());
    let built = Files::empty(&["hello/src/app.js", ".aws-sam/build/template.yaml"]);
    let hint = handlers(BROKEN, &built).unwrap_err();
    let hint = hint.iter().find(|problem| problem.message.contains("gone.js")).unwrap();
    assert!(hint.hint.as_ref().is_some_and(|hint| hint.contains("what `sam build` has built")));
}

#[test]
fn values_are_known_or_named() {
    let found = read(VALUES, &Files::empty(&["hello/src/app.js"]));
    let function = table(&found, "Values");
    assert_eq!(function.options.timeout, Some(Duration::from_secs(7)));
    assert_eq!(
        pairs(&function.env),
        [
            ("TEXT", "text"),
            ("NUMBER", "1.10"),
            ("ACCOUNT", "012345678901"),
            ("TRUE", "true"),
            ("QUOTED", "yes"),
            ("REF", "dev"),
            ("REF_LONG", "dev"),
            ("SUB", "dev-eu-west-1-${Stage}-$x-${"),
            ("SUB_LONG", "7/x/dev"),
            ("JOIN", "a-dev-1"),
            ("MAP", "http://localhost"),
            ("IF", "one"),
            ("IF_ELSE", "dev2"),
            ("IF_KNOWN", "two"),
            ("BLOCK", "two\nlines\n"),
        ]
    );
    let open = VALUES.lines().filter_map(|line| line.trim().split_once(':'));
    let open: Vec<&str> = open
        .map(|(name, _)| name)
        .filter(|name| name.starts_with("OPEN_") || *name == "OPEN")
        .collect();
    assert!(open.len() > 10);
    assert_eq!(found.unresolved[0].variables, open);
}

#[test]
fn anchors_and_merges_are_followed() {
    let found = read(ANCHORS, &Files::empty(&["hello/src/app.js"]));
    let [first, second] = found.tables.as_slice() else { panic!("{:?}", found.tables) };
    assert_eq!((&first.path, &first.runtime), (&second.path, &second.runtime));
    assert_eq!(first.options.timeout, Some(Duration::from_secs(5)));
    assert_eq!(second.options.timeout, Some(Duration::from_secs(6)));
    assert_eq!(pairs(&first.env), [("A", "1"), ("B", "2")]);
    assert_eq!(pairs(&second.env), []);
}

#[test]
fn hostile_names_stay_as_they_are_and_are_escaped_in_messages() {
    let files = Files::empty(&["hello/src/app.js"]);
    let found = read(HOSTILE, &files);
    let names: Vec<&str> = found.tables.iter().map(|table| &*table.name).collect();
    assert_eq!(names, ["a\nb\u{1b}[31m\"]]>|`<script>%::\u{202e}", ""]);
    assert_eq!(found.skipped[0].name, "c\n");
    let problems = problems(HOSTILE, &Files::default());
    assert!(problems.len() == 2, "{}", lines(&problems));
    let texts = problems.iter().map(|problem| &problem.message);
    for text in texts.chain(found.skipped.iter().map(|skipped| &skipped.reason)) {
        assert!(!text.chars().any(|c| c.is_control() || c == '\u{202e}'), "{text:?}");
    }
    let long = format!(
        "Resources:\n  {}:\n    Type: AWS::Serverless::Function\n    Properties:\n      Runtime: {}\n",
        "n".repeat(1_000),
        "r".repeat(5_000)
    );
    let problems = handlers(&long, &Files::default()).unwrap_err();
    assert!(problems.iter().all(|problem| problem.message.len() < 400));
}

#[test]
fn a_template_of_which_nothing_is_run_is_an_error() {
    for (text, message) in [
        ("", "1:1: the template is empty"),
        ("# nothing\n", "1:1: the template is empty"),
        ("a text", "1:1: not a template: expected a mapping with Resources"),
        ("[1]", "1:1: not a template: expected a mapping with Resources"),
        ("Outputs: {}\n", "1:1: the template has no Resources"),
        ("Resources:\n", "1:10: Resources must be a mapping"),
        ("Resources: {}\n", "1:12: the template has no function"),
        ("Resources:\n  T:\n    Type: AWS::SNS::Topic\n", "2:3: the template has no function"),
        ("Resources: {}\nResources: {}\n", "2:1: duplicate key \"Resources\""),
        ("Resources: {}\n---\nResources: {}\n", "2:1: a second document begins here"),
        ("Resources: [\n", "2:1: invalid YAML: "),
        ("Resources: *gone\n", "1:12: invalid YAML: "),
        ("Resources:\n  F: !Ref\n", "2:3: the resource \"F\" has no Type"),
    ] {
        let problems = problems(text, &Files::default());
        assert!(lines(&problems).starts_with(message), "{text:?}: {}", lines(&problems));
    }
    let skipped = "Resources:\n  P:\n    Type: AWS::Lambda::Function\n    Properties:\n      \
                   Runtime: python3.13\n  S:\n    Type: AWS::CloudFormation::Stack\n";
    let problems = problems(skipped, &Files::default());
    let places: Vec<(u32, u32)> =
        problems.iter().map(|problem| (problem.line, problem.column)).collect();
    assert_eq!(places, [(2, 3), (2, 3), (6, 3)], "{}", lines(&problems));
    assert!(lines(&problems).contains("\"P\" is not run: its runtime \"python3.13\""));
    assert!(lines(&problems).contains("no function that loopcheck can run"));
}

#[test]
fn a_function_as_small_as_can_be() {
    let text = |properties: &str| {
        format!(
            "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties: {properties}\n"
        )
    };
    let path = |properties: &str, files: &[&str]| {
        handlers(&text(properties), &Files::empty(files))
            .map(|found| found.tables[0].path.display().to_string())
            .map_err(|problems| lines(&problems))
    };
    let here = "{Handler: a.b, Runtime: nodejs22.x}";
    assert_eq!(path(here, &["a.cjs"]).as_deref(), Ok("a.cjs:b"));
    let up = "{Handler: a.b, Runtime: nodejs22.x, CodeUri: ../code/./}";
    assert_eq!(path(up, &["../code/a.js"]).as_deref(), Ok("../code/a.js:b"));
    let os = "{Runtime: provided.al2023}";
    assert_eq!(path(os, &["Cargo.toml"]).as_deref(), Ok("."));
    assert_eq!(path(os, &["bootstrap"]).as_deref(), Ok("bootstrap"));
    let null = "{Runtime: provided.al2023, CodeUri: , Timeout: ~, Environment: {Variables: }}";
    assert_eq!(path(null, &["bootstrap"]).as_deref(), Ok("bootstrap"));
    for (timeout, right) in
        [("0", false), ("1", true), ("900", true), ("-1", false), ("1.5", false)]
    {
        let found = path(&format!("{{Runtime: provided, Timeout: {timeout}}}"), &["bootstrap"]);
        assert_eq!(found.is_ok(), right, "{timeout}: {found:?}");
    }
}

#[test]
fn the_entry_point_of_esbuild_is_the_one_of_the_handler() {
    let path = |handler: &str, listed: &str, files: &[&str]| {
        let text = format!(
            "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Metadata: {{BuildMethod: \
             esbuild, BuildProperties: {{EntryPoints: [{listed}]}}}}\n    Properties: {{CodeUri: c, \
             Handler: {handler}, Runtime: nodejs22.x}}\n"
        );
        handlers(&text, &Files::empty(files))
            .map(|found| found.tables[0].path.display().to_string())
            .map_err(|problems| problems[0].message.clone())
    };
    let files =
        ["c/src/app.ts", "c/src/app.js", "c/a/index.ts", "c/b/index.js", "c/app.ts", "c/page.tsx"];
    for (handler, listed, found) in [
        ("app.h", "src/app.ts", Ok("c/src/app.ts:h")),
        ("app.h", "./src/app.ts, a/index.ts", Ok("c/src/app.ts:h")),
        ("app.h", "src/app.ts, app.ts", Ok("c/app.ts:h")),
        ("b/index.h", "a/index.ts, b/index.js", Ok("c/b/index.js:h")),
        // It is not there, as in what `sam build` writes, or none is the handler's.
        ("src/app.h", "src/gone/app.ts", Ok("c/src/app.js:h")),
        ("src/app.h", "a/index.ts", Ok("c/src/app.js:h")),
        ("index.h", "a/index.ts, b/index.js", Err("names \"c/index.js\", which does not exist")),
        ("none.h", "a/index.ts", Err("names \"c/none.js\", which does not exist")),
        ("page.h", "page.tsx", Err("\"c/page.tsx\" has to be built before it is run")),
    ] {
        match (path(handler, listed, &files), found) {
            (Ok(path), Ok(found)) => assert_eq!(path, found),
            (Err(message), Err(found)) => assert!(message.contains(found), "{message}"),
            (path, found) => panic!("{handler} {listed}: {path:?} and not {found:?}"),
        }
    }
}

#[test]
fn a_workspace_is_looked_for_above_what_cargo_lambda_built() {
    let target = |code: &str, files: &[(&str, &'static str)]| {
        let text = format!(
            "Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties: {{Code: {code}, \
             Runtime: provided.al2023}}\n"
        );
        handlers(&text, &Files::new(files))
            .map_err(|problems| lines(&problems))
            .map(|found| (found.tables[0].path.display().to_string(), found.tables[0].bin.clone()))
    };
    let package = "[package]\nname = \"a\"";
    let a = |path: &str| Ok((path.to_owned(), Some("a".to_owned())));
    let main = [("Cargo.toml", package), ("src/main.rs", "")];
    assert_eq!(target("target/lambda/a", &main), a("."));
    let above = [("../Cargo.toml", package), ("../src/bin/a/main.rs", "")];
    assert_eq!(target("../target/lambda/a", &above), a(".."));
    let below = [("x/Cargo.toml", package), ("x/src/bin/a.rs", "")];
    assert_eq!(target("./x/target/lambda/a/", &below), a("x"));
    // What is in the template's folder is not above `..`.
    assert!(target("../target/lambda/a", &main).is_err());
    // Of another name, or not to be read: what was built is there.
    let built = ("target/lambda/b/bootstrap", "");
    let bootstrap = || Ok((built.0.to_owned(), None));
    assert_eq!(target("target/lambda/b", &[main[0], main[1], built]), bootstrap());
    assert_eq!(target("target/lambda/b", &[("Cargo.toml", "[[["), built]), bootstrap());
}

#[test]
fn a_function_in_the_place_of_variables_replaces_those_of_globals() {
    let text = "Globals: {Function: {Runtime: provided, Environment: {Variables: {A: 1, B: 2}}}}\n\
                Conditions: {Yes: !Equals [a, a]}\nResources:\n";
    let function = |environment: &str| {
        let function = "  F:\n    Type: AWS::Serverless::Function\n    Properties:\n";
        let text = format!("{text}{function}      Environment: {environment}\n");
        let found = read(&text, &Files::empty(&["bootstrap"]));
        let unresolved = found.unresolved.into_iter().flat_map(|of| of.variables).collect();
        (found.tables[0].env.clone(), unresolved)
    };
    let known = |known: &[(&str, &str)]| -> Vec<(String, String)> {
        known.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let none: Vec<String> = Vec::new();
    for (environment, env, unresolved) in [
        ("{Variables: {B: 3}}", known(&[("A", "1"), ("B", "3")]), none.clone()),
        ("!If [Yes, {Variables: {B: 3}}, x]", known(&[("B", "3")]), none.clone()),
        ("{Variables: !If [Yes, {B: 3}, x]}", known(&[("B", "3")]), none.clone()),
        ("!Ref AWS::NoValue", known(&[]), none.clone()),
        ("{Variables: {B: !Ref AWS::NoValue}}", known(&[("A", "1")]), none),
        ("{Variables: {B: !Ref X}}", known(&[("A", "1")]), vec!["B".to_owned()]),
        ("!If [No, {}, {}]", known(&[]), vec!["Environment".to_owned()]),
        ("{Variables: !Ref X}", known(&[]), vec!["Environment.Variables".to_owned()]),
    ] {
        assert_eq!(function(environment), (env, unresolved), "{environment}");
    }
}

#[test]
fn what_refers_to_itself_or_grows_without_end_ends() {
    let files = Files::empty(&["bootstrap"]);
    let function = |variable: &str| {
        format!(
            "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      \
             Runtime: provided\n      Environment: {{Variables: {{V: {variable}}}}}\n"
        )
    };
    let names = |text: &str| read(text, &files).unresolved[0].variables.clone();
    assert_eq!(names(&function("&a !Join ['', [*a, *a, *a]]")), ["V"]);
    assert_eq!(names(&function("&a !Sub ['${x}${x}', {x: *a}]")), ["V"]);
    let circle = "Conditions:\n  A: !And [!Condition A, !Condition B, !Condition A]\n  \
                  B: !Or [!Condition A, !Condition A, !Condition B]\n";
    assert_eq!(names(&format!("{circle}{}", function("!If [A, 1, 2]"))), ["V"]);
    // Each line doubles the one before.
    let doubling: String =
        (1..60).map(|n| format!("x{n}: &x{n} !Join ['', [*x{}, *x{}]]\n", n - 1, n - 1)).collect();
    let text = format!("x0: &x0 text\n{doubling}{}", function("*x59"));
    assert_eq!(names(&text), ["V"]);
    let merges: String = (1..60)
        .map(|n| format!("m{n}: &m{n} {{<<: [*m{}, *m{}], k{n}: 1}}\n", n - 1, n - 1))
        .collect();
    let text = format!("m0: &m0 {{a: 1}}\n{merges}{}", function("!Ref X"));
    assert_eq!(names(&text), ["V"]);
    // Deep, in blocks and through aliases: the stack holds.
    let deep = format!("deep:\n{}\n{}", "- ".repeat(100_000), function("!Ref X"));
    assert!(handlers(&deep, &files).is_ok());
    let deep: String = (1..20_000).map(|n| format!("d{n}: &d{n} [*d{}]\n", n - 1)).collect();
    assert_eq!(
        names(&format!("d0: &d0 []\n{deep}{}", function("*d0")).replace("*d0}", "!Ref X}")),
        ["V"]
    );
}

#[test]
fn ten_thousand_functions_are_read_in_their_order() {
    let functions: String = (0..10_000)
        .map(|n| {
            format!(
                "  F{n}:\n    Type: AWS::Serverless::Function\n    Properties: {{Runtime: provided}}\n"
            )
        })
        .collect();
    let found = read(&format!("Resources:\n{functions}"), &Files::empty(&["bootstrap"]));
    assert_eq!(found.tables.len(), 10_000);
    assert!(found.tables.iter().enumerate().all(|(n, table)| table.name == format!("F{n}")));
    assert!(found.tables.iter().enumerate().all(|(n, table)| table.line as usize == 2 + 3 * n));
}

/// Pieces of templates, right and wrong.
const PIECES: [&str; 40] = [
    "Resources:\n",
    "  F:\n",
    "    Type: AWS::Serverless::Function\n",
    "    Properties:\n",
    "      Runtime: nodejs22.x\n",
    "      Handler: a.b\n",
    "      CodeUri: ",
    "Globals:\n",
    "  Function:\n",
    "      Environment:\n",
    "        Variables:\n",
    "          A: ",
    "!Ref ",
    "!Sub ",
    "!If ",
    "!Join ",
    "[",
    "]",
    "{",
    "}",
    ",",
    ": ",
    "- ",
    "\n",
    "  ",
    "&a ",
    "*a",
    "<<",
    "\"",
    "'",
    "\\ud83d\\ude00",
    "\\u",
    "${",
    "}",
    "!FindInMap ",
    "Fn::Sub",
    "|\n",
    "---\n",
    "\t",
    "\u{feff}é",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn no_text_makes_it_panic(pieces in vec(select(PIECES.as_slice()), 0..40)) {
        let text = pieces.concat();
        let _ = handlers(&text, &Files::empty(&["a.js"]));
        let _ = handlers(&format!("{{{text}"), &Files::empty(&["a.js"]));
    }

    #[test]
    fn no_noise_makes_it_panic(text in any::<String>()) {
        let _ = handlers(&text, &Files::default());
    }

    #[test]
    fn no_change_of_a_template_makes_it_panic_or_green(
        template in select([HELLO, MONOREPO, PLAIN, VALUES, BROKEN, ANCHORS].as_slice()),
        at in any::<proptest::sample::Index>(),
        length in 0_usize..30,
        piece in select(PIECES.as_slice()),
    ) {
        let boundary = |index: usize| (index..=template.len()).find(|at| template.is_char_boundary(*at));
        let start = boundary(at.index(template.len())).unwrap_or(0);
        let end = boundary((start + length).min(template.len())).unwrap_or(start);
        let text = [&template[..start], piece, &template[end..]].concat();
        match handlers(&text, &monorepo()) {
            Ok(found) => prop_assert!(!found.tables.is_empty()),
            Err(problems) => {
                prop_assert!(!problems.is_empty());
                prop_assert!(problems.iter().all(|problem| problem.line > 0 && problem.column > 0));
            }
        }
    }
}
