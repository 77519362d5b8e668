"""What the server answers is what its OpenAPI document says, whatever is sent: schemathesis makes it up."""

import subprocess
import sys
from pathlib import Path

# Which passwords are strong and which tokens are good is not said by a schema.
CHECKS = ["--exclude-checks", "positive_data_acceptance"]
# Each run asks the same.
BOUNDS = ["--max-examples", "200", "--generation-deterministic"]


def test_the_document_is_true(sides):
    access = sides.obtain()[0]["access"]
    command = [Path(sys.executable).parent / "schemathesis", "run", f"{sides.urls[0]}/api/schema/"]
    header = ["--header", f"Authorization: Bearer {access}"]
    run = subprocess.run([*command, *header, *CHECKS, *BOUNDS], cwd=sides.folder, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stdout + run.stderr
