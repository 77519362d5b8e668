"""What the server answers is what its OpenAPI document says, whatever is sent: schemathesis makes it up."""

import base64
import subprocess
import sys
from pathlib import Path

import pytest
from processes import PATIENCE
from sides import BINARY, HOUR, PASSWORD, run

# Which passwords are strong and which tokens are good is not said by a schema.
CHECKS = ["--exclude-checks", "positive_data_acceptance"]
# Each run asks the same.
BOUNDS = ["--max-examples", "60", "--generation-deterministic"]
# How fast the server answers is not the question.
PATIENT = ["--request-timeout", str(PATIENCE), "--suppress-health-check", "too_slow"]
SECRET = "5b0fd3a1c4e7429f8d6a1b2c3d4e5f60"


def bearer(sides, username) -> str:
    answer = sides.hallpass.post("/api/token/", json={"username": username, "password": PASSWORD})
    return f"Bearer {answer.json()['access']}"


def of_a_user(sides) -> str:
    return bearer(sides, "ada")


def of_a_superuser(sides) -> str:
    run([BINARY, "createsuperuser", "--username", "root", "--password-stdin"], sides.environment, PASSWORD)
    return bearer(sides, "root")


def of_a_client(_) -> str:
    return "Basic " + base64.b64encode(f"gateway:{SECRET}".encode()).decode()


@pytest.mark.parametrize("authorization", [of_a_user, of_a_superuser, of_a_client])
def test_the_document_is_true(start, tmp_path, authorization):
    own = {"CLIENTS": f'{{gateway = {{secret = "{SECRET}"}}}}', "ISSUER": "http://127.0.0.1:3000"}
    # The token outlives the run.
    with start({"ACCESS_TOKEN_LIFETIME": 24 * HOUR}, own) as sides:
        command = [Path(sys.executable).parent / "schemathesis", "run", f"{sides.hallpass.url}/api/schema/"]
        header = ["--header", f"Authorization: {authorization(sides)}"]
        done = subprocess.run([*command, *header, *CHECKS, *BOUNDS, *PATIENT], cwd=tmp_path, capture_output=True, text=True, timeout=6 * PATIENCE)
    assert done.returncode == 0, done.stdout + done.stderr
