//! A file of channels: YAML or JSON; one channel, a list of them, or `channels:` with a list.

mod node;

use serde_saphyr::{DuplicateKeyPolicy, from_multiple_with_options, options};

pub(super) use node::Node;

use super::problem::{Problem, Rule};

/// A file larger than this is not read.
pub const LARGEST: usize = 4 * 1024 * 1024;

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// YAML 1.2; several documents are several channels.
    Yaml,
    /// JSON (RFC 8259).
    Json,
}

impl Syntax {
    /// The syntax that a file's name promises: JSON where it ends in `.json`, else YAML, which nearly all JSON is.
    #[must_use]
    pub fn of_file(name: &str) -> Self {
        if name.to_ascii_lowercase().ends_with(".json") { Self::Json } else { Self::Yaml }
    }
}

/// The channels of a file, each with its path.
pub(super) fn channels(text: &str, syntax: Syntax) -> Result<Vec<(String, Node)>, Problem> {
    if text.len() > LARGEST {
        return Err(Problem::new("", Rule::FileTooLarge));
    }
    let mut documents = match syntax {
        Syntax::Json => vec![json(text)?],
        Syntax::Yaml => yaml(text)?,
    };
    if documents.len() > 1 {
        return Ok(numbered("", documents));
    }
    let found = match documents.pop().unwrap_or(Node::Null) {
        Node::List(list) => numbered("", list),
        Node::Map(entries) if entries.iter().any(|(key, _)| key == "channels") => return listed(entries),
        Node::Map(mut entries) => {
            entries.retain(|(key, _)| key != SCHEMA);
            vec![(String::new(), Node::Map(entries))]
        }
        Node::Null => Vec::new(),
        _ => return Err(Problem::new("", Rule::Type("a channel, or a list of channels"))),
    };
    if found.is_empty() { Err(Problem::new("", Rule::FileEmpty)) } else { Ok(found) }
}

/// What editors look for at the top of a JSON file; it says nothing to us.
const SCHEMA: &str = "$schema";

fn listed(entries: Vec<(String, Node)>) -> Result<Vec<(String, Node)>, Problem> {
    let mut found = None;
    for (key, node) in entries {
        match (key.as_str(), node) {
            (SCHEMA, _) => {}
            ("channels", _) if found.is_some() => return Err(Problem::new("channels", Rule::Repeated)),
            ("channels", Node::List(list)) => found = Some(numbered("channels", list)),
            ("channels", _) => return Err(Problem::new("channels", Rule::Type("a list of channels"))),
            _ => return Err(Problem::new(super::problem::step("", &key), Rule::Unknown("channels"))),
        }
    }
    found.filter(|list| !list.is_empty()).ok_or_else(|| Problem::new("channels", Rule::FileEmpty))
}

fn numbered(at: &str, nodes: Vec<Node>) -> Vec<(String, Node)> {
    nodes.into_iter().enumerate().map(|(index, node)| (format!("{at}[{index}]"), node)).collect()
}

/// The parsers' messages are dropped: they may repeat what they refused.
fn json(text: &str) -> Result<Node, Problem> {
    serde_json::from_str(text).map_err(|error| Problem::new("", Rule::Syntax { line: error.line(), column: error.column() }))
}

fn yaml(text: &str) -> Result<Vec<Node>, Problem> {
    let options = options! {
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        strict_booleans: true,
        with_snippet: false,
    };
    from_multiple_with_options(text, options).map_err(|error| {
        let place = error.location();
        let line = place.map_or(0, |place| usize::try_from(place.line()).unwrap_or_default());
        let column = place.map_or(0, |place| usize::try_from(place.column()).unwrap_or_default());
        Problem::new("", Rule::Syntax { line, column })
    })
}
