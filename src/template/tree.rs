//! YAML as a tree that keeps positions and tags. What a tag means is not its job.
//!
//! JSON is read as YAML, which contains it. The tree is held in one list, so that an alias costs
//! nothing and a deep document cannot exhaust the stack.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use saphyr_parser::{Event, Parser, ScalarStyle, Span, Tag};

use crate::model::problem::Problem;

/// A place in the template.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) struct Position {
    /// From 1.
    pub(super) line: u32,
    /// From 1.
    pub(super) column: u32,
}

impl Position {
    /// Something that is wrong here.
    pub(super) fn problem(self, message: String, hint: Option<String>) -> Problem {
        Problem { line: self.line, column: self.column, message, hint }
    }
}

/// A document.
#[derive(Debug)]
pub(super) struct Tree {
    /// The first one is the root.
    elements: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    position: Position,
    /// The name of a tag with one exclamation mark: `Ref` of `!Ref`.
    tag: Option<String>,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Scalar {
        text: String,
        plain: bool,
    },
    List(Vec<usize>),
    /// Keys are scalars.
    Map(Vec<(usize, usize)>),
}

/// A element of the tree.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element<'a> {
    tree: &'a Tree,
    index: usize,
}

/// A key of a mapping.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key<'a> {
    /// Its text.
    pub(super) name: &'a str,
    /// Where it stands.
    pub(super) position: Position,
}

impl Tree {
    /// Reads a document.
    pub(super) fn parse(text: &str) -> Result<Self, Problem> {
        let text = with_whole_escapes(text);
        let mut builder = Builder::default();
        let mut parser = Parser::new_from_str(&text);
        while let Some(event) = parser.next_event() {
            let (event, span) = event.map_err(|error| {
                let at = position(error.marker().line(), error.marker().col());
                let message = format!("invalid YAML: {}", error.info());
                at.problem(message, None)
            })?;
            builder.take(event, span)?;
        }
        if builder.elements.is_empty() {
            return Err(position(1, 0).problem("the template is empty".into(), None));
        }
        Ok(Self { elements: builder.elements })
    }

    /// The whole document.
    pub(super) fn root(&self) -> Element<'_> {
        Element { tree: self, index: 0 }
    }
}

impl<'a> Element<'a> {
    /// Where it begins.
    pub(super) fn position(self) -> Position {
        self.entry().position
    }

    /// Its tag without the exclamation mark.
    pub(super) fn tag(self) -> Option<&'a str> {
        self.entry().tag.as_deref()
    }

    /// The text of a scalar.
    pub(super) fn scalar(self) -> Option<&'a str> {
        match &self.entry().content {
            Content::Scalar { text, .. } => Some(text),
            Content::List(_) | Content::Map(_) => None,
        }
    }

    /// Returns true without a value: `KEY:` alone, or `null`.
    pub(super) fn is_null(self) -> bool {
        self.plain().is_some_and(|text| matches!(text, "" | "~" | "null" | "Null" | "NULL"))
    }

    /// The value of a boolean scalar. CloudFormation reads YAML 1.1 (user guide, "CloudFormation
    /// template format"), where there are more words for that than in YAML 1.2.
    pub(super) fn boolean(self) -> Option<bool> {
        const TRUE: [&str; 9] = ["true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"];
        const FALSE: [&str; 9] = ["false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"];
        let text = self.plain()?;
        let is_true = TRUE.contains(&text);
        (is_true || FALSE.contains(&text)).then_some(is_true)
    }

    /// The items of a list.
    pub(super) fn items(self) -> Option<impl ExactSizeIterator<Item = Element<'a>>> {
        let Content::List(items) = &self.entry().content else { return None };
        Some(items.iter().map(move |index| Element { tree: self.tree, index: *index }))
    }

    /// The entries of a mapping, in the order of the file.
    pub(super) fn entries(self) -> Option<impl ExactSizeIterator<Item = (Key<'a>, Element<'a>)>> {
        let Content::Map(entries) = &self.entry().content else { return None };
        let element = move |index: usize| Element { tree: self.tree, index };
        Some(entries.iter().map(move |(key, value)| {
            let key = element(*key);
            let name = key.scalar().unwrap_or_default();
            (Key { name, position: key.position() }, element(*value))
        }))
    }

    /// The value of a key of a mapping; of one that stands there twice, the last.
    pub(super) fn get(self, name: &str) -> Option<Element<'a>> {
        let found = self.entries()?.filter(|(key, _)| key.name == name).last();
        found.map(|(_, value)| value)
    }

    fn plain(self) -> Option<&'a str> {
        match &self.entry().content {
            Content::Scalar { text, plain: true } if self.tag().is_none() => Some(text),
            _ => None,
        }
    }

    fn entry(self) -> &'a Entry {
        &self.tree.elements[self.index]
    }
}

/// Makes a tree of the parser's events.
#[derive(Default)]
struct Builder {
    elements: Vec<Entry>,
    anchors: HashMap<usize, usize>,
    open: Vec<Open>,
    ended: bool,
}

/// A list or mapping that has not ended.
struct Open {
    index: usize,
    /// Items; of a mapping, keys and values by turns.
    children: Vec<usize>,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Problem> {
        let at = position(span.start.line(), span.start.col());
        match event {
            Event::DocumentStart(_) if self.ended => {
                let message = "a second document begins here, and a template is one document";
                return Err(at.problem(message.into(), None));
            }
            Event::DocumentEnd => self.ended = true,
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain;
                let content = Content::Scalar { text: text.into_owned(), plain };
                self.add(at, tag, anchor, content);
            }
            Event::Alias(anchor) => {
                let known = self.anchors.get(&anchor).copied();
                let index =
                    known.ok_or_else(|| at.problem("this alias has no anchor".into(), None))?;
                self.attach(index);
            }
            Event::SequenceStart(anchor, tag) => {
                let index = self.add(at, tag, anchor, Content::List(Vec::new()));
                self.open.push(Open { index, children: Vec::new() });
            }
            Event::MappingStart(anchor, tag) => {
                let index = self.add(at, tag, anchor, Content::Map(Vec::new()));
                self.open.push(Open { index, children: Vec::new() });
            }
            Event::SequenceEnd => {
                if let Some(open) = self.open.pop() {
                    self.elements[open.index].content = Content::List(open.children);
                }
            }
            Event::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    let entries = self.merged(&open.children);
                    self.elements[open.index].content = Content::Map(entries);
                }
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) => {}
        }
        Ok(())
    }

    fn add(
        &mut self,
        position: Position,
        tag: Option<Cow<'_, Tag>>,
        anchor: usize,
        content: Content,
    ) -> usize {
        let local = tag.filter(|tag| tag.handle == "!" && !tag.suffix.is_empty());
        let tag = local.map(|tag| tag.suffix.clone());
        let index = self.elements.len();
        self.elements.push(Entry { position, tag, content });
        if anchor != 0 {
            self.anchors.insert(anchor, index);
        }
        self.attach(index);
        index
    }

    fn attach(&mut self, index: usize) {
        if let Some(open) = self.open.last_mut() {
            open.children.push(index);
        }
    }

    /// Keys with their values. What `<<` names is added behind them, unless the key is there
    /// already. A key that is no scalar means nothing in a template.
    fn merged(&self, children: &[usize]) -> Vec<(usize, usize)> {
        let pairs = children.chunks_exact(2).map(|pair| (pair[0], pair[1]));
        let (merges, mut entries): (Vec<_>, Vec<_>) = pairs
            .filter(|(key, _)| self.key(*key).is_some())
            .partition(|(key, _)| self.key(*key) == Some(("<<", true)));
        if merges.is_empty() {
            return entries;
        }
        let mut names: HashSet<&str> =
            entries.iter().filter_map(|(key, _)| self.key(*key)).map(|(name, _)| name).collect();
        let merged = merges.iter().flat_map(|(_, value)| self.merge_sources(*value));
        for (key, value) in merged {
            if self.key(key).is_some_and(|(name, _)| names.insert(name)) {
                entries.push((key, value));
            }
        }
        entries
    }

    /// The entries of a mapping, or of a list of mappings. The same mapping again adds nothing.
    fn merge_sources(&self, value: usize) -> Vec<(usize, usize)> {
        let mut seen = HashSet::new();
        let sources = match &self.elements[value].content {
            Content::List(items) => {
                items.iter().copied().filter(|item| seen.insert(*item)).collect()
            }
            Content::Scalar { .. } | Content::Map(_) => vec![value],
        };
        let entries = sources.into_iter().filter_map(|index| match &self.elements[index].content {
            Content::Map(entries) => Some(entries),
            Content::Scalar { .. } | Content::List(_) => None,
        });
        entries.flatten().copied().collect()
    }

    /// The text of a scalar, and whether it is plain.
    fn key(&self, index: usize) -> Option<(&str, bool)> {
        match &self.elements[index].content {
            Content::Scalar { text, plain } => Some((text, *plain)),
            Content::List(_) | Content::Map(_) => None,
        }
    }
}

fn position(line: usize, column: usize) -> Position {
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Position { line: number(line).max(1), column: number(column).saturating_add(1) }
}

/// JSON has characters beyond the 65,536th as two escapes, each of which is no character, and YAML
/// does not know them. Elsewhere than in JSON they mean nothing.
fn with_whole_escapes(text: &str) -> Cow<'_, str> {
    if !text.trim_start_matches('\u{feff}').trim_start().starts_with('{') {
        return Cow::Borrowed(text);
    }
    let mut whole = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        whole.push_str(before);
        let (found, length) = match pair(escape) {
            Some(found) => (format!("\\U{:08x}", u32::from(found)), PAIR),
            // The backslash and what it escapes, so that `\\\\u` is no escape of a character.
            None => {
                let length = escape.chars().take(2).map(char::len_utf8).sum();
                (escape[..length].to_owned(), length)
            }
        };
        whole.push_str(&found);
        rest = &escape[length..];
    }
    whole.push_str(rest);
    Cow::Owned(whole)
}

/// The length of two escapes that are one character.
const PAIR: usize = "\\ud83d\\ude00".len();

/// The character that two escapes stand for.
fn pair(text: &str) -> Option<char> {
    let unit = |text: &str| u16::from_str_radix(text.strip_prefix("\\u")?, 16).ok();
    let units = [unit(text.get(..PAIR / 2)?)?, unit(text.get(PAIR / 2..PAIR)?)?];
    let mut characters = char::decode_utf16(units);
    let first = characters.next()?.ok()?;
    characters.next().is_none().then_some(first)
}
