"""What writes: renewals and sign-ins, on an empty server and on one with many tokens."""

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
        """Clients that each renew their own session over and over, sending the token that they were just given; each answer
comes after its sync to the disk. The floor makes the same statements with a commit for each refresh. Better Auth has no
refresh tokens that rotate: what stands here is a JWT anew for a session (`/token`), which reads the session, signs (EdDSA)
and writes nothing.""",
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
        # A session is begun once on each server.
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
                    Bound("refresh, to the floor with a commit for each", rates[HALLPASS] / rates[FLOOR], "×", at_least=2),
                    Bound("refresh, to Simple JWT", rates[HALLPASS] / rates[SIMPLE_JWT], "×", at_least=40),
                ]
    return section


def sign_in(sides: Sides, plan: Plan) -> Section:
    key = sides.keys["HS256"]
    section = Section(
        "The sign-in",
        """A name and a password for a pair, with argon2id everywhere at the same parameters (19 MiB, two passes, one lane), on
all processors: the load needs next to none. The floor bounds argon2 to the processors, opens a session and signs. What
Simple JWT and Better Auth do by default is dearer: PBKDF2 with a million rounds, and scrypt.""",
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
                section.bounds.append(Bound("sign-in, to the argon2 floor", ratio, "×", at_least=0.95))
    return section


def growth(sides: Sides, plan: Plan) -> Section:
    """Refreshes beside other people's tokens, ten of each session, of which nine are spent."""
    key = sides.keys["HS256"]
    rows, p99s = [], {}
    with ExitStack() as stack:
        servers = {}
        for count in (0, *plan.growth):
            name = f"{count:,}"
            print(f"  making a database with {name} tokens", flush=True)
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
    header = ["other outstanding tokens", "requests/s", "to an empty server", "p50 ms", "p99 ms", "to an empty server", "CPU µs/request", "ready ms"]
    return Section(
        "Growth",
        """Refreshes as above, beside outstanding tokens of other people: ten of each session, nine of them spent, under random
names as they are in life.""",
        [table(header, rows)],
        [Bound(f"p99 of the refresh at {most} tokens, to an empty server", p99s[most, 64], "×", at_most=1.3)],
    )
