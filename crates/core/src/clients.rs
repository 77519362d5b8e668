//! OAuth clients that may introspect and revoke tokens: resource servers, gateways. A client has an id and a random
//! secret. Only the SHA-256 of the secret is kept, which reveals nothing about 128 random bits, and it is compared in
//! constant time.

use std::fmt;

use aws_lc_rs::{constant_time, digest};

/// The minimum entropy of a secret, in bits.
const MIN_BITS: f64 = 128.0;

/// A configured client.
#[derive(Clone, PartialEq, Eq)]
pub struct Client {
    name: String,
    secret_hash: [u8; 32],
}

/// All configured clients.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clients(Vec<Client>);

impl Client {
    /// Creates a client from its secret of at least 128 bits.
    ///
    /// # Errors
    /// The problem with the id or the secret, without the secret itself.
    pub fn with_secret(name: &str, secret: &str) -> Result<Self, String> {
        if bits(secret) < MIN_BITS {
            return Err("has a secret of less than 128 bits; create one with: openssl rand -hex 32".to_owned());
        }
        Ok(Self { name: checked(name)?, secret_hash: hash(secret) })
    }

    /// Creates a client from the SHA-256 of its secret, 64 hexadecimal digits.
    ///
    /// # Errors
    /// The problem with the id or the hash.
    pub fn with_secret_hash(name: &str, hexadecimal: &str) -> Result<Self, String> {
        let wrong = || "has a secret_hash that is not the SHA-256 of its secret in 64 hexadecimal digits".to_owned();
        let mut secret_hash = [0; 32];
        hex::decode_to_slice(hexadecimal, &mut secret_hash).map_err(|_| wrong())?;
        Ok(Self { name: checked(name)?, secret_hash })
    }

    /// The `client_id`.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl FromIterator<Client> for Clients {
    fn from_iter<I: IntoIterator<Item = Client>>(clients: I) -> Self {
        Self(clients.into_iter().collect())
    }
}

impl Clients {
    /// Finds the client with this id and secret. An unknown id takes the same time as a wrong secret.
    pub fn authenticate(&self, name: &str, secret: &str) -> Option<&Client> {
        let presented = hash(secret);
        let found = self.0.iter().find(|client| client.name == name);
        let expected = found.map_or([0; 32], |client| client.secret_hash);
        let is_same = constant_time::verify_slices_are_equal(&presented, &expected).is_ok();
        found.filter(|_| is_same)
    }

    /// The client ids.
    pub fn names(&self) -> Vec<&str> {
        self.0.iter().map(Client::name).collect()
    }

    /// Whether no client is configured.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn hash(secret: &str) -> [u8; 32] {
    let digest = digest::digest(&digest::SHA256, secret.as_bytes());
    digest.as_ref().try_into().expect("SHA-256 has 32 bytes")
}

/// Checks that an id needs no escaping in a header, a URL or a log.
fn checked(name: &str) -> Result<String, String> {
    let is_plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    if is_plain && (1..=64).contains(&name.len()) {
        return Ok(name.to_owned());
    }
    Err("has a name that is not 1 to 64 letters, digits and . _ -".to_owned())
}

/// The entropy of a text, if each character was drawn at random from the character classes it uses.
pub fn bits(secret: &str) -> f64 {
    let bytes = secret.as_bytes();
    let first = bytes.first();
    let is_repeated = bytes.iter().all(|byte| Some(byte) == first);
    let each = match bytes {
        _ if is_repeated => 0.0,
        _ if bytes.iter().all(u8::is_ascii_digit) => 10_f64.log2(),
        _ if bytes.iter().all(u8::is_ascii_hexdigit) => 4.0,
        _ => 6.0,
    };
    each * f64::from(u16::try_from(bytes.len()).unwrap_or(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::{Client, Clients};

    const SECRET: &str = "5b0fd3a1c4e7429f8d6a1b2c3d4e5f60";

    #[test]
    fn a_client_authenticates_with_its_id_and_secret() {
        let clients = Clients::from_iter([Client::with_secret("gateway", SECRET).expect("a client")]);
        assert_eq!(clients.authenticate("gateway", SECRET).map(Client::name), Some("gateway"));
        assert_eq!(clients.authenticate("gateway", "another"), None);
        assert_eq!(clients.authenticate("gatewa", SECRET), None);
        assert_eq!(Clients::default().authenticate("", ""), None);
    }

    #[test]
    fn the_hash_of_a_secret_configures_the_same_client() {
        let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let clients = Clients::from_iter([Client::with_secret_hash("gateway", hash).expect("a client")]);
        assert!(clients.authenticate("gateway", "abc").is_some());
        for wrong in ["", "abc", &"g".repeat(64), &"+f".repeat(32), &"é".repeat(32)] {
            assert!(Client::with_secret_hash("gateway", wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_secret_of_less_than_128_bits_is_rejected() {
        for weak in ["", "swordfish", &"a".repeat(64), &SECRET[1..], "12345678901234567890123456789012345678"] {
            assert!(Client::with_secret("gateway", weak).is_err(), "{weak}");
        }
        assert!(Client::with_secret("gateway", "Zm9vYmFyYmF6cXV4Zm9vYg").is_ok(), "22 characters of base64");
    }

    #[test]
    fn a_client_id_needs_no_escaping_and_the_secret_is_not_printed() {
        for name in ["", "two words", "a:b", "한국"] {
            assert!(Client::with_secret(name, SECRET).is_err(), "{name}");
        }
        let client = Client::with_secret("gateway", SECRET).expect("a client");
        assert_eq!(format!("{client:?}"), "gateway");
    }
}
