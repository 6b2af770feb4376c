"""Subscribers' own rules in messages: what they say, what they would have told, what they tell now."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from bot.messages.catalogue import Catalogue
from bot.messages.model import Block, Line, Paragraph, Span, line, muted, strong
from bot.messages.names import Named
from bot.messages.sentences import Teller
from bot.rules import EVERYWHERE, OwnRule, RuleFinding, RuleMode, RuleState, Telling
from signals.core.field import Unit
from signals.rules.trial import Evidence


def rule_section(
    findings: Sequence[RuleFinding],
    withdrawn: Sequence[RuleFinding],
    expired: Sequence[OwnRule],
    teller: Teller,
    named: Named,
) -> Iterator[Block]:
    """What a subscriber's rules tell of one session, what is taken back, and which are over, without a heading."""
    for _, of_rule in groupby(findings, key=lambda one: one.rule.id):
        yield Paragraph(tuple(_rule_lines(list(of_rule), teller, named)))
    for _, of_rule in groupby(withdrawn, key=lambda one: one.rule.id):
        yield Paragraph(tuple(_withdrawn_lines(list(of_rule), teller, named)))
    if expired:
        yield Paragraph(tuple(_expired(one, teller.words) for one in expired))


def _rule_lines(findings: Sequence[RuleFinding], teller: Teller, named: Named) -> Iterator[Line]:
    words, rule = teller.words, findings[0].rule
    head = words.text("rules-head", number=str(rule.number), said=words.of(findings[0].meaning))
    told = [one for one in findings if not one.counted]
    if told and told[0].hit.code == EVERYWHERE:
        yield line(strong(head))
        yield line(evidence_text(told[0].evidence, teller), indent=1)
        return
    yield line(strong(head))
    for one in told:
        yield fund_line(one.hit.code, one.evidence, teller, named)
    if others := len(findings) - len(told):
        yield line(muted(words.text("rules-others" if told else "rules-others-only", count=str(others))), indent=1)


def _withdrawn_lines(findings: Sequence[RuleFinding], teller: Teller, named: Named) -> Iterator[Line]:
    words, rule = teller.words, findings[0].rule
    yield line(strong(words.text("rules-withdrawn", number=str(rule.number), said=words.of(findings[0].meaning))))
    for one in findings:
        if one.hit.code == EVERYWHERE:
            yield line(evidence_text(one.evidence, teller), indent=1)
        else:
            yield fund_line(one.hit.code, one.evidence, teller, named)


def fund_line(code: str, evidence: Sequence[Evidence], teller: Teller, named: Named) -> Line:
    """A fund with the figures that a rule rests on, and their dates."""
    said = evidence_text(evidence, teller)
    return line(*named.spans(code, loud=False), Span(teller.words.text("rules-colon") + said if said else ""), indent=1)


def evidence_text(evidence: Sequence[Evidence], teller: Teller) -> str:
    """Figures behind their names, one after the other, dated."""
    if not evidence:
        return ""
    words = teller.words
    day = max(one.figure.day for one in evidence)
    said = [words.of(one.label) + words.text("label-gap") + _figure(one, teller) for one in evidence]
    own = [
        text if one.figure.day == day else text + teller.dated(one.figure.day, [one.figure])
        for text, one in zip(said, evidence, strict=True)
    ]
    return words.text("list-comma").join(own) + teller.dated(
        day, [one.figure for one in evidence if one.figure.day == day]
    )


def _figure(one: Evidence, teller: Teller) -> str:
    value = teller.inline(one.figure, one.figure.day)
    return teller.words.text("rules-days", count=round(one.figure.value)) if one.figure.unit is Unit.SESSIONS else value


def _expired(rule: OwnRule, words: Catalogue) -> Line:
    last = rule.telling.expires_on
    return line(
        words.text("rules-expired", number=str(rule.number), said=rule.said, day=last.isoformat() if last else "")
    )


def telling_text(telling: Telling, words: Catalogue, *, alike: bool) -> str:
    """How often and until when a rule is told, in a sentence; `alike`: it holds for all funds or for none."""
    parts = [words.text("rule-edge" if telling.mode is RuleMode.EDGE else "rule-level")]
    if telling.cooldown_sessions:
        key = "rule-cooldown-alike" if alike else "rule-cooldown"
        parts.append(words.text(key, count=telling.cooldown_sessions))
    if not alike:
        parts.append(words.text("rule-cap", count=str(telling.daily_cap)))
    if telling.expires_on is not None:
        parts.append(words.text("rule-until", day=telling.expires_on.isoformat()))
    return words.text("list-comma").join(parts)


def state_text(state: RuleState, words: Catalogue) -> str:
    """What has become of a rule, in a word; empty for one that is in force."""
    return "" if state is RuleState.ACTIVE else words.text(f"rule-state-{state}")


def marked(text: str, word: str, position: int) -> Line:
    """The text of a rule with the place at which it went wrong standing out."""
    end = position + len(word) if text[position : position + len(word)] == word else position
    around = text[position:end] or ""
    return line(Span(text[:position]), strong(f"【{around}】"), Span(text[end:]), indent=1)
