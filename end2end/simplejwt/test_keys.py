"""Key rotation under load: offline verifiers that only know the published keys see a key appear, sign and disappear without a failed request."""

import json
import os
import subprocess
import threading
import time
from contextlib import ExitStack

import jwt
import pytest
from processes import PATIENCE, Client, Server, until
from sides import BINARY, HERE, HOUR, PASSWORD


class Hallpass:
    """Hallpass with a key ring, and its command line."""

    def __init__(self, folder, algorithm, **settings):
        self.folder = folder
        # Tokens outlive the test.
        own = {"LISTEN": "127.0.0.1:0", "DATABASE_URL": f"sqlite://{folder}/hallpass.db", "ALGORITHM": algorithm, "LIMITS": "off", "ACCESS_TOKEN_LIFETIME": "1d"}
        variables = {f"HALLPASS_{name}": str(value) for name, value in {**own, **settings}.items()}
        self.environment = {"PATH": os.environ["PATH"], **variables}

    def __enter__(self):
        self.run("createuser", "--username", "ada", "--password-stdin", line=PASSWORD)
        with ExitStack() as stack:
            server = stack.enter_context(Server([BINARY, "serve"], self.environment, self.folder / "hallpass.log", self.folder))
            self.caller = stack.enter_context(Caller(server.url()))
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self.stack.close()

    def run(self, *arguments, line=""):
        command = [BINARY, *arguments]
        done = subprocess.run(command, env=self.environment, cwd=self.folder, input=line, check=True, capture_output=True, text=True, timeout=PATIENCE)
        return done.stdout

    def logged(self, words):
        """How often the log contains this text."""
        return (self.folder / "hallpass.log").read_text().count(words)


class Caller(Client):
    """An HTTP client of Hallpass. Each thread has its own."""

    def post_json(self, path, **body):
        answer = self.post(path, json=body)
        assert answer.ok, answer.text
        return answer.json()

    def obtain(self):
        return self.post_json("/api/token/", username="ada", password=PASSWORD)

    def refresh(self, token):
        return self.post_json("/api/token/refresh/", refresh=token)

    def me(self, access):
        return self.get("/api/me/", headers={"Authorization": f"Bearer {access}"})

    def published(self):
        return [key["kid"] for key in self.get("/.well-known/jwks.json").json()["keys"]]


class Jose:
    """The npm package jose, in its own process."""

    def __init__(self, url):
        command = ["node", HERE / "verify_by_jwks.mjs", f"{url}/.well-known/jwks.json", str(1000 * PATIENCE)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=PATIENCE)

    def user_of(self, token):
        self.process.stdin.write(token + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert "error" not in answer, answer
        return answer["user"]


class Work:
    """A thread that repeatedly refreshes a session, calls a protected endpoint and verifies offline."""

    def __init__(self, url, algorithms):
        self.url, self.algorithms = url, algorithms
        self.kids, self.rounds, self.failures = set(), 0, []
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self._work)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.thread.join(timeout=PATIENCE)

    def more_rounds(self):
        """Waits for five complete rounds, or for a failure."""
        rounds = self.rounds
        until(lambda: self.rounds > rounds + 5 or self.failures or not self.thread.is_alive())
        assert self.failures == []
        assert self.rounds > rounds + 5

    def _work(self):
        # Verifiers usually fetch the keys again after thirty seconds at the earliest, so a new key is published some
        # minutes before it signs. These fetch them for every unknown key.
        pyjwt = jwt.PyJWKClient(f"{self.url}/.well-known/jwks.json", cooldown_duration=0, timeout=PATIENCE)
        with Caller(self.url) as caller, Jose(self.url) as jose:
            pair = caller.obtain()
            while not self.is_over.is_set():
                try:
                    pair = caller.refresh(pair["refresh"])
                    access = pair["access"]
                    assert caller.me(access).status_code == 200
                    key = pyjwt.get_signing_key_from_jwt(access)
                    claims = jwt.decode(access, key, algorithms=self.algorithms)
                    assert claims["user_id"] == jose.user_of(access) == "1"
                    self.kids.add(jwt.get_unverified_header(access)["kid"])
                    self.rounds += 1
                except Exception as failure:  # noqa: BLE001 - any exception is a failed request
                    self.failures.append(repr(failure))


@pytest.mark.parametrize(("first", "second"), [("ES256", "EdDSA"), ("RS256", "PS256")])
def test_a_key_rotation_fails_no_request(tmp_path, first, second):
    with Hallpass(tmp_path, first) as hallpass, Work(hallpass.caller.url, [first, second]) as work:
        caller = hallpass.caller
        [old] = caller.published()
        before = caller.obtain()
        work.more_rounds()

        new = hallpass.run("keys", "generate", "--algorithm", second).split()[0]
        until(lambda: caller.published() == [old, new])
        assert work.kids == {old}

        read = hallpass.logged("key ring loaded")
        hallpass.run("keys", "rotate")
        until(lambda: hallpass.logged("key ring loaded") > read)
        assert jwt.get_unverified_header(caller.obtain()["access"])["kid"] == new, "once the ring is read"
        assert caller.me(before["access"]).status_code == 200
        work.more_rounds()
        assert work.kids == {old, new}

        hallpass.run("keys", "retire", old)
        until(lambda: caller.me(before["access"]).status_code == 401)
        assert caller.published() == [new]
        work.more_rounds()
    assert work.failures == []


def test_an_unreadable_key_ring_has_no_effect_until_it_is_repaired(tmp_path):
    with Hallpass(tmp_path, "ES256") as hallpass:
        hallpass.run("keys", "generate")
        access = hallpass.caller.obtain()["access"]
        ring = tmp_path / "hallpass.keys"
        good = ring.read_bytes()

        def said(words, times):
            until(lambda: hallpass.logged(words) >= times)
            assert hallpass.logged(words) == times
            assert hallpass.caller.me(access).status_code == 200

        def replace(content, mode):
            """Replaces the file in one step, so that the server never reads half of it."""
            new = tmp_path / "new"
            new.write_bytes(content)
            new.chmod(mode)
            new.rename(ring)

        said("key ring loaded", 1)
        replace(b"nonsense", 0o600)
        said("is invalid", 1)
        ring.unlink()
        said("the key ring is gone", 1)
        replace(good, 0o644)
        said("can be read by others", 1)
        ring.chmod(0o600)
        said("key ring loaded", 2)


def test_replacing_the_single_key_by_a_ring_signs_nobody_out(tmp_path):
    with Hallpass(tmp_path, "HS256") as hallpass:
        caller = hallpass.caller
        pair = caller.obtain()
        assert "kid" not in jwt.get_unverified_header(pair["access"])
        secret = (tmp_path / "hallpass.key").read_text()
        hallpass.run("keys", "generate")
        hallpass.run("keys", "rotate")
        assert not (tmp_path / "hallpass.key").exists()
        assert caller.me(pair["access"]).status_code == 200
        renewed = caller.refresh(pair["refresh"])
        assert "kid" in jwt.get_unverified_header(renewed["access"])
        # Tokens that Django signs with the shared secret stay valid as well.
        claims = {"token_type": "access", "jti": "a", "user_id": "1", "exp": int(time.time()) + HOUR}
        assert caller.me(jwt.encode(claims, secret, algorithm="HS256")).status_code == 200


def test_tokens_of_another_server_are_accepted_by_its_published_keys(tmp_path):
    (tmp_path / "issuer").mkdir()
    (tmp_path / "api").mkdir()
    with Hallpass(tmp_path / "issuer", "ES256") as issuer:
        settings = {"JWK_URL": f"{issuer.caller.url}/.well-known/jwks.json"}
        with Hallpass(tmp_path / "api", "ES256", **settings) as api:
            issued, own = issuer.caller.obtain()["access"], api.caller.obtain()["access"]
            assert api.caller.me(issued).status_code == 200
            assert api.caller.me(own).status_code == 200
            assert issuer.caller.me(own).status_code == 401
