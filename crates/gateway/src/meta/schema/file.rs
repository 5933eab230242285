//! Definitions in a file: YAML or JSON, a list, or a list under `attributes`.

use serde_json::Value;

use super::{Definition, Issue};

/// Why a file of definitions is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// It is no YAML.
    #[error("the file is neither YAML nor JSON{}", line(*.0))]
    Syntax(Option<u64>),
    /// It has another shape.
    #[error("the file must be a list of attributes, or have one under \"attributes\"")]
    Shape,
    /// Definitions are wrong.
    #[error("{}", list(.0))]
    Definitions(Vec<(String, Issue)>),
}

fn line(line: Option<u64>) -> String {
    line.map_or_else(String::new, |line| format!(": line {line} cannot be read"))
}

fn list(issues: &[(String, Issue)]) -> String {
    let lines = issues.iter().map(|(attribute, issue)| {
        let at = if issue.at.is_empty() { String::new() } else { format!(", {}", issue.at) };
        format!("\n  {attribute}{at}: {}", issue.code)
    });
    format!("definitions are wrong:{}", lines.collect::<String>())
}

/// YAML (or JSON, which is YAML) as a JSON value. The parser's message is dropped but for the line: it may repeat what it read.
pub(crate) fn read_yaml(text: &str) -> Result<Value, Option<u64>> {
    serde_saphyr::from_str(text).map_err(|error| error.location().map(|location| location.line()))
}

/// Reads the definitions of a file.
///
/// # Errors
/// Everything that is wrong.
pub fn read_definitions(text: &str) -> Result<Vec<Definition>, FileError> {
    let file = read_yaml(text).map_err(FileError::Syntax)?;
    let list = file.as_array().or_else(|| file.get("attributes")?.as_array()).ok_or(FileError::Shape)?;
    let mut definitions: Vec<Definition> = Vec::with_capacity(list.len());
    let mut wrong = Vec::new();
    for (index, entry) in list.iter().enumerate() {
        match Definition::read(entry) {
            Ok(read) if definitions.iter().any(|other| other.name == read.name) => {
                wrong.push((read.name, Issue { code: "name.twice", at: String::new() }));
            }
            Ok(read) => definitions.push(read),
            Err(issues) => {
                let name = entry["name"].as_str().map_or_else(|| format!("attributes[{index}]"), str::to_owned);
                wrong.extend(issues.into_iter().map(|issue| (name.clone(), issue)));
            }
        }
    }
    if wrong.is_empty() { Ok(definitions) } else { Err(FileError::Definitions(wrong)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yaml_and_json_say_the_same() {
        let yaml =
            "attributes:\n  - name: tier\n    type: string\n    validationRules:\n      - {type: regex, value: '^(a|b)$'}\n";
        let json = r#"[{"name": "tier", "type": "string", "validationRules": [{"type": "regex", "value": "^(a|b)$"}]}]"#;
        let (yaml, json) = (read_definitions(yaml).unwrap(), read_definitions(json).unwrap());
        assert_eq!(yaml[0].shown(), json[0].shown());
    }

    #[test]
    fn everything_wrong_is_told_at_once_and_no_value_with_it() {
        let text = r#"[{"name": "a", "type": "secret"}, {"name": "b", "type": "number", "defaultValue": "secret", "max": 1},
            {"name": "c", "type": "string", "validationRules": [{"type": "regex", "value": "(secret"}]}, {"name": "d", "type": "date"},
            {"name": "d", "type": "date"}]"#;
        let error = read_definitions(text).unwrap_err();
        let FileError::Definitions(wrong) = &error else { panic!("{error}") };
        let told: Vec<_> = wrong.iter().map(|(name, issue)| (name.as_str(), issue.code, issue.at.as_str())).collect();
        assert_eq!(
            told,
            [
                ("a", "field.value", "type"),
                ("b", "field.unknown", "max"),
                ("b", "field.value", "defaultValue"),
                ("c", "rule.regex", "validationRules[0]"),
                ("d", "name.twice", ""),
            ]
        );
        assert!(!error.to_string().contains("secret"));
        assert!(read_definitions("a: [").unwrap_err().to_string().contains("line"));
        assert_eq!(read_definitions("a: 1").unwrap_err(), FileError::Shape);
    }
}
