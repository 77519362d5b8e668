//! The server: one session, rotated by the real rules of `hallpass_core::rotation`.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hallpass_core::{
    clock::Timestamp,
    rotation::{Decision, Facts, Presented, RotationMode, Rule, SessionFacts, UserStatus, decide},
};
use hallpass_types::{EndReason, TokenPair};

/// The lifetime of an access token, seconds.
const LIFETIME: i64 = 300;

/// The server's state, as its database keeps it.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) now: Timestamp,
    pub(crate) grace: Duration,
    generation: u32,
    last_seen: u32,
    /// When each older generation was spent.
    spent: Vec<Timestamp>,
    pub(crate) ended: Option<EndReason>,
}

impl Server {
    pub(crate) fn new(grace: Duration) -> Self {
        let now = Timestamp::from_seconds(0);
        Self { now, grace, generation: 0, last_seen: 0, spent: Vec::new(), ended: None }
    }

    /// Refreshes with the token of a generation. Returns the generation of the pair in the answer.
    pub(crate) fn refresh(&mut self, presented: u32) -> Option<u32> {
        self.now = self.now + Duration::from_millis(10);
        let facts = Facts {
            now: self.now,
            grace: self.grace,
            mode: RotationMode::RotateAndBlacklist,
            session: SessionFacts {
                generation: self.generation,
                last_seen_generation: self.last_seen,
                ends_at: Timestamp::from_seconds(1_000_000),
                ended: self.ended,
            },
            presented: Presented { generation: presented, spent_at: self.spent.get(presented as usize).copied() },
            user: UserStatus::Active,
        };
        match decide(&facts) {
            Decision::Renew(Rule::Rotate) => {
                self.spent.push(self.now);
                self.generation += 1;
                Some(self.generation)
            }
            Decision::Renew(Rule::Reissue | Rule::Keep) => Some(self.generation),
            Decision::Renew(Rule::Recover) => {
                self.spent[presented as usize] = self.now;
                Some(self.generation)
            }
            Decision::Reuse => {
                self.ended = Some(EndReason::Reuse);
                None
            }
            Decision::Refuse(_) => None,
        }
    }

    /// A call with the access token of a generation. Returns whether it is accepted.
    pub(crate) fn call(&mut self, generation: u32) -> bool {
        if self.ended.is_none() {
            self.last_seen = self.last_seen.max(generation);
        }
        self.ended.is_none()
    }

    /// The pair of a generation, issued now.
    pub(crate) fn issue(&self, generation: u32) -> TokenPair {
        let issued_at = self.now.seconds();
        let expires_at = issued_at + LIFETIME;
        let claims = format!(r#"{{"exp":{expires_at},"iat":{issued_at},"sid":"s","gen":{generation}}}"#);
        TokenPair {
            access: format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims)).into(),
            refresh: Some(generation.to_string().into()),
        }
    }

    pub(crate) fn pass(&mut self, time: Duration) {
        self.now = self.now + time;
    }
}
