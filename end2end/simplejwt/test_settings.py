"""Each setting, switched on both sides, does the same on both sides."""

import time

import jwt
import pytest
import requests
from sides import KEY, Sides, same

SWITCHED = {
    "ACCESS_TOKEN_LIFETIME": 60,
    "REFRESH_TOKEN_LIFETIME": 120,
    "ROTATE_REFRESH_TOKENS": False,
    "BLACKLIST_AFTER_ROTATION": False,
    "UPDATE_LAST_LOGIN": False,
    "ALGORITHM": "HS512",
    "AUDIENCE": "hall",
    "ISSUER": "https://pass.example",
    "LEEWAY": 10,
    "AUTH_HEADER_TYPES": ["JWT", "Bearer"],
    "AUTH_HEADER_NAME": "HTTP_X_ACCESS_TOKEN",
    "USER_ID_CLAIM": "uid",
    "TOKEN_TYPE_CLAIM": "kind",
    "JTI_CLAIM": "id",
}


@pytest.fixture(scope="module", params=SWITCHED, ids=str)
def switched(request, tmp_path_factory):
    setting = {request.param: SWITCHED[request.param]}
    with Sides(tmp_path_factory.mktemp("switched"), setting) as sides:
        yield sides


def decode(token, sides):
    algorithm = sides.settings.get("ALGORITHM", "HS256")
    return jwt.decode(token, KEY, algorithms=[algorithm], options={"verify_aud": False})


def test_a_pair_has_the_same_claims(switched):
    for kind in ("access", "refresh"):
        ours, theirs = (decode(pair[kind], switched) for pair in switched.obtain())
        assert set(ours) - {"sid", "gen", "username"} == set(theirs)
        varying = {"exp", "iat", "jti", "id", "sid", "gen", "username"}
        assert {n: v for n, v in ours.items() if n not in varying} == {n: v for n, v in theirs.items() if n not in varying}
        lives = [claims["exp"] - claims["iat"] for claims in (ours, theirs)]
        # Simple JWT looks at its clock twice, and a second may begin in between.
        assert 0.95 * lives[1] - 1 <= lives[0] <= lives[1] + 1


def test_a_refresh_answers_the_same_fields_and_spends_the_same(switched):
    tokens = [pair["refresh"] for pair in switched.obtain()]
    for _ in range(3):
        answers = switched.each("POST", "/api/token/refresh/", tokens, "refresh")
        if answers[0].status_code == answers[1].status_code == 200:
            assert set(answers[0].json()) == set(answers[1].json())
        else:
            same(answers)


def test_access_tokens_are_judged_alike(switched):
    now = int(time.time())
    tokens = [
        switched.token(),
        switched.token(exp=now - 5),
        switched.token(exp=now - 15),
        switched.token(iat=now + 5),
        switched.token(aud="somebody else"),
        switched.token(aud=None),
        switched.token(iss="somebody else"),
        switched.token(iss=None),
        switched.token(algorithm="HS256"),
        switched.token(algorithm="HS384"),
        switched.token(uid=None, user_id=None),
        switched.token(kind=None, token_type=None),
        switched.token(id=None, jti=None),
    ]
    for token in tokens:
        for scheme in ("Bearer", "JWT"):
            answers = switched.both("GET", "/api/me/", headers={"Authorization": f"{scheme} {token}"})
            assert answers[0].status_code == answers[1].status_code
            if answers[0].status_code != 200:
                same(answers)
        same(switched.both("POST", "/api/token/verify/", json={"token": token}))


def test_each_side_takes_the_tokens_of_the_other(switched):
    for url, pair in zip(switched.urls, reversed(switched.obtain())):
        name = {"HTTP_X_ACCESS_TOKEN": "X-Access-Token"}.get(switched.settings.get("AUTH_HEADER_NAME"), "Authorization")
        headers = {name: f"{switched.settings.get('AUTH_HEADER_TYPES', ['Bearer'])[0]} {pair['access']}"}
        assert requests.get(url + "/api/me/", headers=headers, timeout=30).status_code == 200


def test_the_header_of_the_setting_is_the_one_that_counts(tmp_path):
    with Sides(tmp_path, {"AUTH_HEADER_NAME": "HTTP_X_ACCESS_TOKEN"}) as sides:
        good = f"Bearer {sides.token()}"
        for headers in ({"Authorization": good}, {"X-Access-Token": good}, {"X-Access-Token": "Bearer x"}):
            answers = sides.both("GET", "/api/me/", headers=headers)
            assert answers[0].status_code == answers[1].status_code
            if answers[0].status_code != 200:
                same(answers)
