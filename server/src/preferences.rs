//! The language and color theme of pages. Each is in a cookie, so that the first response is already correct. They are
//! the only cookies, and they only affect how pages look.

use app::{language::Language, local_url::LocalUrl, ui::theme::Theme};
use axum::response::{IntoResponse, Response};
use cookie::{Cookie, SameSite, time::Duration};
use http::{HeaderMap, StatusCode, Uri, header};

const LANGUAGE: &str = "language";
const THEME: &str = "theme";

/// The lifetime of a choice: the longest that browsers accept.
const KEPT_FOR: Duration = Duration::days(400);

/// The preferences for rendering a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Preferences {
    /// The chosen language, or the first supported one of `Accept-Language`.
    pub(crate) language: Language,
    /// The chosen theme, or the device's.
    pub(crate) theme: Theme,
}

impl Preferences {
    /// Reads the preferences of a request.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let chosen = |name: &str| cookie(headers, name);
        let language = chosen(LANGUAGE).and_then(|tag| Language::of_tag(&tag));
        let theme = chosen(THEME).and_then(|word| Theme::of_word(&word));
        Self { language: language.unwrap_or_else(|| wanted_language(headers)), theme: theme.unwrap_or(Theme::System) }
    }
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut cookies = lines.flat_map(Cookie::split_parse).flatten();
    cookies.find(|cookie| cookie.name() == name).map(|cookie| cookie.value().to_owned())
}

/// The first supported language of `Accept-Language` (RFC 9110 §12.5.4), ignoring the region.
fn wanted_language(headers: &HeaderMap) -> Language {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let tags = accept_language::parse(accepted);
    let ours = |tag: &String| Language::of_tag(&tag.split('-').next()?.to_ascii_lowercase());
    tags.iter().find_map(ours).unwrap_or(Language::English)
}

/// Handles links such as `?language=ko`: sets the cookie and redirects to the page without the parameter. `None` if the
/// query has no valid choice.
pub(crate) fn choose(uri: &Uri) -> Option<Response> {
    let (choices, rest): (Vec<_>, Vec<_>) =
        uri.query()?.split('&').map(|pair| (pair, choice(pair))).partition(|(_, choice)| choice.is_some());
    if choices.is_empty() {
        return None;
    }
    let query = rest.into_iter().map(|(pair, _)| pair).collect::<Vec<_>>().join("&");
    let location = LocalUrl::of_page(&format!("{}?{query}", uri.path())).to_string();
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response();
    for (name, value) in choices.into_iter().filter_map(|(_, choice)| choice) {
        let cookie = Cookie::build((name, value)).path("/").max_age(KEPT_FOR).same_site(SameSite::Lax).http_only(true);
        if let Ok(cookie) = cookie.to_string().parse() {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    Some(response)
}

/// The preference in a query parameter.
fn choice(pair: &str) -> Option<(String, String)> {
    let (name, value) = form_urlencoded::parse(pair.as_bytes()).into_owned().next()?;
    let is_choice = match name.as_str() {
        LANGUAGE => Language::of_tag(&value).is_some(),
        THEME => Theme::of_word(&value).is_some(),
        _ => false,
    };
    is_choice.then_some((name, value))
}

#[cfg(test)]
mod tests {
    use app::{language::Language, ui::theme::Theme};
    use http::{HeaderMap, HeaderValue, Uri, header};

    use super::{Preferences, choose};

    fn preferences(headers: &[(header::HeaderName, &'static str)]) -> Preferences {
        let headers = headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value)));
        Preferences::of(&headers.collect::<HeaderMap>())
    }

    #[test]
    fn a_chosen_language_overrides_accept_language() {
        let wants_korean = (header::ACCEPT_LANGUAGE, "fr, ko-KR;q=0.9, en;q=0.8");
        assert_eq!(preferences(std::slice::from_ref(&wants_korean)).language, Language::Korean);
        let chosen = (header::COOKIE, "a=b; language=en; theme=dark");
        let preferred = preferences(&[wants_korean, chosen]);
        assert_eq!(preferred, Preferences { language: Language::English, theme: Theme::Dark });
        let unknown = (header::COOKIE, "language=xx; theme=\"; =; theme");
        assert_eq!(preferences(&[unknown]), Preferences { language: Language::English, theme: Theme::System });
    }

    #[test]
    fn a_preference_link_sets_a_cookie_and_redirects_to_the_same_page() {
        let answer = |address: &'static str| choose(&Uri::from_static(address));
        let chosen = answer("/sign-in?next=%2Faccount%3Fa%3Db&language=ko").expect("a choice");
        assert_eq!(chosen.headers()[header::LOCATION], "/sign-in?next=%2Faccount%3Fa%3Db");
        let cookie = chosen.headers()[header::SET_COOKIE].to_str().expect("text");
        assert!(cookie.starts_with("language=ko; HttpOnly; SameSite=Lax; Path=/; Max-Age="), "{cookie}");
        for none in ["/", "/?language=xx", "/?other=ko", "/?theme="] {
            assert!(answer(none).is_none(), "{none}");
        }
    }

    #[test]
    fn a_preference_link_never_redirects_to_another_host_and_keeps_the_other_parameters() {
        for (address, location) in [
            ("//evil.example/?theme=dark", "/evil.example/"),
            ("/\\evil.example?theme=dark", "/evil.example"),
            ("/.//evil.example?theme=dark", "/evil.example"),
            ("/a/..//evil.example?theme=dark", "/evil.example"),
            ("http://evil.example//evil.example?theme=dark", "/evil.example"),
            ("/a?b=%FF&language=ko&c&d=+%20&theme=dark", "/a?b=%FF&c&d=+%20"),
        ] {
            let chosen = choose(&address.parse().expect("an address")).expect("a choice");
            assert_eq!(chosen.headers()[header::LOCATION], location, "{address}");
        }
    }
}
