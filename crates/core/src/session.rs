//! A session: one sign-in on one device, and the chain of refresh tokens that came of it. Others say
//! token family.

use hallpass_types::{EndReason, Ended, SessionInfo};
use woothee::parser::Parser;

use super::{
    clock::Timestamp,
    id::{Jti, SessionId, UserId},
    rotation::SessionFacts,
    store::{PresentedToken, Refresh},
};

/// A session as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The `sid` claim.
    pub id: SessionId,
    /// Whose.
    pub user: UserId,
    /// How many rotations it has seen.
    pub generation: u32,
    /// The refresh token of this generation: enough to sign it again.
    pub current: IssuedToken,
    /// The highest generation of which a token was ever seen in use.
    pub last_seen_generation: u32,
    /// When the person signed in.
    pub created_at: Timestamp,
    /// When the pair was last renewed.
    pub refreshed_at: Timestamp,
    /// When it ends whatever happens; no refresh token outlives it.
    pub ends_at: Timestamp,
    /// When the last access token made in it ends.
    pub access_expires_at: Timestamp,
    /// Where it was last renewed from.
    pub origin: Origin,
    /// How it ended, if it has.
    pub end: Option<SessionEnd>,
}

/// The claims that tell one issued token from the next. The text of a token is never stored; these claims, its subject
/// and the key are enough to sign it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedToken {
    /// Its `jti`.
    pub jti: Jti,
    /// Its `iat`.
    pub issued_at: Timestamp,
    /// Its `exp`.
    pub expires_at: Timestamp,
}

/// Where a request came from.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Origin {
    /// The peer's address.
    pub address: Option<String>,
    /// The `User-Agent` header, cut to 512 bytes.
    pub user_agent: Option<String>,
}

/// How a session ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionEnd {
    /// Why.
    pub reason: EndReason,
    /// When.
    pub at: Timestamp,
    /// From which device, in words.
    pub by: Option<String>,
}

impl Origin {
    /// Where nobody said: at the command line, or in another database.
    pub const UNKNOWN: Self = Self { address: None, user_agent: None };

    const MAX_USER_AGENT_BYTES: usize = 512;

    /// Keeps what fits of the header; the rest says nothing more.
    pub fn new(address: Option<String>, user_agent: Option<&str>) -> Self {
        let user_agent = user_agent.map(|text| {
            let end = text.floor_char_boundary(Self::MAX_USER_AGENT_BYTES);
            text[..end].to_owned()
        });
        Self { address, user_agent }
    }

    /// Browser and system in words: "Firefox on Linux".
    pub fn device(&self) -> Option<String> {
        let user_agent = self.user_agent.as_deref().filter(|text| !text.is_empty())?;
        // "HTTP Library" says less than such a program says of itself.
        let known = |name| Some(name).filter(|name| ![woothee::woothee::VALUE_UNKNOWN, "HTTP Library"].contains(name));
        let parsed = Parser::new().parse(user_agent);
        let browser = parsed.as_ref().and_then(|agent| known(agent.name));
        let system = parsed.as_ref().and_then(|agent| known(agent.os));
        Some(match (browser, system) {
            (Some(browser), Some(system)) => format!("{browser} on {}", plain_system(system, user_agent)),
            (Some(browser), None) => browser.to_owned(),
            (None, Some(system)) => format!("A program on {}", plain_system(system, user_agent)),
            // Programs name themselves first: "curl/8.5.0", "python-requests/2.32".
            (None, None) => user_agent.split(['/', ' ']).next().unwrap_or(user_agent).to_owned(),
        })
    }
}

/// The name that people use for a system.
fn plain_system<'text>(system: &'text str, user_agent: &str) -> &'text str {
    match system {
        "Mac OSX" => "macOS",
        // A browser on a telephone adds "Mobile", on a tablet it does not. Other programs never do.
        "Android" if user_agent.starts_with("Mozilla/") && !user_agent.contains("Mobile") => "Android tablet",
        name if name.starts_with("Windows") => "Windows",
        name => name,
    }
}

impl SessionEnd {
    /// For the page that explains a sign-out.
    pub fn explained(&self) -> Ended {
        Ended { reason: self.reason, at: self.at.seconds(), by: self.by.clone() }
    }
}

impl Session {
    /// After a renewal that made an access token and left the refresh token as it was.
    #[must_use]
    pub fn renewed(mut self, refresh: &Refresh) -> Self {
        self.refreshed_at = refresh.now;
        self.access_expires_at = self.access_expires_at.max(refresh.access_expires_at).min(self.ends_at);
        self.last_seen_generation = self.last_seen_generation.max(refresh.last_seen_generation);
        self.origin = refresh.origin.clone();
        self
    }

    /// After a rotation: the next generation, whose refresh token does not outlive the session.
    #[must_use]
    pub fn rotated(self, refresh: &Refresh) -> Self {
        let mut next = self.renewed(refresh);
        next.generation = next.generation.saturating_add(1);
        next.current = refresh.successor.clone();
        next.current.expires_at = next.current.expires_at.min(next.ends_at);
        next
    }

    /// A session of `user` for a refresh token that has none, because another issuer with the same key
    /// made it.
    pub fn adopting(refresh: &Refresh, user: UserId) -> Self {
        let PresentedToken { jti, issued_at, expires_at, .. } = refresh.token.clone();
        let issued_at = issued_at.unwrap_or(Timestamp::EPOCH);
        Self {
            id: refresh.adopted,
            user,
            generation: 0,
            created_at: issued_at.min(refresh.now),
            current: IssuedToken { jti, issued_at, expires_at },
            last_seen_generation: 0,
            refreshed_at: refresh.now,
            ends_at: refresh.adopted_ends_at,
            access_expires_at: refresh.access_expires_at,
            origin: refresh.origin.clone(),
            end: None,
        }
    }

    /// What [`rotation::decide`](super::rotation::decide) needs to know of it.
    pub fn facts(&self, seen_here: u32) -> SessionFacts {
        SessionFacts {
            generation: self.generation,
            last_seen_generation: self.last_seen_generation.max(seen_here),
            ends_at: self.ends_at,
            ended: self.end.as_ref().map(|end| end.reason),
        }
    }

    /// For its owner, who asks from the session `current`.
    pub fn info(&self, current: Option<SessionId>) -> SessionInfo {
        SessionInfo {
            id: self.id.to_string(),
            device: self.origin.device().unwrap_or_else(|| "An unknown device".to_owned()),
            address: self.origin.address.clone(),
            created_at: self.created_at.seconds(),
            refreshed_at: self.refreshed_at.seconds(),
            ends_at: self.ends_at.seconds(),
            is_current: current == Some(self.id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Origin;

    fn device(user_agent: &str) -> Option<String> {
        Origin::new(None, Some(user_agent)).device()
    }

    #[test]
    fn devices_are_named_in_words() {
        let chrome =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
        let safari = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";
        let edge = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0";
        assert_eq!(device(chrome).as_deref(), Some("Chrome on Linux"));
        assert_eq!(device(firefox).as_deref(), Some("Firefox on Linux"));
        assert_eq!(device(safari).as_deref(), Some("Safari on iPhone"));
        assert_eq!(device(edge).as_deref(), Some("Edge on Windows"));
        assert_eq!(device("python-requests/2.32.0").as_deref(), Some("python-requests"));
        assert_eq!(device("curl/8.5.0").as_deref(), Some("curl"));
        assert_eq!(device(""), None);
    }

    #[test]
    fn a_tablet_is_no_telephone() {
        let telephone = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36";
        let firefox = "Mozilla/5.0 (Android 15; Tablet; rv:140.0) Gecko/140.0 Firefox/140.0";
        assert_eq!(device(telephone).as_deref(), Some("Chrome on Android"));
        assert_eq!(device(&telephone.replace("Mobile ", "")).as_deref(), Some("Chrome on Android tablet"));
        assert_eq!(device(firefox).as_deref(), Some("Firefox on Android tablet"));
        let app = "Dalvik/2.1.0 (Linux; U; Android 15; Pixel 9 Build/AP4A.250205.002)";
        assert!(device(app).is_some_and(|words| !words.contains("tablet")));
    }

    #[test]
    fn a_user_agent_is_cut_between_characters() {
        let origin = Origin::new(None, Some(&"한".repeat(400)));
        assert_eq!(origin.user_agent.map(|text| text.len()), Some(510));
    }
}
