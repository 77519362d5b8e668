//! What has the focus stays in sight when something appears that lies over the page (WCAG 2.2, 2.4.11).

use leptos::prelude::*;
use web_sys::{Element, ScrollIntoViewOptions, ScrollLogicalPosition};

/// Scrolls what has the focus clear of what has just appeared. The stylesheet says how much of the window that takes, by
/// `scroll-padding`. Who has scrolled away from it is left where they are.
pub(crate) fn uncover_focus() {
    request_animation_frame(|| {
        if let Some(focused) = document().active_element().filter(is_in_window) {
            let nearest = ScrollIntoViewOptions::new();
            nearest.set_block(ScrollLogicalPosition::Nearest);
            nearest.set_inline(ScrollLogicalPosition::Nearest);
            focused.scroll_into_view_with_scroll_into_view_options(&nearest);
        }
    });
}

/// Whether some of it is in the window, and all of it could be.
fn is_in_window(element: &Element) -> bool {
    let Some(root) = document().document_element() else { return false };
    let (bounds, height) = (element.get_bounding_client_rect(), f64::from(root.client_height()));
    bounds.bottom() > 0.0 && bounds.top() < height && bounds.height() < height
}
