"""A rule before it is saved: what was understood, and what it would have told."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from bot.messages.catalogue import Catalogue
from bot.messages.figures import day_text
from bot.messages.model import Block, Heading, Line, Paragraph, code, line, muted, paragraph, strong
from bot.messages.names import Named
from bot.messages.rules import evidence_text, fund_line, telling_text
from bot.messages.sentences import Teller
from bot.rules import Telling
from signals.core.field import Axis
from signals.rules import Rule, ScopeKind, ScopePart, Trial

_LAST_DAYS = 5
_FUNDS_A_DAY = 4
_FUNDS_TODAY = 8
_MOST_OFTEN = 3


@dataclass(frozen=True, kw_only=True)
class Tried:
    """A rule with its trial."""

    rule: Rule
    trial: Trial
    funds: int
    """How many the rule concerns."""
    last: date | None
    """The newest session whose figures are out; None where there never were any."""
    absurd: bool
    telling: Telling
    titles: Mapping[str, str]
    """Watchlists by name, as they are called."""


def trial_blocks(tried: Tried, teller: Teller, named: Named, today: date, *, demo: bool) -> tuple[Block, ...]:
    """The whole of it: meaning, past, present, and how it will be told."""
    words, alike = teller.words, tried.rule.axis is not Axis.FUND
    title = words.text("rule-trial-title") + (f" {words.text('demo-label')}" if demo else "")
    return (
        Heading(title, 1),
        Paragraph(tuple(_meaning(tried, words, named))),
        Paragraph(tuple(_past(tried, words, named, today))),
        *_present(tried, teller, named, today),
        *(
            (paragraph(line(strong(words.text("rule-absurd", share=_share(tried.trial.share))))),)
            if tried.absurd
            else ()
        ),
        paragraph(
            line(muted(words.text("rule-will-tell", how=telling_text(tried.telling, words, alike=alike)))),
            *((line(muted(words.text("rule-will-not-tell"))),) if tried.trial.today else ()),
        ),
    )


def brief(tried: Tried, words: Catalogue) -> str:
    """The same in a line."""
    counts = {"begins": str(tried.trial.begins), "share": _share(tried.trial.share)}
    return words.text("rule-trial-brief", said=words.of(tried.rule.explanation), **counts)


def scope_text(rule: Rule, funds: int, words: Catalogue, named: Named, titles: Mapping[str, str]) -> str:
    """Whom a rule watches."""
    if rule.axis is not Axis.FUND:
        return words.text("rule-scope-alike")
    if not rule.scope.parts:
        return words.text("rule-scope-own", count=str(funds)) if funds else words.text("rule-scope-nobody")
    some = words.text("exchange-join").join(_part(one, words, named, titles) for one in rule.scope.parts)
    return words.text("rule-scope-of", some=some, count=str(funds))


def _part(one: ScopePart, words: Catalogue, named: Named, titles: Mapping[str, str]) -> str:
    match one.kind:
        case ScopeKind.ALL:
            return words.text("rule-scope-all")
        case ScopeKind.LIST:
            return titles.get(one.name, one.name)
        case ScopeKind.INDEX:
            return words.text("rule-scope-index", index=words.index(one.name, named.index(one.name)))
        case _:
            return named.fund(one.name)


def _meaning(tried: Tried, words: Catalogue, named: Named) -> Iterator[Line]:
    yield line(words.text("rule-means", said=words.of(tried.rule.explanation)))
    yield line(words.text("rule-watches", whom=scope_text(tried.rule, tried.funds, words, named, tried.titles)))
    yield line(words.text("rule-known", when=words.text(f"freshness-{tried.rule.freshness}")))
    yield line(code(tried.rule.whole))


def _past(tried: Tried, words: Catalogue, named: Named, today: date) -> Iterator[Line]:
    trial, alike = tried.trial, tried.rule.axis is not Axis.FUND
    if not trial.decided or trial.first is None or tried.last is None:
        yield line(strong(words.text("rule-trial-intraday" if tried.rule.intraday else "rule-trial-unknown")))
        return
    span = words.text("rule-trial-span", first=trial.first.isoformat(), last=tried.last.isoformat())
    key = "rule-trial-never" if not trial.holds else "rule-trial-sessions" if alike else "rule-trial-pairs"
    figures = {"decided": f"{trial.decided:,}", "holds": f"{trial.holds:,}", "share": _share(trial.share)}
    said = words.text(key, **(figures if trial.holds else {}), **({"begins": str(trial.begins)} if trial.holds else {}))
    yield line(span + said)
    if trial.days:
        yield line(words.text("rule-trial-days"))
    for day, codes in list(trial.days.items())[:_LAST_DAYS]:
        told = "" if alike else words.text("rules-colon") + _some(codes, words, named)
        yield line(day_text(day, today) + told, indent=1)
    often = list(trial.funds.items())[:_MOST_OFTEN]
    if not alike and len(trial.funds) > 1 and often[0][1] > 1:
        some = [words.text("rule-trial-fund", fund=named.fund(fund), count=str(count)) for fund, count in often]
        yield line(words.text("rule-trial-often", some=words.text("exchange-join").join(some)))


def _some(codes: tuple[str, ...], words: Catalogue, named: Named) -> str:
    shown = words.text("exchange-join").join(named.fund(one) for one in codes[:_FUNDS_A_DAY])
    more = len(codes) - _FUNDS_A_DAY
    return shown if more <= 0 else words.text("rule-trial-more", some=shown, count=str(len(codes)))


def _present(tried: Tried, teller: Teller, named: Named, today: date) -> Iterator[Paragraph]:
    words, hits = teller.words, tried.trial.today
    if not tried.trial.decided or tried.last is None:
        return
    if not hits:
        yield paragraph(words.text("rule-today-none", day=day_text(tried.last, today)))
        return
    day = day_text(hits[0].day, today)
    if tried.rule.axis is not Axis.FUND:
        head = line(words.text("rule-today-alike", day=day))
        yield Paragraph((head, line(evidence_text(hits[0].evidence, teller), indent=1)))
        return
    lines = [fund_line(one.fund, one.evidence, teller, named) for one in hits[:_FUNDS_TODAY]]
    if (more := len(hits) - len(lines)) > 0:
        lines.append(line(muted(words.text("rules-others", count=str(more))), indent=1))
    yield Paragraph((line(words.text("rule-today", day=day, count=str(len(hits)))), *lines))


def _share(share: float) -> str:
    return f"{share * 100:.1f}%"
