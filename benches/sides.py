"""The sides: Hallpass, the floor, Simple JWT and Better Auth, each with its fastest configuration.

They store data equally durably: SQLite in WAL mode with `synchronous = FULL`. Access tokens live an hour, longer than any
run. Refresh tokens rotate, and a rotation spends the old one.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from pathlib import Path

from data import PASSWORD, USERNAME, Databases, Key, Session, access_token, make_keys, refresh_token
from load import ask
from processes import ROOT, SERVES_ON, TARGET, Server, free_port, start

# The number of tokens that a load of authenticated requests sends in turn.
TOKENS = 256

EMAIL = "ada@hall.example"
CREDENTIALS = {"username": USERNAME, "password": PASSWORD}
SIGN_IN_BY_EMAIL = {"email": EMAIL, "password": PASSWORD}

SIMPLE_JWT = "rest_framework_simplejwt.authentication"
STATELESS = f"{SIMPLE_JWT}.JWTStatelessUserAuthentication"
USER_READ = f"{SIMPLE_JWT}.JWTAuthentication"
DJANGO_SESSION = "rest_framework.authentication.SessionAuthentication"


class Sides:
    """Creates servers and stops all of them at the end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keys = make_keys()
        self.databases = Databases(folder)

    def hallpass(
        self, key: Key, database: Path | None = None, processors: list[int] = SERVES_ON, name: str = "Hallpass", **settings: str
    ) -> Server:
        port = free_port()
        database = database or self.databases.copy()
        variables = {
            "LISTEN": f"127.0.0.1:{port}",
            "DATABASE_URL": f"sqlite://{database}",
            "LIMITS": "off",
            "ALGORITHM": key.algorithm,
            "SIGNING_KEY": key.signing,
            "ACCESS_TOKEN_LIFETIME": "1h",
            **settings,
        }
        environment = {f"HALLPASS_{variable}": value for variable, value in variables.items()}
        return start(name, [TARGET / "hallpass", "serve"], environment, port, self.folder, processors, "/healthz")

    def floor(self, key: Key, processors: list[int] = SERVES_ON) -> Server:
        port = free_port()
        environment = {
            "LISTEN": f"127.0.0.1:{port}",
            "DATABASE": str(self.databases.copy()),
            "ALGORITHM": key.algorithm,
            "VERIFYING_KEY": key.verifying,
        }
        return start("floor", [TARGET / "floor"], environment, port, self.folder, processors, "/healthz")

    def simple_jwt(
        self, key: Key, authentication: str = USER_READ, processors: list[int] = SERVES_ON, name: str = "Simple JWT"
    ) -> Server:
        """On gunicorn with threads, which keep connections open. Its other worker classes close each, which is slower."""
        port = free_port()
        folder = self.folder / f"django-{port}"
        folder.mkdir()
        environment = django_environment(folder, key, authentication)
        program = [sys.executable, ROOT / "benches/simplejwt/application.py", str(TOKENS)]
        made = subprocess.run(program, env=os.environ | environment, check=True, capture_output=True, text=True)
        workers = 2 * len(processors) + 1
        command = [sys.executable, "-m", "gunicorn", "--chdir", ROOT / "benches/simplejwt", "--bind", f"127.0.0.1:{port}"]
        command += ["--worker-class", "gthread", "--threads", "2", "--workers", str(workers), "--keep-alive", "75"]
        command += ["--log-level", "warning", "application:application"]
        server = start(name, command, environment, port, folder, processors, "/api/nothing")
        server.sessions = json.loads(made.stdout)
        return server

    def better_auth(self, cookie_cache: str = "off", processors: list[int] = SERVES_ON, name: str = "Better Auth") -> Server:
        """Its one user has signed up. `cookie` on the server is the cookie that a browser would send."""
        port = free_port()
        environment = {"PORT": str(port), "DATABASE": str(self.folder / f"better-auth-{port}.db"), "COOKIE_CACHE": cookie_cache}
        program = ROOT / "benches/better-auth/server.js"
        subprocess.run(["node", program, "migrate"], env=os.environ | environment, check=True, capture_output=True)
        server = start(name, ["node", program], environment, port, self.folder, processors, "/healthz")
        ask(server, "POST", "/api/auth/sign-up/email", SIGN_IN_BY_EMAIL | {"name": USERNAME})
        response = ask(server, "POST", "/api/auth/sign-in/email", SIGN_IN_BY_EMAIL)
        cookies = response.headers.get_all("Set-Cookie")
        server.cookie = "; ".join(cookie.split(";")[0] for cookie in cookies)
        return server

    def refresh_tokens(self, key: Key) -> Iterator[str]:
        """The first refresh token of each session in the databases."""
        return (refresh_token(key, session) for session in self.databases.sessions)

    def access_tokens(self, server: Server, key: Key) -> list[str]:
        """Access tokens of different sessions, issued by Hallpass."""

        def renewed(token: str) -> str:
            return json.loads(ask(server, "POST", "/api/token/refresh/", {"refresh": token}).text)["access"]

        with ThreadPoolExecutor(16) as clients:
            return list(clients.map(renewed, islice(self.refresh_tokens(key), TOKENS)))

    def foreign_sessions(self) -> list[Session]:
        """Tokens of the one user of Simple JWT, which has no sessions."""
        return [replace(session, user=1) for session in self.databases.sessions]

    def foreign_access_tokens(self, key: Key) -> list[str]:
        """Access tokens as Simple JWT issues them."""
        return [access_token(key, session) for session in self.foreign_sessions()[:TOKENS]]

    def signed_in_access_token(self, server: Server) -> str:
        """An access token with the claims that only a sign-in writes."""
        return json.loads(ask(server, "POST", "/api/token/", CREDENTIALS).text)["access"]


def django_environment(folder: Path, key: Key, authentication: str) -> dict[str, str]:
    simple_jwt = {
        "ALGORITHM": key.algorithm,
        "SIGNING_KEY": key.signing,
        "VERIFYING_KEY": key.verifying,
        "ROTATE_REFRESH_TOKENS": True,
        "BLACKLIST_AFTER_ROTATION": True,
        "UPDATE_LAST_LOGIN": True,
        "REFRESH_TOKEN_LIFETIME": 7 * 24 * 3600,
        "ACCESS_TOKEN_LIFETIME": 3600,
    }
    database = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(folder / "django.db"),
        # Connections are persistent, and a write waits for the lock instead of failing.
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL",
            "transaction_mode": "IMMEDIATE",
            "timeout": 60,
        },
    }
    middleware = ["sessions.middleware.SessionMiddleware", "auth.middleware.AuthenticationMiddleware"]
    changes = {
        "DATABASES": {"default": database},
        "INSTALLED_APPS": [
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "rest_framework",
            "rest_framework_simplejwt.token_blacklist",
        ],
        "MIDDLEWARE": [f"django.contrib.{name}" for name in middleware] if authentication == DJANGO_SESSION else [],
        "PASSWORD_HASHERS": ["application.Argon2"],
        "REST_FRAMEWORK": {
            "DEFAULT_AUTHENTICATION_CLASSES": [authentication],
            "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
            "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
            "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        },
    }
    return {
        "FOLDER": str(folder),
        "USERS": json.dumps([{"username": USERNAME, "email": EMAIL, "password": PASSWORD}]),
        "SIMPLE_JWT": json.dumps(simple_jwt),
        "DJANGO": json.dumps(changes),
    }
