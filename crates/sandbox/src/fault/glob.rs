//! Path patterns: `*` stands for anything without a slash, `**` for anything.

/// Whether the whole of `path` matches `pattern`. Takes time in proportion to the product of their lengths at most.
pub(super) fn matches(pattern: &str, path: &str) -> bool {
    let tokens = tokens(pattern);
    // reached[i]: the tokens before i match what of the path was read so far.
    let mut reached = vec![false; tokens.len() + 1];
    reached[0] = true;
    skip_stars(&tokens, &mut reached);
    for byte in path.bytes() {
        let mut next = vec![false; tokens.len() + 1];
        for (index, token) in tokens.iter().enumerate().filter(|(index, _)| reached[*index]) {
            match token {
                Token::Byte(expected) if *expected == byte => next[index + 1] = true,
                Token::Any => next[index] = true,
                Token::Within if byte != b'/' => next[index] = true,
                _ => {}
            }
        }
        skip_stars(&tokens, &mut next);
        reached = next;
    }
    reached[tokens.len()]
}

#[derive(Clone, Copy)]
enum Token {
    Byte(u8),
    Within,
    Any,
}

fn tokens(pattern: &str) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(pattern.len());
    let mut bytes = pattern.bytes().peekable();
    while let Some(byte) = bytes.next() {
        tokens.push(match byte {
            b'*' if bytes.next_if_eq(&b'*').is_some() => Token::Any,
            b'*' => Token::Within,
            byte => Token::Byte(byte),
        });
    }
    tokens
}

/// A star may stand for nothing.
fn skip_stars(tokens: &[Token], reached: &mut [bool]) {
    for (index, token) in tokens.iter().enumerate() {
        if reached[index] && !matches!(token, Token::Byte(_)) {
            reached[index + 1] = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn one_star_stays_within_a_segment_and_two_do_not() {
        for (pattern, path, expected) in [
            ("/a/*", "/a/b", true),
            ("/a/*", "/a/", true),
            ("/a/*", "/a/b/c", false),
            ("/a/*/c", "/a/b/c", true),
            ("/a/**", "/a/b/c", true),
            ("**", "/a/b/c", true),
            ("**/c", "/a/b/c", true),
            ("/a", "/a/b", false),
            ("/a/b", "/a", false),
            ("/a/*b*/c", "/a/xby/c", true),
            ("/a/*b*/c", "/a/xy/c", false),
            ("", "", true),
        ] {
            assert_eq!(matches(pattern, path), expected, "{pattern} {path}");
        }
    }
}
