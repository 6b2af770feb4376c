"""The picture of a study: what followed at each horizon, above and below what usually does."""

from bot.messages.catalogue import Catalogue
from bot.messages.study import move, share, study_scope, telling
from bot.pictures.intervals import Band, IntervalChart, Point
from signals.study.evidence import Outcome, Rates, Study


def study_chart(study: Study, title: str, words: Catalogue, *, demo: bool) -> IntervalChart | None:
    """What to draw; None where there were too few firings to say anything."""
    told = telling(study)
    if not told:
        return None
    net = "study-chart-net" if study.netted else "study-chart-move"
    return IntervalChart(
        title=f"{title} {words.text('demo-label')}" if demo else title,
        subtitle=study_scope(study, words),
        bands=(
            Band(heading=words.text(net), points=tuple(_net_point(*one, words) for one in told)),
            Band(heading=words.text("study-chart-up"), points=tuple(_up_point(*one, words) for one in told)),
        ),
        notes=(words.text("study-chart-legend"), words.text("study-chart-past")),
    )


def _net_point(outcome: Outcome, rates: Rates, words: Catalogue) -> Point:
    low, high = rates.net_between
    return Point(
        label=words.text("study-days", days=str(outcome.horizon_sessions)),
        value=rates.mean_net,
        base=rates.base_net,
        low=low,
        high=high,
        value_text=move(rates.mean_net, words),
        note=words.text("study-chart-count", count=str(outcome.count)),
    )


def _up_point(outcome: Outcome, rates: Rates, words: Catalogue) -> Point:
    low, high = rates.up_between
    return Point(
        label=words.text("study-days", days=str(outcome.horizon_sessions)),
        value=rates.up,
        base=rates.base_up,
        low=low,
        high=high,
        value_text=share(rates.up),
        note=words.text("study-chart-base", base=share(rates.base_up)),
    )
