//! From the text of a template to the handlers that it names. Nothing is left out in silence: what
//! is not run is named with the reason, and a template of which nothing is run is an error.

use std::collections::HashSet;

use crate::config::HandlerTable;
use crate::model::problem::Problem;
use crate::model::problem::quoted;
use crate::template::function::{self, Found, Refused};
use crate::template::lookup::Lookup;
use crate::template::resource::{Dialect, Function, duplicates};
use crate::template::scope::Scope;
use crate::template::tree::{Element, Key, Tree};

/// The handlers of a template.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Handlers {
    /// The functions that can be run, in the order of the file; their names are their logical ids.
    pub tables: Vec<HandlerTable>,
    /// Functions of these that have variables which are known in the cloud only, and are started
    /// without them.
    pub unresolved: Vec<Unresolved>,
    /// Resources that may be or have functions and are not run, in the order of the file.
    pub skipped: Vec<Skipped>,
}

/// Environment variables whose values the template does not say.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unresolved {
    /// The logical id of the function.
    pub function: String,
    /// The names of the variables, in the order of the file.
    pub variables: Vec<String>,
}

/// Something that is not run.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Skipped {
    /// Its logical id, or what else it is called in the template.
    pub name: String,
    /// The line of the name, from 1.
    pub line: u32,
    /// The column of the name, from 1.
    pub column: u32,
    /// Why, as a part of a sentence. Foreign text in it is quoted and escaped.
    pub reason: String,
    /// Its runtime is one for a language that loopcheck runs, or may be, so that it should have been run.
    pub is_ours: bool,
}

/// Reads the handlers of a template, or says everything that is wrong with it.
pub fn handlers(text: &str, lookup: &dyn Lookup) -> Result<Handlers, Vec<Problem>> {
    let tree = Tree::parse(text).map_err(|problem| vec![problem])?;
    let template = tree.root();
    let resources = resources(template).map_err(|problem| vec![problem])?;
    let scope = Scope::new(template, lookup.region());
    let globals = template.get("Globals").and_then(|globals| globals.get("Function"));

    let mut found = Handlers { skipped: macros(template), ..Handlers::default() };
    let mut problems = duplicates(resources);
    for (key, resource) in resources.entries().into_iter().flatten() {
        match kind(key, resource) {
            Kind::Other => {}
            Kind::Skipped(reason) => found.skipped.push(skipped(key, reason)),
            Kind::Loop => {
                let is_ours =
                    functions_of_loop(resource).into_iter().any(|(key, dialect, element)| {
                        function::is_ours(&Function::new(key, dialect, element, globals, &scope))
                    });
                let reason = "its loop is written out in the cloud".to_owned();
                found.skipped.push(Skipped { is_ours, ..skipped(key, reason) });
            }
            Kind::Wrong(problem) => problems.push(problem),
            Kind::Function(dialect) => {
                let function = Function::new(key, dialect, resource, globals, &scope);
                match function::read(&function, lookup) {
                    Ok(function) => found.add(function),
                    Err(Refused::Skipped(reason)) => {
                        let is_ours = function::is_ours(&function);
                        found.skipped.push(Skipped { is_ours, ..skipped(key, reason) });
                    }
                    Err(Refused::Wrong(more)) => problems.extend(more),
                }
            }
        }
    }
    if problems.is_empty() && found.tables.is_empty() {
        problems = nothing_to_run(resources, &found.skipped);
    }
    if problems.is_empty() {
        return Ok(found);
    }
    problems.sort();
    // What is wrong in Globals is wrong for every function.
    problems.dedup();
    Err(problems)
}

impl Handlers {
    fn add(&mut self, function: Found) {
        if !function.unresolved.is_empty() {
            let name = function.table.name.clone();
            self.unresolved.push(Unresolved { function: name, variables: function.unresolved });
        }
        self.tables.push(function.table);
    }
}

/// The kinds of resources.
enum Kind {
    Function(Dialect),
    /// It makes resources.
    Loop,
    Skipped(String),
    Wrong(Problem),
    Other,
}

fn kind(key: Key<'_>, resource: Element<'_>) -> Kind {
    if key.name == "Fn::Transform" {
        return Kind::Skipped("it is put in by a macro in the cloud".into());
    }
    if key.name.starts_with("Fn::ForEach::") {
        return Kind::Loop;
    }
    let Some(name) =
        resource.get("Type").filter(|name| name.tag().is_none()).and_then(Element::scalar)
    else {
        let message = format!("the resource {} has no Type", quoted(key.name));
        return Kind::Wrong(key.position.problem(message, None));
    };
    match name {
        "AWS::Serverless::Function" => Kind::Function(Dialect::Sam),
        "AWS::Lambda::Function" => Kind::Function(Dialect::CloudFormation),
        "AWS::Serverless::Application" | "AWS::CloudFormation::Stack" => {
            Kind::Skipped("it is a stack of its own: give its own template".into())
        }
        "AWS::Serverless::WebFunction" => {
            Kind::Skipped("it is a web function, which loopcheck does not run".into())
        }
        module if module.ends_with("::MODULE") => {
            Kind::Skipped("it is a module, which is put in in the cloud".into())
        }
        _ => Kind::Other,
    }
}

/// The functions that a loop makes, with those of the loops in it. An alias may stand for the same
/// loop again.
fn functions_of_loop(body: Element<'_>) -> Vec<(Key<'_>, Dialect, Element<'_>)> {
    let (mut functions, mut open, mut seen) = (Vec::new(), vec![body], HashSet::new());
    while let Some(body) = open.pop() {
        if !seen.insert(body.position()) {
            continue;
        }
        // A variable, what it stands for, and what is made for each of these.
        let made = body.items().and_then(|mut parts| parts.nth(2));
        for (key, resource) in made.and_then(Element::entries).into_iter().flatten() {
            match kind(key, resource) {
                Kind::Loop => open.push(resource),
                Kind::Function(dialect) => functions.push((key, dialect, resource)),
                Kind::Skipped(_) | Kind::Wrong(_) | Kind::Other => {}
            }
        }
    }
    functions
}

fn skipped(key: Key<'_>, reason: String) -> Skipped {
    let Key { name, position } = key;
    let (line, column) = (position.line, position.column);
    Skipped { name: name.to_owned(), line, column, reason, is_ours: false }
}

/// Macros, which put more into the template before it is deployed.
fn macros(template: Element<'_>) -> Vec<Skipped> {
    let include = template.entries().into_iter().flatten().map(|(key, _)| key);
    let include = include.filter(|key| key.name == "Fn::Transform");
    let include = include.map(|key| skipped(key, "it is put in by a macro in the cloud".into()));
    let written = template.get("Transform").into_iter();
    let listed = written.flat_map(|listed| match listed.items() {
        Some(items) => items.collect(),
        None => vec![listed],
    });
    let foreign = listed.filter_map(|transform| {
        let name = transform.get("Name").unwrap_or(transform);
        let key = Key { name: name.scalar()?, position: name.position() };
        let known = key.name.starts_with("AWS::") && key.name != "AWS::Include";
        (!known).then(|| {
            skipped(key, "it is a macro, which may change the template in the cloud".into())
        })
    });
    include.chain(foreign).collect()
}

fn resources(template: Element<'_>) -> Result<Element<'_>, Problem> {
    let hint = || Some("give a template of AWS SAM or CloudFormation".to_owned());
    if template.entries().is_none() {
        let message = "not a template: expected a mapping with Resources";
        return Err(template.position().problem(message.into(), hint()));
    }
    let mut twice = duplicates(template).into_iter();
    if let Some(problem) = twice.next() {
        return Err(problem);
    }
    let Some(resources) = template.get("Resources") else {
        let message = "the template has no Resources";
        return Err(template.position().problem(message.into(), hint()));
    };
    match resources.entries() {
        Some(_) => Ok(resources),
        None => {
            let message = "Resources must be a mapping";
            Err(resources.position().problem(message.into(), hint()))
        }
    }
}

/// A run of nothing would be green.
fn nothing_to_run(resources: Element<'_>, skipped: &[Skipped]) -> Vec<Problem> {
    let first = if skipped.is_empty() {
        let message = "the template has no function";
        let hint = "loopcheck looks for AWS::Serverless::Function and AWS::Lambda::Function";
        resources.position().problem(message.into(), Some(hint.into()))
    } else {
        let message = "the template has no function that loopcheck can run";
        let hint = "it runs functions for Node.js and Rust whose code is here";
        resources.position().problem(message.into(), Some(hint.into()))
    };
    let each = skipped.iter().map(|skipped| Problem {
        line: skipped.line,
        column: skipped.column,
        message: format!("{} is not run: {}", quoted(&skipped.name), skipped.reason),
        hint: None,
    });
    std::iter::once(first).chain(each).collect()
}
