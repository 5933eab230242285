//! Whether a text has the form of an email address, by the grammar browsers use (HTML, "valid email address").

/// `local@domain`: RFC 5322 atom characters and dots before the `@`, labels of letters, digits and inner hyphens after it.
pub(crate) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let local_byte = |byte: u8| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte);
    text.len() <= 254 && !local.is_empty() && local.bytes().all(local_byte) && domain.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::is_email;

    #[test]
    fn the_usual_forms_are_taken_and_the_broken_ones_are_not() {
        for good in ["a@b.cd", "visitor_8f3a2b1c@guest.invalid", "o'neil+x@sub.example.co", "a@localhost"] {
            assert!(is_email(good), "{good}");
        }
        let long = format!("{}@b.cd", "a".repeat(250));
        for bad in ["", "a", "@b.cd", "a@", "a@b..cd", "a b@c.de", "a@-b.cd", "a@b_c.de", "a@b@c.de", "é@b.cd", &long] {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
