//! Verifies the access tokens of Hallpass, of Django REST framework Simple JWT, and of every other issuer of
//! JSON Web Tokens (RFC 7519), in services that issue none themselves.
//!
//! The issuer's keys come from its JWK set, or from a shared secret. A key is used with its own algorithm only,
//! whatever a token's header says, and a token never brings a key of its own (RFC 8725 §3.1, §3.10).
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use axum::{Json, Router, routing::get};
//! use hallpass_verify::{Bearer, Verifier};
//! use serde_json::{Value, json};
//!
//! async fn list(Bearer(claims): Bearer) -> Json<Value> {
//!     Json(json!({ "user": claims.text("user_id"), "orders": [] }))
//! }
//!
//! # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
//! let verifier = Verifier::from_jwks_url("https://auth.example/.well-known/jwks.json")?.audience("orders");
//! let app = Router::new().route("/orders", get(list)).with_state(Arc::new(verifier));
//! axum::serve(tokio::net::TcpListener::bind("127.0.0.1:4000").await?, app).await?;
//! # Ok(())
//! # }
//! ```
//!
//! A verified token is valid until it expires: a revocation reaches only services that ask Hallpass
//! (`POST /oauth/introspect`) for each request.

pub mod algorithm;
mod audience;
mod claims;
#[doc(hidden)]
pub mod der;
mod jwk;
#[cfg(feature = "http")]
mod jwk_url;
pub mod jws;
mod public_material;
mod remote;
mod timestamp;
mod verifier;

#[cfg(feature = "axum")]
mod bearer;
#[cfg(feature = "axum")]
mod layer;

pub use algorithm::{ALGORITHMS, Algorithm};
pub use audience::Audience;
pub use claims::{Claims, InvalidDate};
pub use jwk::{JwkError, KeySet};
#[cfg(feature = "http")]
pub use jwk_url::{JwkUrl, TIMEOUT};
pub use jws::{Jws, JwsError};
pub use public_material::is_public_material;
pub use remote::{FetchKeys, KeysUnavailable, RemoteKeys};
pub use timestamp::Timestamp;
pub use verifier::{Verifier, VerifyError};

#[cfg(feature = "axum")]
pub use bearer::{Bearer, BearerError};
#[cfg(feature = "axum")]
pub use layer::{RequireBearer, RequireBearerLayer};
