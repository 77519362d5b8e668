"""Keys, tokens and databases that the sides receive before a measurement."""

import os
import secrets
import shutil
import sqlite3
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from processes import TARGET

USERNAME = "ada"
PASSWORD = "violet kettle harvests nine moons"
DAY = 24 * 3600 * 1000

# Sessions that the load refreshes; each is used once.
SESSIONS = 8192


@dataclass(frozen=True)
class Key:
    algorithm: str
    signing: str
    verifying: str


@dataclass(frozen=True)
class Session:
    user: int
    id: str
    jti: str


def make_keys() -> dict[str, Key]:
    secret = secrets.token_hex(32)
    keys = [Key("HS256", secret, secret)]
    for algorithm, private in (("ES256", ec.generate_private_key(ec.SECP256R1())), ("EdDSA", ed25519.Ed25519PrivateKey.generate())):
        signing = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        verifying = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        keys.append(Key(algorithm, signing.decode(), verifying.decode()))
    return {key.algorithm: key for key in keys}


def refresh_token(key: Key, session: Session) -> str:
    """The first refresh token of a session, as a side with this key would issue it."""
    return _sign(key, session, "refresh", session.jti, 7 * 24 * 3600)


def access_token(key: Key, session: Session) -> str:
    return _sign(key, session, "access", secrets.token_hex(16), 3600)


def _sign(key: Key, session: Session, token_type: str, jti: str, lifetime: int) -> str:
    now = int(time.time())
    claims = {
        "token_type": token_type,
        "exp": now + lifetime,
        "iat": now,
        "jti": jti,
        "user_id": str(session.user),
        "sid": session.id,
        "gen": 0,
        "username": USERNAME,
    }
    return jwt.encode(claims, key.signing, key.algorithm)


class Databases:
    """Hallpass's SQLite files, copies of one that is created once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.empty = folder / "empty.db"
        settings = {"HALLPASS_DATABASE_URL": f"sqlite://{self.empty}", "PATH": os.environ["PATH"]}
        command = [TARGET / "hallpass", "createuser", "--username", USERNAME, "--email", "ada@hall.example", "--password-stdin"]
        subprocess.run(command, cwd=folder, env=settings, input=PASSWORD.encode(), check=True, capture_output=True)
        # The first user is ada.
        users = range(2, 2 + SESSIONS)
        self.sessions = [Session(user, secrets.token_hex(16), secrets.token_hex(16)) for user in users]
        with filling(self.empty) as database:
            insert_sessions(database, self.sessions)

    def copy(self, tokens: int = 0, ended: int = 0) -> Path:
        """A database with additional outstanding tokens and revoked sessions."""
        path = self.folder / f"{secrets.token_hex(4)}.db"
        shutil.copy(self.empty, path)
        with filling(path) as database:
            if tokens:
                insert_tokens(database, tokens)
            if ended:
                insert_ended(database, ended)
        return path


class filling:
    """Fills a database without durability: a crash loses it, and the next run creates it again."""

    def __init__(self, path: Path) -> None:
        self.database = sqlite3.connect(path)
        self.database.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; PRAGMA temp_store = MEMORY;"
        )

    def __enter__(self) -> sqlite3.Connection:
        return self.database

    def __exit__(self, *_: object) -> None:
        self.database.commit()
        self.database.close()


def insert_sessions(database: sqlite3.Connection, sessions: list[Session]) -> None:
    now = int(time.time()) * 1000
    users = [(session.user, f"user{session.user}", now) for session in sessions]
    database.executemany("INSERT INTO users (id, username, password, date_joined) VALUES (?, ?, '!', ?)", users)
    rows = [{"id": session.id, "user": session.user, "jti": session.jti, "now": now, "end": now + 7 * DAY} for session in sessions]
    database.executemany(
        """INSERT INTO sessions (id, user_id, generation, current_jti, current_issued_at, current_expires_at,
               created_at, refreshed_at, ends_at, access_expires_at)
           VALUES (:id, :user, 0, :jti, :now, :end, :now, :now, :end + 83 * 86400000, :now + 3600000)""",
        rows,
    )
    database.executemany(
        """INSERT INTO outstanding_tokens (jti, session_id, user_id, generation, created_at, expires_at)
           VALUES (:jti, :id, :user, 0, :now, :end)""",
        rows,
    )


def insert_tokens(database: sqlite3.Connection, count: int) -> None:
    """Sessions of other users after nine rotations each: ten tokens, of which one is unspent."""
    now = int(time.time()) * 1000
    sessions = max(1, count // 10)
    indexes = _without_indexes(database)
    database.execute("CREATE TEMP TABLE filler (n INTEGER PRIMARY KEY, id TEXT, jti TEXT)")
    database.execute(
        f"""WITH RECURSIVE counter (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counter WHERE n + 1 < {sessions})
            INSERT INTO filler SELECT n, lower(hex(randomblob(16))), lower(hex(randomblob(16))) FROM counter"""
    )
    database.execute(
        """INSERT INTO users (id, username, password, date_joined)
           SELECT 1000000 + n, 'other' || n, '!', ? FROM filler""",
        (now,),
    )
    database.execute(
        """INSERT INTO sessions (id, user_id, generation, current_jti, current_issued_at, current_expires_at,
               created_at, refreshed_at, ends_at, access_expires_at)
           SELECT id, 1000000 + n, 9, jti, :now, :now + 7 * :day, :now - :day, :now, :now + 90 * :day, :now + 3600000
           FROM filler ORDER BY id""",
        {"now": now, "day": DAY},
    )
    database.execute(
        f"""WITH RECURSIVE counter (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counter WHERE n + 1 < {count})
            INSERT INTO outstanding_tokens (jti, session_id, user_id, generation, created_at, expires_at,
                blacklisted_at, blacklisted_why)
            SELECT iif(counter.n / {sessions} = 9, filler.jti, lower(hex(randomblob(16)))), filler.id,
                1000000 + filler.n, counter.n / {sessions}, :now - :day, :now + 6 * :day + counter.n % 100000,
                iif(counter.n / {sessions} = 9, NULL, :now), iif(counter.n / {sessions} = 9, NULL, 'rotated')
            FROM counter JOIN filler ON filler.n = counter.n % {sessions}""",
        {"now": now, "day": DAY},
    )
    for sql in indexes:
        database.execute(sql)


def _without_indexes(database: sqlite3.Connection) -> list[str]:
    """Drops indexes, which are faster to create again than to maintain. Returns their SQL."""
    tables = "'users', 'sessions', 'outstanding_tokens'"
    found = database.execute(
        f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({tables})"
    ).fetchall()
    for name, _ in found:
        database.execute(f"DROP INDEX {name}")
    return [sql for _, sql in found]


def insert_ended(database: sqlite3.Connection, count: int) -> None:
    """Sessions that were just revoked, so that every server must keep them in memory."""
    now = int(time.time()) * 1000
    rows = [{"id": secrets.token_hex(16), "jti": secrets.token_hex(16), "now": now, "end": now + 7 * DAY} for _ in range(count)]
    database.executemany(
        """INSERT INTO sessions (id, user_id, generation, current_jti, current_issued_at, current_expires_at,
               created_at, refreshed_at, ends_at, access_expires_at, revoked_at, revoked_why)
           VALUES (:id, 1, 0, :jti, :now, :end, :now, :now, :end, :now + 3600000, :now, 'signed_out')""",
        rows,
    )
    database.executemany(
        "INSERT INTO revocations (session_id, at, why, until) VALUES (:id, :now, 'signed_out', :now + 3600000)", rows
    )
