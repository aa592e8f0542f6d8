//! Values of the functions of CloudFormation, as far as the template alone determines them.
//!
//! Names and forms are those of the CloudFormation template reference, "Intrinsic function
//! reference". A value that is known in the cloud only comes with the reason.

use crate::template::scope::{Parameter, Scope};
use crate::template::tree::Element;

/// The longest value. All environment variables of a function together have 4 KB.
const LONGEST: usize = 64 * 1024;

/// A value, after the choice of `Fn::If`.
#[derive(Debug)]
pub(super) enum Settled<'a> {
    /// This element, which is no choice.
    Element(Element<'a>),
    /// As if it were not written: `AWS::NoValue`, or nothing.
    Absent,
    /// It cannot be known here: why.
    Unknown(String),
}

/// A text, as far as it is known.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Text {
    /// Known.
    Known(String),
    /// As if it were not written.
    Absent,
    /// It cannot be known here: why.
    Unknown(String),
    /// A list or a mapping.
    Structure,
}

/// A function and what it is given.
struct Call<'a> {
    name: &'a str,
    argument: Element<'a>,
}

/// Follows `Fn::If` and `Fn::FindInMap` to what they choose.
pub(super) fn settle<'a>(scope: &Scope<'a>, element: Element<'a>) -> Settled<'a> {
    scope.step(|| settled(scope, element)).unwrap_or_else(|| Settled::Unknown(too_much()))
}

/// The text that a value comes to.
pub(super) fn text(scope: &Scope<'_>, element: Element<'_>) -> Text {
    scope.step(|| evaluated(scope, element)).unwrap_or_else(|| Text::Unknown(too_much()))
}

/// Returns true for a function, which is not a value.
pub(super) fn is_call(element: Element<'_>) -> bool {
    call(element).is_some()
}

fn too_much() -> String {
    "it refers to too much".into()
}

fn settled<'a>(scope: &Scope<'a>, element: Element<'a>) -> Settled<'a> {
    let Some(call) = call(element) else {
        return if element.is_null() { Settled::Absent } else { Settled::Element(element) };
    };
    match call.name {
        "Ref" if call.argument.scalar() == Some("AWS::NoValue") => Settled::Absent,
        "If" => match chosen(scope, call.argument) {
            Ok(element) => settle(scope, element),
            Err(why) => Settled::Unknown(why),
        },
        "FindInMap" => match found_in_map(scope, call.argument) {
            Ok(element) => settle(scope, element),
            Err(why) => Settled::Unknown(why),
        },
        _ => Settled::Element(element),
    }
}

fn evaluated(scope: &Scope<'_>, element: Element<'_>) -> Text {
    let element = match settle(scope, element) {
        Settled::Element(element) => element,
        Settled::Absent => return Text::Absent,
        Settled::Unknown(why) => return Text::Unknown(why),
    };
    let Some(call) = call(element) else { return literal(element) };
    let result = match call.name {
        "Ref" => call.argument.scalar().map(|name| reference(scope, name)),
        "Sub" => substitute(scope, call.argument),
        "Join" => join(scope, call.argument),
        _ => None,
    };
    result.unwrap_or_else(|| Text::Unknown(format!("{} is not evaluated", long_name(call.name))))
}

/// A value without a function. What refers to a secret or parameter elsewhere is resolved in the
/// cloud (CloudFormation user guide, "Get values stored in other services using dynamic
/// references").
fn literal(element: Element<'_>) -> Text {
    let Some(text) = element.scalar() else { return Text::Structure };
    if text.contains("{{resolve:") {
        return Text::Unknown("it is a dynamic reference".into());
    }
    // What is true is `true`, however it is written.
    Text::Known(element.boolean().map_or_else(|| text.to_owned(), |value| value.to_string()))
}

/// The function that a element calls, in its short or its long form.
fn call(element: Element<'_>) -> Option<Call<'_>> {
    if let Some(name) = element.tag() {
        return Some(Call { name, argument: element });
    }
    let mut entries = element.entries().filter(|entries| entries.len() == 1)?;
    let (key, argument) = entries.next()?;
    let name = match key.name {
        "Ref" | "Condition" => key.name,
        other => other.strip_prefix("Fn::")?,
    };
    // A function in the place of what another is given is known in the cloud at best.
    let nested = argument.tag().is_some() || call_by_key(argument);
    Some(Call { name: if nested { "" } else { name }, argument })
}

fn call_by_key(element: Element<'_>) -> bool {
    let mut entries = element.entries().into_iter().flatten();
    entries.any(|(key, _)| key.name == "Ref" || key.name.starts_with("Fn::"))
}

fn long_name(name: &str) -> String {
    match name {
        "" => "a function in the argument of another".into(),
        "Ref" | "Condition" => name.into(),
        _ => format!("{:?}", format!("Fn::{name}")),
    }
}

fn reference(scope: &Scope<'_>, name: &str) -> Text {
    if name == "AWS::NoValue" {
        return Text::Absent;
    }
    if name == "AWS::Region"
        && let Some(region) = scope.region()
    {
        return Text::Known(region.to_owned());
    }
    match scope.parameter(name) {
        Parameter::Default(element) => literal(element),
        Parameter::Open(why) => Text::Unknown(why),
        Parameter::Missing => Text::Unknown(format!("{name:?} is known in the cloud only")),
    }
}

/// `Fn::Sub` with a text, or with a text and a mapping of names.
fn substitute(scope: &Scope<'_>, argument: Element<'_>) -> Option<Text> {
    if let Some(pattern) = argument.scalar() {
        return Some(substituted(scope, pattern, None));
    }
    let mut items = argument.items().filter(|items| items.len() == 2)?;
    let (pattern, names) = (items.next()?, items.next()?);
    let names = Some(names).filter(|names| names.entries().is_some())?;
    Some(substituted(scope, pattern.scalar().filter(|_| pattern.tag().is_none())?, Some(names)))
}

fn substituted(scope: &Scope<'_>, pattern: &str, names: Option<Element<'_>>) -> Text {
    let mut text = String::new();
    let mut rest = pattern;
    while let Some((before, name, after)) = next_reference(rest) {
        text.push_str(before);
        if let Some(name) = name.strip_prefix('!') {
            text.push_str(&format!("${{{name}}}"));
        } else {
            let name = name.trim();
            let given = names.and_then(|names| names.get(name));
            let value =
                given.map_or_else(|| reference(scope, name), |element| self::text(scope, element));
            match value {
                Text::Known(value) => text.push_str(&value),
                Text::Unknown(why) => return Text::Unknown(why),
                Text::Absent | Text::Structure => {
                    return Text::Unknown(format!("{name:?} is not text"));
                }
            }
        }
        if text.len() > LONGEST {
            return Text::Unknown("it is too long".into());
        }
        rest = after;
    }
    text.push_str(rest);
    if text.contains("{{resolve:") {
        return Text::Unknown("it is a dynamic reference".into());
    }
    Text::Known(text)
}

/// The text before `${…}`, in it, and behind it.
fn next_reference(text: &str) -> Option<(&str, &str, &str)> {
    let (before, begun) = text.split_once("${")?;
    let (name, after) = begun.split_once('}')?;
    Some((before, name, after))
}

fn join(scope: &Scope<'_>, argument: Element<'_>) -> Option<Text> {
    let mut items = argument.items().filter(|items| items.len() == 2)?;
    let (delimiter, values) = (items.next()?, items.next()?);
    let delimiter = delimiter.scalar().filter(|_| delimiter.tag().is_none())?;
    let values = values.items().filter(|_| values.tag().is_none())?;
    let mut text = String::new();
    for (index, value) in values.enumerate() {
        match self::text(scope, value) {
            Text::Known(value) if index == 0 => text.push_str(&value),
            Text::Known(value) => text.extend([delimiter, value.as_str()]),
            Text::Unknown(why) => return Some(Text::Unknown(why)),
            Text::Absent | Text::Structure => return None,
        }
        if text.len() > LONGEST {
            return Some(Text::Unknown("it is too long".into()));
        }
    }
    Some(Text::Known(text))
}

fn chosen<'a>(scope: &Scope<'a>, argument: Element<'a>) -> Result<Element<'a>, String> {
    let shape = || "Fn::If is not given a condition and two values".to_owned();
    let mut items = argument.items().filter(|items| items.len() == 3).ok_or_else(shape)?;
    let name = items.next().and_then(Element::scalar).ok_or_else(shape)?;
    let holds =
        condition(scope, name).ok_or_else(|| format!("the condition {name:?} is not known"))?;
    let chosen = if holds { items.next() } else { items.nth(1) };
    chosen.ok_or_else(shape)
}

fn found_in_map<'a>(scope: &Scope<'a>, argument: Element<'a>) -> Result<Element<'a>, String> {
    let unknown = || "Fn::FindInMap does not find it in Mappings".to_owned();
    let keys = argument.items().filter(|items| items.len() == 3).ok_or_else(unknown)?;
    let keys: Vec<String> = keys
        .map(|key| match text(scope, key) {
            Text::Known(key) => Ok(key),
            Text::Unknown(why) => Err(why),
            Text::Absent | Text::Structure => Err(unknown()),
        })
        .collect::<Result<_, _>>()?;
    scope.mapped(&keys[0], &keys[1], &keys[2]).ok_or_else(unknown)
}

/// The value of a condition if nobody gives a parameter a value.
fn condition(scope: &Scope<'_>, name: &str) -> Option<bool> {
    let element = scope.condition(name)?;
    holds(scope, element)
}

fn holds(scope: &Scope<'_>, element: Element<'_>) -> Option<bool> {
    scope.step(|| known_to_hold(scope, element)).flatten()
}

fn known_to_hold(scope: &Scope<'_>, element: Element<'_>) -> Option<bool> {
    let call = call(element)?;
    if call.name == "Condition" {
        return condition(scope, call.argument.scalar()?);
    }
    let arguments: Vec<Element<'_>> = call.argument.items()?.collect();
    match (call.name, arguments.as_slice()) {
        ("Equals", [left, right]) => match (text(scope, *left), text(scope, *right)) {
            (Text::Known(left), Text::Known(right)) => Some(left == right),
            _ => None,
        },
        ("Not", [one]) => holds(scope, *one).map(|holds| !holds),
        ("And", several) => all(several.iter().map(|one| holds(scope, *one))),
        ("Or", several) => {
            let none = all(several.iter().map(|one| holds(scope, *one).map(|holds| !holds)));
            none.map(|none| !none)
        }
        _ => None,
    }
}

/// The conjunction; one condition that does not hold is enough to know.
fn all(mut conditions: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    conditions
        .try_fold(Some(true), |so_far, one| match one {
            Some(false) => Err(()),
            None => Ok(None),
            Some(true) => Ok(so_far),
        })
        .unwrap_or(Some(false))
}
