"""Subscribers' rules over all funds: a rule book beside Python's own eval, row by row, of a sample of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from benchmarks.job import Job, Kind, Way
from benchmarks.stage import SEED, Stage
from signals.core.field import AMOUNT, CLOSE, IOPV, NAV, PREV_CLOSE, SHARES, VOLUME, Axis, Field
from signals.core.matrix import Floats
from signals.core.panel import BOTH_EXCHANGES, Layer, Panel
from signals.core.profile import FundClass, Profile
from signals.core.vocabulary import QUANTITIES
from signals.rules import Rule, RuleBook, Vocabulary, parse

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


def jobs(stage: Stage) -> Iterator[Job]:
    """One judgement of all rules, and how it grows."""
    rules = parsed(made_texts(stage.rules))
    yield _judged(stage, rules)
    counts = dict.fromkeys(max(1, stage.rules // part) for part in (100, 10, 1))
    books = {count: RuleBook(rules[:count]) for count in counts}
    yield Job(
        name="growth of a judgement with rules",
        about=f"{stage.funds:,} funds.",
        group="growth",
        ways=[_grown(book, stage.funds, f"{count:,} rules") for count, book in books.items()],
    )
    yield Job(
        name="growth of a judgement with funds",
        about=f"{stage.rules:,} rules.",
        group="growth",
        ways=[
            _grown(books[stage.rules], funds, f"{funds:,} funds")
            for funds in (stage.funds // 4, stage.funds, 4 * stage.funds)
        ],
    )


def _judged(stage: Stage, known: list[Rule]) -> Job:
    texts, panel = made_texts(stage.rules), made_panel(stage.funds)
    row = len(panel.sessions) - 1
    book = RuleBook(known)
    before = book.holding(panel, row - 1)
    sample = texts[: max(1, SAMPLE_PAIRS // stage.funds)]
    return Job(
        name=f"{len(texts):,} rules over {stage.funds:,} funds",
        about=(
            f"{book.distinct:,} distinct conditions of {book.atoms:,} comparisons, judged on one session; "
            f"{len(book.newly(panel, row, before).rules):,} pairs of rule and fund newly fire."
        ),
        group="whole",
        aim=50.0,
        ways=[
            Way(
                name="ours: judged, and what newly fires",
                run=lambda: book.newly(panel, row, before).rules,
                kind=Kind.OURS,
            ),
            Way(name="ours: compiled from parsed rules", run=lambda: RuleBook(known), kind=Kind.OURS, compared=False),
            Way(
                name="Python eval of compiled code, row by row",
                run=row_by_row(sample, panel),
                times=len(texts) / len(sample),
                compared=False,
            ),
        ],
    )


def row_by_row(texts: list[Text], panel: Panel) -> Callable[[], list[list[bool]]]:
    """A function that evaluates every text for every fund on the last session."""
    figures = {name: QUANTITIES[name].on(panel).values[-1].tolist() for name in FIGURES}
    rows = [{name: values[at] for name, values in figures.items()} for at in range(panel.shape(Axis.FUND)[1])]
    codes = [compile(one.python, "rule", "eval") for one in texts]
    return lambda: [[bool(eval(code, {"__builtins__": {}}, one)) for one in rows] for code in codes]  # noqa: S307


def _grown(book: RuleBook, funds: int, name: str) -> Way:
    panel = made_panel(funds)
    row = len(panel.sessions) - 1
    return Way(name=name, run=lambda: book.judge(panel, row), kind=Kind.OURS, compared=False)
