"""What can be pressed under an alert: why, what came of it before, a picture, and silence for a while."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.messages.catalogue import Catalogue
from bot.messages.model import Button
from signals.core.field import Axis
from signals.core.signal import Subject

COMMAND_BYTES_MAX = 62
"""What the channels leave room for."""

MUTE_DAYS = (1, 7)

_MOST_FUNDS = 3
_MUTABLE = frozenset({Axis.FUND, Axis.TRACKED, Axis.INDEX})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """What a button needs to know of an alert."""

    alert_id: int | None
    kind: str
    subject: Subject
    name: str


def alert_buttons(
    told: Sequence[Pressed], rule_funds: Iterable[tuple[str, str]], words: Catalogue
) -> tuple[tuple[Button, ...], ...]:
    """Rows for a message of these alerts, in the order in which it tells them, and of rules about these funds.

    One subject: its own why, history, picture and silence. One kind: that of the kind. Many of many: why and
    silence lead to a choice.
    """
    subjects = list(dict.fromkeys(one.subject for one in told))
    funds = dict.fromkeys((one.subject.code, one.name) for one in told if one.subject.axis is Axis.FUND)
    funds |= dict.fromkeys(rule_funds)
    alone = len(subjects) == 1 and subjects[0].axis is Axis.FUND and len(funds) == 1
    shown = () if alone else tuple(Button(name, f"/etf {code}") for code, name in [*funds][:_MOST_FUNDS])
    rows = (shown, *_rows(told, subjects, words, alone=alone))
    fitting = (tuple(one for one in row if fits(one)) for row in rows)
    return tuple(row for row in fitting if row)


def fits(button: Button) -> bool:
    """Whether a channel can carry its command."""
    return len(button.command.encode()) <= COMMAND_BYTES_MAX


def mute_buttons(what: str, words: Catalogue, *, kind: bool) -> tuple[Button, ...]:
    """Silence of a fund, an index or a kind for a day and for a week."""
    key = "mute-kind-button" if kind else "mute-button"
    return tuple(Button(words.text(key, days=days), f"/mute {what} {days}d") for days in MUTE_DAYS)


def _rows(
    told: Sequence[Pressed], subjects: Sequence[Subject], words: Catalogue, *, alone: bool
) -> Iterator[tuple[Button, ...]]:
    if not told:
        return
    kinds = list(dict.fromkeys(one.kind for one in told))
    why = _why(told, words)
    if len(subjects) == 1 and subjects[0].axis in _MUTABLE:
        code = subjects[0].code
        past = f"/history {code} {kinds[0]}" if len(kinds) == 1 else f"/history {code}"
        picture = (Button(words.text("picture-button"), f"/etf {code}"),) if alone else ()
        yield (*why, Button(words.text("history-button"), past), *picture)
        yield mute_buttons(code, words, kind=False)
    elif len(kinds) == 1:
        yield (*why, Button(words.text("history-button"), f"/history {kinds[0]}"))
        yield mute_buttons(kinds[0], words, kind=True)
    elif told[0].alert_id is not None:
        yield (*why, Button(words.text("mute-choose-button"), f"/alert #{told[0].alert_id} mute"))


def _why(told: Sequence[Pressed], words: Catalogue) -> tuple[Button, ...]:
    first = told[0].alert_id
    if first is None:
        return ()
    return (Button(words.text("why-button"), f"/why #{first}" if len(told) == 1 else f"/alert #{first} why"),)
