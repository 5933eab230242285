//! One mapping of the file: its fields read by name, everything wrong with them noted.

use std::collections::{BTreeMap, BTreeSet};

use super::super::document::Node;
use super::super::problem::{Problem, Rule, step};

/// Where each field of a channel belongs.
const PLACES: [(&str, &[&str]); 4] = [
    ("", &["name", "description", "webMessagingWidgetConfiguration", "securityPolicy", "routingConfiguration"]),
    ("webMessagingWidgetConfiguration", &["widgetId", "theme", "customAttributes"]),
    ("securityPolicy", &["enabled", "allowedOrigins", "requireConsent"]),
    ("routingConfiguration", &["queueId"]),
];

/// The fields of one mapping.
pub(super) struct Fields<'n, 'p> {
    at: String,
    by_name: BTreeMap<&'n str, &'n Node>,
    pub(super) problems: &'p mut Vec<Problem>,
}

impl<'n, 'p> Fields<'n, 'p> {
    /// Opens the mapping that is the channel's part `place` (empty: the channel itself); unknown and repeated fields are noted.
    pub(super) fn open(node: &'n Node, at: &str, place: &str, problems: &'p mut Vec<Problem>) -> Option<Self> {
        let Node::Map(entries) = node else {
            problems.push(Problem::new(at, Rule::Type("a mapping of fields")));
            return None;
        };
        let known = PLACES.iter().find(|(name, _)| *name == place).map_or(&[][..], |(_, fields)| fields);
        let mut by_name = BTreeMap::new();
        let mut told = BTreeSet::new();
        for (key, value) in entries {
            if !known.contains(&key.as_str()) {
                if told.insert(key.as_str()) {
                    problems.push(Problem::new(step(at, key), unknown(key, known)));
                }
            } else if by_name.insert(key.as_str(), value).is_some() && told.insert(key.as_str()) {
                problems.push(Problem::new(step(at, key), Rule::Repeated));
            }
        }
        Some(Self { at: at.to_owned(), by_name, problems })
    }

    /// The path of a field.
    pub(super) fn path(&self, name: &str) -> String {
        step(&self.at, name)
    }

    /// Notes a problem of a field.
    pub(super) fn problem(&mut self, name: &str, rule: Rule) {
        let path = self.path(name);
        self.problems.push(Problem::new(path, rule));
    }

    /// A field, which must be there.
    pub(super) fn require(&mut self, name: &str) -> Option<&'n Node> {
        let found = self.by_name.get(name).copied();
        if found.is_none() {
            self.problem(name, Rule::Missing);
        }
        found
    }

    /// One line of text, not empty, of at most `most` characters.
    pub(super) fn line(&mut self, name: &str, most: usize) -> Option<&'n str> {
        let text = self.any_text(name)?;
        let empty = text.is_empty().then_some(Rule::TextEmpty);
        self.within(name, text, most, empty, |_| false)
    }

    /// Lines of text, of at most `most` characters; may be empty.
    pub(super) fn lines(&mut self, name: &str, most: usize) -> Option<&'n str> {
        let text = self.any_text(name)?;
        self.within(name, text, most, None, |c| c == '\n')
    }

    fn within(
        &mut self,
        name: &str,
        text: &'n str,
        most: usize,
        empty: Option<Rule>,
        allowed: impl Fn(char) -> bool,
    ) -> Option<&'n str> {
        let long = || text.chars().nth(most).map(|_| Rule::TextTooLong(most));
        let control = || text.chars().any(|c| c.is_control() && !allowed(c)).then_some(Rule::TextControl);
        match empty.or_else(long).or_else(control) {
            None => Some(text),
            Some(rule) => {
                self.problem(name, rule);
                None
            }
        }
    }

    /// Any text.
    pub(super) fn any_text(&mut self, name: &str) -> Option<&'n str> {
        match self.require(name)? {
            Node::Text(text) => Some(text),
            Node::Number | Node::Bool(_) => {
                self.problem(name, Rule::Type("text: put it in quotes"));
                None
            }
            _ => {
                self.problem(name, Rule::Type("text"));
                None
            }
        }
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, name: &str) -> Option<bool> {
        let Node::Bool(flag) = self.require(name)? else {
            self.problem(name, Rule::Type("true or false"));
            return None;
        };
        Some(*flag)
    }

    /// A list.
    pub(super) fn list(&mut self, name: &str) -> Option<&'n [Node]> {
        let Node::List(list) = self.require(name)? else {
            self.problem(name, Rule::Type("a list of texts"));
            return None;
        };
        Some(list)
    }

    /// A part of the channel.
    pub(super) fn part(&mut self, name: &'static str) -> Option<Fields<'n, '_>> {
        let node = self.require(name)?;
        Fields::open(node, &step(&self.at, name), name, self.problems)
    }
}

/// What to say of a field that is not known here.
fn unknown(key: &str, known: &[&'static str]) -> Rule {
    let elsewhere = PLACES.iter().find(|(_, fields)| fields.contains(&key));
    match elsewhere {
        Some(("", _)) => Rule::Misplaced("the channel itself"),
        Some((place, _)) => Rule::Misplaced(place),
        None => Rule::Unknown(nearest(key, known)),
    }
}

/// The name that is most like a text.
pub(super) fn nearest<'a>(text: &str, names: &[&'a str]) -> &'a str {
    // Long texts are no slips of the pen, and comparing costs the product of the lengths.
    let text: String = text.chars().take(64).collect::<String>().to_lowercase();
    let likeness = |name: &&str| strsim::normalized_damerau_levenshtein(&text, &name.to_lowercase());
    let by_likeness = |a: &&str, b: &&str| likeness(a).total_cmp(&likeness(b));
    names.iter().copied().max_by(|a, b| by_likeness(a, b)).unwrap_or_default()
}
