//! Replacing what was found.

use alloc::string::String;

use super::{Findings, Kinds};

/// `text` with each match of one of the `kinds` replaced by the kind's name in brackets, as in `[email]`.
///
/// `findings` are those of the same text.
#[must_use]
pub fn mask(text: &str, findings: &Findings, kinds: Kinds) -> String {
    let mut out = String::with_capacity(text.len());
    let mut kept = 0;
    for finding in findings {
        if kinds.contains(finding.kind) {
            let before = text.get(kept..finding.range.start).unwrap_or_default();
            for part in [before, "[", finding.kind.name(), "]"] {
                out.push_str(part);
            }
            kept = finding.range.end;
        }
    }
    out + text.get(kept..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, Kinds, scan};
    use super::mask;

    #[test]
    fn each_match_gives_way_to_its_kind() {
        let text = "Write to ada@example.org or dial +44 20 7946 0018, from 192.0.2.7.";
        assert_eq!(mask(text, &scan(text, None), Kinds::ALL), "Write to [email] or dial [phone], from [ip].");
    }

    #[test]
    fn only_the_kinds_asked_for_are_masked() {
        let text = "ada@example.org, 192.0.2.7";
        let only = [Kind::Ip].into_iter().collect();
        assert_eq!(mask(text, &scan(text, None), only), "ada@example.org, [ip]");
        assert_eq!(mask(text, &scan(text, None), Kinds::NONE), text);
    }

    #[test]
    fn characters_of_several_bytes_stay_whole() {
        let text = "écrire à ada@exämple.org – merci";
        assert_eq!(mask(text, &scan(text, None), Kinds::ALL), "écrire à [email] – merci");
    }

    #[test]
    fn findings_of_another_text_do_no_harm() {
        let findings = scan("Write to ada@example.org", None);
        assert_eq!(mask("short", &findings, Kinds::ALL), "[email]");
        assert_eq!(mask("éééééééééé", &findings, Kinds::ALL), "[email]");
    }
}
