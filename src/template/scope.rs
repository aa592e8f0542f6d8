//! The scope of a value in a template: parameters, mappings, conditions and the region.

use std::cell::Cell;

use crate::template::tree::Element;

/// The most steps that one value may take. A template can refer to itself, and aliases make few lines
/// say much.
const MOST_STEPS: u32 = 2_000;

/// The deepest nesting of functions.
const MOST_DEPTH: u32 = 40;

/// The sections that values refer to.
pub(super) struct Scope<'a> {
    parameters: Option<Element<'a>>,
    mappings: Option<Element<'a>>,
    conditions: Option<Element<'a>>,
    region: Option<String>,
    steps: Cell<u32>,
    depth: Cell<u32>,
}

/// The value of a parameter that nobody gives a value.
pub(super) enum Parameter<'a> {
    /// Its default.
    Default(Element<'a>),
    /// There is no such parameter.
    Missing,
    /// It has none that is the value: why.
    Open(String),
}

impl<'a> Scope<'a> {
    /// The sections of a template.
    pub(super) fn new(template: Element<'a>, region: Option<String>) -> Self {
        Self {
            parameters: template.get("Parameters"),
            mappings: template.get("Mappings"),
            conditions: template.get("Conditions"),
            region,
            steps: Cell::new(0),
            depth: Cell::new(0),
        }
    }

    /// Does a step of a value; `None` if there were too many.
    pub(super) fn step<T>(&self, work: impl FnOnce() -> T) -> Option<T> {
        let (steps, depth) = (self.steps.get(), self.depth.get());
        if depth == 0 {
            self.steps.set(0);
        }
        if depth >= MOST_DEPTH || (depth > 0 && steps >= MOST_STEPS) {
            return None;
        }
        self.steps.set(self.steps.get() + 1);
        self.depth.set(depth + 1);
        let done = work();
        self.depth.set(depth);
        Some(done)
    }

    /// A parameter. The default of one that names a parameter of the Systems Manager is that name
    /// and not the value (CloudFormation user guide, "Specify existing resources at runtime with
    /// CloudFormation-supplied parameter types"), and a list is no text.
    pub(super) fn parameter(&self, name: &str) -> Parameter<'a> {
        let Some(parameter) = self.parameters.and_then(|parameters| parameters.get(name)) else {
            return Parameter::Missing;
        };
        let kind = parameter.get("Type").and_then(Element::scalar).unwrap_or("String");
        let what = if kind.starts_with("AWS::SSM::Parameter::Value") {
            "stands in the Parameter Store"
        } else if kind == "CommaDelimitedList" || kind.starts_with("List<") {
            "is a list"
        } else {
            match parameter.get("Default").filter(|default| default.scalar().is_some()) {
                Some(default) => return Parameter::Default(default),
                None => "has no Default",
            }
        };
        Parameter::Open(format!("the parameter {name:?} {what}"))
    }

    /// An entry of `Mappings`.
    pub(super) fn mapped(&self, map: &str, top: &str, second: &str) -> Option<Element<'a>> {
        self.mappings?.get(map)?.get(top)?.get(second)
    }

    /// An entry of `Conditions`.
    pub(super) fn condition(&self, name: &str) -> Option<Element<'a>> {
        self.conditions?.get(name)
    }

    /// The value of `AWS::Region`.
    pub(super) fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }
}
