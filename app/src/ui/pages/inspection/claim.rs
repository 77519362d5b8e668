//! Explanations of claims.

use crate::texts;

texts! {
    Text {
        alg: "How it is signed." | "서명 방식입니다.",
        typ: "What it is: a JSON Web Token." | "종류: JSON Web Token.",
        kid: "Which key signed it; the public ones are at /.well-known/jwks.json."
            | "서명한 키의 이름입니다. 공개 키는 /.well-known/jwks.json에 있습니다.",
        token_type: "What it may be used for: access opens endpoints, refresh only gets the next pair."
            | "쓰임새: access는 요청을 인증하고, refresh는 다음 쌍을 받는 데만 씁니다.",
        exp: "When it ends: from then on nobody takes it." | "끝나는 때: 그 뒤로는 아무도 받지 않습니다.",
        iat: "When it was issued." | "발급된 때입니다.",
        nbf: "From when on it counts." | "이때부터 유효합니다.",
        jti: "Its own number; no other token has it, and it can be taken back by it."
            | "이 토큰만의 번호이며, 이 번호로 회수할 수 있습니다.",
        sid: "The session it belongs to: one sign-in on one device, with which it ends."
            | "속한 세션: 한 기기에서의 한 번의 로그인이며, 세션과 함께 끝납니다.",
        generation: "How many times the session's pair had been renewed." | "세션의 토큰 쌍이 갱신된 횟수입니다.",
        user_id: "Whose it is." | "누구의 토큰인지입니다.",
        username: "The name at the sign-in, for the page to show." | "로그인할 때의 이름으로, 화면에 보여 줍니다.",
        iss: "Who issued it." | "발급자입니다.",
        aud: "For whom it is meant." | "대상입니다.",
        password: "A fingerprint of the password: with another password the token ends."
            | "비밀번호의 지문: 비밀번호가 바뀌면 토큰도 끝납니다.",
        other: "A claim of this deployment's own." | "이 서버가 따로 더한 항목입니다.",
    }
}

/// The explanation in one sentence.
pub(super) fn explain(name: &str) -> &'static str {
    let text = Text::get();
    match name {
        "alg" => text.alg,
        "typ" => text.typ,
        "kid" => text.kid,
        "token_type" => text.token_type,
        "exp" | "refresh_exp" => text.exp,
        "iat" => text.iat,
        "nbf" => text.nbf,
        "jti" => text.jti,
        "sid" => text.sid,
        "gen" => text.generation,
        "user_id" | "sub" => text.user_id,
        "username" => text.username,
        "iss" => text.iss,
        "aud" => text.aud,
        "hash_password" => text.password,
        _ => text.other,
    }
}

/// Whether the claim is a timestamp in Unix seconds.
pub(super) fn is_timestamp(name: &str) -> bool {
    matches!(name, "exp" | "iat" | "nbf" | "refresh_exp")
}
