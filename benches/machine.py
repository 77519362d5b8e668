"""The machine and the versions of a measurement."""

import importlib.metadata
import json
import os
import platform
import sqlite3
import statistics
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

from processes import EVERYWHERE, ROOT, TARGET
from report import number


def description(folder: Path) -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    sync = number(sync_to_disk(folder))
    return "\n".join([
        f"- {datetime.now(UTC):%d %B %Y, %H:%M} UTC",
        f"- {processor()}, {len(EVERYWHERE)} processors, {memory:.0f} GiB of memory, Linux {platform.release()}",
        f"- a sync of 4 KiB to disk takes {sync} ms (median of 100)",
        f"- Hallpass {commit()}, {first_line(['rustc', '--version'])}; {first_line(['wrk', '--version'])}",
        f"- Simple JWT: {packages('djangorestframework-simplejwt', 'djangorestframework', 'django', 'gunicorn', 'pyjwt')}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}",
        f"- Better Auth: {node_packages('better-auth', 'better-sqlite3', '@node-rs/argon2')}, "
        f"Node.js {first_line(['node', '--version'])}",
    ])


def processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def sync_to_disk(folder: Path) -> float:
    """The time to append 4 KiB to a file and sync it, in milliseconds."""
    took = []
    with open(folder / "sync", "wb", buffering=0) as file:
        for _ in range(100):
            begun = time.perf_counter()
            file.write(os.urandom(4096))
            os.fdatasync(file)
            took.append(time.perf_counter() - begun)
    return statistics.median(took) * 1000


def commit() -> str:
    version = first_line([TARGET / "hallpass", "--version"]).removeprefix("hallpass ")
    revision = first_line(["git", "-C", ROOT, "rev-parse", "--short", "HEAD"])
    return f"{version} at {revision}"


def packages(*names: str) -> str:
    return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)


def node_packages(*names: str) -> str:
    folder = ROOT / "benches/better-auth/node_modules"
    return ", ".join(f"{name} {json.loads((folder / name / 'package.json').read_text())['version']}" for name in names)


def first_line(command: list) -> str:
    finished = subprocess.run(command, capture_output=True, text=True)
    return next(iter((finished.stdout or finished.stderr).splitlines()), "of unknown version")
