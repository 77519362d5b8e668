"""Sliding tokens: obtained, renewed, and used at a protected endpoint beside access tokens."""

import time

import jwt
import pytest
from sides import KEY, same
from test_tokens import CHANGES, FUTURE, MALFORMED, PAST, at_me, same_me

BOTH = ["rest_framework_simplejwt.tokens.AccessToken", "rest_framework_simplejwt.tokens.SlidingToken"]

# Simple JWT 5.5.1 answers 500 to a sliding token without a jti, and to a date that is not a number.
SLIDING = {
    **{name: change for name, change in CHANGES.items() if "jti" not in name},
    "no end": {"refresh_exp": None},
    "an end that has passed": {"refresh_exp": PAST},
    "an end to come": {"refresh_exp": FUTURE},
    "a fraction for the end": {"refresh_exp": FUTURE + 0.5},
    "a negative end": {"refresh_exp": -1},
    "expired, and past its end": {"exp": PAST, "refresh_exp": PAST},
    "of another type, without an end": {"token_type": "access", "refresh_exp": None},
}
# Simple JWT 5.5.1 renews the sliding token of any user; Hallpass rejects inactive ones.
RENEWED = [name for name in SLIDING if name not in ("an unknown user", "an inactive user", "no user")]


# One worker runs these tests, and starts the servers of `both` once.
pytestmark = pytest.mark.xdist_group("sliding")


@pytest.fixture(scope="module")
def both(start):
    with start({"AUTH_TOKEN_CLASSES": BOTH}) as sides:
        yield sides


def refresh(sides, token):
    return sides.both("POST", "/api/token/sliding/refresh/", json={"token": token})


def claims_of(token):
    return jwt.decode(token, KEY, algorithms=["HS256"], options={"verify_aud": False})


@pytest.mark.parametrize("name", SLIDING)
def test_a_sliding_token_is_answered_alike_at_a_protected_endpoint(both, sides, name):
    token = both.sliding(**{"token_type": "sliding", **SLIDING[name]})
    same_me(at_me(both, token))
    same_me(at_me(sides, token))


@pytest.mark.parametrize("name", [name for name in CHANGES if "jti" not in name])
def test_an_access_token_is_answered_alike_if_both_types_are_allowed(both, name):
    same_me(at_me(both, both.token(**CHANGES[name])))


@pytest.mark.parametrize("token", MALFORMED)
def test_malformed_tokens_are_answered_alike(both, token):
    same(at_me(both, token))
    same(refresh(both, token))


@pytest.mark.parametrize("name", RENEWED)
def test_a_sliding_renewal_is_answered_alike(both, name):
    token = both.sliding(**SLIDING[name])
    began = int(time.time())
    answers = refresh(both, token)
    if answers[0].status_code == answers[1].status_code == 200:
        before = claims_of(token)
        for answer in answers:
            after = claims_of(answer.json()["token"])
            assert after["jti"] == before["jti"]
            assert after["refresh_exp"] == before["refresh_exp"]
            assert after["exp"] - after["iat"] == 300
            assert began <= after["iat"] <= time.time()
    else:
        same(answers)


@pytest.mark.parametrize("name", SLIDING)
def test_verify_answers_alike(both, name):
    same(both.both("POST", "/api/token/verify/", json={"token": both.sliding(**SLIDING[name])}))


def test_a_sliding_token_is_accepted_and_renewed_alike(both):
    tokens = both.obtain_sliding()
    for _ in range(3):
        assert [answer.status_code for answer in both.each_at_me(tokens)] == [200, 200]
        for path, field in [("verify", "token"), ("blacklist", "refresh"), ("refresh", "refresh")]:
            same(both.each("POST", f"/api/token/{path}/", tokens, field))
        answers = both.each("POST", "/api/token/sliding/refresh/", tokens, "token")
        assert [set(answer.json()) for answer in answers] == [{"token"}, {"token"}]
        tokens = [answer.json()["token"] for answer in answers]


def test_tokens_of_the_wrong_type_are_answered_alike(both):
    for pair in zip(*[[pair["access"], pair["refresh"]] for pair in both.obtain()]):
        same(both.each("POST", "/api/token/sliding/refresh/", pair, "token"))
        answers = both.each_at_me(pair)
        assert answers[0].status_code == answers[1].status_code
        if answers[0].status_code != 200:
            same(answers)


def test_each_side_renews_the_sliding_tokens_of_the_other(both):
    tokens = list(reversed(both.obtain_sliding()))
    assert [answer.status_code for answer in both.each_at_me(tokens)] == [200, 200]
    answers = both.each("POST", "/api/token/sliding/refresh/", tokens, "token")
    assert [answer.status_code for answer in answers] == [200, 200]
    renewed = [answer.json()["token"] for answer in answers]
    assert [answer.status_code for answer in both.each_at_me(renewed)] == [200, 200]
    assert [answer.status_code for answer in both.each_at_me(list(reversed(renewed)))] == [200, 200]
