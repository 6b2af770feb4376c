"""Study: what followed a signal in the past."""

from bot.commands.base import Chapter, Right, SaidWrongError, Talk, command
from bot.commands.lookup import find_detector
from bot.messages.catalogue import catalogue
from bot.messages.model import Heading, Message, Paragraph, code, line, muted, paragraph, strong
from bot.messages.study import class_name, study_message
from bot.pictures.study import study_chart
from bot.subscriptions import Language
from signals.core.profile import FundClass
from signals.core.text import Text


@command(
    "study",
    "研究",
    rank=11,
    about=Text("信号过去出现之后怎样", "What followed a signal in the past"),
    usage=Text("连续净流入", "inflow_streak"),
    chapter=Chapter.SIGNALS,
    right=Right.ANYONE,
    weight=5,
)
async def study(talk: Talk) -> Message:
    """All signals, or what followed one of them in all of the history, with a picture; a class of funds may follow."""
    world = talk.desk.world
    if not talk.words:
        return _signals(talk)
    words, fund_class = _with_class(talk)
    detector = find_detector(world.detectors, " ".join(words), talk.texts)
    told = await world.studies.history(
        world.store.market,
        world.calendar,
        detector,
        day=world.calendar.at_or_before(talk.today),
        asof=talk.now,
        fund_class=fund_class,
    )
    title = talk.texts.of(detector.title)
    if told.study is None:
        raise SaidWrongError(talk.texts.text("study-impossible", title=title))
    chart = study_chart(told.study, title, talk.texts, demo=told.demo)
    picture = await talk.desk.studio.picture(chart, talk.texts.text("study-alt", title=title)) if chart else None
    horizon = world.studies.plan.horizon_sessions
    return study_message(told.study, title, horizon, talk.texts, picture, demo=told.demo)


def _signals(talk: Talk) -> Message:
    detectors = talk.desk.world.detectors.values()
    lines = [line(strong(talk.texts.of(one.title)), " ", code(one.name)) for one in detectors]
    hint = paragraph(line(muted(talk.texts.text("study-list-hint"))))
    return Message(blocks=(Heading(talk.texts.text("study-list-title"), 1), Paragraph(tuple(lines)), hint))


def _with_class(talk: Talk) -> tuple[tuple[str, ...], FundClass | None]:
    """The words of the signal, and the class that the last word names, if it names one."""
    *before, last = talk.words
    for one in FundClass if before else ():
        names = {str(one), *(class_name(one, catalogue(language)).lower() for language in Language)}
        if last.lower() in {*names, *(name.removesuffix("etf").removesuffix(" etfs") for name in names)}:
            return tuple(before), one
    return talk.words, None
