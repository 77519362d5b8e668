"""Renders the results as Markdown."""

from dataclasses import dataclass, field

from load import Figures


@dataclass
class Bound:
    """A target of the project and the measured value."""

    what: str
    measured: float
    unit: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def holds(self) -> bool:
        return self.measured >= self.at_least if self.at_least is not None else self.measured <= self.at_most

    def row(self) -> list[str]:
        target = f"≥ {self.at_least:g}" if self.at_least is not None else f"≤ {self.at_most:g}"
        return [self.what, f"{target} {self.unit}", f"{number(self.measured)} {self.unit}", "met" if self.holds else "**missed**"]


@dataclass
class Section:
    """A section of the report with its text, tables and targets."""

    title: str
    text: str
    tables: list[str] = field(default_factory=list)
    bounds: list[Bound] = field(default_factory=list)

    def markdown(self) -> str:
        return "\n\n".join([f"## {self.title}", self.text, *self.tables])


def table(header: list[str], rows: list[list[str]]) -> str:
    rule = ["---", *["--:"] * (len(header) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in [header, rule, *rows])


def compared(first: str, sides: dict[str, Figures], against: str | None = None) -> str:
    """A table of sides, with ratios to the side named in `against`, or to the first."""
    ours = sides[against or next(iter(sides))]
    header = [first, "requests/s", "ratio", "p50 ms", "p99 ms", "p99.9 ms", "CPU µs/request"]
    rows = [
        [name, f"{its.rate:,.0f}", times(ours.rate / its.rate), *(number(value) for value in (its.p50, its.p99, its.p999, its.cpu))]
        for name, its in sides.items()
    ]
    return table(header, rows)


def times(ratio: float) -> str:
    return f"{number(ratio)}×"


def number(value: float) -> str:
    """Formats with three significant digits."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
