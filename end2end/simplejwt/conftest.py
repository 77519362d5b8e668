import fcntl
import os
import shutil

import pytest
from sides import Sides, prepare


@pytest.fixture(scope="session")
def prepared(tmp_path_factory):
    """A folder with both databases. The first worker that needs it creates it for all."""
    base = tmp_path_factory.getbasetemp()
    # Workers of pytest-xdist have their folders inside the run's folder.
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, partial = shared / "prepared", shared / "partial"
    with open(shared / "prepared.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir()
            prepare(partial)
            partial.rename(folder)
    return folder


@pytest.fixture(scope="session")
def start(prepared, tmp_path_factory):
    """Starts both servers: `with start(switched) as sides`."""

    def start(switched=None, own=None):
        folder = tmp_path_factory.mktemp("sides")
        shutil.copytree(prepared, folder, dirs_exist_ok=True)
        return Sides(folder, switched or {}, own or {})

    return start


@pytest.fixture(scope="session")
def sides(start):
    with start() as sides:
        yield sides
