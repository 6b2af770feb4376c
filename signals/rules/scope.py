"""Which funds a rule watches; apart from its condition, so that the same condition is judged once for all."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from signals.core.profile import Profile


class ScopeKind(StrEnum):
    """What a word behind `on` names."""

    ALL = "all"
    LIST = "list"
    FUND = "fund"
    INDEX = "index"
    """Every fund that tracks it."""


@dataclass(frozen=True, slots=True, order=True)
class ScopePart:
    """One word behind `on`: a list by name, a fund or an index by code; empty for all funds."""

    kind: ScopeKind
    name: str = ""

    @property
    def text(self) -> str:
        """As a rule may write it: the code of an index, which might be taken for a fund's, behind an @."""
        code = self.kind is ScopeKind.INDEX and self.name.isascii() and self.name.isalnum()
        return f"@{self.name}" if code else self.name or "all"


@dataclass(frozen=True, slots=True)
class Scope:
    """The words behind `on`, sorted; none = the subscriber's own funds."""

    parts: tuple[ScopePart, ...] = ()

    @classmethod
    def of(cls, parts: Iterable[ScopePart]) -> "Scope":
        """One text for one choice, whatever the order; all funds make every other word needless."""
        sorted_parts = sorted(set(parts))
        everything = [one for one in sorted_parts if one.kind is ScopeKind.ALL]
        return cls(tuple(everything or sorted_parts))

    @property
    def text(self) -> str:
        """As it stands behind a canonical text, without `on`; empty where nothing was said."""
        return ", ".join(one.text for one in self.parts)

    def codes(
        self,
        profiles: Mapping[str, Profile],
        lists: Mapping[str, Collection[str]],
        own: Collection[str],
    ) -> frozenset[str]:
        """The funds meant, of those in `profiles`; `own` are the subscriber's. A list that is gone is empty."""
        if not self.parts:
            return frozenset(own).intersection(profiles)
        found: set[str] = set()
        for one in self.parts:
            match one.kind:
                case ScopeKind.ALL:
                    found.update(profiles)
                case ScopeKind.LIST:
                    found.update(lists.get(one.name, ()))
                case ScopeKind.FUND:
                    found.add(one.name)
                case _:
                    found.update(code for code, profile in profiles.items() if profile.index_key == one.name)
        return frozenset(found).intersection(profiles)
