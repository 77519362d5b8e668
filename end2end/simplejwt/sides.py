"""Two servers with the same key, users and settings: Hallpass and Simple JWT."""

import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import jwt
from processes import PATIENCE, Client, Server

HERE = Path(__file__).parent

BINARY = Path(os.environ.get("HALLPASS_BINARY", HERE / "../../target/release/hallpass"))
KEY = "one key for both sides, of more than sixty-four bytes, so that every HMAC fits"
HOUR = 3600
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
    # The defaults differ: one day in Simple JWT, seven days in Hallpass.
    "REFRESH_TOKEN_LIFETIME": 7 * 24 * HOUR,
}


def as_text(name, value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if name == "AUDIENCE" and isinstance(value, list):
        return json.dumps(value)
    return ",".join(value) if isinstance(value, list) else str(value)


def hallpass_environment(folder, settings, own) -> dict:
    # Without grace a spent token is rejected at once, like in Simple JWT.
    own = {"LISTEN": "127.0.0.1:0", "DATABASE_URL": f"sqlite://{folder}/hallpass.db", "REFRESH_REUSE_GRACE": 0, "LIMITS": "off", **own}
    variables = {f"HALLPASS_{name}": as_text(name, value) for name, value in {**settings, **own}.items()}
    return {"PATH": os.environ["PATH"], **variables}


def django_environment(folder, settings) -> dict:
    # Threads keep their connections to a database that needs no durability.
    database = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(folder / "django.db"),
        "CONN_MAX_AGE": None,
        "OPTIONS": {"init_command": "PRAGMA synchronous = OFF"},
    }
    django = {
        "DATABASES": {"default": database},
        # Adds `Content-Length`, without which the server closes the connection after each response.
        "MIDDLEWARE": ["django.middleware.common.CommonMiddleware"],
        "APPEND_SLASH": False,
    }
    variables = {"FOLDER": str(folder), "SIMPLE_JWT": json.dumps(settings), "USERS": json.dumps(USERS), "DJANGO": json.dumps(django)}
    return {**os.environ, **variables}


def run(command, environment, line=None) -> None:
    subprocess.run(command, env=environment, input=line and line.encode(), check=True, capture_output=True, timeout=PATIENCE)


def prepare(folder) -> None:
    """Creates both databases with the users. Independent of the settings of `Sides`."""
    environment = hallpass_environment(folder, DEFAULTS, {})
    for user in USERS:
        flags = [] if user["is_active"] else ["--inactive"]
        run([BINARY, "createuser", "--username", user["username"], "--email", user["email"], "--password-stdin", *flags], environment, user["password"])
    run([sys.executable, HERE / "django_side.py", "prepare"], django_environment(folder, DEFAULTS))


@dataclass
class Sides:
    """Both servers, started on prepared databases with some settings changed."""

    folder: Path
    switched: dict
    # Settings that only Hallpass has.
    own: dict

    def __enter__(self):
        self.settings = {**DEFAULTS, **self.switched}
        self.environment = hallpass_environment(self.folder, self.settings, self.own)
        with ExitStack() as stack:
            servers = [
                stack.enter_context(Server([BINARY, "serve"], self.environment, self.folder / "hallpass.log")),
                stack.enter_context(Server([sys.executable, HERE / "django_side.py", "serve"], django_environment(self.folder, self.settings), self.folder / "django.log")),
            ]
            self.clients = [stack.enter_context(Client(server.url())) for server in servers]
            self.stack = stack.pop_all()
        self.hallpass, self.django = self.clients
        return self

    def __exit__(self, *_):
        self.stack.close()

    def both(self, method, path, **request):
        """Sends the same request to both; returns Hallpass's and Simple JWT's response."""
        return [client.request(method, path, **request) for client in self.clients]

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
        """Sets a password on both sides as an operator."""
        run([BINARY, "changepassword", username, "--password-stdin"], self.environment, password)
        answer = self.django.post("/password/", json={"username": username, "password": password})
        assert answer.status_code == 200

    def each_at_me(self, tokens):
        """A request to a protected endpoint, with each side's own token."""
        name = {"HTTP_X_ACCESS_TOKEN": "X-Access-Token"}.get(self.settings.get("AUTH_HEADER_NAME"), "Authorization")
        scheme = self.settings.get("AUTH_HEADER_TYPES", ["Bearer"])[0]
        return [client.get("/api/me/", headers={name: f"{scheme} {token}"}) for client, token in zip(self.clients, tokens)]

    def each(self, method, path, bodies, field):
        """A request with each side's own token."""
        return [client.request(method, path, json={field: token}) for client, token in zip(self.clients, bodies)]

    def name_of(self, number):
        """The value of the user id claim for the user with that number."""
        field = self.settings.get("USER_ID_FIELD", "id")
        return str(number) if field == "id" else USERS[number - 1][field]

    def sliding(self, **changes):
        """A sliding token, signed with the common key."""
        kind = self.settings.get("TOKEN_TYPE_CLAIM", "token_type")
        end = self.settings.get("SLIDING_TOKEN_REFRESH_EXP_CLAIM", "refresh_exp")
        return self.token(**{kind: "sliding", end: int(time.time()) + 2 * HOUR, **changes})

    def token(self, key=None, algorithm=None, headers=None, **changes):
        """A token that either side could have signed; `None` removes a claim."""
        now = int(time.time())
        names = {name: self.settings.get(name, default) for name, default in NAMES.items()}
        claims = {
            names["TOKEN_TYPE_CLAIM"]: "access",
            "exp": now + HOUR,
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
    """Signs any claims, including those that PyJWT's `encode` rejects."""
    payload = json.dumps(claims).encode()
    return jwt.api_jws.encode(payload, key, algorithm=algorithm, headers=headers)


def same(answers, body=True) -> None:
    """Asserts equal responses: status, body and the specified headers."""
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
            # The text after the dash differs between the sides.
            one["body"]["detail"] = one["body"]["detail"].split(" - ")[0]
    assert seen[0] == seen[1]
