//! Explanations of claims.

use crate::texts;

texts! {
    /// The explanation of a claim or a header.
    pub(super) fn explain(name: &str) {
        "alg" => "Signature algorithm" | "서명 알고리즘",
        "typ" => "Type: JSON Web Token" | "형식: JSON Web Token",
        "kid" => "Key that signed the token. Public keys are at /.well-known/jwks.json."
            | "서명에 쓴 키. 공개 키는 /.well-known/jwks.json에 있습니다.",
        "token_type" => "Purpose: access authenticates requests, refresh gets the next pair."
            | "용도. access는 요청을 인증하고, refresh는 다음 토큰을 받습니다.",
        "exp" | "refresh_exp" => "Expiration; rejected afterwards." | "만료 시각. 이후에는 거부됩니다.",
        "iat" => "Time of issue" | "발급 시각",
        "nbf" => "Not valid before this time." | "이 시각부터 유효합니다.",
        "jti" => "Unique ID; revokes this token." | "토큰의 고유 ID. 이 토큰을 폐기할 때 씁니다.",
        "sid" => "Session of the token: one sign-in on one device." | "토큰이 속한 세션. 한 기기에서 한 번 로그인한 것입니다.",
        "gen" => "Number of times the session was refreshed before." | "세션이 그 전까지 갱신된 횟수",
        "user_id" | "sub" => "User ID" | "사용자 ID",
        "username" => "Username at sign-in, for display." | "로그인할 때의 사용자 이름. 화면 표시에 씁니다.",
        "iss" => "Issuer" | "발급자",
        "aud" => "Audience" | "수신 대상",
        "hash_password" => "Password fingerprint; a password change revokes the token."
            | "비밀번호의 지문. 비밀번호가 바뀌면 토큰이 폐기됩니다.",
        _ => "Custom claim" | "사용자 정의 항목",
    }
}

/// Whether the claim is a timestamp in Unix seconds.
pub(super) fn is_timestamp(name: &str) -> bool {
    matches!(name, "exp" | "iat" | "nbf" | "refresh_exp")
}
