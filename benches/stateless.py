"""Requests that only read: with a token, with a session of another side, and with neither."""

from contextlib import ExitStack
from functools import partial

from data import Key
from load import ask, bearer, interleaved, repeat, request
from plan import BETTER_AUTH, FLOOR, HALLPASS, SIMPLE_JWT, Plan
from report import Bound, Section, compared
from sides import DJANGO_SESSION, STATELESS, USER_READ, Sides

# A protected endpoint that only authenticates.
GUARDED = ("OPTIONS", "/api/me/")


def authenticated(sides: Sides, plan: Plan) -> Section:
    section = Section(
        "The authenticated request",
        """`OPTIONS /api/me/` with an access token only authenticates: signature, claims and, in Hallpass, the set of revoked sessions.
The floor verifies the signature and sends the same body, without the headers that protect a browser;
[decision 7](decisions/0007-what-a-request-carries.md) explains the difference. Simple JWT reads the user on every request, as its
`JWTAuthentication` does by default. 256 tokens of as many sessions take turns.""",
    )
    for key in sides.keys.values():
        _authenticated_by(key, sides, plan, section)
    return section


def _authenticated_by(key: Key, sides: Sides, plan: Plan, section: Section) -> None:
    with ExitStack() as stack:
        hallpass, floor = stack.enter_context(sides.hallpass(key)), stack.enter_context(sides.floor(key))
        simple_jwt = stack.enter_context(sides.simple_jwt(key))
        ours = bearer(*GUARDED, sides.access_tokens(hallpass, key))
        theirs = bearer(*GUARDED, sides.foreign_access_tokens(key))
        loads = {HALLPASS: (hallpass, ours), FLOOR: (floor, ours), SIMPLE_JWT: (simple_jwt, theirs)}
        for connections in (1, 16, 64, 256) if key.algorithm == "HS256" else (64,):
            what = f"{key.algorithm}, concurrency {connections}"
            measures = {
                name: partial(repeat, server, requests, connections, plan.seconds)
                for name, (server, requests) in loads.items()
            }
            found = interleaved(f"authenticated, {what}", measures, plan.rounds)
            section.tables.append(compared(what, found))
            if connections == 64:
                rates = {name: figures.rate for name, figures in found.items()}
                section.bounds += [
                    Bound(f"authenticated request, {key.algorithm}, relative to the floor", rates[HALLPASS] / rates[FLOOR], "×", at_least=0.9),
                    Bound(f"authenticated request, {key.algorithm}, relative to Simple JWT", rates[HALLPASS] / rates[SIMPLE_JWT], "×", at_least=25),
                ]


def session_or_token(sides: Sides, plan: Plan) -> Section:
    """The cost of a lookup before a token is accepted."""
    key = sides.keys["HS256"]
    default, ended = "Hallpass: token, set of revoked sessions", f"Hallpass: the same, {plan.ended:,} revoked"
    with ExitStack() as stack:
        measures = {}

        def measure(server, requests):
            measures[server.name] = partial(repeat, stack.enter_context(server), requests, 64, plan.seconds)

        def hallpass(name, ended=0, **settings):
            server = sides.hallpass(key, sides.databases.copy(ended=ended), name=name, **settings)
            measure(server, bearer(*GUARDED, sides.access_tokens(server, key)))

        hallpass("Hallpass: token alone", SESSION_CHECK="stateless")
        hallpass(default)
        hallpass(ended, ended=plan.ended)
        hallpass("Hallpass: token, session and user read", SESSION_CHECK="database")
        server = sides.hallpass(key, name="Hallpass: token, password fingerprint read", CHECK_REVOKE_TOKEN="true")
        measure(server, bearer(*GUARDED, [sides.signed_in_access_token(server)]))
        for name, authentication in (("Simple JWT: token alone", STATELESS), ("Simple JWT: token, user read", USER_READ)):
            server = sides.simple_jwt(key, authentication, name=name)
            measure(server, bearer(*GUARDED, sides.foreign_access_tokens(key)))
        server = sides.simple_jwt(key, DJANGO_SESSION, name="Django: session and user read")
        measure(server, [request(*GUARDED, Cookie=f"sessionid={session}") for session in server.sessions])
        for name, cache in (("Better Auth: session and user read", "off"), ("Better Auth: session in a signed cookie", "on")):
            server = sides.better_auth(cache, name=name)
            measure(server, [request("GET", "/api/auth/get-session", Cookie=server.cookie)])
        found = interleaved("session or token", measures, plan.rounds)
    bound = Bound(
        f"p99 of the authenticated request with {plan.ended:,} revoked sessions, relative to none",
        found[ended].p99 / found[default].p99,
        "×",
        at_most=1.3,
    )
    return Section(
        "Session or token",
        """The same request with the token alone, with a lookup, and with sessions instead of tokens. Ratios are relative to Hallpass's
default, which rejects a revoked session on the next request without a database read. Better Auth answers with session and user
(`get-session`); it has no smaller request.""",
        [compared("HS256, concurrency 64", found, default)],
        [bound],
    )


def endpoints(sides: Sides, plan: Plan) -> Section:
    key = sides.keys["ES256"]
    text = "Other frequent requests, on 64 connections. `me` reads user and session in Hallpass, the user in Simple JWT."
    section = Section("Other requests", text)
    with ExitStack() as stack:
        hallpass, simple_jwt = stack.enter_context(sides.hallpass(key)), stack.enter_context(sides.simple_jwt(key))
        better_auth = stack.enter_context(sides.better_auth())
        ours, theirs = sides.access_tokens(hallpass, key), sides.foreign_access_tokens(key)
        # The first request generates the key.
        ask(better_auth, "GET", "/api/auth/token", Cookie=better_auth.cookie)

        def verify(tokens):
            return [request("POST", "/api/token/verify/", {"token": token}) for token in tokens]

        jwks, page = request("GET", "/.well-known/jwks.json"), ("GET", "/sign-in")
        for what, loads in (
            ("`POST /api/token/verify/`, ES256", {HALLPASS: (hallpass, verify(ours)), SIMPLE_JWT: (simple_jwt, verify(theirs))}),
            (
                "`GET /api/me/`, ES256",
                {
                    HALLPASS: (hallpass, bearer("GET", "/api/me/", ours)),
                    SIMPLE_JWT: (simple_jwt, bearer("GET", "/api/me/", theirs)),
                },
            ),
            ("JWKS", {HALLPASS: (hallpass, [jwks]), BETTER_AUTH: (better_auth, [request("GET", "/api/auth/jwks")])}),
            (
                "The page `/sign-in`",
                {
                    "rendered": (hallpass, [request(*page)]),
                    "rendered and compressed (brotli)": (hallpass, [request(*page, **{"Accept-Encoding": "br"})]),
                },
            ),
        ):
            measures = {name: partial(repeat, server, requests, 64, plan.seconds) for name, (server, requests) in loads.items()}
            section.tables.append(compared(what, interleaved(what, measures, plan.rounds)))
    return section
