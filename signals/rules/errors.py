"""What can be wrong with a rule's text, told kindly: which word, where, and what to write instead."""

from dataclasses import dataclass, field
from enum import StrEnum

from signals.core.text import Text


class Reason(StrEnum):
    """Why a text is no rule."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    TOO_MANY_WORDS = "too_many_words"
    TOO_DEEP = "too_deep"
    TOO_FAR_BACK = "too_far_back"
    STRAY_CHARACTER = "stray_character"
    UNKNOWN_NAME = "unknown_name"
    UNKNOWN_SCOPE = "unknown_scope"
    UNKNOWN_FUND = "unknown_fund"
    MISSING_OPERAND = "missing_operand"
    MISSING_LEFT = "missing_left"
    MISSING_COMPARISON = "missing_comparison"
    MISSING_CONDITION = "missing_condition"
    MISSING_SCOPE = "missing_scope"
    MISSING_NUMBER = "missing_number"
    MISSING_BRACKETS = "missing_brackets"
    UNCLOSED = "unclosed"
    UNOPENED = "unopened"
    COMMA = "comma"
    UNEXPECTED = "unexpected"
    SCOPE_TWICE = "scope_twice"
    UNITS_DIFFER = "units_differ"
    PER_CENT_OR_NOT = "per_cent_or_not"
    NO_QUANTITY = "no_quantity"
    NUMBER_TOO_LARGE = "number_too_large"
    DIVISION_BY_ZERO = "division_by_zero"
    NOT_SESSIONS = "not_sessions"
    SESSIONS_OUT_OF_RANGE = "sessions_out_of_range"
    NOT_A_PERCENTAGE = "not_a_percentage"
    NOT_A_MULTIPLE = "not_a_multiple"
    NO_SUM = "no_sum"
    NO_RANK = "no_rank"
    WRONG_ARGUMENTS = "wrong_arguments"
    NEEDS_COMPARISON = "needs_comparison"
    NOT_FOR_SUBJECT = "not_for_subject"
    NEEDS_SUBJECT = "needs_subject"


_TEXTS = {
    Reason.EMPTY: Text("还没有写条件。例如：溢价率 > 3%", "There is no condition yet. Try: premium > 3%"),
    Reason.TOO_LONG: Text("条件太长了，最多{limit}个字符。", "The condition is too long; {limit} characters at most."),
    Reason.TOO_MANY_WORDS: Text(
        "条件太复杂了，请拆成几条规则。", "The condition has too many parts; split it into rules."
    ),
    Reason.TOO_DEEP: Text(
        "括号或“非”套得太深，最多{limit}层。", "Brackets or “not” are nested too deeply; {limit} at most."
    ),
    Reason.TOO_FAR_BACK: Text(
        "这条规则要回看{sessions}个交易日，最多{limit}个。",
        "This rule looks back {sessions} sessions; {limit} at most.",
    ),
    Reason.STRAY_CHARACTER: Text("看不懂“{word}”这个符号。", "The character “{word}” means nothing here."),
    Reason.UNKNOWN_NAME: Text("不认识“{word}”。", "“{word}” is not known."),
    Reason.UNKNOWN_SCOPE: Text(
        "没有叫“{word}”的清单、基金或指数。", "There is no list, fund or index called “{word}”."
    ),
    Reason.UNKNOWN_FUND: Text("{word}不是场内ETF的代码。", "{word} is not the code of an exchange-traded fund."),
    Reason.MISSING_OPERAND: Text("“{word}”后面少了一个指标或数值。", "A figure or number is missing after “{word}”."),
    Reason.MISSING_LEFT: Text(
        "“{word}”前面少了一个指标或条件。", "A figure or condition is missing in front of “{word}”."
    ),
    Reason.MISSING_COMPARISON: Text(
        "“{word}”要和什么比较？例如：{word} > 某个值。", "What is “{word}” compared with? Write: {word} > some value."
    ),
    Reason.MISSING_CONDITION: Text("“{word}”后面少了一个条件。", "A condition is missing after “{word}”."),
    Reason.MISSING_SCOPE: Text(
        "“{word}”后面要写清单名或基金代码。", "The name of a list or the code of a fund is missing after “{word}”."
    ),
    Reason.MISSING_NUMBER: Text("“{word}”后面要写天数。", "A number of sessions is missing after “{word}”."),
    Reason.MISSING_BRACKETS: Text("“{word}”后面要用括号，例如：{usage}。", "“{word}” needs brackets, as in {usage}."),
    Reason.UNCLOSED: Text("第{at}个字的左括号没有右括号。", "The bracket at character {at} is never closed."),
    Reason.UNOPENED: Text("第{at}个字的右括号没有左括号。", "The bracket at character {at} was never opened."),
    Reason.COMMA: Text("逗号请改成“且”或“或”。", "Write “and” or “or” instead of the comma."),
    Reason.UNEXPECTED: Text("“{word}”不该在这里。", "“{word}” does not belong here."),
    Reason.SCOPE_TWICE: Text("范围写了两次，请只写一次。", "The scope is given twice; once is enough."),
    Reason.UNITS_DIFFER: Text(
        "“{word}”的单位是{unit}，“{other}”是{other_unit}，不能放在一起比较或加减。",
        "“{word}” has the unit {unit}, “{other}” has {other_unit}; they cannot be compared or added.",
    ),
    Reason.PER_CENT_OR_NOT: Text(
        "“{other}”是百分比，“{word}”是指{word}%吗？请写上%。",
        "“{other}” is a percentage; do you mean {word}%? Please write the %.",
    ),
    Reason.NO_QUANTITY: Text(
        "“{word}”的结果永远一样，请用会变的指标来比较。",
        "“{word}” is always the same; compare something that changes.",
    ),
    Reason.NUMBER_TOO_LARGE: Text("“{word}”太大了。", "“{word}” is too large."),
    Reason.DIVISION_BY_ZERO: Text("不能除以0。", "Nothing can be divided by 0."),
    Reason.NOT_SESSIONS: Text(
        "“{word}”应当是天数，例如20或20日。", "“{word}” should be a number of sessions, such as 20."
    ),
    Reason.SESSIONS_OUT_OF_RANGE: Text(
        "天数应在{least}到{limit}之间，不能是“{word}”。", "Sessions run from {least} to {limit}; “{word}” does not fit."
    ),
    Reason.NOT_A_PERCENTAGE: Text(
        "分位应在0%到100%之间，不能是“{word}”。", "A percentile lies between 0% and 100%; “{word}” does not."
    ),
    Reason.NOT_A_MULTIPLE: Text(
        "“{word}”应当是标准差的倍数，例如3。", "“{word}” should be a number of standard deviations, such as 3."
    ),
    Reason.NO_RANK: Text("“{word}”不是基金的指标，不能排名。", "“{word}” is no figure of a fund and cannot be ranked."),
    Reason.NO_SUM: Text(
        "“{word}”不能按天累加，请写明平均、最高或最低。",
        "“{word}” cannot be summed over sessions; ask for its mean, highest or lowest.",
    ),
    Reason.WRONG_ARGUMENTS: Text("“{word}”的写法是：{usage}。", "“{word}” is written {usage}."),
    Reason.NEEDS_COMPARISON: Text(
        "“{word}”要单独放在比较的一边，例如：溢价率 > pct(95, 250)。",
        "“{word}” stands alone on one side of a comparison, as in premium > pct(95, 250).",
    ),
    Reason.NOT_FOR_SUBJECT: Text("“{other}”没有“{word}”这个指标。", "“{other}” has no such figure as “{word}”."),
    Reason.NEEDS_SUBJECT: Text(
        "“{word}”要写明是哪个指数或市场，例如：{example}。", "Say which index or market: {example}."
    ),
}
_MEANT = Text("你是指{some}吗？", "Did you mean {some}?")


class Fault(Exception):  # noqa: N818  # it never leaves this package
    """A fault at a place of the folded text; `parse` makes a `RuleError` of it."""

    def __init__(
        self,
        reason: Reason,
        at: tuple[int, int],
        *,
        other: tuple[int, int] | None = None,
        near: tuple[str, ...] = (),
        **values: Text | str | int,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.at = at
        self.other = other
        self.near = near
        self.values = values


@dataclass(kw_only=True, eq=False)
class RuleError(ValueError):
    """A text is no rule: why, which word of it, and where."""

    reason: Reason
    word: str
    """The word at fault as it was written; empty where the whole is."""
    position: int
    """Where it begins, in characters of the text from 0."""
    suggestions: tuple[str, ...] = ()
    """Names that look like the word, best first."""
    values: dict[str, Text | str | int] = field(default_factory=dict)

    @property
    def text(self) -> Text:
        """What to tell the author, in both languages; plain words without placeholders."""
        return Text(self._said("zh"), self._said("en"))

    def __str__(self) -> str:
        return self.text.en

    def _said(self, language: str) -> str:
        known = {
            name: getattr(value, language) if isinstance(value, Text) else str(value)
            for name, value in {"word": self.word, "at": self.position + 1, **self.values}.items()
        }
        said: str = getattr(_TEXTS[self.reason], language).format_map(known)
        if not self.suggestions:
            return said
        joint = "、" if language == "zh" else ", "
        meant: str = getattr(_MEANT, language).format(some=joint.join(self.suggestions))
        return said + ("" if language == "zh" else " ") + meant
