//! A device's name. The server sends "Firefox on Linux".

use crate::texts;

texts! {
    Text {
        on(browser, system): "{browser} on {system}" | "{system}의 {browser}",
        android_tablet: "Android tablet" | "Android 태블릿",
    }
}

/// The system whose name needs a translation.
const ANDROID_TABLET: &str = "Android tablet";

/// The device in the language of the page.
pub(crate) fn device_words(device: &str) -> String {
    let text = Text::get();
    match device.split_once(" on ") {
        Some((browser, system)) => {
            let system = if system == ANDROID_TABLET { text.android_tablet } else { system };
            text.on(&browser, &system)
        }
        None => device.to_owned(),
    }
}

/// The icon of a device.
pub(crate) fn device_icon(device: &str) -> &'static str {
    let is_any = |words: &[&str]| words.iter().any(|word| device.contains(word));
    if is_any(&["iPad", ANDROID_TABLET]) {
        "tablet"
    } else if is_any(&["iPhone", "Windows Phone", "Android"]) {
        "phone"
    } else if is_any(&[" on "]) {
        "laptop"
    } else {
        "terminal"
    }
}

#[cfg(test)]
mod tests {
    use super::device_icon;

    #[test]
    fn a_device_has_an_icon_of_its_kind() {
        for (device, icon) in [
            ("Safari on iPhone", "phone"),
            ("Chrome on Android", "phone"),
            ("Safari on iPad", "tablet"),
            ("Chrome on Android tablet", "tablet"),
            ("Firefox on Linux", "laptop"),
            ("curl", "terminal"),
        ] {
            assert_eq!(device_icon(device), icon, "{device}");
        }
    }
}
