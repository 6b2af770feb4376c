"""What one subscriber is told, piece by piece: set as one message now, or kept and merged with what comes later."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.messages.buttons import Pressed, alert_buttons
from bot.messages.catalogue import Catalogue
from bot.messages.model import Block, Button, Heading, Line, Message, Paragraph, Span, line, muted, paragraph
from signals.core.field import Axis
from signals.core.signal import Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One alert in words of one language."""

    alert_id: int | None = None
    """None where it was never stored."""
    follows: int | None = None
    """Id of the alert that it corrects or ends."""
    kind: str
    subject: Subject
    head: tuple[Span, ...]
    """The line above everything that is said of the subject."""
    name: str
    said: str
    unheard: str = ""
    """What is said instead to a reader who was not told what it corrects or ends; empty = the same."""
    past: str = ""
    """What followed such signals before; said once for each `past_of`."""
    past_of: str = ""
    strength: float = 0.0
    corrects: bool = False
    at: datetime
    """The moment of knowledge, in Asia/Shanghai."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePart:
    """What a subscriber's own rules tell of one session."""

    at: datetime
    blocks: tuple[Paragraph, ...]
    funds: tuple[tuple[str, str], ...] = ()
    """Code and name of the funds that it names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """All of one message to one subscriber."""

    at: datetime
    """When it is set, in Asia/Shanghai."""
    pieces: tuple[Piece, ...] = ()
    rules: tuple[RulePart, ...] = ()
    silent: bool = False
    demo: bool = False

    @property
    def empty(self) -> bool:
        """Whether it tells of nothing."""
        return not self.pieces and not self.rules

    def speaks_of(self, names: Collection[str]) -> bool:
        """Whether something in it is of one of these kinds, or about one of these codes."""
        return any(not {one.kind, one.subject.code}.isdisjoint(names) for one in self.pieces)


def merged(letters: Sequence[Letter], at: datetime, silenced: Collection[str] = ()) -> Letter:
    """Several letters as one; an alert that is corrected or ended in it is not told any more, its answer is.

    `silenced` are codes and kinds that the reader does not want to hear of now; what answers an alert that he has
    got is told all the same.
    """
    pieces = {one.alert_id: one for letter in letters for one in letter.pieces}
    answered = {one.follows for one in pieces.values() if one.follows is not None}
    roots = {number: _root(one, pieces) for number, one in pieces.items()}
    told = [_heard_first(one, roots[number]) for number, one in pieces.items() if not _is_in(roots[number], silenced)]
    return Letter(
        at=at,
        pieces=tuple(one for one in told if one.alert_id not in answered),
        rules=tuple(part for letter in letters for part in letter.rules),
        silent=all(letter.silent for letter in letters),
        demo=any(letter.demo for letter in letters),
    )


def compose(letter: Letter, words: Catalogue, *, notes: Sequence[str] = (), timed: bool = False) -> Message:
    """Group by subject: the market first, then the newest, of these the strongest; then the reader's own rules.

    `notes` stand under the title; `timed`: each piece says when it was known.
    """
    ordered = sorted(letter.pieces, key=lambda one: (-one.at.timestamp(), -one.strength))
    groups: dict[Subject, list[Piece]] = defaultdict(list)
    for one in ordered:
        groups[one.subject].append(one)
    title = words.text(_title(letter), at=f"{letter.at:%m-%d %H:%M}")
    heading = f"{title} {words.text('demo-label')}" if letter.demo else title
    blocks: list[Block] = [Heading(heading, 1)]
    if notes:
        blocks.append(paragraph(*(line(muted(one)) for one in notes)))
    said = set[str]()
    for _, group in sorted(groups.items(), key=lambda one: one[0].axis is Axis.FUND):
        blocks.append(Paragraph(tuple(_group(group, said, timed=timed))))
    if letter.pieces and letter.rules:
        blocks.append(Heading(words.text("rules-section")))
    for part in letter.rules:
        if timed:
            blocks.append(paragraph(line(muted(_time(part.at)))))
        blocks += part.blocks
    return Message(blocks=tuple(blocks), buttons=_buttons(letter, ordered, words), silent=letter.silent)


def _root(one: Piece, pieces: Mapping[int | None, Piece]) -> Piece:
    """What of these begins the matter that a piece goes on with."""
    while one.follows in pieces:
        one = pieces[one.follows]
    return one


def _is_in(root: Piece, silenced: Collection[str]) -> bool:
    return root.follows is None and not {root.kind, root.subject.code}.isdisjoint(silenced)


def _heard_first(one: Piece, root: Piece) -> Piece:
    """A correction or an end whose reader hears of the whole matter for the first time, in words for him."""
    return one if root is one or root.follows is not None else replace(one, said=one.unheard or one.said)


def _title(letter: Letter) -> str:
    if not letter.pieces:
        return "rules-title"
    follows = all(one.corrects for one in letter.pieces)
    return "corrections-title" if follows and not letter.rules else "alerts-title"


def _group(group: Sequence[Piece], said: set[str], *, timed: bool) -> Iterator[Line]:
    """One subject, what is of one kind together."""
    yield line(*group[0].head)
    kinds = list(dict.fromkeys(one.kind for one in group))
    for one in sorted(group, key=lambda piece: kinds.index(piece.kind)):
        time = (muted(f"{_time(one.at)} "),) if timed else ()
        yield line(*time, one.said, indent=1)
        if one.past and one.past_of not in said:
            said.add(one.past_of)
            yield line(muted(one.past), indent=2)


def _time(at: datetime) -> str:
    return f"{at:%m-%d %H:%M}"


def _buttons(letter: Letter, ordered: Sequence[Piece], words: Catalogue) -> tuple[tuple[Button, ...], ...]:
    told = [Pressed(alert_id=one.alert_id, kind=one.kind, subject=one.subject, name=one.name) for one in ordered]
    funds = [fund for part in letter.rules for fund in part.funds]
    rows = alert_buttons(told, funds, words)
    return (*rows, (Button(words.text("rules-button"), "/rules"),)) if letter.rules else rows
