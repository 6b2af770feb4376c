"""How funds are called: by their names, with the code beside them; by the code alone where there is no name."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.messages.catalogue import Catalogue
from bot.messages.model import Span, code, strong
from signals.core.field import Axis
from signals.core.profile import Profile
from signals.core.signal import Subject


@dataclass(frozen=True, slots=True)
class Named:
    """The names of a market's funds, of the indices that they track, and of their classes."""

    profiles: Mapping[str, Profile]

    def fund(self, fund: str) -> str:
        """The name of a fund, or the code of what has none."""
        profile = self.profiles.get(fund)
        return profile.name if profile else fund

    def index(self, key: str) -> str:
        """The Chinese name of an index that some fund tracks; its key where none is told."""
        return next((one.index_name for one in self.profiles.values() if one.index_key == key and one.index_name), key)

    def of(self, subject: Subject, words: Catalogue) -> str:
        """What a signal's subject is called."""
        match subject.axis:
            case Axis.MARKET:
                return words.text("market-margin")
            case Axis.CLASS:
                return words.text(f"class-{subject.code.replace('_', '-')}")
            case Axis.TRACKED:
                return words.index(subject.code, self.index(subject.code))
            case _:
                return self.fund(subject.code)

    def head(self, subject: Subject, words: Catalogue) -> tuple[Span, ...]:
        """The same as the first line of what is said of it: with the code where it has one."""
        name = self.of(subject, words)
        if subject.axis in (Axis.MARKET, Axis.CLASS):
            return (strong(name),)
        return _with_code(name, subject.code, loud=True)

    def spans(self, fund: str, *, loud: bool = True) -> tuple[Span, ...]:
        """Name and code, to be copied; the code once where it is the name."""
        return _with_code(self.fund(fund), fund, loud=loud)


def _with_code(name: str, own: str, *, loud: bool) -> tuple[Span, ...]:
    if name == own:
        return (code(own),)
    return (strong(name) if loud else Span(name), Span(" "), code(own))
