//! The `Authorization` header (RFC 9110 §11.6.2).

use crate::Error;

/// Finds the token in an `Authorization` header of an accepted scheme.
pub(super) fn token_in<'h>(
    types: &[impl AsRef<[u8]>],
    headers: impl IntoIterator<Item = &'h [u8]>,
) -> Result<&'h [u8], Error> {
    let mut headers = headers.into_iter();
    let header = match (headers.next(), headers.next()) {
        (None, _) => return Err(Error::NotAuthenticated),
        (Some(header), None) => header,
        (Some(_), Some(_)) => return Err(Error::BadAuthorizationHeader),
    };
    let header = header.trim_ascii();
    let end = header.iter().position(u8::is_ascii_whitespace).unwrap_or(header.len());
    let (scheme, rest) = header.split_at(end);
    if !types.iter().any(|ours| scheme.eq_ignore_ascii_case(ours.as_ref())) {
        return Err(Error::NotAuthenticated);
    }
    let token = rest.trim_ascii_start();
    // No early exit, so the loop vectorises.
    let has_space = token.iter().fold(false, |found, byte| found | byte.is_ascii_whitespace());
    if token.is_empty() || has_space { Err(Error::BadAuthorizationHeader) } else { Ok(token) }
}

#[cfg(test)]
mod tests {
    use super::token_in;
    use crate::Error;

    #[test]
    fn an_authorization_header_is_an_accepted_scheme_and_one_word() {
        let found = |header: &'static str| token_in(&["Bearer", "JWT"], [header.as_bytes()]);
        for header in ["Bearer a.b.c", "bEARER a.b.c", " JWT \t a.b.c \t"] {
            assert_eq!(found(header).ok(), Some("a.b.c".as_bytes()), "{header:?}");
        }
        for header in ["", " ", "Basic a b", "Bearera.b.c", "Basic"] {
            assert!(matches!(found(header), Err(Error::NotAuthenticated)), "{header:?}");
        }
        for header in ["Bearer", "JWT ", "Bearer a b", "Bearer a\tb c", "bearer Bearer a"] {
            assert!(matches!(found(header), Err(Error::BadAuthorizationHeader)), "{header:?}");
        }
        let headers = |texts: &[&'static str]| token_in(&["Bearer"], texts.iter().map(|text| text.as_bytes()));
        assert!(matches!(headers(&[]), Err(Error::NotAuthenticated)));
        assert!(matches!(headers(&["Bearer a", "Bearer a"]), Err(Error::BadAuthorizationHeader)));
    }
}
