"""A Django project to import, in one file. Reads calls from standard input, one line of JSON each, `[VERB, ARGUMENTS,
NAMED ARGUMENTS]`, and answers each with a line of JSON.

Environment: DATABASE, the entry `default` of Django's DATABASES; SECRET_KEY; USER_MODEL, the project's AUTH_USER_MODEL
if set.
"""

import json
import os
import sys
from datetime import timedelta

import django
from django.conf import settings

HASHERS = ["PBKDF2", "PBKDF2SHA1", "Argon2", "BCryptSHA256", "BCrypt", "Scrypt", "MD5"]
OWN_MODEL = os.environ.get("USER_MODEL")

settings.configure(
    ALLOWED_HOSTS=["testserver"],
    DATABASES={"default": json.loads(os.environ["DATABASE"])},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "rest_framework",
        "rest_framework_simplejwt.token_blacklist",
        *(["people"] if OWN_MODEL else []),
    ],
    **({"AUTH_USER_MODEL": OWN_MODEL} if OWN_MODEL else {}),
    PASSWORD_HASHERS=[f"django.contrib.auth.hashers.{name}PasswordHasher" for name in HASHERS],
    REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework_simplejwt.authentication.JWTAuthentication"]},
    ROOT_URLCONF=__name__,
    SECRET_KEY=os.environ["SECRET_KEY"],
    SIMPLE_JWT={
        # Tokens outlive the test.
        "ACCESS_TOKEN_LIFETIME": timedelta(days=1),
        "REFRESH_TOKEN_LIFETIME": timedelta(days=7),
        "ROTATE_REFRESH_TOKENS": True,
        "BLACKLIST_AFTER_ROTATION": True,
        "UPDATE_LAST_LOGIN": True,
    },
    USE_TZ=True,
)
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.contrib.auth.hashers import make_password  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.urls import path  # noqa: E402
from rest_framework.test import APIClient  # noqa: E402
from rest_framework_simplejwt import views  # noqa: E402

urlpatterns = [
    path("api/token/", views.TokenObtainPairView.as_view()),
    path("api/token/refresh/", views.TokenRefreshView.as_view()),
    path("api/token/verify/", views.TokenVerifyView.as_view()),
    path("api/token/blacklist/", views.TokenBlacklistView.as_view()),
]


def users():
    return get_user_model().objects


def migrate():
    call_command("migrate", verbosity=0, run_syncdb=True)


def add(name, password, hasher="default", **fields):
    """Creates a user; without a password, one that cannot sign in with a password."""
    user = get_user_model()(**{get_user_model().USERNAME_FIELD: name}, **fields)
    user.password = make_password(password, hasher=hasher)
    user.save()
    return user.pk


def change(name, **fields):
    if "password" in fields:
        fields["password"] = make_password(fields["password"])
    users().filter(username=name).update(**fields)


def delete(name):
    users().get(username=name).delete()


def rows():
    """All users, times in milliseconds."""

    def plain(value):
        return int(value.timestamp() * 1_000_000) // 1000 if hasattr(value, "timestamp") else value

    return [{name: plain(value) for name, value in row.items()} for row in users().order_by("pk").values()]


def post(url, **body):
    answer = APIClient().post(url, body, format="json")
    return {"status": answer.status_code, **answer.json()}


if __name__ == "__main__":
    for line in sys.stdin:
        verb, arguments, named = json.loads(line)
        answer = globals()[verb](*arguments, **named)
        # Close the file between two calls, so that Hallpass can read it.
        connections.close_all()
        print(json.dumps(answer), flush=True)
