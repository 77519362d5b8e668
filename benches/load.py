"""The load and its figures.

`wrk` repeats independent requests. `load` (`src/load.rs`) simulates clients that send the token of the previous response.
Each has a processor to itself and keeps one request in flight per connection: latencies are those of a closed loop.
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

# The measurement fails if a side answers nothing for this many seconds.
LONGEST = 60


@dataclass
class Figures:
    """Requests per second, latencies in milliseconds, and the CPU time of the server's processes in µs per request."""

    rate: float
    p50: float
    p99: float
    p999: float
    cpu: float


def request(method: str, path: str, body: dict | None = None, **headers: str) -> bytes:
    """A request as bytes of HTTP/1.1."""
    content = b"" if body is None else json.dumps(body).encode()
    if body is not None:
        headers |= {"Content-Type": "application/json", "Content-Length": str(len(content))}
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + content


def bearer(method: str, path: str, tokens: list[str]) -> list[bytes]:
    """The same request with each of the access tokens."""
    return [request(method, path, Authorization=f"Bearer {token}") for token in tokens]


def ask(server: Server, method: str, path: str, body: dict | None = None, **headers: str) -> http.client.HTTPResponse:
    """Sends one request outside a load. Fails unless the status is 200."""
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
    """A load of independent requests. Every response must be successful."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"\0".join(requests))
        file.flush()
        _wrk(server, file.name, connections, 1)
        figures = _wrk(server, file.name, connections, seconds)
        # With many connections to a slow side, no request may have finished yet.
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
    # Abandoned requests may still be running and must not slow down the next side.
    server.settle()
    figures = next(line for line in output.splitlines() if line.startswith("FIGURES"))
    done, micros, refused, broken, *latencies = map(int, figures.split()[1:])
    if refused or broken:
        raise RuntimeError(f"{server.name}: of {done} requests {refused} were refused, and {broken} had no answer")
    if not done:
        return None
    return Figures(done / micros * 1e6, *(latency / 1000 for latency in latencies), cpu / done * 1e6)


def renew(server: Server, tokens: list[str], seconds: int) -> Figures:
    """A load of clients that refresh their sessions, one for each refresh token."""
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
    # The CPU time includes a warm-up of one second.
    return Figures(done / seconds, *latencies, cpu / done * 1e6 * seconds / (seconds + 1))


def _run(command: list) -> str:
    finished = subprocess.run([*on(LOADS_ON), *command], capture_output=True, text=True)
    if finished.returncode:
        raise RuntimeError(f"{Path(command[0]).name} failed: {finished.stderr.strip() or finished.stdout.strip()}")
    return finished.stdout


def interleaved(what: str, measures: dict[str, Callable[[], Figures]], rounds: int) -> dict[str, Figures]:
    """Measures the sides in turn, for several rounds, and returns the median of each figure."""
    taken = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            taken[name].append(measure())
    medians = {name: Figures(*map(statistics.median, zip(*map(astuple, found)))) for name, found in taken.items()}
    for name, figures in medians.items():
        print(f"  {what:42} {name:34} {figures.rate:10,.0f}/s  p99 {figures.p99:9.2f} ms  {figures.cpu:9.1f} µs", flush=True)
    return medians
