//! The range of rows on a page.

use hallpass_types::Listing;

use crate::texts;

texts! {
    Text {
        shown(from, to, count): "{from}–{to} of {count}" | "{count}개 중 {from}–{to}",
    }
}

/// "21–40 of 1204". All pages but the last are full.
pub(super) fn count_words<T>(listing: &Listing<T>) -> String {
    let shown = u64::try_from(listing.items.len()).unwrap_or(u64::MAX);
    let before = if listing.page < listing.pages {
        listing.page.saturating_sub(1).saturating_mul(shown)
    } else {
        listing.count.saturating_sub(shown)
    };
    Text::get().shown(&(before + 1), &(before + shown), &listing.count)
}

#[cfg(test)]
mod tests {
    use hallpass_types::Listing;

    use super::count_words;

    #[test]
    fn row_numbers_continue_across_pages() {
        let of = |page, shown| count_words(&Listing { count: 45, page, pages: 3, items: vec![(); shown] });
        assert_eq!(of(1, 20), "1–20 of 45");
        assert_eq!(of(2, 20), "21–40 of 45");
        assert_eq!(of(3, 5), "41–45 of 45");
    }
}
