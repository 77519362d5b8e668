//! The range of rows on a page.

use hallpass_types::Listing;

use crate::{language::fill, texts};

texts! {
    Text {
        shown: "{from}–{to} of {count}" | "{count}개 중 {from}–{to}",
        nothing: "Nothing found" | "찾은 것이 없습니다",
    }
}

/// "21–40 of 1204".
pub(super) fn count_words<T>(listing: &Listing<T>) -> String {
    let text = Text::get();
    match range(listing) {
        Some((from, to)) => {
            let [from, to, count] = [from, to, listing.count].map(|number| number.to_string());
            fill(text.shown, &[("from", &from), ("to", &to), ("count", &count)])
        }
        None => text.nothing.to_owned(),
    }
}

/// The numbers of the first and last row; all pages but the last are full.
fn range<T>(listing: &Listing<T>) -> Option<(u64, u64)> {
    let shown = u64::try_from(listing.items.len()).ok().filter(|shown| *shown > 0)?;
    let before = if listing.page < listing.pages {
        listing.page.saturating_sub(1).saturating_mul(shown)
    } else {
        listing.count.saturating_sub(shown)
    };
    Some((before + 1, before + shown))
}

#[cfg(test)]
mod tests {
    use hallpass_types::Listing;

    use super::range;

    #[test]
    fn row_numbers_continue_across_pages() {
        let of = |page, shown| range(&Listing { count: 45, page, pages: 3, items: vec![(); shown] });
        assert_eq!(of(1, 20), Some((1, 20)));
        assert_eq!(of(2, 20), Some((21, 40)));
        assert_eq!(of(3, 5), Some((41, 45)));
        assert_eq!(of(1, 0), None);
    }
}
