//! Keeps the focused element visible when a bar covers part of the page (WCAG 2.2, 2.4.11).

use leptos::prelude::*;
use web_sys::{Element, ScrollIntoViewOptions, ScrollLogicalPosition};

/// Scrolls the focused element clear of a bar that has just appeared. `scroll-padding` states the bar's height. Does
/// nothing if the user has scrolled away from the element.
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

/// Whether the element is partly in the window and fits into it.
fn is_in_window(element: &Element) -> bool {
    let Some(root) = document().document_element() else { return false };
    let (bounds, height) = (element.get_bounding_client_rect(), f64::from(root.client_height()));
    bounds.bottom() > 0.0 && bounds.top() < height && bounds.height() < height
}
