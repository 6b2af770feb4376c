"""What a rule says in words: of both languages, natural, and with every number as it was written."""

import re

import pytest

from signals.rules import parse
from tests.signals.rules.sentences import VOCABULARY
from tests.signals.rules.test_rule import SPELLINGS

SAID = {
    "溢价率 > 3% 且 连续净流入 >= 3": (
        "连续净流入不低于3日，且收盘溢价率（IOPV）大于3%",
        "inflow streak is at least 3 sessions, and closing premium over IOPV is above 3%",
    ),
    "change < -1% 且 (flow_5 > 1.5亿 或 份额 > 2000万份)": (
        "涨跌幅小于−1%，且（近5日净流入大于1.5亿元，或份额大于2000万份）",
        "change is below −1%, and (net inflow over 5 sessions is above CNY 150m, or shares is above 20m shares)",
    ),
    "净流出 > 20亿": ("净流入小于−20亿元", "net inflow is below CNY −2bn"),
    "成交额 > 9999元": ("成交额大于9999元", "traded value is above CNY 9999"),
    "沪深300 涨跌幅 <= -1%": ("沪深300涨跌幅不高于−1%", "change of CSI300 is at most −1%"),
    "@H30202 点位 != 3000": ("H30202点位不等于3000", "level of H30202 is not 3000"),
    "沪市融资余额 > 1万亿": ("沪市融资余额大于10000亿元", "financing balance of SSE is above CNY 1000bn"),
    "昨日净流入 > 0": ("上一交易日的净流入大于0", "net inflow of the session before is above 0"),
    "前3日净流入 = 0": ("3个交易日前的净流入等于0", "net inflow 3 sessions ago equals 0"),
    "创250日新高": ("收盘价高于此前250日的最高", "close is above its highest of the 250 sessions before"),
    "非 创60日新低": (
        "并非“收盘价低于此前60日的最低”",
        "it is not so that close is below its lowest of the 60 sessions before",
    ),
    "收盘价 上穿 近20日平均收盘价": (
        "收盘价上穿近20日平均收盘价",
        "close crosses above mean of close over 20 sessions",
    ),
    "溢价率 跌破 1元/1元": ("收盘溢价率（IOPV）下穿100%", "closing premium over IOPV crosses below 100%"),
    "连续3日 换手率 > 10%": (
        "连续满足“换手率大于10%”的交易日数不低于3日",
        "number of sessions in a row on which turnover is above 10% is at least 3 sessions",
    ),
    "连涨 >= 1": ("连涨不低于1日", "up streak is at least 1 session"),
    "(净流入 - 成交额) * 2 > 规模 / 3": (
        "（净流入−成交额）×2大于规模÷3",
        "(net inflow − traded value) × 2 is above AUM / 3",
    ),
    "-涨跌幅 > 换手率": ("−涨跌幅大于换手率", "−change is above turnover"),
    "close > 1.25元/份": ("收盘价大于1.25元", "close is above 1.25 CNY a share"),
    "成交额 > 2倍 * 近20日平均成交额": (
        "成交额大于2×近20日平均成交额",
        "traded value is above 2 × mean of traded value over 20 sessions",
    ),
    "涨跌幅 > 3 z(60)": (
        "涨跌幅相对自身近60日的z值大于3",
        "z-score of change against its own last 60 sessions is above 3",
    ),
}


@pytest.mark.parametrize("text", SAID)
def test_what_a_rule_says(text: str) -> None:
    explanation = parse(text, VOCABULARY).explanation
    assert (explanation.zh, explanation.en) == SAID[text]


@pytest.mark.parametrize("text", SPELLINGS)
def test_each_language_is_its_own(text: str) -> None:
    explanation = parse(text, VOCABULARY).explanation
    assert re.search("[\u4e00-\u9fff]", explanation.zh)
    assert not re.search("[\u4e00-\u9fff]", explanation.en)
    assert "{" not in explanation.zh + explanation.en
