"""The Chinese fonts of the product: made once at set-up, found at run time, never guessed.

Print (PNG, PDF) uses TrueType files with every character of GBK, so that rare characters in names of firms and
people are not printed as boxes. The screen uses WOFF2 files with GB 2312 and the place-name characters of
Guangdong, because they travel to the browser. Both are cut from Noto Sans SC (SIL Open Font License 1.1).

Run as ``python -m parkplan.render.fonts NODE_MODULES OUT``; a second run with the same sources does nothing.
"""

from __future__ import annotations

import hashlib
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import Final

from fontTools import __version__ as fonttools_version
from fontTools import subset

from parkplan._errors import RequestError

ASSETS: Final = Path(__file__).parent / "assets" / "fonts"
PACKAGE: Final = Path("@expo-google-fonts") / "noto-sans-sc"
SOURCES: Final = {
    "NotoSansSC-Regular": PACKAGE / "400Regular" / "NotoSansSC_400Regular.ttf",
    "NotoSansSC-Bold": PACKAGE / "700Bold" / "NotoSansSC_700Bold.ttf",
}
STAMP: Final = "fonts.stamp"
FEATURES: Final = ("kern", "palt")
"""Kerning, and signs as narrow as English pages need their quotation marks."""

# Place and personal names of the region that GB 2312 (1980) left out.
PLACE_NAME_CHARACTERS: Final = "滘漖塱埗埇冚氹磡墈堃镕喆珺玥瑄昇鑫淼晟焜煊垚"
# Latin-1, punctuation, units, arrows and figures that plans use beside Chinese text.
SIGNS: Final = (
    "".join(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x100))))
    + "–—‘’“”„†•…‰′″‹›€№℃™←↑→↓↔↗↘⇒∆∑−∕√∞≈≠≤≥㎜㎝㎞㎡㎥㎏①②③④⑤⑥⑦⑧⑨⑩■□▲△▼▽◆◇○●★☆✓¥￥⁰⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉"
)


def font_path(*, bold: bool = False) -> Path:
    """Return the TrueType font for print and pictures.

    Raises RequestError where set-up has not made it: a page without it would show boxes for Chinese text.
    """
    path = ASSETS / f"NotoSansSC-{'Bold' if bold else 'Regular'}.ttf"
    if not path.is_file():
        raise RequestError("font_missing", path=path)
    return path


@cache
def screen_characters() -> str:
    """Characters of the web fonts: GB 2312, signs and place names.

    >>> "滘" in screen_characters(), "㎡" in screen_characters()
    (True, True)
    """
    return "".join(sorted({*SIGNS, *PLACE_NAME_CHARACTERS, *_double_byte("gb2312", 0xA1, 0xA1)}))


@cache
def print_characters() -> str:
    """Characters of the fonts for print: all of GBK beside those of the screen."""
    return "".join(sorted({*screen_characters(), *_double_byte("gbk", 0x81, 0x40)}))


def build_fonts(node_modules: Path, out: Path) -> list[Path]:
    """Cut the fonts for print and screen out of the declared package; return the files made or found fresh.

    Raises RequestError where the package lacks a font.
    """
    sources = {name: node_modules / path for name, path in SOURCES.items()}
    for path in sources.values():
        if not path.is_file():
            raise RequestError("font_source_missing", path=path)
    made = [out / f"{name}.{ending}" for name in sources for ending in ("ttf", "woff2")]
    stamp, digest = out / STAMP, _digest(sources)
    if stamp.is_file() and stamp.read_text(encoding="ascii") == digest and all(path.is_file() for path in made):
        return made
    out.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor() as workers:
        cuts = [
            workers.submit(_cut, path, characters, out / f"{name}{ending}")
            for name, path in sources.items()
            for ending, characters in ((".woff2", screen_characters()), (".ttf", print_characters()))
        ]
        for cut in cuts:
            cut.result()
    stamp.write_text(digest, encoding="ascii")
    return made


def _double_byte(codec: str, first_lead: int, first_trail: int) -> set[str]:
    """All characters that a Chinese double-byte code assigns."""
    found: set[str] = set()
    for lead in range(first_lead, 0xFF):
        for trail in range(first_trail, 0xFF):
            found.update(bytes((lead, trail)).decode(codec, errors="ignore"))
    return found


def _digest(sources: dict[str, Path]) -> str:
    """Hash of all that the cut depends on."""
    total = hashlib.sha256(f"{fonttools_version} {FEATURES} {screen_characters()} {print_characters()}".encode())
    for path in sources.values():
        total.update(path.read_bytes())
    return total.hexdigest()


def _cut(source: Path, characters: str, out: Path) -> None:
    """Write the subset of a font; the flavour follows the ending."""
    options = subset.Options(
        flavor="woff2" if out.suffix == ".woff2" else None,
        layout_features=list(FEATURES),
        hinting=False,
        notdef_outline=True,
        recalc_timestamp=False,
    )
    font = subset.load_font(str(source), options)
    cutter = subset.Subsetter(options)
    cutter.populate(text=characters)
    cutter.subset(font)
    unfinished = out.with_name(f"{out.name}.part")
    subset.save_font(font, str(unfinished), options)
    unfinished.replace(out)


if __name__ == "__main__":
    build_fonts(Path(sys.argv[1]), Path(sys.argv[2]))
