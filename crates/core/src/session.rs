//! A session: one sign-in on one device, and the chain of its refresh tokens. Also known as a token family.

use hallpass_types::{EndReason, Ended, SessionInfo};
use woothee::parser::Parser;

use super::{
    clock::Timestamp,
    id::{Jti, SessionId, UserId},
    rotation::SessionFacts,
};

/// The state of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The `sid` claim.
    pub id: SessionId,
    /// The user.
    pub user: UserId,
    /// The number of rotations so far.
    pub generation: u32,
    /// The refresh token of this generation: enough to sign it again.
    pub current: IssuedToken,
    /// The highest generation of which a token was seen in use.
    pub last_seen_generation: u32,
    /// Time of the sign-in.
    pub created_at: Timestamp,
    /// Time of the last renewal.
    pub refreshed_at: Timestamp,
    /// The latest end of the session. No refresh token outlives it.
    pub ends_at: Timestamp,
    /// The expiry of the last access token.
    pub access_expires_at: Timestamp,
    /// The origin of the last renewal.
    pub origin: Origin,
    /// The end of the session, if it has ended.
    pub end: Option<SessionEnd>,
}

/// The claims that differ between issued tokens. The text of a token is never stored; these claims, its subject
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

/// The origin of a request.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Origin {
    /// The client's IP address.
    pub ip: Option<String>,
    /// The `User-Agent` header, cut to 512 bytes.
    pub user_agent: Option<String>,
}

/// The end of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionEnd {
    /// The reason.
    pub reason: EndReason,
    /// The time.
    pub at: Timestamp,
    /// The device that ended it, for example "Firefox on Linux".
    pub by: Option<String>,
}

impl Origin {
    /// An unknown origin: the command line, or another database.
    pub const UNKNOWN: Self = Self { ip: None, user_agent: None };

    const MAX_USER_AGENT_BYTES: usize = 512;

    /// Creates an origin. The header is cut to 512 bytes.
    pub fn new(ip: Option<String>, user_agent: Option<&str>) -> Self {
        let user_agent = user_agent.map(|text| {
            let end = text.floor_char_boundary(Self::MAX_USER_AGENT_BYTES);
            text[..end].to_owned()
        });
        Self { ip, user_agent }
    }

    /// The browser and the operating system, for example "Firefox on Linux".
    pub fn device(&self) -> Option<String> {
        let user_agent = self.user_agent.as_deref().filter(|text| !text.is_empty())?;
        // "HTTP Library" says less than the program's own name.
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

/// The common name of an operating system.
fn plain_system<'text>(system: &'text str, user_agent: &str) -> &'text str {
    match system {
        "Mac OSX" => "macOS",
        // Browsers on phones add "Mobile"; on tablets they do not. Other programs never do.
        "Android" if user_agent.starts_with("Mozilla/") && !user_agent.contains("Mobile") => "Android tablet",
        name if name.starts_with("Windows") => "Windows",
        name => name,
    }
}

impl SessionEnd {
    /// The end as the sign-in page explains it.
    pub fn explained(&self) -> Ended {
        Ended { reason: self.reason, at: self.at.seconds(), by: self.by.clone() }
    }
}

impl Session {
    /// The facts that [`rotation::decide`](super::rotation::decide) needs.
    pub fn facts(&self, seen_here: u32) -> SessionFacts {
        SessionFacts {
            generation: self.generation,
            last_seen_generation: self.last_seen_generation.max(seen_here),
            ends_at: self.ends_at,
            ended: self.end.as_ref().map(|end| end.reason),
        }
    }

    /// The session as its owner sees it. `current` is the session of the request.
    pub fn info(&self, current: Option<SessionId>) -> SessionInfo {
        SessionInfo {
            id: self.id.to_string(),
            device: self.origin.device().unwrap_or_else(|| "An unknown device".to_owned()),
            address: self.origin.ip.clone(),
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
    fn devices_are_described_by_browser_and_system() {
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
    fn tablets_and_phones_are_distinguished() {
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
