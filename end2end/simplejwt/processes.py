"""Starts, awaits and stops servers and commands under test.

No result depends on the machine's speed: every wait ends with its event, or after PATIENCE.
"""

import re
import socket
import subprocess
import time

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection
from urllib3.connectionpool import HTTPConnectionPool

# The timeout of every wait, in seconds. Only a process that hangs reaches it.
PATIENCE = 600
# Connections that were idle for longer, in seconds, are not reused. Hallpass closes them after 75.
IDLE = 20


def until(condition):
    """Waits until `condition` returns something true, and returns it."""
    end = time.monotonic() + PATIENCE
    while not (result := condition()):
        assert time.monotonic() < end, f"not within {PATIENCE} seconds"
        time.sleep(0.02)
    return result


def free_port():
    """A free port. Another process may take it before it is bound."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """A process that listens on a free port of its choice and logs the URL.

    Another process could take a port that a test chooses before the server binds it.
    """

    def __init__(self, command, environment, log, folder=None):
        self.log = log
        with open(log, "wb") as output:
            self.process = subprocess.Popen(command, env=environment, cwd=folder, stdout=output, stderr=output)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        stop(self.process)

    def url(self):
        """Waits until the server accepts connections."""
        until(lambda: self._logged_url() or self.process.poll() is not None)
        assert self._logged_url(), self.log.read_text()
        return self._logged_url()

    def _logged_url(self):
        found = re.search(r"serving (http://127\.0\.0\.1:\d+)", self.log.read_text(errors="replace"))
        return found and found[1]


def stop(process):
    process.terminate()
    process.wait(timeout=PATIENCE)


class Connection(HTTPConnection):
    """Sends head and body at once.

    Hallpass answers some requests after the head, and closes the connection if the body has not arrived by then.
    """

    pieces = None

    def request(self, *arguments, **named):
        self.pieces = []
        try:
            super().request(*arguments, **named)
            whole = b"".join(self.pieces)
        finally:
            self.pieces = None
        self.send(whole)

    def send(self, data):
        if self.pieces is None:
            super().send(data)
        else:
            self.pieces.append(data)


class Pool(HTTPConnectionPool):
    ConnectionCls = Connection


class Adapter(HTTPAdapter):
    def init_poolmanager(self, *arguments, **named):
        super().init_poolmanager(*arguments, **named)
        self.poolmanager.pool_classes_by_scheme = {"http": Pool}


class Client(requests.Session):
    """An HTTP client of one server. Keeps its connection open; no cookies, no proxy."""

    def __init__(self, url):
        super().__init__()
        self.url = url
        self.trust_env = False
        self.mount("http://", Adapter())
        self.used = time.monotonic()

    def request(self, method, path, **request):
        if time.monotonic() - self.used > IDLE:
            self.close()
        self.cookies.clear()
        answer = super().request(method, self.url + path, timeout=PATIENCE, **request)
        self.used = time.monotonic()
        return answer
