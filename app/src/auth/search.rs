//! What somebody types into a search field.

/// How many words a search may have.
const MAX_WORDS: usize = 10;

/// The words between white space and commas (Django REST framework: `SearchFilter`), and between NULs,
/// which stand in no text that is looked through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchWords(Vec<String>);

/// More words than are looked for: each is looked for in every row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Search for at most {} words.", MAX_WORDS)]
pub struct TooManyWords;

impl SearchWords {
    /// Takes a text apart. In one that says nothing there are none.
    ///
    /// # Errors
    /// When there are more than ten.
    pub fn parse(text: &str) -> Result<Self, TooManyWords> {
        let words = text.split(|c: char| c.is_whitespace() || [',', '\0'].contains(&c)).filter(|word| !word.is_empty());
        let words: Vec<_> = words.map(str::to_owned).collect();
        if words.len() > MAX_WORDS { Err(TooManyWords) } else { Ok(Self(words)) }
    }

    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::{SearchWords, TooManyWords};

    #[test]
    fn words_stand_between_white_space_and_commas() {
        let words = SearchWords::parse(" ada,,m\tlove\0lace ").expect("four words");
        assert_eq!(words.iter().collect::<Vec<_>>(), ["ada", "m", "love", "lace"]);
        assert_eq!(SearchWords::parse(" , "), Ok(SearchWords::default()));
    }

    #[test]
    fn more_than_ten_words_are_not_looked_for() {
        assert!(SearchWords::parse(&"a ".repeat(10)).is_ok());
        assert_eq!(SearchWords::parse(&"a ".repeat(11)), Err(TooManyWords));
    }
}
