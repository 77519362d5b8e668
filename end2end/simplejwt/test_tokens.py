"""Tokens of every type and with every defect get the same response on both sides."""

import time

import jwt
import pytest
from sides import KEY, same

PAST, FUTURE = 1_000_000_000, 4_000_000_000

# Changes of a valid token. Without dates that are not numbers, which PyJWT converts and Hallpass rejects.
CHANGES = {
    "good": {},
    "expired": {"exp": PAST},
    "no exp": {"exp": None},
    "a negative exp": {"exp": -1},
    "a fraction for exp": {"exp": FUTURE + 0.5},
    "no iat": {"iat": None},
    "iat to come": {"iat": FUTURE},
    "nbf to come": {"nbf": FUTURE},
    "nbf passed": {"nbf": PAST},
    "no jti": {"jti": None},
    "a number for jti": {"jti": 5},
    "no type": {"token_type": None},
    "another type": {"token_type": "sliding"},
    "a type in other letters": {"token_type": "ACCESS"},
    "no user": {"user_id": None},
    "an unknown user": {"user_id": "999"},
    "an inactive user": {"user_id": "2"},
    "a number for the user": {"user_id": 1},
    "an audience that nobody asked for": {"aud": "somebody"},
    "an issuer that nobody asked for": {"iss": "somebody"},
    "a subject": {"sub": "somebody"},
    "a subject that is no text": {"sub": 5},
    "expired and of another type": {"exp": PAST, "token_type": "refresh"},
    "no exp, no jti": {"exp": None, "jti": None},
    "no jti, no type": {"jti": None, "token_type": None},
}
MALFORMED = ["", "garbage", "a.b", "a.b.c", "a.b.c.d", "..", "e30.e30.", "한글"]


def at_me(sides, token):
    return sides.both("GET", "/api/me/", headers={"Authorization": f"Bearer {token}".encode()})


def same_me(answers):
    if answers[0].status_code == answers[1].status_code == 200:
        ours, theirs = (answer.json() for answer in answers)
        assert {name: ours[name] for name in theirs} == theirs
    else:
        same(answers)


@pytest.mark.parametrize("name", CHANGES)
def test_an_access_token_is_answered_alike(sides, name):
    same_me(at_me(sides, sides.token(**CHANGES[name])))


@pytest.mark.parametrize("name", CHANGES)
def test_verify_answers_alike(sides, name):
    same(sides.both("POST", "/api/token/verify/", json={"token": sides.token(**CHANGES[name])}))


# Simple JWT 5.5.1 answers 500 to a refresh token without a jti, and to one of an unknown user.
REFRESHED = [name for name in CHANGES if "jti" not in name and name not in ("an unknown user", "no user")]


@pytest.mark.parametrize("path", ["/api/token/refresh/", "/api/token/blacklist/"])
@pytest.mark.parametrize("name", REFRESHED)
def test_a_refresh_token_is_answered_alike(sides, path, name):
    changes = {"token_type": "refresh", **CHANGES[name]}
    answers = sides.both("POST", path, json={"refresh": sides.token(**changes)})
    if answers[0].status_code == answers[1].status_code == 200:
        assert set(answers[0].json()) == set(answers[1].json())
    else:
        same(answers)


@pytest.mark.parametrize("token", MALFORMED)
def test_malformed_tokens_are_answered_alike(sides, token):
    same(sides.both("POST", "/api/token/refresh/", json={"refresh": token}))
    same(sides.both("POST", "/api/token/verify/", json={"token": token}))
    same(sides.both("POST", "/api/token/blacklist/", json={"refresh": token}))
    same(at_me(sides, token))


def test_signatures_and_algorithms_are_answered_alike(sides):
    good = sides.token()
    head, signature = good.rsplit(".", 1)
    tokens = [
        sides.token(key="another key of more than sixty-four bytes, which neither side has ever seen"),
        sides.token(algorithm="HS512"),
        sides.token(algorithm="none", key=""),
        f"{head}.",
        f"{head}.{signature[:-4]}",
        f"{head}.{'A' * len(signature)}",
        sides.token(headers={"crit": ["exp"]}),
    ]
    for token in tokens:
        same(at_me(sides, token))
        same(sides.both("POST", "/api/token/verify/", json={"token": token}))


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer a b", "Token x", "Basic YTpi", "Bearerx", "x Bearer", "Bearer  x"],
)
def test_authorization_headers_are_answered_alike(sides, header):
    same(sides.both("GET", "/api/me/", headers={"Authorization": header}))


def test_a_missing_authorization_header_is_answered_alike(sides):
    same(sides.both("GET", "/api/me/"))


def test_white_space_around_a_token_in_a_body_is_trimmed(sides):
    same(sides.both("POST", "/api/token/verify/", json={"token": f"  {sides.token()}\n"}))


def test_a_refresh_token_is_spent_alike(sides):
    first = [pair["refresh"] for pair in sides.obtain()]
    renewed = sides.each("POST", "/api/token/refresh/", first, "refresh")
    assert set(renewed[0].json()) == set(renewed[1].json()) == {"access", "refresh"}
    # Spent: everywhere.
    same(sides.each("POST", "/api/token/verify/", first, "token"))
    same(sides.each("POST", "/api/token/blacklist/", first, "refresh"))
    same(sides.each("POST", "/api/token/refresh/", first, "refresh"))


def test_blacklisting_a_refresh_token_is_answered_alike(sides):
    tokens = [pair["refresh"] for pair in sides.obtain()]
    for path, field in [("verify", "token"), ("blacklist", "refresh"), ("blacklist", "refresh"), ("refresh", "refresh"), ("verify", "token")]:
        same(sides.each("POST", f"/api/token/{path}/", tokens, field))


def test_tokens_of_the_wrong_type_are_answered_alike(sides):
    pairs = sides.obtain()
    access = [pair["access"] for pair in pairs]
    same(sides.each("POST", "/api/token/refresh/", access, "refresh"))
    same(sides.each("POST", "/api/token/blacklist/", access, "refresh"))
    refresh = [pair["refresh"] for pair in pairs]
    same(sides.each_at_me(refresh))


def test_claims_have_the_same_names_and_types(sides):
    for kind, life in (("access", 300), ("refresh", 7 * 24 * 3600)):
        pairs = sides.obtain()
        ours, theirs = (jwt.decode(pair[kind], KEY, algorithms=["HS256"]) for pair in pairs)
        assert set(ours) - set(theirs) == {"sid", "gen", "username"}
        assert set(theirs) - set(ours) == set()
        for name, value in theirs.items():
            assert type(ours[name]) is type(value), name
        assert ours["user_id"] == theirs["user_id"]
        assert ours["token_type"] == theirs["token_type"] == kind
        # Simple JWT sets both expiries from the time of the refresh token; the access token's own `iat` may be later.
        issued_at = jwt.decode(pairs[1]["refresh"], KEY, algorithms=["HS256"])["iat"]
        assert theirs["exp"] - issued_at == life
        assert 0.95 * life - 1 <= ours["exp"] - ours["iat"] <= life


def test_each_side_accepts_the_tokens_of_the_other(sides):
    pairs = sides.obtain()
    for client, pair in zip(sides.clients, reversed(pairs)):
        headers = {"Authorization": f"Bearer {pair['access']}"}
        assert client.get("/api/me/", headers=headers).json()["username"] == "ada"
        renewed = client.post("/api/token/refresh/", json={"refresh": pair["refresh"]})
        assert renewed.status_code == 200


def test_a_token_expires_at_its_exp_second(sides):
    token = sides.token(exp=int(time.time()))
    answers = at_me(sides, token)
    same(answers)
    assert answers[0].status_code == 401


@pytest.mark.parametrize("extra", [{"nbf": PAST}, {"aud": "somebody"}, {"iss": "somebody"}, {"role": ["a", {"b": None}]}, {"number": 12345678901234567890123, "numbers": [1.0, -0.5]}])
def test_foreign_claims_are_kept(sides, extra):
    token = sides.token(token_type="refresh", **extra)
    answers = sides.both("POST", "/api/token/refresh/", json={"refresh": token})
    assert [answer.status_code for answer in answers] == [200, 200]
    for answer in answers:
        for kind in ("access", "refresh"):
            claims = jwt.decode(answer.json()[kind], options={"verify_signature": False})
            assert {name: claims[name] for name in extra} == extra
