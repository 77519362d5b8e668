"""Requests that write: refreshes and sign-ins, on an empty server and on one with many tokens."""

from contextlib import ExitStack
from functools import partial
from itertools import islice

from data import refresh_token
from load import ask, interleaved, renew, repeat, request
from plan import BETTER_AUTH, FLOOR, HALLPASS, SIMPLE_JWT, Plan
from processes import EVERYWHERE
from report import Bound, Section, compared, number, table, times
from sides import CREDENTIALS, SIGN_IN_BY_EMAIL, Sides


def refresh(sides: Sides, plan: Plan) -> Section:
    key = sides.keys["HS256"]
    section = Section(
        "The refresh",
        """Each client refreshes its own session repeatedly with the token of the previous response. A response follows its sync to disk.
The floor runs the same statements with a commit for each refresh. Better Auth has no rotating refresh tokens: its rows show a new
JWT for a session (`/token`), which reads the session, signs (EdDSA) and writes nothing.""",
    )
    with ExitStack() as stack:
        servers = {
            HALLPASS: stack.enter_context(sides.hallpass(key)),
            FLOOR: stack.enter_context(sides.floor(key)),
            SIMPLE_JWT: stack.enter_context(sides.simple_jwt(key)),
        }
        better_auth = stack.enter_context(sides.better_auth())
        anew = [request("GET", "/api/auth/token", Cookie=better_auth.cookie)]
        ask(better_auth, "GET", "/api/auth/token", Cookie=better_auth.cookie)
        ours = [refresh_token(key, session) for session in sides.databases.sessions]
        theirs = [refresh_token(key, session) for session in sides.foreign_sessions()]
        # Each server uses a session once.
        tokens = {HALLPASS: iter(ours), FLOOR: iter(ours), SIMPLE_JWT: iter(theirs)}

        def renewals(name: str, connections: int):
            return renew(servers[name], list(islice(tokens[name], connections)), plan.seconds + 1)

        for connections in (1, 16, 64, 256):
            measures = {name: partial(renewals, name, connections) for name in servers}
            measures[BETTER_AUTH] = partial(repeat, better_auth, anew, connections, plan.seconds)
            what = f"concurrency {connections}"
            found = interleaved(f"refresh, {what}", measures, plan.rounds)
            section.tables.append(compared(what, found))
            if connections == 64:
                rates = {name: figures.rate for name, figures in found.items()}
                section.bounds += [
                    Bound("refresh, relative to the floor with a commit for each", rates[HALLPASS] / rates[FLOOR], "×", at_least=2),
                    Bound("refresh, relative to Simple JWT", rates[HALLPASS] / rates[SIMPLE_JWT], "×", at_least=40),
                ]
    return section


def sign_in(sides: Sides, plan: Plan) -> Section:
    key = sides.keys["HS256"]
    section = Section(
        "The sign-in",
        """A username and a password for a pair. All sides use argon2id with the same parameters (19 MiB, two passes, one lane) on all
processors, since the load needs almost none. The floor limits argon2 to the number of processors, opens a session and signs. The
defaults of Simple JWT and Better Auth are more expensive: PBKDF2 with a million rounds, and scrypt.""",
    )
    with ExitStack() as stack:
        hallpass = stack.enter_context(sides.hallpass(key, processors=EVERYWHERE))
        floor = stack.enter_context(sides.floor(key, EVERYWHERE))
        simple_jwt = stack.enter_context(sides.simple_jwt(key, processors=EVERYWHERE))
        better_auth = stack.enter_context(sides.better_auth(processors=EVERYWHERE))
        by_name = [request("POST", "/api/token/", CREDENTIALS)]
        by_email = [request("POST", "/api/auth/sign-in/email", SIGN_IN_BY_EMAIL)]
        loads = {
            HALLPASS: (hallpass, by_name),
            FLOOR: (floor, by_name),
            SIMPLE_JWT: (simple_jwt, by_name),
            BETTER_AUTH: (better_auth, by_email),
        }
        for connections in (1, 16, 64):
            measures = {
                name: partial(repeat, server, requests, connections, plan.seconds)
                for name, (server, requests) in loads.items()
            }
            what = f"concurrency {connections}"
            found = interleaved(f"sign-in, {what}", measures, plan.rounds)
            section.tables.append(compared(what, found))
            if connections == 16:
                ratio = found[HALLPASS].rate / found[FLOOR].rate
                section.bounds.append(Bound("sign-in, relative to the argon2 floor", ratio, "×", at_least=0.95))
    return section


def growth(sides: Sides, plan: Plan) -> Section:
    """Refreshes with tokens of other users in the database, ten per session, nine of them spent."""
    key = sides.keys["HS256"]
    rows, p99s = [], {}
    with ExitStack() as stack:
        servers = {}
        for count in (0, *plan.growth):
            name = f"{count:,}"
            print(f"  creating a database with {name} tokens", flush=True)
            servers[name] = stack.enter_context(sides.hallpass(key, sides.databases.copy(tokens=count), name=name))
        tokens = {name: sides.refresh_tokens(key) for name in servers}

        def renewals(name: str, connections: int):
            return renew(servers[name], list(islice(tokens[name], connections)), plan.seconds + 1)

        for connections in (1, 64):
            measures = {name: partial(renewals, name, connections) for name in servers}
            found = interleaved(f"refresh among, concurrency {connections}", measures, plan.rounds)
            empty = found["0"]
            for name, figures in found.items():
                p99s[name, connections] = figures.p99 / empty.p99
                rows.append([
                    f"{name} tokens, concurrency {connections}",
                    f"{figures.rate:,.0f}",
                    times(figures.rate / empty.rate),
                    *map(number, (figures.p50, figures.p99)),
                    times(figures.p99 / empty.p99),
                    number(figures.cpu),
                    f"{servers[name].ready_after * 1000:.0f}",
                ])
    most = f"{plan.growth[-1]:,}"
    header = ["other outstanding tokens", "requests/s", "relative to an empty server", "p50 ms", "p99 ms", "relative to an empty server", "CPU µs/request", "ready ms"]
    return Section(
        "Growth",
        """Refreshes as above, with outstanding tokens of other users in the database: ten per session, nine of them spent, with random
`jti`s.""",
        [table(header, rows)],
        [Bound(f"p99 of the refresh at {most} tokens, relative to an empty server", p99s[most, 64], "×", at_most=1.3)],
    )
