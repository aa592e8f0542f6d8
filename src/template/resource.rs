//! One function of a template: its properties, with what `Globals` gives it, and its metadata.

use std::collections::HashSet;

use crate::model::problem::{Problem, quoted};
use crate::template::intrinsic::{self, Settled, Text};
use crate::template::scope::Scope;
use crate::template::tree::{Element, Key, Position};

/// Where a function comes from: names and defaults of properties differ.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Dialect {
    /// `AWS::Serverless::Function`
    Sam,
    /// `AWS::Lambda::Function`
    CloudFormation,
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Located<T> {
    /// The value.
    pub(super) value: T,
    /// Its place.
    pub(super) position: Position,
}

/// A function.
pub(super) struct Function<'a> {
    /// The logical id.
    pub(super) key: Key<'a>,
    /// The kind of resource.
    pub(super) dialect: Dialect,
    own: Option<Element<'a>>,
    /// A function's own properties go before these (AWS SAM developer guide, "Globals section of
    /// the AWS SAM template").
    globals: Option<Element<'a>>,
    metadata: Option<Element<'a>>,
    scope: &'a Scope<'a>,
}

impl<'a> Function<'a> {
    /// The function that a resource is. `globals` are those of the template; they are for functions
    /// of SAM only.
    pub(super) fn new(
        key: Key<'a>,
        dialect: Dialect,
        resource: Element<'a>,
        globals: Option<Element<'a>>,
        scope: &'a Scope<'a>,
    ) -> Self {
        Self {
            key,
            dialect,
            own: resource.get("Properties"),
            globals: globals.filter(|_| dialect == Dialect::Sam),
            metadata: resource.get("Metadata"),
            scope,
        }
    }

    /// The scope of its values.
    pub(super) fn scope(&self) -> &'a Scope<'a> {
        self.scope
    }

    /// A property as it is written: that of the function before that of `Globals`.
    pub(super) fn written(&self, name: &str) -> Option<Element<'a>> {
        let [globals, own] = self.layers(name);
        own.or(globals)
    }

    /// A property of `Globals`, and that of the function.
    pub(super) fn layers(&self, name: &str) -> [Option<Element<'a>>; 2] {
        [self.globals, self.own].map(|layer| layer?.get(name))
    }

    /// A property without which the function cannot be run, and which is a text.
    pub(super) fn text(&self, name: &str) -> Result<Option<Located<String>>, Problem> {
        let Some(element) = self.written(name) else { return Ok(None) };
        let position = element.position();
        match intrinsic::text(self.scope, element) {
            Text::Known(value) => Ok(Some(Located { value, position })),
            Text::Absent => Ok(None),
            Text::Unknown(why) => Err(self.unknown(name, position, &why)),
            Text::Structure => {
                let message = format!("{name} of {} must be text", self.quoted());
                Err(position.problem(message, None))
            }
        }
    }

    /// A property that may be a mapping.
    pub(super) fn settled(&self, name: &str) -> Result<Option<Element<'a>>, Problem> {
        let Some(element) = self.written(name) else { return Ok(None) };
        match intrinsic::settle(self.scope, element) {
            Settled::Element(element) => Ok(Some(element)),
            Settled::Absent => Ok(None),
            Settled::Unknown(why) => Err(self.unknown(name, element.position(), &why)),
        }
    }

    /// `Metadata.BuildMethod`: what `sam build` does with it.
    pub(super) fn build_method(&self) -> Option<&'a str> {
        self.metadata("BuildMethod")?.scalar()
    }

    /// An entry of `Metadata.BuildProperties`.
    pub(super) fn build_property(&self, name: &str) -> Option<Element<'a>> {
        self.metadata("BuildProperties")?.get(name)
    }

    /// An entry of `Metadata`.
    pub(super) fn metadata(&self, name: &str) -> Option<Element<'a>> {
        self.metadata?.get(name)
    }

    /// Its name for a message.
    pub(super) fn quoted(&self) -> String {
        quoted(self.key.name)
    }

    /// Something that is wrong with the function as a whole.
    pub(super) fn problem(&self, message: String, hint: Option<String>) -> Problem {
        self.key.position.problem(message, hint)
    }

    /// Properties that it has twice.
    pub(super) fn duplicates(&self) -> Vec<Problem> {
        self.own.map(duplicates).unwrap_or_default()
    }

    fn unknown(&self, name: &str, position: Position, why: &str) -> Problem {
        position.problem(
            format!("{name} of {} cannot be known from the template: {why}", self.quoted()),
            Some("write the value itself, or give the parameter a Default".into()),
        )
    }
}

/// Keys of a mapping that stand there twice. Which of them counts is not the same for everyone who
/// reads templates.
pub(super) fn duplicates(mapping: Element<'_>) -> Vec<Problem> {
    let mut seen = HashSet::new();
    let twice = mapping.entries().into_iter().flatten().filter(|(key, _)| !seen.insert(key.name));
    twice
        .map(|(key, _)| {
            let message = format!("duplicate key {}", quoted(key.name));
            key.position.problem(message, Some("remove or rename one of them".into()))
        })
        .collect()
}
