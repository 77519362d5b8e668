"""A Django project is imported into Hallpass, repeatedly: passwords, tokens and flags are kept."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import contextmanager

import jwt
import pytest
from postgres import Postgres, binaries
from processes import PATIENCE, Client, Server
from sides import BINARY, HERE, PASSWORD

# One worker runs these tests, and starts PostgreSQL once.
pytestmark = pytest.mark.xdist_group("leaving")

# The project's SECRET_KEY, with which Simple JWT signs by default.
KEY = "django-insecure-a-secret-key-as-startproject-makes-one"
OTHER_PASSWORD = "seven copper lanterns drift upstream"
HASHERS = ["pbkdf2_sha256", "pbkdf2_sha1", "argon2", "bcrypt_sha256", "bcrypt", "scrypt", "md5"]


class Project:
    """The Django project, in its own process."""

    def __init__(self, django, address, model=None):
        self.address = address
        environment = {**os.environ, "DATABASE": json.dumps(django), "SECRET_KEY": KEY, **({"USER_MODEL": model} if model else {})}
        command = [sys.executable, HERE / "django_project.py"]
        self.process = subprocess.Popen(command, env=environment, cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        self("migrate")
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(timeout=PATIENCE)

    def __call__(self, verb, *arguments, **named):
        self.process.stdin.write(json.dumps([verb, arguments, named]) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, "the project failed; its traceback is on standard error"
        return json.loads(answer)

    def obtain(self, name):
        pair = self("post", "/api/token/", username=name, password=PASSWORD)
        assert pair["status"] == 200, pair
        return pair

    def refresh(self, token):
        return self("post", "/api/token/refresh/", refresh=token)


class Hall:
    """Hallpass, in its own folder."""

    def __init__(self, folder, **settings):
        self.folder = folder
        settings = {"SIGNING_KEY": KEY, "REFRESH_REUSE_GRACE": "0", "LIMITS": "off", "LISTEN": "127.0.0.1:0", **settings}
        self.environment = {"PATH": os.environ["PATH"], **{f"HALLPASS_{name}": value for name, value in settings.items()}}

    def run(self, *arguments, line=""):
        command = [BINARY, *arguments]
        return subprocess.run(command, env=self.environment, cwd=self.folder, input=line, capture_output=True, text=True, timeout=PATIENCE)

    def bring(self, project, *options):
        done = self.run("import-django", project.address, *options)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def rows(self, sql):
        with sqlite3.connect(self.folder / "hallpass.db") as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(sql)]

    def password(self, name):
        return next(row["password"] for row in self.rows("SELECT * FROM users") if row["username"] == name)

    @contextmanager
    def serving(self):
        with Server([BINARY, "serve"], self.environment, self.folder / "log", self.folder) as server, Client(server.url()) as self.client:
            yield self

    def post(self, path, **body):
        return self.client.post(path, json=body)

    def sign_in(self, name, password=PASSWORD):
        return self.post("/api/token/", username=name, password=password)

    def refresh(self, token):
        return self.post("/api/token/refresh/", refresh=token)

    def me(self, access):
        return self.client.get("/api/me/", headers={"Authorization": f"Bearer {access}"})


@pytest.fixture(scope="module")
def postgres():
    if binaries() is None:
        pytest.skip("PostgreSQL is not installed, so leaving it is not tested")
    with Postgres() as postgres:
        yield postgres


@pytest.fixture(params=["sqlite", "postgres"])
def database(request, tmp_path):
    """An empty database for Django: its entry for DATABASES, and its URL."""
    if request.param == "sqlite":
        path = tmp_path / "db.sqlite3"
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path)}, str(path)
    return request.getfixturevalue("postgres").database(tmp_path.name)


@pytest.fixture
def project(database):
    with Project(*database) as project:
        yield project


@pytest.fixture
def hall(tmp_path):
    folder = tmp_path / "hall"
    folder.mkdir()
    return Hall(folder)


def test_an_import_keeps_every_password_and_signs_nobody_out(project, hall):
    for hasher in HASHERS:
        project("add", hasher, PASSWORD, hasher)
    project("add", "staff", PASSWORD, "md5", is_staff=True, email="staff@example.com")
    project("add", "root", PASSWORD, "md5", is_staff=True, is_superuser=True, last_name="Root")
    project("add", "gone", PASSWORD, "md5", is_active=False)
    project("add", "sso", None)
    holding, rotated, signed_out = (project.obtain("staff")["refresh"] for _ in range(3))
    successor = project.refresh(rotated)
    assert project("post", "/api/token/blacklist/", refresh=signed_out)["status"] == 200

    said = hall.bring(project)
    assert "Users: 11 imported, 0 updated, 0 unchanged, 0 skipped." in said, said
    assert "Refresh tokens: 4 imported, 0 updated, 0 unchanged, 0 skipped." in said, said
    assert "2 of the tokens: already blacklisted in the source" in said
    assert "1 of the users: has no password — sso (11)" in said
    assert "Tokens that Django issued are accepted here: users stay signed in." in said

    columns = "id, username, email, password, is_active, is_staff, is_superuser, date_joined, last_login"
    theirs = [{name: row[name] for name in columns.split(", ")} for row in project("rows")]
    assert hall.rows(f"SELECT {columns} FROM users ORDER BY id") == theirs
    stored = json.dumps([hall.rows(f"SELECT * FROM {table}") for table in ("outstanding_tokens", "imported_users")])
    for token in (holding, rotated, signed_out, successor["refresh"]):
        assert token.split(".")[2] not in stored and jwt.decode(token, KEY, ["HS256"])["jti"] in stored

    with hall.serving():
        for name in [*HASHERS, "staff", "root"]:
            assert hall.sign_in(name, "not " + PASSWORD).status_code == 401
            assert not hall.password(name).startswith("$argon2id"), "a wrong password upgrades nothing"
            assert hall.sign_in(name).status_code == 200, name
            assert hall.password(name).startswith("$argon2id$v=19$"), name
            assert hall.sign_in(name).status_code == 200, name
        for name in ("gone", "sso"):
            assert hall.sign_in(name).status_code == 401
        for token in (rotated, signed_out):
            answer = hall.refresh(token)
            assert (answer.status_code, answer.json()["detail"]) == (401, "Token is blacklisted")
        for token in (holding, successor["refresh"]):
            pair = hall.refresh(token).json()
            assert hall.me(pair["access"]).json()["username"] == "staff"
            assert hall.refresh(token).status_code == 401, "it is spent now"
        assert hall.me(successor["access"]).status_code == 200

        before = hall.rows("SELECT * FROM users"), hall.rows("SELECT * FROM outstanding_tokens ORDER BY jti")
        assert "Users: 0 imported, 0 updated, 11 unchanged" in hall.bring(project)
        assert before == (hall.rows("SELECT * FROM users"), hall.rows("SELECT * FROM outstanding_tokens ORDER BY jti"))


def test_tokens_issued_by_hallpass_are_accepted_by_django(project, hall):
    project("add", "ada", PASSWORD, "md5")
    hall.bring(project)
    with hall.serving():
        pair = hall.sign_in("ada").json()
    for token in pair["access"], pair["refresh"]:
        assert project("post", "/api/token/verify/", token=token)["status"] == 200
    assert project.refresh(pair["refresh"])["status"] == 200


def test_a_second_import_applies_changes_of_django_and_reverts_none_of_hallpass(project, hall):
    for name in ("ada", "bob", "eve", "dan", "joy"):
        project("add", name, PASSWORD, "md5")
    held, adas = (project.obtain(name)["refresh"] for name in ("joy", "ada"))
    hall.bring(project)
    assert hall.run("changepassword", "ada", "--password-stdin", line=OTHER_PASSWORD).returncode == 0
    project("change", "ada", password=PASSWORD + " again")
    project("change", "bob", password=OTHER_PASSWORD, email="bob@example.com")
    project("change", "dan", is_active=False)
    project("add", "new", PASSWORD, "md5")
    with hall.serving():
        pairs = {name: hall.sign_in(name).json() for name in ("bob", "eve", "dan")}
        joys = hall.refresh(held).json()
        assert project.refresh(held)["status"] == 200, "there, nobody knows that it was spent here"
        argon2 = hall.password("eve")

        said = hall.bring(project, "--dry-run")
        assert "Users: 1 imported, 2 updated, 3 unchanged, 0 skipped." in said, said
        assert "nothing was changed" in said and len(hall.rows("SELECT * FROM users")) == 5
        assert hall.bring(project).replace("Done.", "") == said.replace("This was a dry run: nothing was changed.", "")
        assert "1 of the users: kept the password, which was changed here — ada (1)" in said

        assert hall.sign_in("ada", OTHER_PASSWORD).status_code == 200
        assert hall.sign_in("ada", PASSWORD + " again").status_code == 401
        assert hall.refresh(adas).status_code == 401, "a new password ends what was begun in Django too"
        assert hall.sign_in("bob", OTHER_PASSWORD).status_code == 200, "changed there, and not here"
        assert hall.sign_in("bob").status_code == 401
        assert hall.password("eve") == argon2
        assert hall.sign_in("dan").status_code == 401
        assert hall.sign_in("new").status_code == 200
        assert hall.refresh(pairs["bob"]["refresh"]).status_code == 401, "a new password ends what was begun with the old"
        assert hall.refresh(pairs["dan"]["refresh"]).status_code == 401
        assert hall.refresh(pairs["eve"]["refresh"]).status_code == 200
        assert hall.refresh(joys["refresh"]).status_code == 200


def test_revoking_all_sessions_includes_imported_tokens(project, hall):
    for name in ("ada", "bob", "eve"):
        project("add", name, PASSWORD, "md5")
    tokens = {name: project.obtain(name)["refresh"] for name in ("ada", "bob", "eve")}
    hall.bring(project)

    def refreshed(name):
        return hall.refresh(tokens[name]).status_code

    with hall.serving():
        assert hall.run("revoke", "--user", "ada").returncode == 0
        assert hall.run("revoke", "--all", "--before", "2020-01-01T00:00:00Z").returncode == 0
        assert (refreshed("ada"), refreshed("bob")) == (401, 200)
        assert hall.run("revoke", "--all").returncode == 0
        assert refreshed("eve") == 401


def test_an_import_changes_no_existing_user_and_no_imported_token_opens_their_account(project, hall):
    for name in ("one", "two", "three"):
        assert hall.run("createuser", "--username", name, "--password-stdin", line=OTHER_PASSWORD).returncode == 0
    for name in ("ada", "bob", "eve", "three", "four"):
        project("add", name, PASSWORD, "md5")
    project("delete", "four")
    pairs = {name: project.obtain(name) for name in ("ada", "three")}
    tokens = {name: pair["refresh"] for name, pair in pairs.items()}
    said = hall.bring(project)
    assert "3 of the users: skipped: the user id belongs to a user who was created here — ada (1), bob (2), eve (3)" in said, said
    assert "1 of the users: skipped: another user here has the username — three (4)" in said
    assert "1 of the tokens: blacklisted: its user id belongs to a user who was created here" in said
    with hall.serving():
        assert hall.sign_in("one", OTHER_PASSWORD).status_code == 200
        assert hall.sign_in("ada").status_code == 401
        assert {name: hall.refresh(token).status_code for name, token in tokens.items()} == {"ada": 401, "three": 401}
        assert {name: hall.me(pair["access"]).status_code for name, pair in pairs.items()} == {"ada": 401, "three": 401}
    assert hall.run("createuser", "--username", "late", "--password-stdin", line=OTHER_PASSWORD).returncode == 0
    assert max(row["id"] for row in hall.rows("SELECT id FROM users")) == 6, "five was a user's who is deleted there"


def test_a_project_with_its_own_user_model_can_be_imported(database, hall):
    with Project(*database, model="people.Person") as project:
        number = project("add", "ada@example.com", PASSWORD, "scrypt")
        pair = project("post", "/api/token/", email="ada@example.com", password=PASSWORD)
    assert "Reading users from people_person " in hall.bring(project)
    with hall.serving():
        assert hall.sign_in("ada@example.com").status_code == 200
        assert hall.refresh(pair["refresh"]).status_code == 200
    assert [(row["id"], row["email"]) for row in hall.rows("SELECT * FROM users")] == [(number, "ada@example.com")]


def test_an_import_with_another_key_is_reported(project, tmp_path):
    project("add", "ada", PASSWORD, "md5")
    project.obtain("ada")
    assert "Tokens that Django issued are NOT accepted here" in Hall(tmp_path, SIGNING_KEY="x" * 50).bring(project)


def test_an_unreadable_source_is_reported_in_one_sentence(project, hall, tmp_path):
    empty = tmp_path / "empty.sqlite3"
    sqlite3.connect(empty).execute("CREATE TABLE members_user (id uuid PRIMARY KEY, password text, email text)")
    text = tmp_path / "text"
    text.write_text("not a database " * 100)
    for arguments, sentence in [
        (["mysql://root@localhost/site"], "Error: MySQL databases are not supported. Copy the data to a SQLite file first"),
        (["nowhere.sqlite3"], 'Error: the file "nowhere.sqlite3" does not exist'),
        ([str(text)], "file is not a database"),
        ([str(empty)], "name the table of users by --user-table: members_user"),
        ([str(empty), "--user-table", "members_user"], 'has the type "uuid"; only integer keys can be imported'),
        ([project.address, "--user-table", "nobody"], 'the table of users "nobody" does not exist'),
        ([project.address, "--username-column", "phone"], 'has no column "phone"'),
        (["postgres://nobody@127.0.0.1:1/site"], "Error: the Django database cannot be read"),
    ]:
        done = hall.run("import-django", *arguments)
        assert done.returncode == 1 and sentence in done.stderr, done.stderr
    assert not (hall.folder / "hallpass.db").exists()
