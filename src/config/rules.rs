//! `[rules]`: the levels that are not the rules' own.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeString, DeValue};

use crate::config::keys::Section;
use crate::config::names::{GAP, LEVELS};
use crate::config::reader::{Item, Reader, Text, Value, type_of};
use crate::rule::{Level, RuleId};

/// Reads the levels.
pub(super) fn read<'a>(reader: &mut Reader<'a>, value: Value<'a>) -> BTreeMap<RuleId, Level> {
    let DeValue::Table(entries) = value.item.get_ref() else {
        reader.wrong_type(value, Some("write its header as [rules]".into()));
        return BTreeMap::new();
    };
    let entries = entries.iter();
    entries
        .filter_map(|(key, item)| Some((rule(reader, key)?, level(reader, key, item)?)))
        .collect()
}

fn rule(reader: &mut Reader<'_>, key: &Spanned<DeString<'_>>) -> Option<RuleId> {
    let name = key.get_ref().as_ref();
    let found = RuleId::ALL.iter().copied().find(|rule| rule.as_str() == name);
    if name == GAP {
        let message = format!("`{GAP}` has no level: a gap cannot be turned off");
        reader.refuse(
            key.span(),
            message,
            "remove it; every gap comes with a hint that says how to close it",
        );
    } else if found.is_none() {
        let unknown = Section::Rules.unknown(name);
        reader.refuse(key.span(), unknown.message, unknown.hint);
    }
    found
}

fn level<'a>(
    reader: &mut Reader<'a>,
    key: &Spanned<DeString<'_>>,
    item: &'a Item<'a>,
) -> Option<Level> {
    let words = LEVELS.map(|(word, _)| word);
    let Some(text) = item.get_ref().as_str() else {
        let message =
            format!("`{}` must be a level, got {}", key.get_ref(), type_of(item.get_ref()));
        let hint = "a level is \"deny\", \"warn\" or \"allow\"";
        reader.refuse(item.span(), message, hint);
        return None;
    };
    let word = reader.one_of(&Text { text, span: item.span() }, "level", &words)?;
    LEVELS.iter().find(|(known, _)| *known == word).map(|(_, level)| *level)
}
