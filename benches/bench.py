"""`make bench`: compares Hallpass with the floor, Simple JWT and Better Auth in one run and writes docs/benchmarks.md."""

import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

import machine
from hot_paths import hot_paths
from plan import QUICK, THOROUGH
from processes import LOADS_ON, ROOT, SERVES_ON, TARGET
from report import Section, table
from resources import memory, start_up
from sides import Sides
from stateful import growth, refresh, sign_in
from stateless import authenticated, endpoints, session_or_token

REPORT = ROOT / "docs/benchmarks.md"


def main() -> None:
    plan = QUICK if "--quick" in sys.argv else THOROUGH
    # SIGTERM must end the servers and delete the databases too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    for tool in ("wrk", "taskset", "setpriv", "node", "cargo"):
        if not shutil.which(tool):
            sys.exit(f"error: {tool} is missing; make bench installs what it can, and util-linux has taskset and setpriv")
    begun = time.monotonic()
    # In the target folder: the system's temporary folder may be in memory, where nothing is synced.
    with tempfile.TemporaryDirectory(prefix="bench-", dir=TARGET) as folder:
        sides = Sides(Path(folder))
        about = machine.description(Path(folder))
        sections = [
            measure(sides, plan)
            for measure in (authenticated, session_or_token, refresh, growth, sign_in, endpoints, memory, start_up)
        ]
    sections.append(hot_paths())
    text = report(about, sections, time.monotonic() - begun)
    print(f"\n{bounds(sections)}\n")
    if plan is THOROUGH:
        REPORT.write_text(text)
        print(f"All tables are in {REPORT.relative_to(ROOT)}.")
    else:
        print(text)


def bounds(sections: list[Section]) -> str:
    rows = [bound.row() for section in sections for bound in section.bounds]
    return table(["figure", "target", "measured", ""], rows)


def report(about: str, sections: list[Section], seconds: float) -> str:
    return "\n\n".join([
        "# Benchmarks",
        f"`make bench` wrote this page in one run of {seconds / 60:.0f} minutes. To change it, edit `benches/`.",
        about,
        HOW.format(load=len(LOADS_ON), serve=len(SERVES_ON)),
        "## Targets",
        bounds(sections),
        *(section.markdown() for section in sections),
        "",
    ])


HOW = """Compare ratios within this run; figures of other machines are not comparable.

1. **Rounds.** The sides take turns, each for some seconds, several times. Every figure is the median of its rounds, each after a second of
   warm-up.
2. **Processors.** The load has a processor to itself (`wrk`; for refreshes `benches/src/load.rs`, which remembers its tokens). The server has
   all others, so that the load slows no server down.
3. **Ratio** is the number of requests that Hallpass answers for one of the side in that row.
4. **Latency** is that of a closed loop: each client sends its next request when it receives a response. p50 is then connections divided by
   throughput; compare p99 with it.
5. **CPU** is the CPU time of the server's processes.
6. **Fairness.** All sides store data equally durably (SQLite, WAL, `synchronous = FULL`), and none has rate limits.

Sides:

- **floor** (`benches/src/floor`): bare axum with Hallpass's own crates, which does only the unavoidable work of each request.
- **Simple JWT**: Django REST framework on gunicorn, with two workers plus one per processor, and threads (`gthread`), the fastest worker
  class here because it alone keeps connections open. No middleware, JSON only, persistent database connections.
- **Better Auth**: Node.js with its own HTTP server, one process per processor, and `better-sqlite3`."""


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("stopped")
    except RuntimeError as error:
        sys.exit(f"error: {error}")
