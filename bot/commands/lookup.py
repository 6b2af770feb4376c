"""Find the fund that a word means."""

from bot.commands.base import SaidWrongError
from bot.messages.catalogue import Catalogue
from signals.core.panel import Panel
from signals.core.profile import Profile

_MOST_SUGGESTIONS = 8


def find_fund(panel: Panel, word: str, texts: Catalogue) -> Profile:
    """The fund with this code, or the only one whose name holds the word.

    Raises SaidWrongError that names the word, with suggestions where several funds fit.
    """
    if word in panel.profiles:
        return panel.profiles[word]
    fits = [one for one in panel.profiles.values() if word.lower() in one.name.lower() or word in one.index_name]
    if len(fits) == 1:
        return fits[0]
    if not fits:
        raise SaidWrongError(texts.text("fund-unknown", word=word))
    some = texts.text("exchange-join").join(f"{one.name} {one.code}" for one in fits[:_MOST_SUGGESTIONS])
    key = "fund-many" if len(fits) <= _MOST_SUGGESTIONS else "fund-very-many"
    raise SaidWrongError(texts.text(key, word=word, some=some, count=len(fits)))
