"""The measured servers: started on a free port, observed, and always stopped at the end."""

import http.client
import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve() / "release"

# The load has a processor to itself and the server all others, so that neither disturbs the other.
EVERYWHERE = sorted(os.sched_getaffinity(0))
LOADS_ON = EVERYWHERE[:1]
SERVES_ON = EVERYWHERE[1:] or EVERYWHERE

TICKS = os.sysconf("SC_CLK_TCK")


def on(processors: list[int]) -> list[str]:
    """The prefix of a command that must run on these processors and end with this process."""
    return ["setpriv", "--pdeathsig", "KILL", "taskset", "--cpu-list", ",".join(map(str, processors))]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@dataclass
class Server:
    """A running server. Its processes have their own process group."""

    name: str
    port: int
    process: subprocess.Popen
    ready_after: float = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        _tell(self.process, signal.SIGTERM)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            pass
        # The remaining processes of the group.
        _tell(self.process, signal.SIGKILL)
        self.process.wait()

    def cpu_seconds(self) -> float:
        """The CPU time of its processes so far, in seconds."""
        return sum(int(ticks) for pid in self._pids() for ticks in _stat(pid)[11:13]) / TICKS

    def settle(self) -> None:
        """Waits until it is idle (less than a fiftieth of a processor), at most a minute."""
        for _ in range(300):
            before = self.cpu_seconds()
            time.sleep(0.2)
            if self.cpu_seconds() - before < 0.004:
                return

    def memory(self) -> float:
        """Megabytes in RAM. Memory that processes share counts once."""
        pids = self._pids()
        return sum(_memory(pid, "Rss" if len(pids) == 1 else "Pss") for pid in pids) / 1000

    def _pids(self) -> list[int]:
        everyone = (int(entry) for entry in os.listdir("/proc") if entry.isdigit())
        return [pid for pid in everyone if _stat(pid)[2:3] == [str(self.process.pid)]]


def _tell(process: subprocess.Popen, what: signal.Signals) -> None:
    try:
        os.killpg(process.pid, what)
    except ProcessLookupError:
        pass


def _stat(pid: int) -> list[str]:
    """`/proc/PID/stat` from the third field on; empty if the process has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _memory(pid: int, kind: str) -> int:
    """Kilobytes."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{kind}:")) * 1024 // 1000


def start(name: str, command: list, settings: dict[str, str], port: int, folder: Path, processors: list[int], path: str) -> Server:
    """Starts a server and waits until it answers at `path`. Its output is in a file in the folder."""
    environment = {variable: os.environ[variable] for variable in ("PATH", "HOME") if variable in os.environ}
    log = folder / f"{port}.log"
    with open(log, "wb") as output:
        begun = time.perf_counter()
        process = subprocess.Popen(
            [*on(processors), *command],
            cwd=folder,
            env=environment | settings,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    server = Server(name, port, process)
    try:
        _await_answer(server, path, log)
    except BaseException:
        server.__exit__()
        raise
    server.ready_after = time.perf_counter() - begun
    return server


def _await_answer(server: Server, path: str, log: Path) -> None:
    for _ in range(60_000):
        if server.process.poll() is not None:
            raise RuntimeError(f"{server.name} ended before it answered:\n{log.read_text()[-2000:]}")
        try:
            connection = http.client.HTTPConnection(server.address, timeout=10)
            connection.request("GET", path)
            if connection.getresponse().status < 500:
                return
        except OSError:
            time.sleep(0.001)
    raise RuntimeError(f"{server.name} does not answer:\n{log.read_text()[-2000:]}")
