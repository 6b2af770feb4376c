"""What goes into the demo market: its cast, its fixed figures and its accidents."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from importlib.resources import files
from typing import ClassVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from signals.core.profile import FundClass, exchange_of

_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, kw_only=True)
class Fund:
    """One fund; every figure that `Points` do not fix is drawn around these."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    code: str
    name: str
    nav: float
    """On the reference day, 元."""
    shares: tuple[float, float]
    """As published after its first and its last session, 份."""
    unit: float
    """Shares are created and redeemed in multiples of this, 份."""
    premium: float
    """Typical premium of the close, a fraction."""
    swing: float | None = None
    """Typical daily change of the premium; None = a small part of the index' own move."""
    turnover: float
    """Typical share of the fund that changes hands in a session."""
    financing: float | None = None
    """The last financing balance, 元; None = it cannot be bought on margin."""
    listed: date | None = None
    nav_delay_sessions: int = 0
    iopv_told: bool = True


@dataclass(frozen=True, kw_only=True)
class Index:
    """What a group of funds follows; money-market funds follow nothing and share a nameless one."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    code: str = ""
    name: str = ""
    fund_class: FundClass = FundClass.EQUITY
    level: float | None = None
    """On the reference day, points; None where no table of indices holds it."""
    beta: float
    """How much of the A-share market's move it takes part in."""
    own: float
    """Typical move of its own, a fraction."""
    drift: float = 0.0
    """Its trend per session, a fraction."""
    funds: tuple[Fund, ...] = ()

    @property
    def key(self) -> str:
        """Names its draws."""
        return self.code or self.name or self.fund_class


@dataclass(frozen=True, kw_only=True)
class Points:
    """Figures of one fund that are fixed, by session."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    close: Mapping[date, float] = field(default_factory=dict)
    nav: Mapping[date, float] = field(default_factory=dict)
    iopv: Mapping[date, float] = field(default_factory=dict)
    volume: Mapping[date, float] = field(default_factory=dict)
    amount: Mapping[date, float] = field(default_factory=dict)
    shares: Mapping[date, float] = field(default_factory=dict)
    financing: Mapping[date, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that befell a fund on a session."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    code: str
    day: date


@dataclass(frozen=True, kw_only=True)
class Split(Event):
    """The share count changes scale on `day`, prices follow on the next session."""

    ratio: float


@dataclass(frozen=True, kw_only=True)
class Dividend(Event):
    """Paid to whoever held the fund before `day`, 元."""

    per_share: float


@dataclass(frozen=True, kw_only=True)
class Revision(Event):
    """The provisional share count of the evening is this many 份 above the final one."""

    off: float


@dataclass(frozen=True, kw_only=True)
class Balance:
    """One exchange's margin balances, 元."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    financing: float
    short: float


@dataclass(frozen=True, kw_only=True)
class Minute:
    """A minute of the reference session; by fund code, fractions."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    at: time
    moves: Mapping[str, float] = field(default_factory=dict)
    """Since the previous close."""
    premiums: Mapping[str, float] = field(default_factory=dict)
    """Over the IOPV of that minute."""


@dataclass(frozen=True, kw_only=True)
class Anchors:
    """All inputs of the demo market but the trading calendar."""

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    seed: int
    first: date
    last: date
    reference: date
    """The session on which navs and levels stand; earlier ones are found by walking back from it."""
    market_move: float
    market_moves: Mapping[date, float]
    index_moves: Mapping[str, Mapping[date, float]]
    """By index code."""
    indices: tuple[Index, ...]
    points: Mapping[str, Points]
    """By fund code."""
    splits: tuple[Split, ...] = ()
    dividends: tuple[Dividend, ...] = ()
    suspensions: tuple[Event, ...] = ()
    holes: tuple[Event, ...] = ()
    """Share counts that the exchange's table gives as 0."""
    revisions: tuple[Revision, ...] = ()
    margin: Mapping[date, Mapping[str, Balance]]
    """By session and exchange, SSE and SZSE."""

    minute: Minute = field(default_factory=lambda: Minute(at=time(10, 42)))

    def __post_init__(self) -> None:
        if mistakes := list(self._mistakes()):
            raise ValueError("; ".join(mistakes))

    @property
    def funds(self) -> tuple[Fund, ...]:
        """Every fund, by code."""
        return tuple(sorted((fund for index in self.indices for fund in index.funds), key=lambda fund: fund.code))

    def _mistakes(self) -> Iterator[str]:
        codes = [fund.code for fund in self.funds]
        yield from (f"fund {code} is listed twice" for code in sorted({one for one in codes if codes.count(one) > 1}))
        events = (*self.splits, *self.dividends, *self.suspensions, *self.holes, *self.revisions)
        named = {*self.points, *self.minute.moves, *self.minute.premiums, *(event.code for event in events)}
        yield from (f"figures are fixed for {code}, which is no fund here" for code in sorted(named - {*codes}))
        known = {index.code for index in self.indices}
        yield from (
            f"moves are fixed for {code}, which is no index here" for code in sorted({*self.index_moves} - known)
        )
        yield from (
            f"the evening count of {one.code} cannot be revised: only SZSE publishes a provisional one"
            for one in self.revisions
            if exchange_of(one.code) != "SZSE"
        )
        if not self.margin:
            yield "margin: at least one session must be given"
        yield from (
            f"margin of {day}: SSE and SZSE must be given, not {', '.join(sorted(balances))}"
            for day, balances in self.margin.items()
            if {*balances} != {"SSE", "SZSE"}
        )


_ANCHORS = TypeAdapter(Anchors)


def read_anchors(text: str) -> Anchors:
    """Read anchors from TOML; raises ValueError with every mistake and the place where it stands."""
    try:
        return _ANCHORS.validate_python(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"demo anchors: {error}") from None
    except ValidationError as error:
        mistakes = [f"{'.'.join(map(str, one['loc']))} {one['msg']}".strip() for one in error.errors()]
        raise ValueError(f"demo anchors: {'; '.join(mistakes)}") from None


def bundled_anchors() -> Anchors:
    """The anchors that come with the product."""
    return read_anchors(files(__package__).joinpath("anchors.toml").read_text("utf-8"))
