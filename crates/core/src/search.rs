//! Search queries.

use super::text;

/// The maximum number of words.
const MAX_WORDS: usize = 10;

/// The words of a search, separated by white space, commas (Django REST framework: `SearchFilter`) and NULs, which no
/// searched text contains. They are folded like the searched text: see [`text::fold`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchWords(Vec<String>);

/// The search has too many words. Each is looked for in every row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Search for at most {} words.", MAX_WORDS)]
pub struct TooManyWords;

impl SearchWords {
    /// Splits a text into words. Blank text has none.
    ///
    /// # Errors
    /// When there are more than ten.
    pub fn parse(text: &str) -> Result<Self, TooManyWords> {
        let text = text::fold(text);
        let words = text.split(|c: char| c.is_whitespace() || [',', '\0'].contains(&c)).filter(|word| !word.is_empty());
        let words: Vec<_> = words.map(str::to_owned).collect();
        if words.len() > MAX_WORDS { Err(TooManyWords) } else { Ok(Self(words)) }
    }

    /// The words in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::{SearchWords, TooManyWords};

    #[test]
    fn words_are_separated_by_white_space_and_commas() {
        let words = SearchWords::parse(" ada,,m\tlove\0lace ").expect("four words");
        assert_eq!(words.iter().collect::<Vec<_>>(), ["ada", "m", "love", "lace"]);
        assert_eq!(SearchWords::parse(" , "), Ok(SearchWords::default()));
    }

    #[test]
    fn words_are_folded() {
        let words =
            SearchWords::parse("ÖZGÜR O\u{308}zgu\u{308}r\u{ff0c}\u{ff21}\u{ff24}\u{ff21} STRAßE").expect("four words");
        assert_eq!(words.iter().collect::<Vec<_>>(), ["özgür", "özgür", "ada", "strasse"]);
    }

    #[test]
    fn more_than_ten_words_are_rejected() {
        assert!(SearchWords::parse(&"a ".repeat(10)).is_ok());
        assert_eq!(SearchWords::parse(&"a ".repeat(11)), Err(TooManyWords));
    }
}
