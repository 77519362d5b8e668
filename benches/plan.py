"""The extent of a measurement, and the names of the sides in tables."""

from dataclasses import dataclass

HALLPASS, FLOOR, SIMPLE_JWT, BETTER_AUTH = "Hallpass", "floor", "Simple JWT", "Better Auth"


@dataclass(frozen=True)
class Plan:
    """Rounds of each measurement, seconds of each round, numbers of tokens for the growth, revoked sessions, starts."""

    rounds: int
    seconds: int
    growth: tuple[int, ...]
    ended: int
    starts: int


THOROUGH = Plan(rounds=3, seconds=3, growth=(10_000, 1_000_000, 10_000_000), ended=100_000, starts=7)
QUICK = Plan(rounds=1, seconds=1, growth=(10_000, 1_000_000), ended=100_000, starts=3)
