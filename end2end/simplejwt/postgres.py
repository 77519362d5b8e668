"""A PostgreSQL server for the tests, in a temporary folder, run by an unprivileged user."""

import getpass
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from processes import PATIENCE, free_port, until


def binaries():
    """The folder of `initdb` and `postgres`, or None."""
    found = shutil.which("initdb")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    path = debian[-1] if debian else found
    return Path(path).resolve().parent if path else None


def unprivileged():
    """The user that runs the server, which refuses to be run by root."""
    if os.geteuid() != 0:
        return getpass.getuser()
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


class Postgres:
    """A running server. `database` creates a new, empty database."""

    def __enter__(self):
        self.user = unprivileged()
        self.folder = Path(tempfile.mkdtemp(prefix="hallpass-postgres-"))
        if os.geteuid() == 0:
            shutil.chown(self.folder, self.user)
        data = self.folder / "data"
        initdb = ["initdb", "--pgdata", data, "--auth", "trust", "--username", "django", "--no-sync"]
        self._run([binaries() / initdb[0], *initdb[1:]]).wait(timeout=PATIENCE)
        while not self._serves(data):
            pass
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=PATIENCE)
        shutil.rmtree(self.folder)

    def _run(self, command):
        become = {"user": self.user, "group": pwd.getpwnam(self.user).pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        with open(self.folder / "log", "ab") as log:
            return subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log, **become)

    def _serves(self, data):
        """Starts the server on a free port; false if another process takes the port first."""
        self.port = free_port()
        options = ["-p", str(self.port), "-k", self.folder, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
        self.process = self._run([binaries() / "postgres", "-D", data, *options])
        # The socket is in a folder of this server only, so no other server answers there.
        ready = [binaries() / "pg_isready", "-q", "-h", self.folder, "-p", str(self.port)]
        until(lambda: self.process.poll() is not None or subprocess.run(ready, check=False).returncode == 0)
        if self.process.poll() is None:
            return True
        log = (self.folder / "log").read_text()
        assert "Address already in use" in log, log
        return False

    def database(self, name):
        """The URL of a database for Django and for Hallpass."""
        import psycopg

        with psycopg.connect(host="127.0.0.1", port=self.port, user="django", dbname="postgres", autocommit=True) as c:
            c.execute(f'CREATE DATABASE "{name}"')
        django = {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": "127.0.0.1",
            "PORT": self.port,
            "USER": "django",
            "NAME": name,
        }
        return django, f"postgres://django@127.0.0.1:{self.port}/{name}"
