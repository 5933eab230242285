//! Parameters of a token request (RFC 6749, section 3.2 and appendix B).

use std::collections::HashMap;

use url::form_urlencoded;

/// A form's parameters; those without a value count as left out. `None` where one is given twice.
pub(crate) fn parameters(body: &[u8]) -> Option<HashMap<String, String>> {
    let mut parameters = HashMap::new();
    for (name, value) in form_urlencoded::parse(body) {
        if !value.is_empty() && parameters.insert(name.into_owned(), value.into_owned()).is_some() {
            return None;
        }
    }
    Some(parameters)
}

/// One form-encoded value, as the halves of Basic credentials are (RFC 6749, section 2.3.1).
pub(crate) fn decode(value: &str) -> String {
    // Splitting at & and = must not happen within a value.
    let escaped = value.replace('&', "%26").replace('=', "%3D");
    form_urlencoded::parse(format!("v={escaped}").as_bytes()).next().map_or_else(String::new, |(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_given_twice_is_refused_and_an_empty_one_is_left_out() {
        assert_eq!(parameters(b"a=1&b=&c=x+y%21"), Some([("a", "1"), ("c", "x y!")].map(|(k, v)| (k.into(), v.into())).into()));
        assert_eq!(parameters(b"a=1&a=1"), None);
    }

    #[test]
    fn a_value_of_basic_credentials_is_decoded_as_a_whole() {
        assert_eq!(decode("a%3Ab+c&d=e"), "a:b c&d=e");
    }
}
