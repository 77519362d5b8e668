"""The micro-benchmarks of app/benches/hot_paths.rs, each compared with its cryptography."""

import os
import re
import subprocess

from processes import ROOT
from report import Section, number, table, times

COMMAND = ["cargo", "bench", "--quiet", "--package", "app", "--features", "ssr", "--bench", "hot_paths"]
UNITS = {"ps": 1e-3, "ns": 1, "µs": 1e3, "ms": 1e6, "s": 1e9}
# Each benchmark and the benchmark of its cryptography.
PARTS = {"verify_a_token": "verify_the_signature_alone", "recognize_a_token": "verify_the_signature_alone", "issue_a_token": "sign_alone"}


def hot_paths() -> Section:
    finished = subprocess.run(COMMAND, cwd=ROOT, env=os.environ, capture_output=True, text=True)
    if finished.returncode:
        raise RuntimeError(f"the micro-benchmarks failed: {finished.stderr.strip()[-2000:]}")
    medians = read(finished.stdout)
    rows = [
        [name.replace("_", " "), number(nanoseconds), times(nanoseconds / medians[PARTS[name]]) if name in PARTS else ""]
        for name, nanoseconds in medians.items()
    ]
    text = "Single functions in a loop (`divan`, medians), compared with the HS256 computation that they contain."
    return Section("Within a request", text, [table(["", "ns", "relative to its cryptography"], rows)])


def read(output: str) -> dict[str, float]:
    """The median of each function in nanoseconds: divan's third column."""
    medians = {}
    for line in output.splitlines():
        found = re.match(r"^[├╰]─ (\w+)\s+(.*)$", line)
        columns = found and [column.split() for column in re.split("│", found[2])]
        if columns and len(columns) > 2:
            value, unit = columns[2]
            medians[found[1]] = float(value) * UNITS[unit]
    return medians
