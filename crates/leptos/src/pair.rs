//! The contents of local storage. Merging is monotone, so tabs, late replies and sign-outs converge without a lock.

use hallpass_types::{Ended, Secret, SessionClaims};
use serde::{Deserialize, Serialize};

/// Version of the stored format. Data of another version is left alone until a sign-in.
pub const VERSION: u32 = 1;

/// The value in local storage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Stored {
    /// A user is signed in.
    Pair(StoredPair),
    /// A session has ended. Kept so that a late reply cannot restore it.
    Tombstone(Tombstone),
}

/// A pair and its metadata, written in one step, so that readers never see half of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredPair {
    /// [`VERSION`].
    pub v: u32,
    /// The session.
    pub sid: String,
    /// Its generation.
    #[serde(rename = "gen")]
    pub generation: u32,
    /// The access token.
    pub access: Secret,
    /// The refresh token.
    pub refresh: Secret,
    /// Time of receipt, milliseconds on the device's clock.
    pub received_at: i64,
    /// The time by which the server's clock is ahead of the device's, milliseconds.
    pub skew: i64,
    /// Sessions that ended in this browser and must still be revoked at the server.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unfinished: Vec<SignOut>,
}

/// A session to revoke at the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignOut {
    /// The session.
    pub sid: String,
    /// A refresh token of the session.
    pub refresh: Secret,
}

/// A session that ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tombstone {
    /// [`VERSION`].
    pub v: u32,
    /// The session.
    pub sid: String,
    /// Time of its end, milliseconds on the device's clock.
    pub signed_out: i64,
    /// The reason it ended, if not a sign-out in this browser.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
    /// The user's name, if the session did not end by a sign-out in this browser.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The refresh token with which the session must still be revoked at the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<Secret>,
    /// As in a [`StoredPair`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unfinished: Vec<SignOut>,
}

/// For how long pages show how the last session ended, milliseconds.
const NOTICE_MILLIS: u64 = 7 * 24 * 60 * 60 * 1000;

/// A change to the stored value.
#[derive(Clone, Debug)]
pub enum Incoming {
    /// The pair of a new sign-in.
    SignIn(StoredPair),
    /// The pair of a refresh.
    Renewal(StoredPair),
    /// The end of a session.
    SignOut(Tombstone),
}

/// The value to write, if any. A pair is stored if it belongs to the stored session and is newer, or comes from a
/// sign-in; a tombstone replaces only its own session. Tabs converge in whatever order they write. Sign-outs that the
/// server has not confirmed are kept, and a sign-in adds the session that it replaces (ASVS 7.2.4).
pub fn merge(stored: Option<&Stored>, incoming: Incoming) -> Option<Stored> {
    match (incoming, stored) {
        (Incoming::SignIn(pair), replaced) => {
            let unfinished = replaced.map(Stored::replaced).unwrap_or_default();
            Some(Stored::Pair(StoredPair { unfinished, ..pair }))
        }
        (Incoming::Renewal(new), Some(Stored::Pair(old))) => {
            let unfinished = old.unfinished.clone();
            new.is_newer_than(old).then_some(Stored::Pair(StoredPair { unfinished, ..new }))
        }
        (Incoming::SignOut(end), Some(Stored::Pair(old))) => {
            let unfinished = old.unfinished.clone();
            (old.sid == end.sid).then_some(Stored::Tombstone(Tombstone { unfinished, ..end }))
        }
        (Incoming::Renewal(_) | Incoming::SignOut(_), Some(Stored::Tombstone(_)) | None) => None,
    }
}

impl Stored {
    /// The version of the format.
    pub(crate) const fn version(&self) -> u32 {
        match self {
            Self::Pair(pair) => pair.v,
            Self::Tombstone(tombstone) => tombstone.v,
        }
    }

    /// The sessions that ended in this browser and must still be revoked at the server.
    pub fn unfinished(&self) -> Vec<SignOut> {
        match self {
            Self::Pair(pair) => pair.unfinished.clone(),
            Self::Tombstone(Tombstone { sid, pending, unfinished, .. }) => {
                let own = pending.clone().map(|refresh| SignOut { sid: sid.clone(), refresh });
                unfinished.iter().cloned().chain(own).collect()
            }
        }
    }

    /// The sessions to revoke at the server once another session replaces this one.
    fn replaced(&self) -> Vec<SignOut> {
        let own = match self {
            Self::Pair(pair) => Some(SignOut { sid: pair.sid.clone(), refresh: pair.refresh.clone() }),
            Self::Tombstone(_) => None,
        };
        self.unfinished().into_iter().chain(own).collect()
    }

    /// The value without the session `ended`, which the server has revoked.
    #[must_use]
    pub fn finished(mut self, ended: &str) -> Self {
        match &mut self {
            Self::Pair(pair) => pair.unfinished.retain(|sign_out| sign_out.sid != ended),
            Self::Tombstone(tombstone) => {
                tombstone.unfinished.retain(|sign_out| sign_out.sid != ended);
                tombstone.pending.take_if(|_| tombstone.sid == ended);
            }
        }
        self
    }
}

impl Tombstone {
    /// A session that ended at this time, without a reason and with nothing to revoke.
    pub(crate) fn new(sid: &str, signed_out: i64) -> Self {
        let (v, sid, unfinished) = (VERSION, sid.to_owned(), Vec::new());
        Self { v, sid, signed_out, ended: None, username: None, pending: None, unfinished }
    }

    /// The end of the session, for a week, even if the device's clock jumped.
    pub fn notice(&self, now: i64) -> Option<&Ended> {
        self.ended.as_ref().filter(|_| now.abs_diff(self.signed_out) < NOTICE_MILLIS)
    }
}

impl StoredPair {
    /// The unverified claims of the access token.
    pub fn claims(&self) -> Option<SessionClaims> {
        SessionClaims::read(self.access.expose())
    }

    /// Whether the pair is of the same session and a later generation. Without rotation: whether its access token
    /// expires later.
    fn is_newer_than(&self, old: &Self) -> bool {
        let ends = |pair: &Self| pair.claims().map(|claims| claims.exp);
        let is_later = self.generation == old.generation && ends(self) > ends(old);
        self.sid == old.sid && (self.generation > old.generation || is_later)
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use hallpass_types::{EndReason, Ended};

    use super::{Incoming, NOTICE_MILLIS, SignOut, Stored, StoredPair, Tombstone, VERSION, merge};

    fn pair(sid: &str, generation: u32, exp: i64) -> StoredPair {
        let claims = format!(r#"{{"exp":{exp},"iat":0,"sid":"{sid}","gen":{generation}}}"#);
        StoredPair {
            v: VERSION,
            sid: sid.into(),
            generation,
            access: format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims)).into(),
            refresh: format!("refresh {generation}").into(),
            received_at: 0,
            skew: 0,
            unfinished: Vec::new(),
        }
    }

    fn tombstone(sid: &str) -> Tombstone {
        Tombstone::new(sid, 1)
    }

    fn sids(stored: &Stored) -> Vec<String> {
        stored.unfinished().into_iter().map(|sign_out| sign_out.sid).collect()
    }

    #[test]
    fn only_a_newer_pair_of_the_same_session_is_stored() {
        let stored = Stored::Pair(pair("a", 2, 10));
        let renewal = |pair| merge(Some(&stored), Incoming::Renewal(pair));
        assert_eq!(renewal(pair("a", 3, 5)), Some(Stored::Pair(pair("a", 3, 5))));
        assert_eq!(renewal(pair("a", 2, 10)), None);
        assert_eq!(renewal(pair("a", 1, 99)), None);
        assert_eq!(renewal(pair("b", 9, 99)), None);
    }

    #[test]
    fn without_rotation_a_later_access_token_is_stored() {
        let stored = Stored::Pair(pair("a", 0, 10));
        let later = merge(Some(&stored), Incoming::Renewal(pair("a", 0, 11)));
        assert_eq!(later, Some(Stored::Pair(pair("a", 0, 11))));
    }

    #[test]
    fn a_late_reply_does_not_bring_a_session_back() {
        let stored = Stored::Tombstone(tombstone("a"));
        assert_eq!(merge(Some(&stored), Incoming::Renewal(pair("a", 9, 99))), None);
        assert_eq!(merge(None, Incoming::Renewal(pair("a", 9, 99))), None);
    }

    #[test]
    fn the_end_of_one_session_does_not_end_another() {
        let stored = Stored::Pair(pair("b", 0, 10));
        assert_eq!(merge(Some(&stored), Incoming::SignOut(tombstone("a"))), None);
        let own = merge(Some(&stored), Incoming::SignOut(tombstone("b")));
        assert_eq!(own, Some(Stored::Tombstone(tombstone("b"))));
    }

    #[test]
    fn a_sign_in_replaces_any_stored_value() {
        for stored in [None, Some(Stored::Pair(pair("a", 5, 9))), Some(Stored::Tombstone(tombstone("a")))] {
            let merged = merge(stored.as_ref(), Incoming::SignIn(pair("b", 0, 1)));
            assert!(matches!(merged, Some(Stored::Pair(pair)) if pair.sid == "b"));
        }
    }

    #[test]
    fn a_sign_out_is_kept_until_the_server_has_ended_the_session() {
        let end = Tombstone { pending: Some("refresh".into()), ..tombstone("a") };
        let mut stored = Stored::Tombstone(end);
        for (incoming, unfinished) in [
            (Incoming::SignIn(pair("b", 0, 10)), vec!["a"]),
            (Incoming::Renewal(pair("b", 1, 11)), vec!["a"]),
            (Incoming::SignIn(pair("c", 0, 10)), vec!["a", "b"]),
            (Incoming::SignOut(tombstone("c")), vec!["a", "b"]),
            (Incoming::SignIn(pair("d", 0, 10)), vec!["a", "b"]),
        ] {
            stored = merge(Some(&stored), incoming).expect("a change");
            assert_eq!(sids(&stored), unfinished);
        }
        stored = stored.finished("a");
        assert_eq!(sids(&stored), ["b"]);
        assert_eq!(stored.finished("b"), Stored::Pair(pair("d", 0, 10)));
    }

    #[test]
    fn a_confirmed_sign_out_is_removed_only_from_its_own_tombstone() {
        let unfinished = vec![SignOut { sid: "a".into(), refresh: "old".into() }];
        let end = Stored::Tombstone(Tombstone { pending: Some("new".into()), unfinished, ..tombstone("b") });
        assert_eq!(sids(&end.clone().finished("a")), ["b"]);
        assert_eq!(sids(&end.clone().finished("b")), ["a"]);
        assert_eq!(sids(&end.finished("c")), ["a", "b"]);
    }

    #[test]
    fn the_reason_a_session_ended_is_shown_for_a_week() {
        let ended = Ended { reason: EndReason::Revoked, at: 0, by: None };
        let week = i64::try_from(NOTICE_MILLIS).expect("a week");
        let tombstone = Tombstone { signed_out: 5 * week, ended: Some(ended), ..tombstone("a") };
        for (now, is_news) in [(5, true), (6, false), (4, false)] {
            assert_eq!(tombstone.notice(now * week).is_some(), is_news, "{now}");
        }
        assert!(tombstone.notice(6 * week - 1).is_some());
        assert!(tombstone.notice(4 * week + 1).is_some(), "the clock was set back");
        assert!(tombstone.notice(i64::MIN).is_none());
    }

    #[test]
    fn stored_values_can_be_read_back() {
        for stored in [Stored::Pair(pair("a", 5, 9)), Stored::Tombstone(tombstone("a"))] {
            let text = serde_json::to_string(&stored).expect("JSON");
            assert_eq!(serde_json::from_str::<Stored>(&text).expect("the same again"), stored);
        }
    }
}
