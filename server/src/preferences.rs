//! What a person prefers: the language and the colours of the pages, each in a cookie of its own, so
//! that the first byte of a page is right already. They are the only cookies there are, and nothing
//! but the look of a page depends on them.

use app::{language::Language, ui::theme::Theme};
use axum::response::{IntoResponse, Response};
use cookie::{Cookie, SameSite, time::Duration};
use http::{HeaderMap, StatusCode, Uri, header};

const LANGUAGE: &str = "language";
const THEME: &str = "theme";

/// How long a choice is kept; browsers keep none longer.
const KEPT_FOR: Duration = Duration::days(400);

/// What the pages of a request are rendered in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preferences {
    /// The language that was chosen, or else the first one of ours that the browser wants.
    pub language: Language,
    /// The colours that were chosen, or else the device's.
    pub theme: Theme,
}

impl Preferences {
    /// Those of a request.
    pub fn of(headers: &HeaderMap) -> Self {
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

/// The first language of `Accept-Language` (RFC 9110 §12.5.4) that we speak, whatever its region.
fn wanted_language(headers: &HeaderMap) -> Language {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let tags = accept_language::parse(accepted);
    let ours = |tag: &String| Language::of_tag(&tag.split('-').next()?.to_ascii_lowercase());
    tags.iter().find_map(ours).unwrap_or(Language::English)
}

/// Answers a link such as `?language=ko`: keeps the choice, and leads to the same address without it.
/// `None` when the address holds no choice of ours.
pub fn choose(uri: &Uri) -> Option<Response> {
    let (choices, rest): (Vec<_>, Vec<_>) =
        form_urlencoded::parse(uri.query()?.as_bytes()).partition(|(name, value)| is_choice(name, value));
    if choices.is_empty() {
        return None;
    }
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(&rest).finish();
    // One slash: two would lead to another host.
    let path = format!("/{}", uri.path().trim_start_matches('/'));
    let location = if query.is_empty() { path } else { format!("{path}?{query}") };
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response();
    for (name, value) in choices {
        let cookie = Cookie::build((name.into_owned(), value.into_owned()))
            .path("/")
            .max_age(KEPT_FOR)
            .same_site(SameSite::Lax)
            .http_only(true);
        if let Ok(cookie) = cookie.to_string().parse() {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    Some(response)
}

fn is_choice(name: &str, value: &str) -> bool {
    match name {
        LANGUAGE => Language::of_tag(value).is_some(),
        THEME => Theme::of_word(value).is_some(),
        _ => false,
    }
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
    fn a_choice_goes_before_what_the_browser_wants() {
        let wants_korean = (header::ACCEPT_LANGUAGE, "fr, ko-KR;q=0.9, en;q=0.8");
        assert_eq!(preferences(std::slice::from_ref(&wants_korean)).language, Language::Korean);
        let chosen = (header::COOKIE, "a=b; language=en; theme=dark");
        let preferred = preferences(&[wants_korean, chosen]);
        assert_eq!(preferred, Preferences { language: Language::English, theme: Theme::Dark });
        let unknown = (header::COOKIE, "language=xx; theme=\"; =; theme");
        assert_eq!(preferences(&[unknown]), Preferences { language: Language::English, theme: Theme::System });
    }

    #[test]
    fn a_link_keeps_the_choice_and_leads_back_to_the_same_page() {
        let answer = |address: &'static str| choose(&Uri::from_static(address));
        let chosen = answer("/sign-in?next=%2Faccount%3Fa%3Db&language=ko").expect("a choice");
        assert_eq!(chosen.headers()[header::LOCATION], "/sign-in?next=%2Faccount%3Fa%3Db");
        let cookie = chosen.headers()[header::SET_COOKIE].to_str().expect("text");
        assert!(cookie.starts_with("language=ko; HttpOnly; SameSite=Lax; Path=/; Max-Age="), "{cookie}");
        assert_eq!(
            answer("//evil.example/?theme=dark").expect("a choice").headers()[header::LOCATION],
            "/evil.example/"
        );
        for none in ["/", "/?language=xx", "/?other=ko", "/?theme="] {
            assert!(answer(none).is_none(), "{none}");
        }
    }
}
