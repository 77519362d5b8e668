import pytest

from sides import Sides


@pytest.fixture(scope="session")
def sides(tmp_path_factory):
    with Sides(tmp_path_factory.mktemp("default")) as sides:
        yield sides
