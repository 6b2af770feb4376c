"""What a day needs, when it is asked for, and who can be asked: the first choice first."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from bot.sources.base import Source
from signals.core.snapshot import Dataset


class Round(StrEnum):
    """The occasions on which publishers are asked."""

    INTRADAY = "intraday"
    """While the exchanges trade: prices."""
    IOPV = "iopv"
    """The same with IOPV, which only a publisher has that bans whoever asks much."""
    CLOSE = "close"
    EVENING = "evening"
    MORNING = "morning"
    WEEKLY = "weekly"
    MONTHLY = "monthly"

    @property
    def within_session(self) -> bool:
        """Whether it asks for prices that are no closes yet."""
        return self in (Round.INTRADAY, Round.IOPV)


@dataclass(frozen=True, kw_only=True)
class Datum:
    """One table that a day needs.

    A source further back is asked only where those before it cannot be reached, refuse us, or gave a table
    that a gate refused; what is not published yet is waited for.
    """

    name: str
    """Unique, e.g. ``shares.sse``."""
    sources: tuple[Source, ...]
    rounds: frozenset[Round]
    history: bool = False
    """Signals need its past: a first start fetches it."""
    for_followers: bool = False
    """Asked for only while somebody follows a fund on an index whose weights are known."""

    def __post_init__(self) -> None:
        if len({one.dataset for one in self.sources}) != 1:
            raise ValueError(f"the sources of {self.name} are not about the same dataset")

    @property
    def dataset(self) -> Dataset:
        """What all its sources deliver."""
        return self.sources[0].dataset

    @property
    def scope(self) -> str:
        """The part of the market that its first choice covers; a stand-in may cover less."""
        return self.sources[0].scope


def sources_in(data: Iterable[Datum]) -> tuple[Source, ...]:
    """Every source, in the order in which it may be asked."""
    return tuple(source for datum in data for source in datum.sources)
