"""Malformed bodies get the same errors on both sides."""

from urllib.parse import urlencode

import pytest
from django.conf import settings
from sides import PASSWORD, same

if not settings.configured:
    settings.configure(USE_I18N=False)

from django.test import RequestFactory  # noqa: E402
from rest_framework.exceptions import NotAcceptable  # noqa: E402
from rest_framework.negotiation import DefaultContentNegotiation  # noqa: E402
from rest_framework.renderers import BrowsableAPIRenderer, JSONRenderer  # noqa: E402
from rest_framework.request import Request  # noqa: E402

FIELDS = {
    "/api/token/": ["username", "password"],
    "/api/token/refresh/": ["refresh"],
    "/api/token/verify/": ["token"],
    "/api/token/blacklist/": ["refresh"],
    "/api/token/sliding/": ["username", "password"],
    "/api/token/sliding/refresh/": ["token"],
}
VALUES = [None, "", "   ", 5, 1.5, True, False, [], ["a"], {}, {"a": 1}, "a\x00b", "text"]


@pytest.mark.parametrize("path", FIELDS)
@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_fields_of_any_type_are_answered_alike(sides, path, value):
    same(sides.both("POST", path, json={name: value for name in FIELDS[path]}))


@pytest.mark.parametrize("path", FIELDS)
@pytest.mark.parametrize("body", [{}, {"other": 1}, [], [1], "text", 5, 1.5, True, None], ids=repr)
def test_json_without_the_fields_is_answered_alike(sides, path, body):
    same(sides.both("POST", path, data=__import__("json").dumps(body), headers={"Content-Type": "application/json"}))


@pytest.mark.parametrize("path", FIELDS)
@pytest.mark.parametrize("body", [b"{", b"nonsense", b'{"a":NaN}', b'{"a":1,}', b"\xff\xfe", b'{"refresh":"\xff"}'], ids=repr)
def test_malformed_json_is_answered_alike(sides, path, body):
    same(sides.both("POST", path, data=body, headers={"Content-Type": "application/json"}))


@pytest.mark.parametrize("path", FIELDS)
@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/octet-stream", "text/json", "nonsense", "", "application/*", "*/*", "APPLICATION/JSON"])
def test_other_media_types_are_answered_alike(sides, path, kind):
    same(sides.both("POST", path, data=b"{}", headers={"Content-Type": kind}))


NUMBERS = ["12345678901234567890123", "-0", "-0.0", "1.0", "1.50", "1e5", "1E+5", "1e16", "0.0001", "0.00001", "1.5e-7", "0e5"]


@pytest.mark.parametrize("path", FIELDS)
@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_in_place_of_text_is_answered_alike(sides, path, number):
    body = "{" + ",".join(f'"{name}":{number}' for name in FIELDS[path]) + "}"
    same(sides.both("POST", path, data=body, headers={"Content-Type": "application/json"}))


@pytest.mark.parametrize("parameters", [" ; charset=utf-8", "\t;\tcharset=utf-8", ";", ";;", "; CHARSET=UTF-8", '; charset="utf-8"', "; x=y;"])
def test_spellings_of_media_types_are_answered_alike(sides, parameters):
    good = {"username": "ada", "password": PASSWORD}
    bodies = {"application/json": __import__("json").dumps(good), "application/x-www-form-urlencoded": urlencode(good)}
    for kind, body in bodies.items():
        answers = sides.both("POST", "/api/token/", data=body, headers={"Content-Type": kind + parameters})
        assert [answer.status_code for answer in answers] == [200, 200]


@pytest.mark.parametrize("charset", ["iso-8859-1", "latin-1", "us-ascii", "utf-16", "utf-16-le", "windows-1252", "utf-8"])
def test_json_in_another_charset_is_answered_alike(sides, charset):
    body = __import__("json").dumps({"username": "ada", "password": PASSWORD}).encode(charset)
    answers = sides.both("POST", "/api/token/", data=body, headers={"Content-Type": f"application/json; charset={charset}"})
    assert [answer.status_code for answer in answers] == [200, 200]


@pytest.mark.parametrize("path", FIELDS)
@pytest.mark.parametrize("kind", ["application/json; charset=us-ascii", "application/json; charset=utf-16"])
def test_undecodable_text_is_answered_alike(sides, path, kind):
    same(sides.both("POST", path, data='{"username":"ü","password":"ü","token":"ü"}'.encode() + b" ", headers={"Content-Type": kind}))


PARTS = {
    "names in capitals": '--a\r\nCONTENT-DISPOSITION: form-data; NAME="{0}"\r\n\r\nx\r\n--a--\r\n',
    "names without quotes": "--a\r\nContent-Disposition:form-data ; Name={0}\r\n\r\nx\r\n--a--\r\n",
    "a part without headers": '--a\r\n\r\ny\r\n--a\r\nContent-Disposition: form-data; name="{0}"\r\n\r\nx\r\n--a--\r\n',
    "a part without a blank line": '--a\r\ny\r\n--a\r\nContent-Disposition: form-data; name="{0}"\r\n\r\nx\r\n--a--',
    "a preamble": 'y\r\n--a\r\nContent-Disposition: form-data; name="{0}"\r\n\r\nx\r\n--a--',
    "no end": '--a\r\nContent-Disposition: form-data; name="{0}"\r\n\r\nx',
    "no name": '--a\r\nContent-Disposition: form-data; filename="{0}"\r\n\r\nx\r\n--a--',
    "an empty file name": '--a\r\nContent-Disposition: form-data; name="{0}"; filename=""\r\n\r\nx\r\n--a--',
    "base64": '--a\r\nContent-Disposition: form-data; name="{0}"\r\nContent-Transfer-Encoding: base64\r\n\r\neA==\r\n--a--',
    "a long preamble": "y" * 2000,
}


@pytest.mark.parametrize("path", FIELDS)
@pytest.mark.parametrize("form", PARTS)
@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=a", 'multipart/form-data ; BOUNDARY="a";'])
def test_parts_of_a_multipart_form_are_answered_alike(sides, path, form, kind):
    for field in FIELDS[path]:
        same(sides.both("POST", path, data=PARTS[form].format(field), headers={"Content-Type": kind}))


@pytest.mark.parametrize("path", FIELDS)
@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", None])
def test_an_empty_body_is_answered_alike(sides, path, kind):
    same(sides.both("POST", path, headers={"Content-Type": kind} if kind else {}))


@pytest.mark.parametrize("path", FIELDS)
@pytest.mark.parametrize("value", ["", "   ", "text", ["first", "last"]], ids=repr)
def test_forms_are_answered_alike(sides, path, value):
    same(sides.both("POST", path, data={name: value for name in FIELDS[path]}))


@pytest.mark.parametrize("path", FIELDS)
def test_multipart_bodies_are_answered_alike(sides, path):
    same(sides.both("POST", path, files={name: (None, "text") for name in FIELDS[path]}))
    same(sides.both("POST", path, files={name: ("a.txt", b"text") for name in FIELDS[path]}))
    same(sides.both("POST", path, data=b"x", headers={"Content-Type": "multipart/form-data"}))
    same(sides.both("POST", path, data=b"x", headers={"Content-Type": "multipart/form-data; boundary=a"}))


@pytest.mark.parametrize("path", [*FIELDS, "/api/me/"])
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "POST"])
def test_methods_are_answered_alike(sides, path, method):
    token = sides.token()
    same(sides.both(method, path, headers={"Authorization": f"Bearer {token}"}), body=path != "/api/me/" or method != "GET")


@pytest.mark.parametrize("path", [*FIELDS, "/api/me/"])
def test_methods_without_authentication_are_answered_alike(sides, path):
    for method in ["GET", "PUT", "DELETE", "OPTIONS"]:
        answers = sides.both(method, path)
        if answers[0].status_code == answers[1].status_code == 200:
            # The description in an OPTIONS response differs between the sides.
            assert answers[0].headers["Allow"] == answers[1].headers["Allow"]
        else:
            same(answers)


@pytest.mark.parametrize("path", [*FIELDS, "/api/me/"])
def test_head_is_answered_alike(sides, path):
    answers = sides.both("HEAD", path, headers={"Authorization": f"Bearer {sides.token()}"})
    assert answers[0].status_code == answers[1].status_code


def test_unknown_paths_are_answered_alike(sides):
    for path in ["/api/nothing", "/api/nothing/", "/api/token/nothing/"]:
        same(sides.both("GET", path))


def test_valid_credentials_are_accepted_in_every_format(sides):
    good = {"username": "ada", "password": PASSWORD}
    for request in [{"json": good}, {"data": good}, {"files": {name: (None, text) for name, text in good.items()}}]:
        answers = sides.both("POST", "/api/token/", **request)
        assert [answer.status_code for answer in answers] == [200, 200]
        assert set(answers[0].json()) == set(answers[1].json()) == {"access", "refresh"}


@pytest.mark.parametrize("username", ["nobody", "bob", "ADA", "ada"])
@pytest.mark.parametrize("path", ["/api/token/", "/api/token/sliding/"])
def test_invalid_credentials_are_answered_alike(sides, path, username):
    same(sides.both("POST", path, json={"username": username, "password": "wrong"}))
    if username != "ada":
        same(sides.both("POST", path, json={"username": username, "password": PASSWORD}))


FORM = '--a\r\nContent-Disposition: form-data; name="{}"\r\n\r\nx'


@pytest.mark.parametrize("path", FIELDS)
def test_a_truncated_multipart_form_is_answered_alike(sides, path):
    headers = {"Content-Type": "multipart/form-data; boundary=a"}
    for field in ("username", "refresh", "token"):
        same(sides.both("POST", path, data=FORM.format(field), headers=headers))
    same(sides.both("POST", path, data=b"x", headers={"Content-Type": "multipart/form-data; boundary="}))


ACCEPTED = [
    "application/json", "application/*", "*/*", "application/json;q=0", "text/html, */*;q=0.1", "application/xml",
    "text/html", "nonsense", "*", "", "application/json; indent=4", "text/html,application/json",
]


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"

# Simple JWT answers with its browsable API if that is enabled, and with 406 if it renders JSON only; Hallpass
# redirects to the documentation.
PAGES = ["text/html", "text/html, */*;q=0.1"]


@pytest.mark.parametrize("accept", ACCEPTED)
@pytest.mark.parametrize("path", [*FIELDS, "/api/me/", "/api/nothing/"])
def test_accept_headers_are_answered_alike(sides, path, accept):
    for method in ("GET", "POST", "PUT", "OPTIONS"):
        answers = sides.both(method, path, headers={"Accept": accept}, allow_redirects=False)
        if method == "GET" and accept in PAGES and path != "/api/nothing/":
            assert (answers[0].status_code, answers[0].headers["Vary"]) == (303, "accept")
            assert answers[0].headers["Location"].startswith("/api/docs/#/")
            continue
        is_described = method == "OPTIONS" and answers[0].status_code == answers[1].status_code == 200
        same(answers, body=not is_described)


@pytest.mark.parametrize("accept", [*ACCEPTED, BROWSER, "text/*", "text/html;q=0.5, application/json"])
def test_clients_that_prefer_html_are_redirected_to_the_documentation(sides, accept):
    """Clients to whom Django REST framework would show its browsable API, by its own negotiation."""
    factory = RequestFactory()
    request = Request(factory.get("/", HTTP_ACCEPT=accept))
    try:
        renderer, _ = DefaultContentNegotiation().select_renderer(request, [JSONRenderer(), BrowsableAPIRenderer()])
    except NotAcceptable:
        renderer = None
    answer = sides.hallpass.get("/api/me/", headers={"Accept": accept}, allow_redirects=False)
    assert (answer.status_code == 303) == isinstance(renderer, BrowsableAPIRenderer)


@pytest.mark.parametrize("query", ["?format=json", "?format=xml", "?format=", "?format=json&format=api", "?x=1"])
def test_the_format_parameter_is_answered_alike(sides, query):
    for path in (*FIELDS, "/api/me/"):
        same(sides.both("POST", path + query, json={}))
