"""The fonts of the screen: signs that English pages set narrow, as Latin text wants them."""

from __future__ import annotations

import pytest
from fontTools.ttLib import TTFont

from parkplan.render.fonts import ASSETS


@pytest.mark.parametrize("name", ["NotoSansSC-Regular", "NotoSansSC-Bold"])
def test_quotation_marks_can_be_set_narrow(name: str) -> None:
    path = ASSETS / f"{name}.woff2"
    if not path.is_file():
        pytest.skip("the fonts have not been made: python3 tasks.py assets")
    font = TTFont(path)
    positions = font["GPOS"].table
    wanted = {index for record in positions.FeatureList.FeatureRecord if record.FeatureTag == "palt"
              for index in record.Feature.LookupListIndex}  # fmt: skip
    narrower: dict[str, int] = {}
    for index in wanted:
        for table in positions.LookupList.Lookup[index].SubTable:
            rule = getattr(table, "ExtSubTable", table)
            values = rule.Value if isinstance(rule.Value, list) else [rule.Value] * len(rule.Coverage.glyphs)
            for glyph, value in zip(rule.Coverage.glyphs, values, strict=True):
                narrower[glyph] = narrower.get(glyph, 0) + getattr(value, "XAdvance", 0)
    glyphs = font.getBestCmap()
    for sign in "“”‘’":
        glyph = glyphs[ord(sign)]
        wide = font["hmtx"][glyph][0]
        assert wide == font["head"].unitsPerEm  # as wide as a Chinese character, as Chinese text wants it
        assert wide + narrower[glyph] <= wide / 2
