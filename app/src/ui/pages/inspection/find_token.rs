//! Finds a token in pasted text: alone, in a header, a command or JSON, even broken into lines.

use super::anatomy::{Anatomy, NoToken};

/// Words before a token in a header that consist of token characters.
const LABELS: [&str; 4] = ["authorization", "bearer", "dpop", "jwt"];

/// Decodes the first token in the text.
///
/// # Errors
/// The defect of the longest candidate, if none is a token.
pub(super) fn find_token(text: &str) -> Result<Anatomy, NoToken> {
    let candidates = text.split_inclusive(is_delimiter).map(without_name).map(joined);
    let candidates: Vec<_> = candidates.filter(|candidate| !candidate.is_empty()).collect();
    let found = candidates.iter().find_map(|candidate| Anatomy::of(candidate).ok());
    let longest = candidates.iter().max_by_key(|candidate| candidate.len());
    found.map_or_else(|| Anatomy::of(longest.map_or("", String::as_str)), Ok)
}

/// A piece of text up to a delimiter. A word before a colon is the name of a header or of a JSON member.
fn without_name(piece: &str) -> &str {
    match piece.strip_suffix(':') {
        Some(named) => named.trim_end_matches(|character| !is_gap(character)),
        None => piece.trim_end_matches(is_delimiter),
    }
}

/// Whether a character is neither part of a compact JWS (RFC 7515 §3.1) nor a line break.
fn is_delimiter(character: char) -> bool {
    let is_part = character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
    !is_part && !is_gap(character)
}

/// White space and zero-width characters.
fn is_gap(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// The words of a candidate, joined, without the labels before it.
fn joined(candidate: &str) -> String {
    let is_label = |word: &&str| LABELS.iter().any(|label| word.eq_ignore_ascii_case(label));
    let words = candidate.split(is_gap).filter(|word| !word.is_empty());
    words.skip_while(is_label).collect()
}

#[cfg(test)]
mod tests {
    use super::find_token;
    use crate::ui::pages::inspection::anatomy::{Anatomy, NoToken};

    const TOKEN: &str = "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjIwLCJuYW1lIjoi7ZWcIn0.c2lnbmF0dXJl";

    /// The token with `separator` after every tenth character.
    fn broken_by(separator: &str) -> String {
        let characters: Vec<char> = TOKEN.chars().collect();
        characters.chunks(10).map(String::from_iter).collect::<Vec<_>>().join(separator)
    }

    #[test]
    fn a_token_is_found_in_headers_commands_and_json() {
        let anatomy = Anatomy::of(TOKEN);
        for text in [
            TOKEN.to_owned(),
            format!("  {TOKEN}\n"),
            format!("\"{TOKEN}\""),
            format!("'{TOKEN}',"),
            format!("`{TOKEN}`"),
            format!("\u{201c}{TOKEN}\u{201d}"),
            format!("Bearer {TOKEN}"),
            format!("bearer\t{TOKEN}"),
            format!("Authorization: Bearer {TOKEN}"),
            format!("authorization:bearer {TOKEN}\r\nAccept: */*"),
            format!("Authorization Bearer {TOKEN}"),
            format!("DPoP {TOKEN}"),
            format!("{{\"access\":\"{TOKEN}\",\"refresh\":\"e30.e30.x\"}}"),
            format!("{{\n  \"token_type\": \"Bearer\",\n  \"access_token\": \"{TOKEN}\"\n}}"),
            format!("\"{{\\\"access\\\":\\\"{TOKEN}\\\"}}\""),
            format!("curl https://api.example.com/v1.0.0/me -H 'Authorization: Bearer {TOKEN}'"),
            format!("https://app.example.com/#access_token={TOKEN}&token_type=bearer"),
            format!("<{TOKEN}>"),
            broken_by("\n"),
            broken_by("\r\n    "),
            broken_by("\u{200b}"),
            format!("Authorization: Bearer {}", broken_by("\n  ")),
            format!("\"{}\"", broken_by(" ")),
        ] {
            assert_eq!(find_token(&text), anatomy, "{text:?}");
        }
    }

    #[test]
    fn text_without_a_token_reports_the_first_defect() {
        for (text, fault) in [
            ("Bearer", NoToken::Parts),
            ("\"\"", NoToken::Parts),
            ("a.b", NoToken::Parts),
            ("Authorization: Bearer a.b.c.d.e", NoToken::Encrypted),
            ("{\"access\": \"abc.e30.x\"}", NoToken::Header),
            ("'e30.W10.x'", NoToken::Claims),
        ] {
            assert_eq!(find_token(text), Err(fault), "{text:?}");
        }
    }
}
