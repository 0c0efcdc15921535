"""The page of reports: what the form of a bundle says is what stands in the bundle."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from streamlit.testing.v1 import AppTest

from parkplan.ui.bundle_panel import MADE

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_bundle_holds_what_its_form_says(handmade_workspace: Path, app_on: Callable[..., AppTest]) -> None:
    app = app_on(handmade_workspace).switch_page("views/reports.py").run()
    app.multiselect(key="judge:bundle_packs").set_value(["cn_idle_2012"])
    app.date_input(key="bundle_day").set_value(date(2027, 5, 1))
    app.multiselect(key="bundle_jobs").set_value(["screen", "services"])
    app.multiselect(key="bundle_services").set_value(["canteen"])
    app.button(key="bundle_make").click().run()
    assert not app.exception
    content = app.session_state[MADE][2]
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        manifest = json.loads(bundle.read("manifest.json"))
    asked = {run["job"]: run["parameters"] for run in manifest["runs"]}
    assert {*asked, *(one["job"] for one in manifest["omitted"])} == {"screen", "services"}
    assert asked["screen"]["choice"]["profiles"] == ["cn_idle_2012"]
    assert asked["screen"]["choice"]["as_of"] == "2027-05-01"
    assert app.get("download_button")

    app.date_input(key="bundle_day").set_value(date(2027, 5, 2)).run()
    assert not [one for one in app.get("download_button") if "zip" in str(one.proto.label)]
