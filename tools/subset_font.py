"""Rebuild the fonts of pictures: subsets of Noto Sans CJK SC with every character that the product can print.

    python tools/subset_font.py /usr/share/fonts/opentype/noto     # where NotoSansCJK-Regular.ttc and -Bold.ttc are

In it: ASCII, Latin-1, Greek, punctuation, the 6,763 characters of GB 2312 and whatever stands in the texts, names and
tables of this repository. Needs fontTools, which comes with matplotlib.
The licence of the font (SIL OFL 1.1, beside it) wants the subset to have a name of its own.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

NAME = "ETFBot Sans SC"
ROOT = Path(__file__).parents[1]
FONTS = ROOT / "bot" / "pictures" / "fonts"
WEIGHTS = ("Regular", "Bold")
SIMPLIFIED_CHINESE = 2
"""Number of the face in the collection."""

PUNCTUATION = (
    "·—–…‘’“”、。〈〉《》「」『』【】〔〕！（），．：；？～％＋－＝￥±×÷−≈≤≥≦≧≠→←↑↓▲▼△▽●○■□◆◇★☆①②③④⑤⑥⑦⑧⑨⑩′″℃‰№ⅠⅡⅢⅣⅤ　"
)


def wanted() -> set[str]:
    """Every character of the subset."""
    return {
        *map(chr, range(0x20, 0x100)),
        *map(chr, range(0x391, 0x3CA)),
        *PUNCTUATION,
        *_common(),
        *_of_the_repository(),
    }


def _common() -> Iterator[str]:
    for row in range(0xB0, 0xF8):
        for cell in range(0xA1, 0xFF):
            if row != 0xD7 or cell <= 0xF9:
                yield bytes([row, cell]).decode("gb2312")


def _of_the_repository() -> Iterator[str]:
    for folder in ("bot", "signals", "config"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in {".py", ".ftl", ".toml", ".csv"}:
                yield from path.read_text(encoding="utf-8")


def subset(source: Path, target: Path) -> int:
    """Write the subset; returns its size in bytes."""
    font = TTFont(source, fontNumber=SIMPLIFIED_CHINESE, lazy=True)
    options = Options(hinting=False, desubroutinize=False, layout_features=[], notdef_outline=True)
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes={ord(one) for one in wanted() if one.isprintable()})
    subsetter.subset(font)
    for record in font["name"].names:
        if record.nameID in {1, 3, 4, 6, 16}:
            record.string = NAME.replace(" ", "") if record.nameID == 6 else NAME
    if "CFF " in font:
        table = font["CFF "].cff
        table.fontNames[0] = NAME.replace(" ", "")
        top = table.topDictIndex[0]
        top.FullName = top.FamilyName = NAME
    font["head"].modified = font["head"].created  # the same subset is the same file
    font.recalcTimestamp = False
    font.save(target)
    return target.stat().st_size


if __name__ == "__main__":
    for weight in WEIGHTS:
        made = FONTS / f"etfbot-sans-sc-{weight.lower()}.otf"
        size = subset(Path(sys.argv[1]) / f"NotoSansCJK-{weight}.ttc", made)
        sys.stdout.write(f"{made.name}: {size:,} bytes\n")
