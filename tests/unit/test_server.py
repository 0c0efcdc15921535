"""The routes and the gate, asked as a browser or an intruder would, without a network."""

import asyncio
import gzip
import json
import threading
from pathlib import Path

import mapbox_vector_tile
import pytest
import streamlit as st
from postgis_server import copied
from pyproj import Transformer
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from streamlit.web.server.app_discovery import discover_asgi_app

from parkplan._errors import RequestError
from parkplan.data.layers import load_layers
from parkplan.data.workspace import create_workspace, open_workspace
from parkplan.jobs import tiles
from parkplan.jobs.kept import Kept
from parkplan.jobs.serve import LEAST_SECRET, UPLOAD_MB, WORKSPACE, Access, serve
from parkplan.model.workspace import Change
from parkplan.render.tiles import tile_at
from parkplan.ui.gate import Gate, asked_language
from parkplan.ui.server import ASSETS, create, routes

SECRET = "s" * LEAST_SECRET
LOCAL = ("127.0.0.1", 50_000)


class Reply:
    def __init__(self, messages):
        self.status = messages[0]["status"]
        self.headers = Headers(raw=messages[0]["headers"])
        self.body = b"".join(message.get("body", b"") for message in messages[1:])

    @property
    def detail(self):
        return json.loads(self.body)["detail"]


def ask(path, *, access=None, base="", client=LOCAL, server=("127.0.0.1", 8501), method="GET", **headers):
    """Send one request to the routes behind the gate."""
    gate = Middleware(Gate, access=access or Access(), base_path=base)
    app = Starlette(routes=routes(), middleware=[gate])
    path, _, query = path.partition("?")
    sent = {"host": "127.0.0.1:8501", **{name.replace("_", "-"): value for name, value in headers.items()}}
    scope = {
        "type": "http", "http_version": "1.1", "method": method, "path": path, "raw_path": path.encode(),
        "query_string": query.encode(), "root_path": "", "scheme": "http", "client": client, "server": server,
        "headers": [(name.encode(), value.encode()) for name, value in sent.items() if value is not None],
    }  # fmt: skip
    messages, waiting = [], [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive():
        if not waiting:
            await asyncio.sleep(60)  # a browser that stays until it has its answer
        return waiting.pop()

    async def send(message):
        messages.append(message)

    asyncio.run(app(scope, receive, send))
    return Reply(messages)


@pytest.fixture
def served(handmade_workspace, monkeypatch):
    monkeypatch.setenv(WORKSPACE, str(handmade_workspace))
    return handmade_workspace


def address(zoom=16):
    """The tile of the five parcels of the handmade district."""
    x, y = Transformer.from_crs(4547, 3857, always_xy=True).transform(500_200, 2_500_100)
    tile = tile_at(zoom, x, y)
    return f"{tile.z}/{tile.x}/{tile.y}"


def features(reply, name="parcels_by_status"):
    return mapbox_vector_tile.decode(gzip.decompress(reply.body))[name]["features"]


# Tiles


def test_a_tile_has_the_parcels_by_row_and_class(served):
    reply = ask(f"/tiles/parcels_by_status/{address()}.mvt")
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert reply.headers["content-encoding"] == "gzip"
    found = features(reply)
    assert {feature["id"] for feature in found} == {0, 1, 2, 3, 4}
    by_row = {feature["id"]: feature["properties"]["c"] for feature in found}
    assert len({by_row[0], by_row[1], by_row[2]}) == 3
    assert by_row[3] == by_row[4]


def test_tiles_of_a_database_are_those_of_the_folder(served, team_address, monkeypatch):
    places = [f"/tiles/parcels_by_status/{address()}.mvt", f"/overview/parcels_by_status/{address(14)}.png"]
    theirs = [ask(place) for place in places]
    copied(served, team_address)
    monkeypatch.setenv(WORKSPACE, team_address)
    ours = [ask(place) for place in places]
    assert [reply.status for reply in ours] == [200, 200]
    assert gzip.decompress(ours[0].body) == gzip.decompress(theirs[0].body)
    assert ours[1].body == theirs[1].body


def test_a_server_that_does_not_answer_is_a_sentence(monkeypatch):
    monkeypatch.setenv(WORKSPACE, "postgresql://ada:secret@127.0.0.1:1/x")
    reply = ask(f"/tiles/parcels_by_status/{address()}.mvt")
    assert reply.status == 400
    assert "secret" not in reply.detail


def test_a_condition_chooses_rows(served):
    reply = ask(f"/tiles/parcels_by_status/{address()}.mvt?where=site_area_m2%20%3E%2011000")
    assert {feature["id"] for feature in features(reply)} == {0, 1}


@pytest.mark.parametrize("where", ["far%20%3C", "nonsense%20%3D%3D%201", "__import__('os')", "1" * 9000])
def test_a_faulty_condition_is_a_sentence(served, where):
    reply = ask(f"/tiles/parcels_by_status/{address()}.mvt?where={where}")
    assert reply.status == 400
    assert reply.detail


@pytest.mark.parametrize(
    "path",
    ["/tiles/nope/1/0/0.mvt", "/tiles/facilities/1/0/0.mvt", "/tiles/parcels_by_status/1/2/0.mvt", "/tiles/x",
     "/tiles/parcels_by_status/40/0/0.mvt", "/tiles/parcels_by_status/1/-1/0.mvt",
     "/overview/parcels_by_status/a/b/c.png", "/tiles/parcels_by_status/1/99999999999999999999999999/0.mvt"],
)  # fmt: skip
def test_what_is_not_there_is_a_sentence_in_the_language_of_the_browser(served, path):
    chinese = ask(path, accept_language="zh-CN,zh;q=0.9,en;q=0.8")
    english = ask(path, accept_language="en-US,en;q=0.9")
    assert (chinese.status, english.status) == (404, 404)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese.detail)
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in english.detail)


def test_nothing_in_a_tile_is_204(served):
    reply = ask("/tiles/parcels_by_status/16/0/0.mvt")
    assert (reply.status, reply.body) == (204, b"")


def test_browsers_keep_what_they_named_and_ask_again_for_the_rest(served):
    path = f"/tiles/parcels_by_status/{address()}.mvt"
    first = ask(path)
    assert first.headers["cache-control"] == "private, no-cache"
    tag = first.headers["etag"]
    assert ask(path, if_none_match=tag).status == 304
    assert ask(path, if_none_match=f'W/{tag}, "x"').status == 304
    assert ask(path, if_none_match='"x"').status == 200
    version = tag.strip('"')
    assert "immutable" in ask(f"{path}?v={version}").headers["cache-control"]
    assert ask(f"{path}?v=stale").headers["cache-control"] == "private, no-cache"
    assert tiles.published(open_workspace(served), "parcels_by_status").version == version


def test_overviews_are_pictures(served):
    reply = ask(f"/overview/parcels_by_status/{address(12)}.png")
    assert reply.status == 200
    assert reply.headers["content-type"] == "image/png"
    assert reply.body.startswith(b"\x89PNG")


def test_new_data_have_a_new_version_and_old_addresses_keep_theirs(tmp_path, handmade_workspace, monkeypatch):
    ws = create_workspace(tmp_path / "a.parkplan", crs="EPSG:4547", actor="test")
    frame = open_workspace(handmade_workspace).read("parcels")
    ws.write({"parcels": frame}, change=Change("test", "make"))
    monkeypatch.setenv(WORKSPACE, ws.address)
    path = f"/tiles/parcels_by_status/{address()}.mvt"
    before = ask(path)
    ws.write({"parcels": frame.iloc[:2]}, change=Change("test", "shorten"))
    after = ask(path)
    assert len(features(before)) == 5
    assert len(features(after)) == 2
    old = before.headers["etag"].strip('"')
    assert features(ask(f"{path}?v={old}")) == features(before)
    assert len(features(ask(f"{path}?v={old}&where=site_area_m2%20%3E%200"))) == 3


def test_labels_of_hostile_names_pass_as_they_are(tmp_path, handmade_workspace, monkeypatch):
    frame = open_workspace(handmade_workspace).read("parks")
    frame["name"] = ["{{7*7}}<b>`${x}`{%", "园区\x00"]
    ws = create_workspace(tmp_path / "b.parkplan", crs="EPSG:4547", actor="test")
    ws.write({"parks": frame}, change=Change("test", "make"))
    monkeypatch.setenv(WORKSPACE, ws.address)
    catalogue = {name: spec for name, spec in load_layers().layers.items() if spec.table == "parks" and spec.label}
    assert catalogue
    shown = set()
    for name, spec in catalogue.items():
        for zoom in (spec.label.min_zoom, 19):
            for x, y in ((500_125, 2_500_050), (501_050, 2_501_050)):
                spot = Transformer.from_crs(4547, 3857, always_xy=True).transform(x, y)
                tile = tile_at(zoom, *spot)
                body = tiles.vector_tile(ws, tiles.TileRequest(name, (tile.z, tile.x, tile.y))).body
                found = mapbox_vector_tile.decode(gzip.decompress(body)) if body else {}
                texts = found.get(f"{name}_label", {"features": []})["features"]
                shown |= {feature["properties"]["n"] for feature in texts}
    assert shown == set(frame["name"])


# Assets and health


def test_assets_are_served_with_their_type():
    reply = ask("/assets/map.js")
    assert reply.status == 200
    assert reply.headers["content-type"].startswith("text/javascript")
    assert reply.body == (ASSETS / "map.js").read_bytes()
    assert ask("/assets/map.js", if_none_match=reply.headers["etag"]).status == 304
    assert "immutable" in ask("/assets/map.js?v=1").headers["cache-control"]


@pytest.mark.parametrize(
    "path",
    ["../__init__.py", "..%2f__init__.py", "..\\__init__.py", "/etc/passwd", "//etc/passwd", "fonts", "", ".", "..",
     "nope.js", "c:/windows/win.ini", "map.js\x00.png", "fonts/../../fonts.py"],
)  # fmt: skip
def test_nothing_outside_the_assets_is_served(path):
    assert ask(f"/assets/{path}").status == 404


def test_a_link_out_of_the_assets_leads_nowhere(tmp_path, monkeypatch):
    (tmp_path / "secret.txt").write_text("secret")
    inside = tmp_path / "assets"
    inside.mkdir()
    try:
        (inside / "way_out.txt").symlink_to(tmp_path / "secret.txt")
    except OSError:
        pytest.skip("this account may not make links")
    monkeypatch.setattr("parkplan.ui.server.ASSETS", inside)
    assert ask("/assets/way_out.txt").status == 404


def test_health_is_a_word():
    reply = ask("/healthz")
    assert reply.status == 200
    assert json.loads(reply.body)["status"] == "ok"


# The gate


@pytest.mark.parametrize(
    "end", [{"client": ("192.168.1.9", 1)}, {"server": ("192.168.1.2", 8501)}, {"client": ("::", 1)}]
)
def test_other_machines_are_refused(end):
    for path in ("/healthz", "/tiles/x", "/assets/map.js", "/_stcore/stream", "/"):
        reply = ask(path, **end)
        assert reply.status == 403
        assert reply.detail


@pytest.mark.parametrize("client", [("127.0.0.9", 1), ("::1", 1), ("::ffff:127.0.0.1", 1), None])
def test_this_machine_comes_in(client):
    assert ask("/healthz", client=client).status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "", None, "[", "0"]
)
def test_foreign_names_are_refused(host):
    assert ask("/healthz", host=host).status == 421


@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1", "[::1]:8501", "LOCALHOST"])
def test_names_of_this_machine_are_known(host):
    assert ask("/healthz", host=host).status == 200


def test_behind_a_proxy_only_the_proxy_comes_in():
    access = Access.of({"PARKPLAN_PROXY_SECRET": SECRET, "PARKPLAN_HOSTS": "gis.example"})
    far = {"access": access, "client": ("10.0.0.5", 1), "server": ("10.0.0.2", 8501), "host": "gis.example"}
    assert ask("/healthz", **far).status == 403
    assert ask("/healthz", **far, x_parkplan_proxy="wrong").status == 403
    assert ask("/healthz", **far, x_parkplan_proxy="错").status == 403
    assert ask("/healthz", **far, x_parkplan_proxy=SECRET).status == 200
    assert ask("/healthz", access=access).status == 403, "this machine, too, must come through the proxy"


def test_websockets_are_refused_before_they_open():
    sent = []

    async def inner(scope, receive, send):
        raise AssertionError("let in")

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message)

    scope = {"type": "websocket", "path": "/_stcore/stream", "headers": [(b"host", b"evil.example")], "client": LOCAL,
             "server": LOCAL}  # fmt: skip
    asyncio.run(Gate(inner, Access())(scope, receive, send))
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_headers_tell_browsers_to_stay_inside():
    for reply in (ask("/healthz"), ask("/tiles/x"), ask("/healthz", host="evil.example")):
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'self'" in reply.headers["content-security-policy"]
        assert "http" not in reply.headers["content-security-policy"]


def test_our_routes_answer_under_the_base_path(served):
    assert ask("/gis/healthz", base="/gis").status == 200
    assert ask(f"/gis/tiles/parcels_by_status/{address()}.mvt", base="/gis").status == 200
    assert ask("/gisx/healthz", base="/gis").status == 404


def test_language_by_parameter_then_browser_then_chinese():
    assert asked_language(Headers({"accept-language": "zh"}), "en") == "en"
    assert asked_language(Headers({"accept-language": "de,en"})) == "en"
    assert asked_language(Headers({})) == "zh"


# Starting


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "gis.example"])  # noqa: S104  # refused
def test_it_does_not_listen_to_other_machines_without_a_login(host, monkeypatch, handmade_workspace):
    monkeypatch.delenv("PARKPLAN_PROXY_SECRET", raising=False)
    with pytest.raises(RequestError, match="PARKPLAN_PROXY_SECRET"):
        serve(handmade_workspace, host=host)
    short = Access.of({"PARKPLAN_PROXY_SECRET": "short", "PARKPLAN_HOSTS": "gis.example"})
    nameless = Access.of({"PARKPLAN_PROXY_SECRET": SECRET})
    for access in (short, nameless):
        with pytest.raises(RequestError):
            access.check(host)
    Access.of({"PARKPLAN_PROXY_SECRET": SECRET, "PARKPLAN_HOSTS": "gis.example"}).check(host)


def test_the_app_is_built_closed():
    app = create()
    assert Path(app.script_path).name == "main.py"
    for closed in ("browser.gatherUsageStats", "server.enableStaticServing", "server.enableAgentApi"):
        assert st.get_option(closed) is False
    assert st.get_option("server.maxUploadSize") == UPLOAD_MB


def test_streamlit_takes_the_entry_for_an_application_and_not_for_a_page():
    entry = Path(__file__).parents[2] / "app.py"
    assert discover_asgi_app(entry).import_string == "app:app"
    assert len(entry.read_text(encoding="utf-8").splitlines()) <= 30


# What is kept


def test_a_thing_is_made_once_for_many_threads():
    kept, made, ready = Kept(limit=4), [], threading.Barrier(8)

    def make():
        made.append(1)
        return "thing"

    def fetch():
        ready.wait()
        results.append(kept.get("key", make))

    results: list[str] = []
    threads = [threading.Thread(target=fetch) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == ["thing"] * 8
    assert made == [1]


def test_what_was_used_longest_ago_goes_first_and_faults_are_not_kept():
    kept = Kept(limit=10, weigh=len)
    kept.get("a", lambda: "aaaa")
    kept.get("b", lambda: "bbbb")
    kept.get("a", lambda: "never")
    kept.get("c", lambda: "cccc")
    assert [kept.peek(key) for key in "abc"] == ["aaaa", None, "cccc"]
    with pytest.raises(ZeroDivisionError):
        kept.get("d", lambda: str(1 // 0))
    assert kept.get("d", lambda: "fine") == "fine"
