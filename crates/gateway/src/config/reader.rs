//! Reads one setting at a time from environment and file, and collects what is wrong with them.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use toml::{Table, Value};

/// One thing that is wrong. The offending value is not in it: it may be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The setting, by its name in the file or the environment.
    pub setting: String,
    /// What is wrong with it and what is expected.
    pub message: String,
}

/// Everything that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0.len() {
            1 => "the configuration has a problem:",
            _ => "the configuration has problems:",
        })?;
        self.0.iter().try_for_each(|problem| write!(f, "\n  {}: {}", problem.setting, problem.message))
    }
}

/// A setting's names: dotted in the file, upper-case in the environment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Name {
    pub(super) file: &'static str,
    pub(super) env: Option<&'static str>,
}

/// The two sources under the flags.
pub(super) struct Reader<'a> {
    env: &'a dyn Fn(&str) -> Option<String>,
    file: Table,
    known: BTreeSet<&'static str>,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(env: &'a dyn Fn(&str) -> Option<String>, file: Option<&str>) -> Self {
        let mut problems = Vec::new();
        let file = file.map(Table::from_str).transpose().unwrap_or_else(|error| {
            let line = error.span().map_or(0, |span| file.unwrap_or("")[..span.start].matches('\n').count() + 1);
            let message = format!("line {line} is not TOML");
            problems.push(Problem { setting: "configuration file".into(), message });
            None
        });
        Self { env, file: file.unwrap_or_default(), known: BTreeSet::new(), problems }
    }

    /// A setting as text.
    pub(super) fn text(&mut self, name: Name) -> Option<String> {
        if let Some(value) = self.variable(name) {
            return Some(value);
        }
        match self.member(name.file)? {
            Value::String(text) => Some(text),
            Value::Integer(number) => Some(number.to_string()),
            _ => self.problem(name.file, "must be text"),
        }
    }

    /// A setting that parses to a type; `expected` completes "must be …".
    pub(super) fn parsed<T>(&mut self, name: Name, expected: &str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.text(name)?;
        let parsed = parse(&text);
        if parsed.is_none() {
            let _: Option<()> = self.problem(self.shown(name), &format!("must be {expected}"));
        }
        parsed
    }

    /// A list of texts; in the environment separated by commas.
    pub(super) fn list(&mut self, name: Name) -> Option<Vec<String>> {
        if let Some(value) = self.variable(name) {
            return Some(value.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect());
        }
        let Value::Array(values) = self.member(name.file)? else {
            return self.problem(name.file, "must be a list of texts");
        };
        let text = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Integer(number) => Some(number.to_string()),
            _ => None,
        };
        let texts: Option<Vec<String>> = values.iter().map(text).collect();
        texts.or_else(|| self.problem(name.file, "must be a list of texts"))
    }

    /// Yes or no.
    pub(super) fn flag(&mut self, name: Name) -> Option<bool> {
        if let Some(value) = self.variable(name) {
            return match value.as_str() {
                "true" | "1" => Some(true),
                "false" | "0" => Some(false),
                _ => self.problem(self.shown(name), "must be true or false"),
            };
        }
        match self.member(name.file)? {
            Value::Boolean(flag) => Some(flag),
            _ => self.problem(name.file, "must be true or false"),
        }
    }

    /// A table of the file, its members left to the caller.
    pub(super) fn table(&mut self, file: &'static str) -> Option<Table> {
        match self.member(file)? {
            Value::Table(table) => Some(table),
            _ => self.problem(file, "must be a table"),
        }
    }

    /// Notes a problem.
    pub(super) fn problem<T>(&mut self, setting: impl Into<String>, message: &str) -> Option<T> {
        self.problems.push(Problem { setting: setting.into(), message: message.to_owned() });
        None
    }

    /// Whether something is wrong with a setting, under any of its names.
    pub(super) fn has_problem(&self, setting: &str) -> bool {
        self.problems.iter().any(|problem| problem.setting == setting)
    }

    /// A variable that the file names.
    pub(super) fn environment(&self, name: &str) -> Option<String> {
        (self.env)(name).filter(|value| !value.is_empty())
    }

    /// What was found wrong with what was asked for.
    pub(super) fn problems(self) -> Vec<Problem> {
        self.problems
    }

    /// What was found wrong, settings that nobody asked for included.
    pub(super) fn finish(mut self) -> Vec<Problem> {
        let mut unknown = Vec::new();
        collect_unknown(&self.file, "", &self.known, &mut unknown);
        for setting in unknown {
            let _: Option<()> = self.problem(setting, "is no setting of Guestsync");
        }
        self.problems
    }

    /// The name under which the value was given.
    pub(super) fn shown(&self, name: Name) -> &'static str {
        name.env.filter(|env| (self.env)(env).is_some_and(|value| !value.is_empty())).unwrap_or(name.file)
    }

    /// An empty variable counts as not set, as in compose files.
    fn variable(&mut self, name: Name) -> Option<String> {
        self.known.insert(name.file);
        (self.env)(name.env?).filter(|value| !value.is_empty())
    }

    fn member(&mut self, path: &'static str) -> Option<Value> {
        self.known.insert(path);
        let (tables, key) = path.rsplit_once('.').map_or((None, path), |(tables, key)| (Some(tables), key));
        let mut table = &self.file;
        for part in tables.into_iter().flat_map(|tables| tables.split('.')) {
            table = table.get(part)?.as_table()?;
        }
        table.get(key).cloned()
    }
}

fn collect_unknown(table: &Table, prefix: &str, known: &BTreeSet<&'static str>, unknown: &mut Vec<String>) {
    for (key, value) in table {
        let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        let leads_on = known.iter().any(|name| name.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('.')));
        match value {
            _ if known.contains(path.as_str()) => {}
            Value::Table(inner) if leads_on => collect_unknown(inner, &path, known, unknown),
            _ => unknown.push(path),
        }
    }
}
