"""What the server answers is what its OpenAPI document says, whatever is sent: schemathesis makes it up."""

import base64
import subprocess
import sys
from pathlib import Path

import pytest
from sides import BINARY, PASSWORD, Sides

# Which passwords are strong and which tokens are good is not said by a schema.
CHECKS = ["--exclude-checks", "positive_data_acceptance"]
# Each run asks the same.
BOUNDS = ["--max-examples", "60", "--generation-deterministic"]
SECRET = "5b0fd3a1c4e7429f8d6a1b2c3d4e5f60"


def bearer(sides, username) -> str:
    answer = sides.both("POST", "/api/token/", json={"username": username, "password": PASSWORD})[0]
    return f"Bearer {answer.json()['access']}"


def of_a_user(sides) -> str:
    return bearer(sides, "ada")


def of_a_superuser(sides) -> str:
    command = [BINARY, "createsuperuser", "--username", "root", "--password-stdin"]
    subprocess.run(command, env=sides.environment, input=PASSWORD.encode(), check=True, capture_output=True)
    return bearer(sides, "root")


def of_a_client(_) -> str:
    return "Basic " + base64.b64encode(f"gateway:{SECRET}".encode()).decode()


@pytest.mark.parametrize("authorization", [of_a_user, of_a_superuser, of_a_client])
def test_the_document_is_true(tmp_path, authorization):
    own = {"CLIENTS": f'{{gateway = {{secret = "{SECRET}"}}}}', "ISSUER": "http://127.0.0.1:3000"}
    with Sides(tmp_path, own=own) as sides:
        command = [Path(sys.executable).parent / "schemathesis", "run", f"{sides.urls[0]}/api/schema/"]
        header = ["--header", f"Authorization: {authorization(sides)}"]
        run = subprocess.run([*command, *header, *CHECKS, *BOUNDS], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stdout + run.stderr
