"""A ring of keys while people work: verifiers that know nothing but the published keys see a key come,
sign and go without one request that fails."""

import json
import os
import subprocess
import threading
import time

import jwt
import pytest
import requests
from sides import BINARY, HERE, PASSWORD, free_port


# Both verifiers do not ask for the keys again within thirty seconds, which is why a new key is published some
# minutes before it signs. This test has no minutes.
PAUSE = 0.2


class Server:
    """Hallpass with a ring, and its command line."""

    def __init__(self, folder, algorithm, **settings):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.folder = folder
        own = {"LISTEN": f"127.0.0.1:{port}", "DATABASE_URL": f"sqlite://{folder}/hallpass.db", "ALGORITHM": algorithm, "LIMITS": "off"}
        variables = {f"HALLPASS_{name}": str(value) for name, value in {**own, **settings}.items()}
        self.environment = {"PATH": os.environ["PATH"], **variables}

    def __enter__(self):
        self.run("createuser", "--username", "ada", "--password-stdin", line=PASSWORD)
        with open(self.folder / "hallpass.log", "wb") as log:
            self.process = subprocess.Popen([BINARY, "serve"], env=self.environment, cwd=self.folder, stdout=log, stderr=log)
        until(lambda: requests.get(f"{self.url}/healthz", timeout=1).ok, 30)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=10)

    def run(self, *arguments, line=""):
        command = [BINARY, *arguments]
        done = subprocess.run(command, env=self.environment, cwd=self.folder, input=line, check=True, capture_output=True, text=True)
        return done.stdout

    def post(self, path, **body):
        answer = requests.post(self.url + path, json=body, timeout=30)
        assert answer.ok, answer.text
        return answer.json()

    def obtain(self):
        return self.post("/api/token/", username="ada", password=PASSWORD)

    def me(self, access):
        return requests.get(f"{self.url}/api/me/", headers={"Authorization": f"Bearer {access}"}, timeout=30)

    def published(self):
        return [key["kid"] for key in requests.get(f"{self.url}/.well-known/jwks.json", timeout=10).json()["keys"]]


def until(condition, seconds):
    end = time.monotonic() + seconds
    while True:
        try:
            if condition():
                return
        except requests.ConnectionError:
            pass
        assert time.monotonic() < end, "too late"
        time.sleep(0.05)


class Jose:
    """The npm package jose, in a process of its own."""

    def __init__(self, url):
        command = ["node", HERE / "verify_by_jwks.mjs", f"{url}/.well-known/jwks.json", str(1000 * PAUSE)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def user_of(self, token):
        self.process.stdin.write(token + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert "error" not in answer, answer
        return answer["user"]

    def stop(self):
        self.process.stdin.close()
        self.process.wait(timeout=10)


class Work:
    """Somebody who renews a session and asks, and others who verify, without a pause."""

    def __init__(self, server, algorithms):
        self.server, self.algorithms = server, algorithms
        self.kids, self.rounds, self.failures = set(), 0, []
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self._work)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.thread.join(timeout=60)

    def _work(self):
        jose, pyjwt = Jose(self.server.url), jwt.PyJWKClient(f"{self.server.url}/.well-known/jwks.json", cooldown_duration=PAUSE)
        pair = self.server.obtain()
        while not self.is_over.is_set():
            try:
                pair = self.server.post("/api/token/refresh/", refresh=pair["refresh"])
                access = pair["access"]
                assert self.server.me(access).status_code == 200
                key = pyjwt.get_signing_key_from_jwt(access)
                claims = jwt.decode(access, key, algorithms=self.algorithms)
                assert claims["user_id"] == jose.user_of(access) == "1"
                self.kids.add(jwt.get_unverified_header(access)["kid"])
                self.rounds += 1
            except Exception as failure:  # noqa: BLE001 - whatever it is, it is a failed request
                self.failures.append(repr(failure))
        jose.stop()


@pytest.mark.parametrize(("first", "second"), [("ES256", "EdDSA"), ("RS256", "PS256")])
def test_a_key_comes_signs_and_goes_without_a_failed_request(tmp_path, first, second):
    with Server(tmp_path, first) as server, Work(server, [first, second]) as work:
        [old] = server.published()
        before = server.obtain()
        until(lambda: work.rounds > 5, 30)

        new = server.run("keys", "generate", "--algorithm", second).split()[0]
        until(lambda: server.published() == [old, new], 2)
        assert work.kids == {old}

        server.run("keys", "rotate")
        assert jwt.get_unverified_header(server.obtain()["access"])["kid"] == new, "when the command has ended"
        assert server.me(before["access"]).status_code == 200
        rounds = work.rounds
        until(lambda: work.rounds > rounds + 5, 30)
        assert work.kids == {old, new}

        server.run("keys", "retire", old)
        until(lambda: server.me(before["access"]).status_code == 401, 2)
        assert server.published() == [new]
        rounds = work.rounds
        until(lambda: work.rounds > rounds + 5, 30)
    assert work.failures == []


def test_a_ring_that_cannot_be_read_changes_nothing_until_it_is_good_again(tmp_path):
    with Server(tmp_path, "ES256") as server:
        server.run("keys", "generate")
        access = server.obtain()["access"]
        ring = tmp_path / "hallpass.keys"
        good = ring.read_bytes()

        def said(words, times):
            until(lambda: (tmp_path / "hallpass.log").read_text().count(words) == times, 5)
            assert server.me(access).status_code == 200

        said("the key ring was read", 1)
        ring.write_bytes(b"nonsense")
        said("is not understood", 1)
        ring.unlink()
        said("the key ring is gone", 1)
        ring.write_bytes(good)
        ring.chmod(0o644)
        said("can be read by others", 1)
        ring.chmod(0o600)
        said("the key ring was read", 2)


def test_nobody_is_signed_out_when_the_single_key_becomes_the_first_of_a_ring(tmp_path):
    with Server(tmp_path, "HS256") as server:
        pair = server.obtain()
        assert "kid" not in jwt.get_unverified_header(pair["access"])
        secret = (tmp_path / "hallpass.key").read_text()
        server.run("keys", "generate")
        server.run("keys", "rotate")
        assert not (tmp_path / "hallpass.key").exists()
        assert server.me(pair["access"]).status_code == 200
        renewed = server.post("/api/token/refresh/", refresh=pair["refresh"])
        assert "kid" in jwt.get_unverified_header(renewed["access"])
        # What Django signs with the shared secret goes on working as well.
        claims = {"token_type": "access", "jti": "a", "user_id": "1", "exp": int(time.time()) + 60}
        assert server.me(jwt.encode(claims, secret, algorithm="HS256")).status_code == 200


def test_another_servers_tokens_are_accepted_by_its_published_keys(tmp_path):
    (tmp_path / "issuer").mkdir()
    (tmp_path / "api").mkdir()
    with Server(tmp_path / "issuer", "ES256") as issuer:
        settings = {"JWK_URL": f"{issuer.url}/.well-known/jwks.json"}
        with Server(tmp_path / "api", "ES256", **settings) as api:
            assert api.me(issuer.obtain()["access"]).status_code == 200
            assert api.me(api.obtain()["access"]).status_code == 200
            assert issuer.me(api.obtain()["access"]).status_code == 401
