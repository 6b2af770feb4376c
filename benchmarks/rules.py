"""A hundred thousand subscribers' rules over 1,400 funds: a rule book beside Python's own eval, row by row.

Run `python benchmarks/rules.py [RULES] [FUNDS]`. Every function returns medians in seconds by name; the row-by-row
evaluation is measured on a sample and scaled to all pairs, which its names say.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median
from time import perf_counter

import numpy as np

from signals.core.field import AMOUNT, CLOSE, IOPV, NAV, PREV_CLOSE, SHARES, VOLUME, Axis, Field
from signals.core.matrix import Floats
from signals.core.panel import BOTH_EXCHANGES, Layer, Panel
from signals.core.profile import FundClass, Profile
from signals.core.vocabulary import QUANTITIES
from signals.rules import Rule, RuleBook, Vocabulary, parse

SEED = 20250211
TIMES = 5
SAMPLE_PAIRS = 200_000

FIGURES = {
    "premium_iopv": ("%", 100.0, (">", ">="), np.arange(0.01, 0.03, 0.0001)),
    "change": ("%", 100.0, ("<", "<="), -np.arange(0.02, 0.06, 0.0002)),
    "turnover": ("%", 100.0, (">", ">="), np.arange(0.5, 0.6, 0.0005)),
    "flow": ("万元", 1e-4, (">", ">="), np.arange(2e8, 9e8, 2e6)),
    "flow_5": ("万元", 1e-4, (">", ">="), np.arange(4e8, 1.8e9, 5e6)),
    "flow_20": ("万元", 1e-4, ("<", "<="), -np.arange(8e8, 4e9, 1e7)),
    "amount": ("万元", 1e-4, (">", ">="), np.arange(2e9, 5e9, 1e7)),
    "aum": ("亿元", 1e-8, ("<", "<="), np.arange(1e8, 3e8, 1e6)),
    "inflow_streak": ("日", 1.0, (">", ">="), np.arange(4, 9)),
    "up_streak": ("日", 1.0, (">", ">="), np.arange(4, 9)),
    "rank_turnover": ("", 1.0, ("<", "<="), np.arange(1, 3)),
    "rank_premium": ("", 1.0, ("<", "<="), np.arange(1, 3)),
}
"""Figures with the unit, the operators and the numbers by which people ask for what is rare."""


@dataclass(frozen=True)
class Text:
    """One condition as a subscriber writes it, and as Python."""

    rule: str
    python: str


def made_panel(funds: int, sessions: int = 60) -> Panel:
    """A seeded market, a tenth of it unknown."""
    luck = np.random.default_rng(SEED)
    shape = (sessions, funds)
    nav = luck.uniform(0.8, 3, funds) * np.exp(np.cumsum(luck.normal(0, 0.012, shape), axis=0))
    shares = luck.uniform(0.5e8, 30e8, funds) * np.exp(np.cumsum(luck.normal(0, 0.02, shape), axis=0))
    close = np.round(nav * (1 + luck.normal(0, 0.006, shape)), 3)
    close[luck.random(shape) < 0.05] = np.nan
    volume = np.round(shares * luck.uniform(0.001, 0.6, shape))
    previous = np.vstack([np.full((1, funds), np.nan), close[:-1]])
    figures: dict[Field, Floats] = {
        CLOSE: close,
        PREV_CLOSE: previous,
        VOLUME: volume,
        AMOUNT: volume * close,
        IOPV: nav,
        NAV: np.round(nav, 4),
        SHARES: np.where(luck.random(shape) < 0.02, np.nan, np.round(shares)),
    }
    codes = tuple(f"51{at:04d}" for at in range(funds))
    profiles = {
        code: Profile(
            code=code, name=code, exchange="SSE", fund_class=FundClass.EQUITY, index_key=f"93{at % (funds // 5):04d}"
        )
        for at, code in enumerate(codes)
    }
    last = date(2025, 2, 11)
    return Panel(
        sessions=tuple(last - timedelta(days=sessions - 1 - at) for at in range(sessions)),
        asof=datetime(2025, 2, 12, tzinfo=UTC),
        subjects={Axis.FUND: codes, Axis.INDEX: (), Axis.MARKET: ("SSE", "SZSE", BOTH_EXCHANGES)},
        layers={
            one: Layer(values, np.zeros(shape, dtype=np.int16), np.zeros(shape, dtype=np.bool_))
            for one, values in figures.items()
        },
        origins=("made",),
        profiles=profiles,
    )


def made_texts(count: int) -> list[Text]:
    """Conditions of one to three comparisons, a third of them written by several people."""
    luck = np.random.default_rng(SEED)
    names = list(FIGURES)
    distinct: dict[str, Text] = {}
    while len(distinct) < 2 * count // 3 + 1:
        parts, pythons = [], []
        for name in luck.choice(names, luck.integers(1, 4), replace=False):
            unit, scale, signs, numbers = FIGURES[name]
            number = float(luck.choice(numbers))
            sign = luck.choice(signs)
            said = f"{number * scale:.4f}".rstrip("0").rstrip(".")
            parts.append(f"{name} {sign} {said}{unit}")
            pythons.append(f"{name} {sign} {float(said) / scale!r}")
        word = str(luck.choice([" and ", " and ", " and ", " or "]))
        distinct.setdefault(word.join(parts), Text(word.join(parts), word.join(pythons)))
    known = list(distinct.values())
    again = luck.integers(0, len(known), max(0, count - len(known))).tolist()
    texts = known[:count] + [known[at] for at in again]
    return [texts[at] for at in luck.permutation(len(texts))]


def parsed(texts: list[Text]) -> list[Rule]:
    """The texts as rules, each distinct one parsed once."""
    vocabulary = Vocabulary()
    cache: dict[str, Rule] = {}
    return [cache.get(one.rule) or cache.setdefault(one.rule, parse(one.rule, vocabulary)) for one in texts]


def timed(work: Callable[[], object], times: int = TIMES) -> float:
    """Median of several runs in seconds."""
    seconds = []
    for _ in range(times):
        start = perf_counter()
        work()
        seconds.append(perf_counter() - start)
    return median(seconds)


def measure_rules(rules: int = 100_000, funds: int = 1400) -> dict[str, float]:
    """Judging all rules on one session: the book, and Python's eval of compiled code, row by row."""
    texts, panel = made_texts(rules), made_panel(funds)
    start = perf_counter()
    known = parsed(texts)
    parsing = perf_counter() - start
    book = RuleBook(known)
    row = len(panel.sessions) - 1
    before = book.holding(panel, row - 1)
    return {
        "parse each distinct text (once, when it is stored)": parsing,
        f"compile the book ({book.distinct} conditions, {book.atoms} comparisons)": timed(lambda: RuleBook(known)),
        "rule book: judge": timed(lambda: book.judge(panel, row)),
        f"rule book: judge and list what newly fires ({len(book.newly(panel, row, before).rules)} pairs)": timed(
            lambda: book.newly(panel, row, before)
        ),
        "python eval of compiled code, row by row (extrapolated)": row_by_row(texts, panel),
    }


def row_by_row(texts: list[Text], panel: Panel) -> float:
    """Seconds of eval for every rule and fund, from a sample of rules over all funds."""
    figures = {name: QUANTITIES[name].on(panel).values[-1].tolist() for name in FIGURES}
    funds = len(panel.subjects[Axis.FUND])
    rows = [{name: values[at] for name, values in figures.items()} for at in range(funds)]
    sample = [compile(one.python, "rule", "eval") for one in texts[: max(1, SAMPLE_PAIRS // funds)]]

    def work() -> int:
        return sum(bool(eval(code, {"__builtins__": {}}, one)) for code in sample for one in rows)  # noqa: S307

    return timed(work) * len(texts) / len(sample)


def measure_growth(funds: int = 1400) -> dict[str, float]:
    """Seconds of a judgement as rules and funds grow."""
    found: dict[str, float] = {}
    for rules in (1_000, 10_000, 100_000):
        book, panel = RuleBook(parsed(made_texts(rules))), made_panel(funds)
        found[f"{rules} rules, {funds} funds"] = timed(lambda book=book, panel=panel: book.judge(panel, 59))  # type: ignore[misc]
    for count in (funds // 4, funds * 4):
        panel = made_panel(count)
        found[f"{rules} rules, {count} funds"] = timed(lambda book=book, panel=panel: book.judge(panel, 59))  # type: ignore[misc]
    return found


def main() -> None:
    """Print the medians and the ratio."""
    counts = [int(word) for word in sys.argv[1:3]]
    medians = measure_rules(*counts)
    for name, seconds in {**medians, **measure_growth()}.items():
        print(f"{seconds * 1000:14.1f} ms  {name}")
    slow, fast = (next(medians[one] for one in medians if word in one) for word in ("eval", "newly"))
    print(f"{slow / fast:.0f} times")


if __name__ == "__main__":
    main()
