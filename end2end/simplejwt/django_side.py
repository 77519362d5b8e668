"""The real Simple JWT on Django REST framework, in one file: `python django_side.py prepare` creates the database
and its users, and `python django_side.py serve` serves on a free port and prints the URL.

Environment: FOLDER, the folder of the database; USERS, as JSON; SIMPLE_JWT, its settings as JSON; and DJANGO,
Django settings to override, as JSON.
"""

import json
import os
import sys
from datetime import timedelta
from pathlib import Path

import django
from django.conf import settings

LIFETIMES = (
    "ACCESS_TOKEN_LIFETIME",
    "REFRESH_TOKEN_LIFETIME",
    "SLIDING_TOKEN_LIFETIME",
    "SLIDING_TOKEN_REFRESH_LIFETIME",
)


def configure(folder: Path) -> None:
    simple_jwt = json.loads(os.environ["SIMPLE_JWT"])
    for name in LIFETIMES:
        if name in simple_jwt:
            simple_jwt[name] = timedelta(seconds=simple_jwt[name])
    usual = {
        "ALLOWED_HOSTS": ["127.0.0.1"],
        "DATABASES": {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": folder / "django.db"}},
        "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
        "INSTALLED_APPS": [
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "rest_framework",
            "rest_framework_simplejwt.token_blacklist",
        ],
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
        "REST_FRAMEWORK": {
            "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework_simplejwt.authentication.JWTAuthentication"],
            "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
            "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        },
        "ROOT_URLCONF": __name__,
        "SECRET_KEY": "what Django signs with, and Simple JWT does not",
        "SIMPLE_JWT": simple_jwt,
        "USE_TZ": True,
    }
    settings.configure(**usual | json.loads(os.environ.get("DJANGO", "{}")))
    django.setup()


configure(Path(os.environ["FOLDER"]))

from django.core.management import call_command  # noqa: E402
from django.core.servers.basehttp import WSGIRequestHandler, run  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import path, re_path  # noqa: E402
from rest_framework.exceptions import NotFound  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402
from rest_framework_simplejwt import views  # noqa: E402


class Me(APIView):
    def get(self, request):
        return Response({"id": str(request.user.pk), "username": request.user.username})


class Password(APIView):
    """Changes a password, for tests. Not part of the API under test."""

    authentication_classes = ()
    permission_classes = ()

    def post(self, request):
        from django.contrib.auth.models import User

        user = User.objects.get(username=request.data["username"])
        user.set_password(request.data["password"])
        user.save()
        return Response({})


class Nothing(APIView):
    authentication_classes = ()
    permission_classes = ()

    def dispatch(self, request, *args, **kwargs):
        self.headers = {}
        request = self.initialize_request(request)
        self.request = request
        return self.finalize_response(request, self.handle_exception(NotFound()))


urlpatterns = [
    path("api/token/", views.TokenObtainPairView.as_view()),
    path("api/token/refresh/", views.TokenRefreshView.as_view()),
    path("api/token/verify/", views.TokenVerifyView.as_view()),
    path("api/token/blacklist/", views.TokenBlacklistView.as_view()),
    path("api/token/sliding/", views.TokenObtainSlidingView.as_view()),
    path("api/token/sliding/refresh/", views.TokenRefreshSlidingView.as_view()),
    path("api/me/", Me.as_view()),
    path("password/", Password.as_view()),
    re_path("^api/", Nothing.as_view()),
]


def make_users() -> None:
    from django.contrib.auth.models import User

    for user in json.loads(os.environ["USERS"]):
        User.objects.create_user(**user)


def prepare() -> None:
    call_command("migrate", verbosity=0)
    make_users()


def serve() -> None:
    """Serves like Django's own `runserver`."""
    # Head and body are written separately: on a kept connection the body would be delayed (Nagle's algorithm).
    WSGIRequestHandler.disable_nagle_algorithm = True
    run("127.0.0.1", 0, get_wsgi_application(), threading=True, on_bind=print_url)


def print_url(port: int) -> None:
    print(f"serving http://127.0.0.1:{port}", flush=True)


if __name__ == "__main__":
    {"prepare": prepare, "serve": serve}[sys.argv[1]]()
