//! `keys`: manages the key ring. A running server notices changes within a second.

use std::{path::PathBuf, time::Duration};

use clap::Subcommand;
use hallpass_core::{
    clock::{Clock, SystemClock, Timestamp},
    keys::{self, Algorithm, KeyRing, KeyState, RingError, RingKey},
};

use super::{Failure, load};
use crate::{
    config::{Config, KeySource, time},
    output,
};

/// The time in seconds after which every server has noticed a change, so that all start to sign with the new key at
/// once.
const NOTICE: i64 = 3;

/// The time for which clients may cache the published keys of `/.well-known/jwks.json`.
const PUBLISHED_FOR: Duration = Duration::from_mins(5);

/// The subcommands of `keys`.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// List the keys: which one signs, which ones verify and until when
    List,
    /// Generate a key and publish it; it does not sign yet
    Generate {
        /// Algorithm of the key [default: the setting `algorithm`, or that of the signing key]
        #[arg(long, value_name = "ALGORITHM", value_parser = algorithm)]
        algorithm: Option<Algorithm>,
    },
    /// Sign with the newest published key; the previous one verifies until its last token has expired
    Rotate {
        /// Start to sign after this time, such as 10m, so that the ring can be copied to other servers
        #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
        delay: Option<Duration>,
    },
    /// Remove a key immediately, for example because it leaked: its tokens become invalid
    Retire {
        /// The key's id, or a unique prefix of it
        // Key ids are base64url thumbprints; one in 64 starts with a hyphen.
        #[arg(allow_hyphen_values = true)]
        key: String,
    },
}

fn algorithm(name: &str) -> Result<Algorithm, String> {
    let known = || keys::ALGORITHMS.map(|(name, _)| name).join(", ");
    keys::find(name).ok_or_else(|| format!("it must be one of {}", known()))
}

/// Runs the command.
pub(crate) async fn run(config: Option<PathBuf>, command: KeysCommand) -> Result<(), Failure> {
    let now = SystemClock.now();
    match command {
        KeysCommand::List => list(&Config::load(config)?, now),
        KeysCommand::Generate { algorithm } => generate(&load(config).await?.keys, algorithm, now),
        KeysCommand::Rotate { delay } => rotate(&load(config).await?, delay, now).await,
        KeysCommand::Retire { key } => retire(&load(config).await?.keys, &key, now),
    }
}

fn list(config: &Config, now: Timestamp) -> Result<(), Failure> {
    if let Some(file) = &config.new_key_file {
        output::line(format_args!("No signing key exists yet. The first start generates one: {}.", file.display()));
        return Ok(());
    }
    let ring = config.key_ring()?;
    for key in ring.keys() {
        output::line(format_args!("{}  {:5}  {}", key.id, keys::name(key.algorithm()), state(&ring, key, now)));
    }
    output::line(match &config.keys.configured {
        Some(place) => format!("The signing key is configured: {place}."),
        None if config.ring.is_none() => "No key ring exists yet; `hallpass keys generate` creates it.".to_owned(),
        None => format!("The key ring is {}.", config.keys.file.path().display()),
    });
    Ok(())
}

/// The state of a key as text.
pub(super) fn state(ring: &KeyRing, key: &RingKey, now: Timestamp) -> String {
    match ring.state(key, now) {
        KeyState::Published => "is published, does not sign yet".to_owned(),
        KeyState::Scheduled(at) => format!("is published, signs from {}", time::format(at)),
        KeyState::Signing => "signs".to_owned(),
        KeyState::Verifying(Some(until)) => format!("verifies until {}", time::format(until)),
        KeyState::Verifying(None) => "verifies".to_owned(),
        KeyState::Expired => "has expired: its last token has expired".to_owned(),
    }
}

fn generate(source: &KeySource, algorithm: Option<Algorithm>, now: Timestamp) -> Result<(), Failure> {
    let _lock = source.file.lock()?;
    let mut ring = kept(source, now)?;
    let algorithm = algorithm.or(source.algorithm).unwrap_or_else(|| ring.signing(now).algorithm());
    let id = ring.generate(algorithm, now).map_err(|fault| refused(source, &fault))?;
    keep(source, &mut ring, now)?;
    output::line(format_args!("{id} ({}) is published and does not sign yet.", keys::name(algorithm)));
    output::line(format_args!(
        "Once all clients have fetched it, after {}, run: hallpass keys rotate",
        humantime::format_duration(PUBLISHED_FOR)
    ));
    Ok(())
}

async fn rotate(config: &Config, delay: Option<Duration>, now: Timestamp) -> Result<(), Failure> {
    let source = &config.keys;
    if let Some(place) = &source.configured {
        return Err(Failure::Keys(format!(
            "{place} is set and signs. `hallpass keys generate` has put it into the ring, where it goes on signing: \
             take it out of the configuration, start the servers anew, then rotate"
        )));
    }
    let lock = source.file.lock()?;
    let mut ring = kept(source, now)?;
    let at = Timestamp::from_seconds(now.seconds() + NOTICE) + delay.unwrap_or_default();
    let lifetime = config.auth.longest_token_lifetime();
    let rotated = ring.rotate(at, lifetime).map_err(|fault| refused(source, &fault))?;
    keep(source, &mut ring, now)?;
    drop(lock);
    output::line(format_args!("{} signs from {}.", rotated.to, time::format(rotated.at)));
    output::line(format_args!(
        "{} verifies until {}, when its last token has expired.",
        rotated.from,
        time::format(rotated.from_verifies_until)
    ));
    let known_for = rotated.published_at.map_or(PUBLISHED_FOR, |published_at| at.since(published_at));
    if known_for < PUBLISHED_FOR && ring.find(&rotated.to).is_ok_and(|key| key.key().public_jwk().is_some()) {
        output::line(format_args!(
            "It was published only {} before. Clients that cache the published keys and do not refetch them for \
             an unknown kid may reject its tokens for up to {}.",
            humantime::format_duration(Duration::from_secs(known_for.as_secs())),
            humantime::format_duration(PUBLISHED_FOR),
        ));
    }
    if delay.is_none() {
        // When the command returns, the new key signs.
        tokio::time::sleep(at.since(SystemClock.now())).await;
    }
    Ok(())
}

fn retire(source: &KeySource, beginning: &str, now: Timestamp) -> Result<(), Failure> {
    let _lock = source.file.lock()?;
    let mut ring = kept(source, now)?;
    let key = ring.find(beginning).map_err(|fault| refused(source, &fault))?;
    if let Some(place) = &source.configured
        && source.first()?.is_the_same_as(key)
    {
        return Err(Failure::Keys(format!("{place} is that key: change it there, and its tokens become invalid")));
    }
    // A single key is first moved into the ring, so that its file does not outlive the key.
    source.file.write(&ring)?;
    let retired = ring.retire(beginning, now).map_err(|fault| refused(source, &fault))?;
    keep(source, &mut ring, now)?;
    output::line(format_args!("{} was removed. The servers reject its tokens within a second.", retired.id));
    if let Some(successor) = retired.successor {
        output::line(format_args!("{successor} signs instead. Users with tokens of the old key must sign in again."));
    }
    Ok(())
}

/// The ring in the file, or a new one of the key that signed until now.
fn kept(source: &KeySource, now: Timestamp) -> Result<KeyRing, Failure> {
    match source.file.read()? {
        Some(ring) => Ok(ring),
        None => Ok(KeyRing::begun(source.first()?, now)),
    }
}

fn keep(source: &KeySource, ring: &mut KeyRing, now: Timestamp) -> Result<(), Failure> {
    for id in ring.remove_expired(now) {
        output::line(format_args!("{id} was removed: its last token has expired."));
    }
    Ok(source.file.write(ring)?)
}

fn refused(source: &KeySource, fault: &RingError) -> Failure {
    Failure::Keys(format!("the key ring {} {fault}", source.file.path().display()))
}
