"""The folium door: everything served by the application, no text in a template."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import folium
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from parkplan._errors import RequestError
from parkplan.model.layers import Symbol
from parkplan.render.classes import LegendClass
from parkplan.render.map import BaseMap, MapLayer, MapRequest, district_map, host_data
from parkplan.render.map.assets import UnknownAddressError, served
from parkplan.render.map.escape import entities, script_literal
from parkplan.render.map.page import VectorTiles, projection_definition

HOSTILE = "{{7*7}} <script>x</script> ${x} ` ' \" {% raw %} {# c #} \\ </style>"


def layer(**fields: object) -> MapLayer:
    given: dict[str, object] = {
        "id": "parcels",
        "title": HOSTILE,
        "group": HOSTILE,
        "note": HOSTILE,
        "geometry": "polygon",
        "classes": (LegendClass(0, "#aa3333", HOSTILE, 3, 2.5, "厂"),),
        "tile_url": "/tiles/parcels/{z}/{x}/{y}.mvt?v=1",
    }
    return MapLayer(**{**given, **fields})  # type: ignore[arg-type]


def request(*layers: MapLayer, **fields: object) -> MapRequest:
    return MapRequest(layers=layers or (layer(),), bounds=(113.0, 22.5, 113.2, 22.6), **fields)  # type: ignore[arg-type]


def test_every_script_and_style_comes_from_the_application() -> None:
    page = district_map(request())
    assert page.scripts == ("/assets/leaflet/leaflet.js", "/assets/map.js")
    assert page.styles == ("/assets/leaflet/leaflet.css", "/assets/map.css")
    assert "http" not in page.script


def test_an_unknown_address_is_refused() -> None:
    with pytest.raises(UnknownAddressError, match=r"https://cdn\.example/x\.js"):
        served(["/assets/map.js", "https://cdn.example/x.js"])
    with pytest.raises(UnknownAddressError):
        served(["/assets/../secret.js"])


def test_a_layer_with_a_foreign_script_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(VectorTiles, "default_js", [("other", "https://cdn.example/other.js")])
    with pytest.raises(UnknownAddressError):
        district_map(request())


def test_the_addresses_of_the_installed_folium_are_all_known() -> None:
    every = [address for _, address in (*folium.Map.default_js, *folium.Map.default_css)]
    assert served(every) == ("/assets/leaflet/leaflet.js", "/assets/leaflet/leaflet.css")


def test_hostile_titles_travel_verbatim_as_data_and_never_in_the_script() -> None:
    page = district_map(request(layer(reason=HOSTILE, has_data=False)))
    shown = json.loads(json.dumps(host_data([page])))["pages"][0]["layers"][0]
    assert [shown[name] for name in ("title", "group", "note", "reason")] == [HOSTILE] * 4
    assert shown["classes"] == [
        {"index": 0, "colour": "#aa3333", "width": 2.5, "glyph": "厂", "title": HOSTILE, "count": 3}
    ]
    for piece in ("7*7", "49", "<script", "raw"):
        assert piece not in page.script


def test_hostile_addresses_are_inert_in_the_script() -> None:
    address = f"/tiles/parcels/{{z}}/{{x}}/{{y}}.mvt?where={HOSTILE}"
    page = district_map(request(layer(tile_url=address)))
    literal = re.search(r"vectorLayer\(map_district, (\{.*\})\);", page.script)
    assert literal is not None
    assert json.loads(literal.group(1))["url"] == address
    assert "{{" not in page.script
    assert "49" not in literal.group(1)


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_a_script_literal_is_json_without_template_syntax(text: str) -> None:
    written = script_literal({"a": {"b": [text, None, True, 1.5]}, text: text})
    assert json.loads(written) == {"a": {"b": [text, None, True, 1.5]}, text: text}
    assert not re.search(r"\{\{|\{%|\{#|[<>&`$']", written)


def test_a_script_literal_refuses_what_is_no_plain_data() -> None:
    for value in (float("nan"), object()):
        with pytest.raises(TypeError):
            script_literal(value)


@given(st.text())
def test_entities_leave_no_syntax(text: str) -> None:
    assert not set(entities(text)) & set("<>\"'`${}\\")


def test_layers_are_drawn_as_the_symbol_says() -> None:
    symbol = Symbol(stroke="#112233", stroke_width_px=1.5, dash_px=(4.0, 2.0), casing="#445566", opacity=0.4)
    spec = district_map(request(layer(symbol=symbol, order=7, zoom=(9, 19), overview_below=12))).layers[0]
    assert spec["opacity"] == 0.4
    assert (spec["order"], spec["zoom"], spec["overviewBelow"]) == (7, [9, 19], 12)
    drawn = spec["symbol"]
    assert isinstance(drawn, dict)
    assert (drawn["stroke"], drawn["dash"], drawn["casing"]) == ("#112233", [4.0, 2.0], "#445566")


def test_layers_switched_off_or_without_data_are_not_added_by_the_script() -> None:
    page = district_map(
        request(layer(id="a"), layer(id="b", visible=False), layer(id="c", has_data=False, reason="no table"))
    )
    assert re.findall(r"vector_tiles_(\w+)\.addTo", page.script) == ["a"]
    assert [each["hasData"] for each in page.layers] == [True, True, False]


def test_the_same_request_gives_the_same_page() -> None:
    assert district_map(request()) == district_map(request())


def test_names_are_identifiers_and_occur_once() -> None:
    with pytest.raises(ValueError, match="no identifier"):
        district_map(request(layer(id="a-b")))
    with pytest.raises(ValueError, match="same id"):
        district_map(request(layer(), layer()))


def test_a_base_map_is_off_unless_asked_for_and_its_address_is_checked() -> None:
    base = BaseMap("https://tiles.example.org/{z}/{x}/{y}.png", HOSTILE)
    page = district_map(request(base_map=base))
    assert "https://tiles.example.org/{z}/{x}/{y}.png" in page.script
    assert "7*7}}" not in page.script
    for wrong in ("https://tiles.example.org/1.png", "javascript:alert({x}{y}{z})", "https://h/{{7*7}}/{z}/{x}/{y}"):
        with pytest.raises(RequestError, match="底图地址"):
            district_map(request(base_map=replace(base, url=wrong)))


def test_a_geographic_crs_needs_no_projection() -> None:
    assert projection_definition(CRS.from_epsg(4490)) is None
    assert projection_definition(None) is None


def test_the_projection_for_the_browser_is_that_of_the_workspace() -> None:
    definition = projection_definition(CRS.from_epsg(4547))
    ours = Transformer.from_crs(4490, definition, always_xy=True).transform(113.1, 22.55)
    assert ours == pytest.approx(Transformer.from_crs(4490, 4547, always_xy=True).transform(113.1, 22.55), abs=1e-6)
