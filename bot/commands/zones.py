"""Time zones as people name them: a city in either language, a zone's own name, an offset such as UTC+8."""

import re
import unicodedata
from functools import cache
from zoneinfo import available_timezones

_CITIES = {
    "Asia/Shanghai": "上海 北京 中国 深圳 广州 杭州 成都 重庆",
    "Asia/Hong_Kong": "香港",
    "Asia/Macau": "澳门",
    "Asia/Taipei": "台北",
    "Asia/Urumqi": "乌鲁木齐 新疆",
    "Asia/Singapore": "新加坡",
    "Asia/Kuala_Lumpur": "吉隆坡 马来西亚",
    "Asia/Tokyo": "东京 日本 大阪",
    "Asia/Seoul": "首尔 韩国",
    "Asia/Bangkok": "曼谷 泰国",
    "Asia/Ho_Chi_Minh": "胡志明市 越南 河内",
    "Asia/Jakarta": "雅加达 印尼",
    "Asia/Manila": "马尼拉 菲律宾",
    "Asia/Kolkata": "孟买 新德里 印度 加尔各答",
    "Asia/Dubai": "迪拜 阿联酋",
    "Europe/London": "伦敦 英国",
    "Europe/Dublin": "都柏林 爱尔兰",
    "Europe/Lisbon": "里斯本 葡萄牙",
    "Europe/Paris": "巴黎 法国",
    "Europe/Berlin": "柏林 德国 法兰克福 慕尼黑",
    "Europe/Zurich": "苏黎世 瑞士 日内瓦",
    "Europe/Amsterdam": "阿姆斯特丹 荷兰",
    "Europe/Brussels": "布鲁塞尔 比利时",
    "Europe/Madrid": "马德里 西班牙 巴塞罗那",
    "Europe/Rome": "罗马 意大利 米兰",
    "Europe/Vienna": "维也纳 奥地利",
    "Europe/Stockholm": "斯德哥尔摩 瑞典",
    "Europe/Athens": "雅典 希腊",
    "Europe/Moscow": "莫斯科 俄罗斯",
    "Europe/Istanbul": "伊斯坦布尔 土耳其",
    "Africa/Cairo": "开罗 埃及",
    "Africa/Johannesburg": "约翰内斯堡 南非",
    "America/New_York": "纽约 波士顿 华盛顿 美东",
    "America/Chicago": "芝加哥 休斯敦 达拉斯",
    "America/Denver": "丹佛",
    "America/Los_Angeles": "洛杉矶 旧金山 西雅图 硅谷 美西",
    "America/Toronto": "多伦多 蒙特利尔",
    "America/Vancouver": "温哥华",
    "America/Sao_Paulo": "圣保罗 巴西",
    "America/Mexico_City": "墨西哥城 墨西哥",
    "Pacific/Honolulu": "檀香山 夏威夷",
    "Australia/Sydney": "悉尼 墨尔本 堪培拉",
    "Australia/Brisbane": "布里斯班",
    "Australia/Perth": "珀斯",
    "Pacific/Auckland": "奥克兰 新西兰",
}
"""The first of the names is the one that is shown."""

COMMON = (
    "Asia/Shanghai",
    "Asia/Hong_Kong",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Europe/London",
    "America/New_York",
    "America/Los_Angeles",
    "Australia/Sydney",
)
"""Offered for choice."""

_ENGLISH = {
    "beijing": "Asia/Shanghai",
    "china": "Asia/Shanghai",
    "shenzhen": "Asia/Shanghai",
    "san francisco": "America/Los_Angeles",
    "seattle": "America/Los_Angeles",
    "boston": "America/New_York",
    "washington": "America/New_York",
    "frankfurt": "Europe/Berlin",
    "munich": "Europe/Berlin",
    "geneva": "Europe/Zurich",
    "milan": "Europe/Rome",
    "mumbai": "Asia/Kolkata",
    "uk": "Europe/London",
    "utc": "UTC",
    "gmt": "UTC",
}

_OFFSET = re.compile(r"(?:utc|gmt|东|西)?\s*([+-]?)\s*(\d{1,2})(?::?(00|30|45))?(?:区)?", re.IGNORECASE)
_PARTS = {  # whole hours have zones of their own name
    (1, 3, 30): "Asia/Tehran",
    (1, 4, 30): "Asia/Kabul",
    (1, 5, 30): "Asia/Kolkata",
    (1, 5, 45): "Asia/Kathmandu",
    (1, 6, 30): "Asia/Yangon",
    (1, 9, 30): "Australia/Darwin",
    (-1, 9, 30): "Pacific/Marquesas",
}
_LEAST_LETTERS, _MOST_BEGUN = 3, 6
"""The beginning of a name is enough if it is so long, and not of too many."""

_EAST_MAX, _WEST_MAX = 14, 12


def find_zones(word: str) -> list[str]:
    """The zones that a word may mean; none where nobody calls one so."""
    said = " ".join(unicodedata.normalize("NFKC", word).replace("−", "-").replace("_", " ").split()).lower()
    if not said:
        return []
    names = _names()
    if said in names:
        return [names[said]]
    offset = _of_offset(said)
    if offset:
        return [offset]
    same = {zone for name, zone in names.items() if name.endswith(f"/{said}")}
    begun = {zone for name, zone in names.items() if name.startswith(said)} if len(said) >= _LEAST_LETTERS else set()
    return sorted(same or (begun if len(begun) <= _MOST_BEGUN else ()))


def zone_name(zone: str, *, chinese: bool) -> str:
    """What a zone is called: its main city, or its offset."""
    if zone.startswith("Etc/GMT"):
        hours = zone.removeprefix("Etc/GMT")
        return f"UTC{hours.translate(str.maketrans('+-', '-+'))}"
    if chinese and zone in _CITIES:
        return _CITIES[zone].split()[0]
    return zone.rpartition("/")[2].replace("_", " ")


def _of_offset(said: str) -> str:
    found = _OFFSET.fullmatch(said)
    if found is None or said.isdecimal():
        return ""
    west = found[1] == "-" or said.startswith("西")
    hours, minutes = int(found[2]), int(found[3] or 0)
    if hours > (_WEST_MAX if west else _EAST_MAX):
        return ""
    if minutes:
        return _PARTS.get((-1 if west else 1, hours, minutes), "")
    # The signs of these names are those of the POSIX rules: Etc/GMT-8 is eight hours before Greenwich.
    return f"Etc/GMT{'+' if west else '-'}{hours}" if hours else "UTC"


@cache
def _names() -> dict[str, str]:
    """Everything that means one zone, in small letters with blanks."""
    zones = available_timezones()
    cities: dict[str, set[str]] = {}
    for zone in zones:
        if "/" in zone and not zone.startswith(("Etc/", "posix/", "right/", "SystemV/", "US/")):
            cities.setdefault(zone.rpartition("/")[2].replace("_", " ").lower(), set()).add(zone)
    alone = {city: next(iter(found)) for city, found in cities.items() if len(found) == 1}
    chinese = {name: zone for zone, names in _CITIES.items() for name in names.split()}
    own = {zone.replace("_", " ").lower(): zone for zone in zones if "/" in zone}
    return {**own, **alone, **chinese, **_ENGLISH}
