"""Two servers with the same key, the same users and the same settings: Hallpass and Simple JWT."""

import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import jwt
import requests

HERE = Path(__file__).parent

BINARY = Path(os.environ.get("HALLPASS_BINARY", HERE / "../../target/release/hallpass"))
KEY = "one key for both sides, of more than sixty-four bytes, so that every HMAC fits"
PASSWORD = "violet kettle harvests nine moons"
USERS = [
    {"username": "ada", "email": "ada@hall.example", "password": PASSWORD, "is_active": True},
    {"username": "bob", "email": "bob@hall.example", "password": PASSWORD, "is_active": False},
]
DEFAULTS = {
    "SIGNING_KEY": KEY,
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    "UPDATE_LAST_LOGIN": True,
    # The defaults differ here: one day there, seven days here.
    "REFRESH_TOKEN_LIFETIME": 7 * 24 * 3600,
}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait(url) -> None:
    """Until a server answers there."""
    for _ in range(300):
        try:
            requests.get(url, timeout=1)
            return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise TimeoutError(url)


def as_text(name, value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if name == "AUDIENCE" and isinstance(value, list):
        return json.dumps(value)
    return ",".join(value) if isinstance(value, list) else str(value)


@dataclass
class Sides:
    """Both servers, started with some settings switched."""

    folder: Path
    switched: dict = field(default_factory=dict)
    # What Hallpass alone knows.
    own: dict = field(default_factory=dict)

    def __enter__(self):
        self.settings = {**DEFAULTS, **self.switched}
        self.processes = []
        self.urls = [self._start_hallpass(), self._start_django()]
        for url, path in zip(self.urls, ["/healthz", "/api/nothing"]):
            wait(url + path)
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(timeout=10)

    def _start_hallpass(self) -> str:
        port = free_port()
        # A spent token is refused at once here, as Simple JWT does.
        own = {"LISTEN": f"127.0.0.1:{port}", "DATABASE_URL": f"sqlite://{self.folder}/hallpass.db", "REFRESH_REUSE_GRACE": 0, "LIMITS": "off", **self.own}
        variables = {f"HALLPASS_{name}": as_text(name, value) for name, value in {**self.settings, **own}.items()}
        environment = {"PATH": os.environ["PATH"], **variables}
        self.environment = environment
        for user in USERS:
            flags = [] if user["is_active"] else ["--inactive"]
            command = [BINARY, "createuser", "--username", user["username"], "--email", user["email"], "--password-stdin", *flags]
            subprocess.run(command, env=environment, input=user["password"].encode(), check=True, capture_output=True)
        self._run([BINARY, "serve"], environment, "hallpass.log")
        return f"http://127.0.0.1:{port}"

    def _start_django(self) -> str:
        port = free_port()
        variables = {"FOLDER": str(self.folder), "SIMPLE_JWT": json.dumps(self.settings), "USERS": json.dumps(USERS)}
        command = [sys.executable, HERE / "django_side.py", str(port)]
        self._run(command, {**os.environ, **variables}, "django.log")
        return f"http://127.0.0.1:{port}"

    def _run(self, command, environment, log) -> None:
        with open(self.folder / log, "wb") as output:
            self.processes.append(subprocess.Popen(command, env=environment, stdout=output, stderr=output))

    def both(self, method, path, **request):
        """The same request to both: Hallpass's answer and Simple JWT's."""
        return [requests.request(method, url + path, timeout=30, **request) for url in self.urls]

    def obtain(self, username="ada"):
        """A pair from each side."""
        answers = self.both("POST", "/api/token/", json={"username": username, "password": PASSWORD})
        assert [answer.status_code for answer in answers] == [200, 200], [answer.text for answer in answers]
        return [answer.json() for answer in answers]

    def obtain_sliding(self, username="ada"):
        """A sliding token from each side."""
        answers = self.both("POST", "/api/token/sliding/", json={"username": username, "password": PASSWORD})
        assert [answer.status_code for answer in answers] == [200, 200], [answer.text for answer in answers]
        return [answer.json()["token"] for answer in answers]

    def change_password(self, username, password):
        """Sets a password on both sides, as an operator does."""
        command = [BINARY, "changepassword", username, "--password-stdin"]
        subprocess.run(command, env=self.environment, input=password.encode(), check=True, capture_output=True)
        body = {"username": username, "password": password}
        assert requests.post(self.urls[1] + "/password/", json=body, timeout=30).status_code == 200

    def each_at_me(self, tokens):
        """A protected endpoint, with a token of its own for each side."""
        name = {"HTTP_X_ACCESS_TOKEN": "X-Access-Token"}.get(self.settings.get("AUTH_HEADER_NAME"), "Authorization")
        scheme = self.settings.get("AUTH_HEADER_TYPES", ["Bearer"])[0]
        return [
            requests.get(url + "/api/me/", headers={name: f"{scheme} {token}"}, timeout=30)
            for url, token in zip(self.urls, tokens)
        ]

    def each(self, method, path, bodies, field):
        """A request with a token of its own for each side."""
        return [
            requests.request(method, url + path, json={field: token}, timeout=30)
            for url, token in zip(self.urls, bodies)
        ]

    def name_of(self, number):
        """What a token calls the user of that number."""
        field = self.settings.get("USER_ID_FIELD", "id")
        return str(number) if field == "id" else USERS[number - 1][field]

    def sliding(self, **changes):
        """A sliding token that either side could have signed."""
        kind = self.settings.get("TOKEN_TYPE_CLAIM", "token_type")
        end = self.settings.get("SLIDING_TOKEN_REFRESH_EXP_CLAIM", "refresh_exp")
        return self.token(**{kind: "sliding", end: int(time.time()) + 600, **changes})

    def token(self, key=None, algorithm=None, headers=None, **changes):
        """A token that either side could have signed; `None` takes a claim out."""
        now = int(time.time())
        names = {name: self.settings.get(name, default) for name, default in NAMES.items()}
        claims = {
            names["TOKEN_TYPE_CLAIM"]: "access",
            "exp": now + 300,
            "iat": now,
            names["JTI_CLAIM"]: os.urandom(16).hex(),
            names["USER_ID_CLAIM"]: self.name_of(1),
            **{name: self.settings[setting] for name, setting in (("aud", "AUDIENCE"), ("iss", "ISSUER")) if setting in self.settings},
            **changes,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        algorithm = algorithm or self.settings.get("ALGORITHM", "HS256")
        key = KEY if key is None and algorithm != "none" else key
        return sign(claims, key, algorithm, headers)


NAMES = {"TOKEN_TYPE_CLAIM": "token_type", "JTI_CLAIM": "jti", "USER_ID_CLAIM": "user_id"}


def sign(claims, key, algorithm, headers=None) -> str:
    """Signs whatever claims: those that PyJWT's own `encode` refuses too."""
    payload = json.dumps(claims).encode()
    return jwt.api_jws.encode(payload, key, algorithm=algorithm, headers=headers)


def same(answers, body=True) -> None:
    """Both sides answered alike: status, body, and the headers that the dialect fixes."""
    seen = [
        {
            "status": answer.status_code,
            "body": answer.json() if body and answer.content else None,
            "type": answer.headers.get("Content-Type"),
            "WWW-Authenticate": answer.headers.get("WWW-Authenticate"),
            "Allow": answer.headers.get("Allow") if answer.status_code != 404 else None,
        }
        for answer in answers
    ]
    for one in seen:
        if isinstance(one["body"], dict) and str(one["body"].get("detail", "")).startswith(("JSON parse error", "Multipart form parse error")):
            # The words after the dash are each side's own.
            one["body"]["detail"] = one["body"]["detail"].split(" - ")[0]
    assert seen[0] == seen[1]
