"""`make bench`: Hallpass beside the floor, Simple JWT and Better Auth, in one run, into docs/benchmarks.md."""

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
    # Whatever ends this, servers and databases go with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    for tool in ("wrk", "taskset", "setpriv", "node", "cargo"):
        if not shutil.which(tool):
            sys.exit(f"error: {tool} is missing; make bench installs what it can, and util-linux has taskset and setpriv")
    begun = time.monotonic()
    # Beside what was built: a temporary folder may be in memory, where nothing is ever synced.
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
    return table(["what", "asked", "measured", ""], rows)


def report(about: str, sections: list[Section], seconds: float) -> str:
    return "\n\n".join([
        "# Benchmarks",
        f"Written by `make bench` in one run of {seconds / 60:.0f} minutes; edit `benches/`, not this page.",
        about,
        HOW.format(load=len(LOADS_ON), serve=len(SERVES_ON)),
        "## What is asked, and what came out",
        bounds(sections),
        *(section.markdown() for section in sections),
        "",
    ])


HOW = """Figures of one machine mean little on another, so what counts are ratios within the run. The sides take turns: each is
measured for some seconds, then the next, and again from the start; every figure is the median of its rounds, after a second
of warm-up each. The load has a processor to itself (`wrk`; for refreshes a program that remembers its tokens, `benches/src/load.rs`)
and the server all others, so that no server is slow because it is being asked. *Ratio* is how many times as many requests
Hallpass answers as the side of that row. Latencies are of a load that never pauses, as of so many clients who ask again as
soon as they are answered; p50 is then connections over throughput, and what is to be looked at is how far p99 is from it.
CPU is what the server's processes took, which no load can blur. All sides keep what they write equally well (SQLite, WAL,
`synchronous = FULL`) and none has limits on how often one may ask.

- **floor** (`benches/src/floor`): bare axum with Hallpass's own crates, which does of each request only what cannot be left out.
- **Simple JWT**: Django REST framework on gunicorn, two workers and one more for each processor, with threads (`gthread`),
  which was the fastest of its kinds here as it alone keeps connections open; no middleware, JSON alone, database connections kept.
- **Better Auth**: Node.js with its own HTTP server, a process for each processor, and `better-sqlite3`."""


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("stopped")
    except RuntimeError as error:
        sys.exit(f"error: {error}")
