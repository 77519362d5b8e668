"""The load, and the figures that come of it.

`wrk` for what needs no memory: the same requests again and again. `load`, beside the floor in src, for clients that
send next what they were just given. Each has a processor to itself, and keeps as many requests in flight as it has
connections: latencies are those of a server that has no pause.
"""

import http.client
import json
import statistics
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import astuple, dataclass
from pathlib import Path

from processes import LOADS_ON, TARGET, Server, on

HERE = Path(__file__).parent

# Seconds after which a side that has answered nothing is given up.
LONGEST = 60


@dataclass
class Figures:
    """Requests a second; latencies in milliseconds; what the server's processes took of a processor, µs a request."""

    rate: float
    p50: float
    p99: float
    p999: float
    cpu: float


def request(method: str, path: str, body: dict | None = None, **headers: str) -> bytes:
    """A request as it goes over the wire."""
    content = b"" if body is None else json.dumps(body).encode()
    if body is not None:
        headers |= {"Content-Type": "application/json", "Content-Length": str(len(content))}
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + content


def bearer(method: str, path: str, tokens: list[str]) -> list[bytes]:
    """The same request for the holders of these access tokens."""
    return [request(method, path, Authorization=f"Bearer {token}") for token in tokens]


def ask(server: Server, method: str, path: str, body: dict | None = None, **headers: str) -> http.client.HTTPResponse:
    """One request outside any load."""
    connection = http.client.HTTPConnection(server.address, timeout=60)
    content = None if body is None else json.dumps(body)
    if body is not None:
        headers["Content-Type"] = "application/json"
    connection.request(method, path, content, headers)
    response = connection.getresponse()
    response.text = response.read().decode()
    if response.status != 200:
        raise RuntimeError(f"{server.name} answers {method} {path} with {response.status}: {response.text[:300]}")
    return response


def repeat(server: Server, requests: list[bytes], connections: int, seconds: int) -> Figures:
    """The load of requests that need no memory. Every answer has to be a good one."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"\0".join(requests))
        file.flush()
        _wrk(server, file.name, connections, 1)
        figures = _wrk(server, file.name, connections, seconds)
        # With many waiting for one that is slow, nobody may be through yet.
        while not figures and seconds < LONGEST:
            seconds *= 2
            figures = _wrk(server, file.name, connections, seconds)
    if not figures:
        raise RuntimeError(f"{server.name}: no request was answered within {seconds} seconds")
    return figures


def _wrk(server: Server, file: str, connections: int, seconds: int) -> Figures | None:
    options = ["-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", "-s", HERE / "wrk.lua"]
    before = server.cpu_seconds()
    output = _run(["wrk", *options, f"http://{server.address}", "--", file])
    cpu = server.cpu_seconds() - before
    # What was asked and is not waited for any more may still be at work, and is not to burden the next side.
    server.settle()
    figures = next(line for line in output.splitlines() if line.startswith("FIGURES"))
    done, micros, refused, broken, *latencies = map(int, figures.split()[1:])
    if refused or broken:
        raise RuntimeError(f"{server.name}: of {done} requests {refused} were refused, and {broken} had no answer")
    if not done:
        return None
    return Figures(done / micros * 1e6, *(latency / 1000 for latency in latencies), cpu / done * 1e6)


def renew(server: Server, tokens: list[str], seconds: int) -> Figures:
    """The load of clients that renew their sessions, one for each refresh token."""
    with tempfile.NamedTemporaryFile("w") as file:
        file.write("\n".join(tokens))
        file.flush()
        before = server.cpu_seconds()
        output = _run([TARGET / "load", server.address, "/api/token/refresh/", str(seconds), file.name])
        cpu = server.cpu_seconds() - before
    found = json.loads(output)
    done = found["requests"]
    if not done:
        raise RuntimeError(f"{server.name}: no refresh was answered within {seconds} seconds")
    latencies = (found[name] / 1000 for name in ("p50", "p99", "p999"))
    # The processor was also at work for the warm-up of a second.
    return Figures(done / seconds, *latencies, cpu / done * 1e6 * seconds / (seconds + 1))


def _run(command: list) -> str:
    finished = subprocess.run([*on(LOADS_ON), *command], capture_output=True, text=True)
    if finished.returncode:
        raise RuntimeError(f"{Path(command[0]).name} failed: {finished.stderr.strip() or finished.stdout.strip()}")
    return finished.stdout


def interleaved(what: str, measures: dict[str, Callable[[], Figures]], rounds: int) -> dict[str, Figures]:
    """Each side in turn, again and again; of each figure the median."""
    taken = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            taken[name].append(measure())
    medians = {name: Figures(*map(statistics.median, zip(*map(astuple, found)))) for name, found in taken.items()}
    for name, figures in medians.items():
        print(f"  {what:42} {name:34} {figures.rate:10,.0f}/s  p99 {figures.p99:9.2f} ms  {figures.cpu:9.1f} µs", flush=True)
    return medians
