"""Each setting, changed on both sides, has the same effect on both."""

import ast
import time
from pathlib import Path

import jwt
import pytest
from sides import HERE, HOUR, KEY, PASSWORD, same

SWITCHED = {
    "ACCESS_TOKEN_LIFETIME": 2 * HOUR,
    "REFRESH_TOKEN_LIFETIME": 3 * HOUR,
    "ROTATE_REFRESH_TOKENS": False,
    "BLACKLIST_AFTER_ROTATION": False,
    "UPDATE_LAST_LOGIN": False,
    "ALGORITHM": "HS512",
    "AUDIENCE": "hall",
    "ISSUER": "https://pass.example",
    "LEEWAY": 60,
    "AUTH_HEADER_TYPES": ["JWT", "Bearer"],
    "AUTH_HEADER_NAME": "HTTP_X_ACCESS_TOKEN",
    "USER_ID_CLAIM": "uid",
    "TOKEN_TYPE_CLAIM": "kind",
    "JTI_CLAIM": "id",
    "USER_ID_FIELD": "username",
    "AUTH_TOKEN_CLASSES": [
        "rest_framework_simplejwt.tokens.AccessToken",
        "rest_framework_simplejwt.tokens.SlidingToken",
    ],
    "SLIDING_TOKEN_LIFETIME": 2 * HOUR,
    "SLIDING_TOKEN_REFRESH_LIFETIME": 3 * HOUR,
    "SLIDING_TOKEN_REFRESH_EXP_CLAIM": "until",
    "CHECK_REVOKE_TOKEN": True,
    "REVOKE_TOKEN_CLAIM": "revoked",
    "CHECK_USER_IS_ACTIVE": False,
}
# Extra settings and data that a setting needs.
TOGETHER = {"REVOKE_TOKEN_CLAIM": {"CHECK_REVOKE_TOKEN": True}}
HOLDS = 50
# The password hashes of the sides differ.
OWN = {"exp", "iat", "jti", "id", "sid", "gen", "username", "refresh_exp", "until", "hash_password", "revoked"}


# The tests of a setting run on one worker, which starts the servers once.
@pytest.fixture(scope="module", params=[pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in SWITCHED], ids=str)
def switched(request, start):
    setting = {request.param: SWITCHED[request.param], **TOGETHER.get(request.param, {})}
    with start(setting) as sides:
        yield sides


def decode(token, sides):
    algorithm = sides.settings.get("ALGORITHM", "HS256")
    return jwt.decode(token, KEY, algorithms=[algorithm], options={"verify_aud": False})


def test_a_pair_has_the_same_claims(switched):
    for kind in ("access", "refresh"):
        pairs = switched.obtain()
        ours, theirs = (decode(pair[kind], switched) for pair in pairs)
        assert set(ours) - {"sid", "gen", "username"} == set(theirs)
        assert {n: v for n, v in ours.items() if n not in OWN} == {n: v for n, v in theirs.items() if n not in OWN}
        # Simple JWT sets both expiries from the time of the refresh token; the access token's own `iat` may be later.
        lives = [ours["exp"] - ours["iat"], theirs["exp"] - decode(pairs[1]["refresh"], switched)["iat"]]
        assert 0.95 * lives[1] - 1 <= lives[0] <= lives[1]


def test_a_refresh_returns_the_same_fields_and_spends_the_same_tokens(switched):
    tokens = [pair["refresh"] for pair in switched.obtain()]
    for _ in range(3):
        answers = switched.each("POST", "/api/token/refresh/", tokens, "refresh")
        if answers[0].status_code == answers[1].status_code == 200:
            assert set(answers[0].json()) == set(answers[1].json())
        else:
            same(answers)


def access_tokens(switched):
    """Tokens whose result stays the same for HOLDS seconds."""
    now = int(time.time())
    tokens = [
        switched.token(),
        switched.token(exp=now - 5),
        switched.token(exp=now - 65),
        switched.token(iat=now + 60),
        switched.token(iat=now + 120),
        switched.token(aud="somebody else"),
        switched.token(aud=None),
        switched.token(iss="somebody else"),
        switched.token(iss=None),
        switched.token(**{switched.settings.get("USER_ID_CLAIM", "user_id"): switched.name_of(2)}),
        switched.token(hash_password="x"),
        switched.sliding(),
        switched.token(algorithm="HS256"),
        switched.token(algorithm="HS384"),
        switched.token(uid=None, user_id=None),
        switched.token(kind=None, token_type=None),
    ]
    if "AUTH_TOKEN_CLASSES" not in switched.settings:
        # Simple JWT 5.5.1 answers 500 to this token if sliding tokens are allowed.
        tokens.append(switched.token(id=None, jti=None))
    return tokens


def ask(switched, number):
    """The responses of both sides to one of these tokens. Repeated with a new token if that took too long."""
    while True:
        began, token = time.monotonic(), access_tokens(switched)[number]
        headers = [{"Authorization": f"{scheme} {token}"} for scheme in ("Bearer", "JWT")]
        at_me = [switched.both("GET", "/api/me/", headers=header) for header in headers]
        verified = switched.both("POST", "/api/token/verify/", json={"token": token})
        if time.monotonic() - began < HOLDS:
            return at_me, verified


def test_access_tokens_are_answered_alike(switched):
    for number in range(len(access_tokens(switched))):
        at_me, verified = ask(switched, number)
        for answers in at_me:
            assert answers[0].status_code == answers[1].status_code
            if answers[0].status_code != 200:
                same(answers)
        same(verified)


def test_each_side_accepts_the_tokens_of_the_other(switched):
    answers = switched.each_at_me([pair["access"] for pair in reversed(switched.obtain())])
    if "CHECK_REVOKE_TOKEN" in switched.settings:
        same(answers)
    else:
        assert [answer.status_code for answer in answers] == [200, 200]


def test_a_sliding_token_has_the_same_claims_and_lifetime(switched):
    end = switched.settings.get("SLIDING_TOKEN_REFRESH_EXP_CLAIM", "refresh_exp")
    tokens = switched.obtain_sliding()
    issued_at = [decode(token, switched)["iat"] for token in tokens]
    for _ in range(2):
        ours, theirs = (decode(token, switched) for token in tokens)
        assert set(ours) - {"sid", "gen", "username"} == set(theirs)
        assert {n: v for n, v in ours.items() if n not in OWN} == {n: v for n, v in theirs.items() if n not in OWN}
        assert ours["exp"] - ours["iat"] == theirs["exp"] - theirs["iat"]
        # A renewal does not move the refresh expiry set when the token was issued.
        assert ours[end] - issued_at[0] == theirs[end] - issued_at[1]
        answers = switched.each("POST", "/api/token/sliding/refresh/", tokens, "token")
        assert [answer.status_code for answer in answers] == [200, 200]
        tokens = [answer.json()["token"] for answer in answers]
    answers = switched.each_at_me(tokens)
    if answers[0].status_code == answers[1].status_code == 200:
        assert answers[0].json()["username"] == answers[1].json()["username"] == "ada"
    else:
        same(answers)


@pytest.mark.parametrize("number", [1, 2])
def test_foreign_tokens_are_renewed_alike(switched, number):
    names = {name: switched.settings.get(name, default) for name, default in (("TOKEN_TYPE_CLAIM", "token_type"), ("USER_ID_CLAIM", "user_id"))}
    token = switched.token(**{names["TOKEN_TYPE_CLAIM"]: "refresh", names["USER_ID_CLAIM"]: switched.name_of(number)})
    answers = switched.both("POST", "/api/token/refresh/", json={"refresh": token})
    if "CHECK_REVOKE_TOKEN" in switched.settings:
        # Simple JWT 5.5.1 renews it, but rejects the new access token.
        assert answers[0].status_code == 401
    elif answers[0].status_code == answers[1].status_code == 200:
        assert set(answers[0].json()) == set(answers[1].json())
    else:
        same(answers)


def test_a_password_change_ends_tokens_if_that_is_checked(start):
    with start({"CHECK_REVOKE_TOKEN": True, "AUTH_TOKEN_CLASSES": SWITCHED["AUTH_TOKEN_CLASSES"]}) as sides:
        pairs, sliding = sides.obtain(), sides.obtain_sliding()
        access = [pair["access"] for pair in pairs]
        assert [answer.status_code for answer in sides.each_at_me(access) + sides.each_at_me(sliding)] == [200] * 4
        new = "seven copper lanterns drift upstream"
        sides.change_password("ada", new)
        same(sides.each_at_me(access))
        same(sides.each_at_me(sliding))
        answers = sides.each("POST", "/api/token/refresh/", [pair["refresh"] for pair in pairs], "refresh")
        assert (answers[0].status_code, answers[0].json()) == (401, {"detail": "The user's password has been changed."})
        # Simple JWT 5.5.1 renews the pair, but rejects the new access token.
        assert answers[1].status_code == 200
        renewed = sides.each_at_me([access[0], answers[1].json()["access"]])
        same(renewed)
        same(sides.both("POST", "/api/token/", json={"username": "ada", "password": PASSWORD}))
        again = sides.both("POST", "/api/token/", json={"username": "ada", "password": new})
        assert [answer.status_code for answer in sides.each_at_me([answer.json()["access"] for answer in again])] == [200, 200]


def test_sliding_tokens_alone_are_answered_alike(start):
    with start({"AUTH_TOKEN_CLASSES": ["rest_framework_simplejwt.tokens.SlidingToken"]}) as sides:
        assert [answer.status_code for answer in sides.each_at_me(sides.obtain_sliding())] == [200, 200]
        same(sides.each_at_me([pair["access"] for pair in sides.obtain()]))
        same(sides.each_at_me(["nonsense", "nonsense"]))


def test_the_docs_list_every_setting():
    import rest_framework_simplejwt

    source = ast.parse((Path(rest_framework_simplejwt.__file__).parent / "settings.py").read_text())
    assigned = {node.targets[0].id: node.value for node in source.body if isinstance(node, ast.Assign)}
    names = {key.value for key in assigned["DEFAULTS"].keys}
    lines = (HERE / "../../docs/settings.md").read_text().splitlines()
    rows = [line.split("`")[1] for line in lines if line.startswith("| `")]
    assert len(rows) == len(set(rows))
    assert set(rows) == names


def test_each_of_several_audiences_is_sufficient(start):
    with start({"AUDIENCE": ["web", "api"]}) as sides:
        audiences = [jwt.decode(pair["access"], options={"verify_signature": False})["aud"] for pair in sides.obtain()]
        assert audiences == [["web", "api"], ["web", "api"]]
        for audience in ("web", "api", ["x", "web"], "x", ["x"], "webapi", None):
            token = sides.token(aud=audience)
            same(sides.both("POST", "/api/token/verify/", json={"token": token}))


def test_only_the_configured_header_carries_the_token(start):
    with start({"AUTH_HEADER_NAME": "HTTP_X_ACCESS_TOKEN"}) as sides:
        good = f"Bearer {sides.token()}"
        for headers in ({"Authorization": good}, {"X-Access-Token": good}, {"X-Access-Token": "Bearer x"}):
            answers = sides.both("GET", "/api/me/", headers=headers)
            assert answers[0].status_code == answers[1].status_code
            if answers[0].status_code != 200:
                same(answers)
