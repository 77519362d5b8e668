//! Unicode rules for usernames and e-mail addresses: normal forms, case folding, and characters that cannot be
//! seen. The tables are part of the server only.

use icu_casemap::CaseMapper;
use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup, Script},
    script::ScriptWithExtensions,
};
use unicode_normalization::UnicodeNormalization;

/// Folds text for comparison: two texts that differ in case, width or composition become equal (Unicode D146,
/// compatibility caseless match).
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let case = CaseMapper::new();
    let decomposed: String = text.nfd().collect();
    let folded: String = case.fold_string(&decomposed).nfkc().collect();
    case.fold_string(&folded).nfkc().collect()
}

/// Whether each character of a name is visible: none is ignored by default (Unicode `Default_Ignorable_Code_Point`), such
/// as U+3164, and each combining mark follows a letter that it can combine with.
pub(super) fn is_visible(name: &str) -> bool {
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let mut base = None;
    name.chars().all(|c| {
        if ignorable.contains(c) {
            return false;
        }
        if is_mark(c) {
            return base.is_some_and(|base| combines(c, base));
        }
        base = Some(c).filter(|c| c.is_alphabetic());
        true
    })
}

pub(super) fn is_mark(c: char) -> bool {
    GeneralCategoryGroup::Mark.contains(CodePointMapData::<GeneralCategory>::new().get(c))
}

/// Whether a combining mark is used in the script of a letter (Unicode `Script_Extensions`). A mark of no script combines
/// with every letter.
fn combines(mark: char, base: char) -> bool {
    let scripts = ScriptWithExtensions::new();
    let mark = scripts.get_script_extensions_val(mark);
    mark.contains(&Script::Inherited) || mark.contains(&Script::Common) || mark.contains(&scripts.get_script_val(base))
}

#[cfg(test)]
mod tests {
    use super::{fold, is_visible};

    #[test]
    fn case_width_and_composition_fold_away() {
        for (one, other) in [
            ("Özgür", "özgür"),
            ("Özgür", "O\u{308}zgu\u{308}r"),
            ("ada", "\u{ff21}\u{ff44}\u{ff41}"),
            ("STRASSE", "straße"),
            ("ΣΊΣΥΦΟΣ", "σίσυφος"),
            ("\u{212b}", "å"),
        ] {
            assert_eq!(fold(one), fold(other), "{one:?} {other:?}");
        }
        assert_ne!(fold("ada"), fold("eda"));
    }

    #[test]
    fn invisible_characters_and_lone_marks_are_detected() {
        for visible in ["ada", "홍길동", "आशा", "ada_1.b+c@d-e", "a\u{301}", "مُحَمَّد", "הֵלֵן"]
        {
            assert!(is_visible(visible), "{visible:?}");
        }
        for invisible in [
            "\u{3164}",
            "\u{115f}",
            "\u{1160}",
            "\u{ffa0}",
            "admin\u{3164}",
            "\u{200b}",
            "a\u{ad}",
            "a\u{200d}b",
            "a\u{feff}",
            "a\u{fe0f}",
            "a\u{180b}",
            "a\u{e0041}",
            "a\u{e0100}",
            "\u{17b4}",
            "a\u{2060}",
            "a\u{202e}",
            "a\u{34f}",
            "\u{345}",
            "admin\u{345}",
            "\u{301}a",
            "a.\u{301}",
            "1\u{301}",
            "\u{93e}",
            "a\u{93e}",
        ] {
            assert!(!is_visible(invisible), "{invisible:?}");
        }
    }
}
