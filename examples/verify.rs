//! A service that issues no tokens and verifies those of Hallpass by its JWK set, with `hallpass-verify` alone.
//!
//! `cargo run --package hallpass-verify --example verify -- https://auth.example/.well-known/jwks.json` serves it on
//! <http://localhost:4000>.

use std::{env, error::Error, sync::Arc};

use axum::{Json, Router, routing::get};
use hallpass_verify::{Bearer, Verifier};
use serde_json::{Value, json};

async fn orders(Bearer(claims): Bearer) -> Json<Value> {
    Json(json!({ "user": claims.text("user_id"), "orders": [] }))
}

fn router(verifier: Verifier) -> Router {
    Router::new().route("/orders", get(orders)).with_state(Arc::new(verifier))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::args().nth(1).ok_or("the URL of a JWK set is needed")?;
    let verifier = Verifier::from_jwks_url(url)?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:4000").await?;
    axum::serve(listener, router(verifier)).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, extract::Request};
    use http::{StatusCode, header};
    use jsonwebtoken::{EncodingKey, Header, encode, get_current_timestamp};
    use tower::ServiceExt;

    use super::*;

    const SECRET: &[u8] = b"a secret of more than thirty-two bytes";

    fn token(token_type: &str) -> String {
        let claims = json!({ "token_type": token_type, "user_id": "7", "exp": get_current_timestamp() + 60 });
        encode(&Header::default(), &claims, &EncodingKey::from_secret(SECRET)).expect("a token")
    }

    async fn status(token: Option<String>) -> StatusCode {
        let mut request = Request::get("/orders");
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let router = router(Verifier::from_secret(SECRET).expect("a secret"));
        router.oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer").status()
    }

    #[tokio::test]
    async fn only_an_access_token_opens_the_orders() {
        assert_eq!(status(Some(token("access"))).await, StatusCode::OK);
        assert_eq!(status(Some(token("refresh"))).await, StatusCode::UNAUTHORIZED);
        assert_eq!(status(None).await, StatusCode::UNAUTHORIZED);
    }
}
