"""The micro-benchmarks of app/benches/hot_paths.rs, each beside its floor."""

import os
import re
import subprocess

from processes import ROOT
from report import Section, number, table, times

COMMAND = ["cargo", "bench", "--quiet", "--package", "app", "--features", "ssr", "--bench", "hot_paths"]
UNITS = {"ps": 1e-3, "ns": 1, "µs": 1e3, "ms": 1e6, "s": 1e9}
# What is measured, and the cryptography in it.
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
    text = "Single functions in a loop (`divan`, medians): a whole token beside the HS256 in it."
    return Section("Within a request", text, [table(["", "ns", "to the cryptography in it"], rows)])


def read(output: str) -> dict[str, float]:
    """The median of each function, nanoseconds: the third of divan's columns."""
    medians = {}
    for line in output.splitlines():
        found = re.match(r"^[├╰]─ (\w+)\s+(.*)$", line)
        columns = found and [column.split() for column in re.split("│", found[2])]
        if columns and len(columns) > 2:
            value, unit = columns[2]
            medians[found[1]] = float(value) * UNITS[unit]
    return medians
