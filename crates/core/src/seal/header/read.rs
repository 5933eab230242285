//! Reads a protected header: one JSON object of strings, with one object of strings in it.

use alloc::string::String;

use super::Header;
use crate::seal::point::PublicPoint;
use crate::seal::{SealError, base64};

/// Reads the header of a sealed field.
pub(super) fn header(text: &str) -> Result<Header, SealError> {
    let mut reader = Reader { rest: text };
    let [mut alg, mut enc, mut key_id, mut apu, mut guest, mut field] = [const { None }; 6];
    let mut ephemeral = None;
    reader.members(|reader, name| match name {
        "alg" => once(&mut alg, reader.string()?),
        "enc" => once(&mut enc, reader.string()?),
        "kid" => once(&mut key_id, reader.string()?),
        "epk" => once(&mut ephemeral, public_key(reader)?),
        "apu" => once(&mut apu, reader.string()?),
        "gst" => once(&mut guest, reader.string()?),
        "fld" => once(&mut field, reader.string()?),
        _ => Err(SealError::Unsupported),
    })?;
    if !reader.rest.is_empty() {
        return Err(SealError::Malformed);
    }
    if given(alg)? != "ECDH-ES" || given(enc)? != "A256GCM" {
        return Err(SealError::Unsupported);
    }
    let (field, key_id) = (given(field)?, given(key_id)?);
    if key_id.is_empty() || given(apu)? != base64::url(field.as_bytes()) {
        return Err(SealError::Malformed);
    }
    Ok(Header { key_id, ephemeral: given(ephemeral)?, guest: given(guest)?, field })
}

fn public_key(reader: &mut Reader<'_>) -> Result<PublicPoint, SealError> {
    let [mut kty, mut crv, mut x, mut y] = [const { None }; 4];
    reader.members(|reader, name| match name {
        "kty" => once(&mut kty, reader.string()?),
        "crv" => once(&mut crv, reader.string()?),
        "x" => once(&mut x, reader.string()?),
        "y" => once(&mut y, reader.string()?),
        _ => Err(SealError::Unsupported),
    })?;
    if given(kty)? != "EC" || given(crv)? != "P-256" {
        return Err(SealError::Unsupported);
    }
    Ok(PublicPoint::from_coordinates(base64::array_from_url(&given(x)?)?, base64::array_from_url(&given(y)?)?))
}

fn once<T>(slot: &mut Option<T>, value: T) -> Result<(), SealError> {
    if slot.is_some() {
        return Err(SealError::Malformed);
    }
    *slot = Some(value);
    Ok(())
}

fn given<T>(slot: Option<T>) -> Result<T, SealError> {
    slot.ok_or(SealError::Malformed)
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    /// An object; `member` reads the value that follows each name.
    fn members(&mut self, mut member: impl FnMut(&mut Self, &str) -> Result<(), SealError>) -> Result<(), SealError> {
        self.expect('{')?;
        loop {
            let name = self.string()?;
            self.expect(':')?;
            member(self, &name)?;
            match self.take() {
                Some(',') => {}
                Some('}') => return Ok(()),
                _ => return Err(SealError::Malformed),
            }
        }
    }

    /// A string. Of the escapes, only those of characters that must or may be escaped in one way: `\"`, `\\`, `\/`.
    fn string(&mut self) -> Result<String, SealError> {
        self.expect('"')?;
        let mut text = String::new();
        loop {
            match self.take() {
                Some('"') => return Ok(text),
                Some('\\') => match self.take() {
                    Some(c @ ('"' | '\\' | '/')) => text.push(c),
                    _ => return Err(SealError::Malformed),
                },
                Some(c) if !c.is_control() => text.push(c),
                _ => return Err(SealError::Malformed),
            }
        }
    }

    fn expect(&mut self, wanted: char) -> Result<(), SealError> {
        if self.take() == Some(wanted) { Ok(()) } else { Err(SealError::Malformed) }
    }

    fn take(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patch::Pointer;
    use crate::seal::Place;
    use proptest::prelude::*;

    fn sample() -> String {
        let place = Place::new("g-1", Pointer::parse("/a\"b\\c/größe").expect("a pointer")).expect("a place");
        Header::write("k1", &PublicPoint::from_coordinates([1; 32], [2; 32]), &place)
    }

    #[test]
    fn what_was_written_is_read_back() {
        let read = header(&sample()).expect("a header");
        assert_eq!((&*read.key_id, &*read.guest, &*read.field), ("k1", "g-1", "/a\"b\\c/größe"));
        assert_eq!(read.ephemeral, PublicPoint::from_coordinates([1; 32], [2; 32]));
    }

    #[test]
    fn an_independent_parser_reads_the_same_members() {
        let json: serde_json::Value = serde_json::from_str(&sample()).expect("JSON");
        assert_eq!(json["fld"], "/a\"b\\c/größe");
        assert_eq!(json["epk"]["crv"], "P-256");
    }

    #[test]
    fn the_order_of_the_members_does_not_matter() {
        let text = sample().replacen(r#""alg":"ECDH-ES","enc":"A256GCM","#, "", 1);
        let text = format!(r#"{},"enc":"A256GCM","alg":"ECDH-ES"}}"#, text.trim_end_matches('}'));
        assert_eq!(header(&text), header(&sample()));
    }

    #[test]
    fn another_algorithm_or_an_unknown_member_is_unsupported() {
        for (from, to) in [
            ("\"ECDH-ES\"", "\"ECDH-ES+A256KW\""),
            ("\"ECDH-ES\"", "\"dir\""),
            ("\"ECDH-ES\"", "\"none\""),
            ("A256GCM", "A128GCM"),
            ("P-256", "P-384"),
            ("\"EC\"", "\"OKP\""),
            ("{\"alg\"", "{\"zip\":\"DEF\",\"alg\""),
            ("{\"alg\"", "{\"crit\":[\"exp\"],\"alg\""),
            ("{\"kty\"", "{\"d\":\"AA\",\"kty\""),
        ] {
            assert_eq!(header(&sample().replacen(from, to, 1)), Err(SealError::Unsupported), "{to}");
        }
    }

    #[test]
    fn a_header_that_is_not_exactly_of_the_form_is_malformed() {
        let sample = sample();
        for (from, to) in [
            ("{\"alg\"", "{ \"alg\""),
            ("{\"alg\"", "{\"alg\":\"ECDH-ES\",\"alg\""),
            ("\"kid\":\"k1\",", ""),
            ("\"gst\":\"g-1\",", ""),
            ("\"k1\"", "\"\""),
            ("\"k1\"", "7"),
            ("\"k1\"", "\"k\\u0031\""),
            ("\"apu\":\"", "\"apu\":\"AA"),
            ("\"x\":\"AQ", "\"x\":\""),
            ("\"x\":\"AQ", "\"x\":\"AQAA"),
            ("\"k1\",", "\"k1\",,"),
        ] {
            let changed = sample.replacen(from, to, 1);
            assert_ne!(changed, sample, "{from}");
            assert_eq!(header(&changed), Err(SealError::Malformed), "{to}");
        }
        for text in ["", "{}", "[]", "null", "{\"alg\":", &format!("{sample} "), &format!("{sample}{sample}")] {
            assert_eq!(header(text), Err(SealError::Malformed), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered_without_a_panic(text in any::<String>()) {
            let _ = header(&text);
        }

        #[test]
        fn no_truncation_of_a_header_is_a_header(cut in 0usize..300) {
            let sample = sample();
            if let Some(text) = sample.get(..cut.min(sample.len() - 1)) {
                prop_assert!(header(text).is_err());
            }
        }
    }
}
