"""Asymmetric keys: each side accepts the other's tokens, and ours can be verified with the published keys."""

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from processes import PATIENCE
from sides import same

MAKERS = {
    "RS": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "PS": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ES384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
}
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]


def pair_of_keys(algorithm):
    private = next(make for name, make in MAKERS.items() if algorithm.startswith(name))()
    public = private.public_key()
    return (
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode(),
        public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode(),
    )


# The tests of an algorithm run on one worker, which starts the servers once.
@pytest.fixture(scope="module", params=[pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in ALGORITHMS])
def sides(request, start):
    signing, verifying = pair_of_keys(request.param)
    switched = {"ALGORITHM": request.param, "SIGNING_KEY": signing, "VERIFYING_KEY": verifying}
    with start(switched) as sides:
        yield sides


def test_each_side_accepts_the_tokens_of_the_other(sides):
    for pair in sides.obtain():
        header = {"Authorization": f"Bearer {pair['access']}"}
        assert [answer.status_code for answer in sides.both("GET", "/api/me/", headers=header)] == [200, 200]
        verified = sides.both("POST", "/api/token/verify/", json={"token": pair["refresh"]})
        assert [answer.status_code for answer in verified] == [200, 200]


def test_both_sides_reject_a_signature_by_another_key_alike(sides):
    algorithm = sides.settings["ALGORITHM"]
    other, _ = pair_of_keys(algorithm)
    forged = sides.token(key=other)
    same(sides.both("GET", "/api/me/", headers={"Authorization": f"Bearer {forged}"}))
    own = sides.token(key=sides.settings["SIGNING_KEY"])
    answers = sides.both("GET", "/api/me/", headers={"Authorization": f"Bearer {own}"})
    assert [answer.status_code for answer in answers] == [200, 200]


def test_tokens_can_be_verified_with_the_published_keys(sides):
    keys = jwt.PyJWKClient(f"{sides.hallpass.url}/.well-known/jwks.json", timeout=PATIENCE)
    access = sides.obtain()[0]["access"]
    claims = jwt.decode(access, keys.get_signing_key_from_jwt(access), algorithms=[sides.settings["ALGORITHM"]])
    assert claims["user_id"] == "1"
    published = sides.hallpass.get("/.well-known/jwks.json").json()["keys"]
    assert [set(key) & {"d", "p", "q", "k"} for key in published] == [set()]
