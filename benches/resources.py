"""Memory and start time."""

import time
from statistics import median

from load import repeat, request
from plan import BETTER_AUTH, FLOOR, HALLPASS, SIMPLE_JWT, Plan
from processes import EVERYWHERE
from report import Bound, Section, number, table
from sides import CREDENTIALS, SIGN_IN_BY_EMAIL, Sides

# Seconds in which a server may return unused memory.
REST = 20
# Concurrent sign-ins. Hallpass queues this many on two processors without rejecting one.
FLOOD = 128


def memory(sides: Sides, plan: Plan) -> Section:
    key = sides.keys["HS256"]
    rows, bounds = [], []
    sign_in, by_email = request("POST", "/api/token/", CREDENTIALS), request("POST", "/api/auth/sign-in/email", SIGN_IN_BY_EMAIL)
    for name, make, flood in (
        (HALLPASS, lambda: sides.hallpass(key, processors=EVERYWHERE), sign_in),
        (FLOOR, lambda: sides.floor(key, EVERYWHERE), sign_in),
        (SIMPLE_JWT, lambda: sides.simple_jwt(key, processors=EVERYWHERE), sign_in),
        (BETTER_AUTH, lambda: sides.better_auth(processors=EVERYWHERE), by_email),
    ):
        with make() as server:
            time.sleep(REST)
            at_rest = server.memory()
            repeat(server, [flood], FLOOD, 2 * plan.seconds)
            at_once = server.memory()
            time.sleep(REST)
            afterwards = server.memory()
        print(f"  memory {name:20} {at_rest:7.1f} MB at rest, {afterwards:7.1f} MB after a flood", flush=True)
        rows.append([name, *map(number, (at_rest, at_once, afterwards))])
        if name == HALLPASS:
            bounds = [
                Bound("idle memory", at_rest, "MB", at_most=40),
                Bound("memory after a flood of sign-ins", afterwards, "MB", at_most=40),
            ]
    header = ["MB", "idle", "at the end of the sign-ins", f"{REST} seconds later"]
    text = f"""Resident memory (the sum of proportional shares for several processes), before and after {FLOOD} clients sign in concurrently
for some seconds."""
    return Section("Memory", text, [table(header, rows)], bounds)


def start_up(sides: Sides, plan: Plan) -> Section:
    key = sides.keys["HS256"]
    ended = sides.databases.copy(ended=plan.ended)
    used = sides.databases.copy()
    rows, bounds = [], []
    for name, make in (
        (HALLPASS, lambda: sides.hallpass(key, used)),
        (f"Hallpass, {plan.ended:,} revoked sessions", lambda: sides.hallpass(key, ended)),
        (FLOOR, lambda: sides.floor(key)),
        (SIMPLE_JWT, lambda: sides.simple_jwt(key)),
        (BETTER_AUTH, sides.better_auth),
    ):
        took = []
        for _ in range(plan.starts):
            with make() as server:
                took.append(server.ready_after * 1000)
        print(f"  start {name:40} {median(took):7.0f} ms", flush=True)
        rows.append([name, *map(number, (median(took), max(took)))])
        if name == HALLPASS:
            bounds = [Bound("start", median(took), "ms", at_most=150)]
    header = ["ms", f"median of {plan.starts}", "longest"]
    text = "From the start of the process to its first successful response, with the files in the page cache."
    return Section("Start", text, [table(header, rows)], bounds)
