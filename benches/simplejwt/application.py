"""Simple JWT on gunicorn: the Django project with which end2end/simplejwt compares Hallpass.

`python application.py COUNT` creates its database with that many Django sessions and prints their keys.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "../../end2end/simplejwt"))

import django_side  # noqa: E402
from django.contrib.auth.hashers import Argon2PasswordHasher  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import transaction  # noqa: E402
from django.test import Client  # noqa: E402

application = get_wsgi_application()


class Argon2(Argon2PasswordHasher):
    """With Hallpass's parameters, so that both compute the same."""

    time_cost, memory_cost, parallelism = 2, 19_456, 1


@transaction.atomic
def begin_session() -> str:
    from django.contrib.auth.models import User

    client = Client()
    client.force_login(User.objects.get(username="ada"))
    return client.cookies["sessionid"].value


if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    django_side.make_users()
    with transaction.atomic():
        print(json.dumps([begin_session() for _ in range(int(sys.argv[1]))]))
