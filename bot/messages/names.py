"""How funds are called: by their names, with the code beside them; by the code alone where there is no name."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.messages.model import Span, code, strong
from signals.core.profile import Profile


@dataclass(frozen=True, slots=True)
class Named:
    """The names of a market's funds."""

    profiles: Mapping[str, Profile]

    def fund(self, fund: str) -> str:
        """The name of a fund, or the code of what has none."""
        profile = self.profiles.get(fund)
        return profile.name if profile else fund

    def spans(self, fund: str, *, loud: bool = True) -> tuple[Span, ...]:
        """Name and code, to be copied; the code once where it is the name."""
        name = self.fund(fund)
        if name == fund:
            return (code(fund),)
        return (strong(name) if loud else Span(name), Span(" "), code(fund))
