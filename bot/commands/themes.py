"""Ask for a theme: which indices hold the most of its stocks."""

import asyncio
import unicodedata
from difflib import get_close_matches

from bot.commands.base import Chapter, Right, SaidWrongError, Talk, command
from bot.messages.figures import day_text
from bot.messages.model import Block, Button, Heading, Message, Paragraph, Span, Table, line, muted, paragraph, strong
from bot.messages.names import Named
from bot.messages.sentences import Teller
from signals.core.field import Axis
from signals.core.panel import Panel
from signals.core.peers import alive
from signals.core.signal import Subject
from signals.core.sizes import AUM
from signals.core.text import Text
from signals.core.themes import Exposure, Theme, exposures

_MOST_ROWS = 10
_MOST_STOCKS = 5
_MOST_SUGGESTIONS = 3
_BUTTONS_A_ROW = 3
_LIKENESS = 0.5


@command(
    "theme",
    "主题",
    rank=9,
    about=Text("主题在各指数中的含量", "How much of a theme is in each index"),
    usage=Text("DeepSeek", "DeepSeek"),
    chapter=Chapter.ASK,
    right=Right.ANYONE,
)
async def theme(talk: Talk) -> Message:
    """The indices that hold the most of a theme's stocks; without a word, the themes that there are."""
    themes = talk.desk.world.themes
    chosen = find_theme(themes, " ".join(talk.words), talk) if talk.words else None
    panel = await talk.desk.panels.latest(talk.now, talk.today)
    if chosen is None:
        return await asyncio.to_thread(_list, talk, panel, themes)
    return await asyncio.to_thread(_ranking, talk, panel, chosen)


def find_theme(themes: tuple[Theme, ...], word: str, talk: Talk) -> Theme:
    """The theme of this name in either language, or the only one whose name holds the word.

    Raises SaidWrongError that names the word, with those that are spelt alike or else all that there are.
    """
    names = {_plain(name): one for one in themes for name in (one.name, one.title.zh, one.title.en)}
    said = _plain(word)
    if said in names:
        return names[said]
    fits = list(dict.fromkeys(one for name, one in names.items() if said and said in name))
    if len(fits) == 1:
        return fits[0]
    alike = fits or [names[name] for name in get_close_matches(said, names, _MOST_SUGGESTIONS, _LIKENESS)]
    some = _join(talk, dict.fromkeys(talk.texts.of(one.title) for one in alike or themes))
    raise SaidWrongError(talk.texts.text("theme-alike" if alike else "theme-unknown", word=word, some=some))


def _plain(word: str) -> str:
    """Capitals, full-width letters and blanks make no difference."""
    return "".join(unicodedata.normalize("NFKC", word).split()).lower()


def _join(talk: Talk, words: "dict[str, None] | list[str]") -> str:
    return talk.texts.text("exchange-join").join(words)


def _title(talk: Talk, panel: Panel, text: str) -> Heading:
    return Heading(f"{text} {talk.texts.text('demo-label')}" if panel.demo else text, 1)


def _list(talk: Talk, panel: Panel, themes: tuple[Theme, ...]) -> Message:
    """Each theme with the index that leads it."""
    lines = []
    for one in themes:
        told = exposures(panel, one)[:1]
        lead = [muted("  " + _place(talk, panel, told[0]))] if told and told[0].leads else []
        lines.append(line(strong(talk.texts.of(one.title)), *lead))
    buttons = [Button(talk.texts.of(one.title), f"/theme {one.name}") for one in themes]
    rows = tuple(tuple(buttons[at : at + _BUTTONS_A_ROW]) for at in range(0, len(buttons), _BUTTONS_A_ROW))
    hint = paragraph(line(muted(talk.texts.text("theme-hint"))))
    title = _title(talk, panel, talk.texts.text("theme-title"))
    return Message(blocks=(title, Paragraph(tuple(lines)), hint), buttons=rows)


def _place(talk: Talk, panel: Panel, one: Exposure) -> str:
    dated = talk.texts.text("dated", day=day_text(one.weight.day, talk.today))
    return f"{_index(talk, panel, one.index)} {one.weight.value:.1%}{dated}"


def _index(talk: Talk, panel: Panel, index: str) -> str:
    return Named(panel.profiles).of(Subject(Axis.TRACKED, index), talk.texts)


def _ranking(talk: Talk, panel: Panel, chosen: Theme) -> Message:
    found = exposures(panel, chosen)
    name = talk.texts.of(chosen.title)
    shown = [one for one in found if one.weight.value > 0][:_MOST_ROWS]
    if not shown:
        raise SaidWrongError(talk.texts.text("theme-nowhere" if found else "theme-no-weights", theme=name))
    newest = max(one.weight.day for one in shown)
    teller = Teller(talk.language, talk.desk.world.detectors, talk.today)
    title = talk.texts.text("theme-rank", theme=name) + teller.dated(newest, [])
    header = ("#", talk.texts.text("theme-index"), talk.texts.text("theme-share"), talk.texts.text("theme-fund"))
    rows = tuple(
        (
            Span(str(one.rank)),
            strong(_index(talk, panel, one.index)),
            Span(f"{one.weight.value:.1%}" + ("" if one.weight.day == newest else teller.dated(one.weight.day, []))),
            Span(_largest_fund(panel, one.index)),
        )
        for one in shown
    )
    first = [f"{stock} {weight:.1%}" for stock, weight in shown[0].stocks[:_MOST_STOCKS]]
    index = _index(talk, panel, shown[0].index)
    notes = (
        line(talk.texts.text("theme-stocks", index=index, some=_join(talk, first))),
        line(
            muted(talk.texts.text("theme-scope", count=len(chosen.stocks), known=len(found), tracked=_tracked(panel)))
        ),
    )
    blocks: tuple[Block, ...] = (_title(talk, panel, title), Table(header, rows), Paragraph(notes))
    return Message(blocks=blocks)


def _tracked(panel: Panel) -> int:
    """Indices that a living fund tracks."""
    living = panel.derive(alive)[-1]
    funds = [code for code, one in zip(panel.subjects[Axis.FUND], living, strict=True) if one]
    return len({panel.profiles[code].index_key for code in funds} - {""})


def _largest_fund(panel: Panel, index: str) -> str:
    """Name and code of the largest fund on an index; of those without a known size the first."""
    funds = [one for one in panel.profiles.values() if one.index_key == index]
    if not funds:
        return "–"
    sizes = {one.code: AUM.figure(panel, one.code) for one in funds}
    largest = max(funds, key=lambda one: size.value if (size := sizes[one.code]) else -1.0)
    return f"{largest.name} {largest.code}"
