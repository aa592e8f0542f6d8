//! The environment variables of a function.

use crate::model::problem::Problem;
use crate::model::problem::quoted;
use crate::template::intrinsic::{self, Settled, Text};
use crate::template::resource::{Function, duplicates};
use crate::template::tree::{Element, Key};

/// Variables that Lambda sets, and that a function cannot have of its own (AWS Lambda developer
/// guide, "Defined runtime environment variables").
const RESERVED: [&str; 16] = [
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
];

/// The variables of a function.
#[derive(Debug, Default)]
pub(super) struct Environment {
    /// Those whose values are known, in the order of the file.
    pub(super) known: Vec<(String, String)>,
    /// The names of the others.
    pub(super) unresolved: Vec<String>,
}

/// Reads the variables: those of `Globals`, and over them those of the function.
pub(super) fn read(function: &Function<'_>, problems: &mut Vec<Problem>) -> Environment {
    let mut environment = Environment::default();
    for layer in function.layers("Environment").into_iter().flatten() {
        environment.add(function, layer, problems);
    }
    environment
}

impl Environment {
    fn add(&mut self, function: &Function<'_>, layer: Element<'_>, problems: &mut Vec<Problem>) {
        let Some(inner) = self.open(function, layer, "Environment", problems) else { return };
        let Some(variables) = inner.get("Variables") else { return };
        let Some(variables) = self.open(function, variables, "Environment.Variables", problems)
        else {
            return;
        };
        problems.extend(duplicates(variables));
        for (key, value) in variables.entries().into_iter().flatten() {
            if let Err(problem) = self.variable(function, key, value) {
                problems.push(problem);
            }
        }
    }

    /// The mapping that a value is. A function in its place replaces what `Globals` has, as SAM
    /// does not look into it.
    fn open<'a>(
        &mut self,
        function: &Function<'a>,
        element: Element<'a>,
        name: &str,
        problems: &mut Vec<Problem>,
    ) -> Option<Element<'a>> {
        if intrinsic::is_call(element) {
            *self = Self::default();
        }
        match intrinsic::settle(function.scope(), element) {
            Settled::Absent => None,
            Settled::Element(element) if !intrinsic::is_call(element) => {
                if element.entries().is_none() {
                    let message = format!("{name} of {} must be a mapping", function.quoted());
                    problems.push(element.position().problem(message, None));
                }
                Some(element)
            }
            Settled::Element(_) | Settled::Unknown(_) => {
                self.unresolved.push(name.to_owned());
                None
            }
        }
    }

    fn variable(
        &mut self,
        function: &Function<'_>,
        key: Key<'_>,
        value: Element<'_>,
    ) -> Result<(), Problem> {
        let name = key.name;
        // What a macro puts in is known in the cloud only.
        if name.starts_with("Fn::") {
            self.unresolved.push(name.to_owned());
            return Ok(());
        }
        check_name(key)?;
        let refuse = |what: &str, hint: Option<&str>| {
            let message = format!("the variable {} {what}", quoted(name));
            Err(value.position().problem(message, hint.map(str::to_owned)))
        };
        let text = intrinsic::text(function.scope(), value);
        self.unresolved.retain(|other| other != name);
        match text {
            Text::Known(text) if text.contains('\0') => refuse("has a NUL character", None),
            Text::Known(text) => {
                self.set(name, text);
                Ok(())
            }
            Text::Unknown(_) => {
                self.remove(name);
                self.unresolved.push(name.to_owned());
                Ok(())
            }
            Text::Absent if value.is_null() => {
                refuse("has no value", Some("write \"\" for an empty one"))
            }
            Text::Absent => {
                self.remove(name);
                Ok(())
            }
            Text::Structure => refuse("must be text", None),
        }
    }

    fn set(&mut self, name: &str, value: String) {
        match self.known.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = value,
            None => self.known.push((name.to_owned(), value)),
        }
    }

    fn remove(&mut self, name: &str) {
        self.known.retain(|(known, _)| known != name);
    }
}

/// Checks that Lambda takes the name of a variable (AWS Lambda developer guide, "Creating Lambda
/// environment variables"). One with `=` in it could not be given to a process either.
fn check_name(key: Key<'_>) -> Result<(), Problem> {
    let first = key.name.starts_with(|c: char| c.is_ascii_alphabetic());
    if !first || !key.name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        let message = format!("{} cannot be the name of a variable", quoted(key.name));
        let hint = "a name begins with a letter and has letters, digits and _";
        return Err(key.position.problem(message, Some(hint.into())));
    }
    if RESERVED.contains(&key.name) {
        let message = format!("the variable {} is set by Lambda itself", key.name);
        return Err(key.position.problem(message, Some("remove it from the template".into())));
    }
    Ok(())
}
