"""The audit bundle: the same to the bit, complete, and whatever is altered in it is named, number by number."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import bundle_writer
import geopandas as gpd
import pytest
import shapely
from bundle_writer import DAY, PLANNED, QUESTION, SITES

from parkplan import jobs
from parkplan._errors import RequestError, SourceFileError, WorkspaceError
from parkplan.cli import main
from parkplan.data.scenarios import scenario_store
from parkplan.data.workspace import create_workspace, open_workspace
from parkplan.jobs.bundle_question import BundleQuestion
from parkplan.jobs.compare import compare
from parkplan.jobs.scenario import delete_scenario, new_scenario, undo_scenario
from parkplan.jobs.screening_choice import judged_by
from parkplan.jobs.services import services
from parkplan.jobs.verify import described
from parkplan.model.allocation import RULES, Wish
from parkplan.model.scenarios import Edit
from parkplan.model.screening import ScreeningChoice
from parkplan.model.services import ServiceWish
from parkplan.model.workspace import Change

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

JOBS = [
    "screen", "clusters", "targets", "sites", "portfolio", "siteplan", "scenarios", "compare", "wishes", "optimise",
    "services",
]  # fmt: skip
CHANGED = ("DEMO-P000041", "DEMO-P000099")
DRAWN = Wish(
    objective={"output_yuan": 1.0}, parcels=CHANGED, typologies=("logistics", "standard_factory"), clusters=(),
    options=1, priced=False, relaxed=RULES,
)  # fmt: skip


@pytest.fixture(scope="module")
def district(small_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small demo with two options, one of them with an undone step, and one that was deleted."""
    place = tmp_path_factory.mktemp("district") / "区.parkplan"
    shutil.copytree(small_demo, place)
    ws = open_workspace(place)
    first = new_scenario(ws, "=方案甲", actor="甲", edits=[Edit("typology", CHANGED, "standard_factory")])
    new_scenario(ws, "方案乙", actor="乙", parent=first.id, edits=[Edit("far", CHANGED[:1], 2.5)])
    undo_scenario(ws, "方案乙", actor="乙")
    new_scenario(ws, "丙", actor="丙")
    delete_scenario(ws, "丙", actor="丙")
    (drawn,) = jobs.optimise(ws, scenario="base", wish=DRAWN, actor="丁").options
    assert drawn.given
    return place


@pytest.fixture(scope="module")
def bundled(district: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("bundle") / "一.zip"
    said = jobs.bundle(district, out=place, as_of=DAY, question=QUESTION)
    assert [run.job for run in said.runs] == JOBS
    assert said.fingerprint == hashlib.sha256(members(place)["manifest.json"]).hexdigest()
    return place


@pytest.fixture(scope="module")
def judged(district: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of the verdicts alone."""
    place = tmp_path_factory.mktemp("judged") / "a.zip"
    jobs.bundle(district, out=place, as_of=DAY, question=BundleQuestion(jobs=("screen",)))
    return place


def members(bundle: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(bundle) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def altered(bundle: Path, target: Path, change: Callable[[dict[str, bytes]], None], *, sealed: bool) -> Path:
    """Write a bundle with other contents; ``sealed`` also puts their checksums into the manifest, as a forger would."""
    contents = members(bundle)
    change(contents)
    if sealed:
        manifest = json.loads(contents["manifest.json"])
        manifest["members"] = {
            name: hashlib.sha256(content).hexdigest() for name, content in contents.items() if name != "manifest.json"
        }
        contents["manifest.json"] = json.dumps(manifest).encode()
    return zipped(target, contents)


def zipped(target: Path, contents: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return target


def test_same_inputs_give_the_same_bytes(bundled: Path, district: Path, tmp_path: Path) -> None:
    again = tmp_path / "二.zip"
    other = os.environ | {"PYTHONHASHSEED": "2"}
    subprocess.run([sys.executable, bundle_writer.__file__, district, again, "en"], env=other, check=True)
    assert again.read_bytes() == bundled.read_bytes()
    assert not [name for name, content in members(again).items() if str(district.parent).encode() in content]


def test_what_was_not_touched_is_equal(bundled: Path) -> None:
    found = jobs.verify(bundled)
    assert (found.equal, found.differing, found.differences, found.programs) == (True, 0, (), ())
    assert found.jobs == tuple(JOBS)
    assert found.files == len(members(bundled)) - 1
    rows = members(bundled)["results/screen_parcels.csv"].decode("utf-8-sig").splitlines()
    assert found.cells > (len(rows) - 1) * len(rows[0].split(","))
    assert found.synthetic


def rows(bundle: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(members(bundle)[f"results/{name}.csv"].decode("utf-8-sig"))))


def test_options_travel_with_every_step(bundled: Path, district: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(bundled) as archive:
        archive.extractall(tmp_path / "open")
    ours, theirs = scenario_store(open_workspace(district)), scenario_store(open_workspace(tmp_path / "open"))
    assert theirs.scenarios(deleted=True) == ours.scenarios(deleted=True)
    assert [one.name for one in theirs.scenarios()][:2] == ["=方案甲", "方案乙"]
    for one in ours.scenarios(deleted=True):
        assert theirs.history(one.id) == ours.history(one.id)
    with pytest.raises(WorkspaceError) as refused:
        theirs.delete("s1", actor="somebody")
    assert refused.value.key == "workspace_frozen"


def test_results_of_options_and_plans_are_those_of_the_jobs(bundled: Path, district: Path) -> None:
    found = compare(district, ["base", "s1", "s2", "s4"])
    said = {row["name"]: row["value"] for row in rows(bundled, "compare_document")}
    assert said["options[1].name"] == "'=方案甲"
    for place, one in enumerate(found.options):
        assert float(said[f"options[{place}].measures.output_yuan"]) == one.measures.values["output_yuan"]
    typologies = {
        row["parcel_id"]: row["typology"] for row in rows(bundled, "scenarios_land") if row["scenario"] == "s1"
    }
    assert {name for name, typology in typologies.items() if typology == "standard_factory"} == set(CHANGED)

    made_now = jobs.siteplan(district, site=PLANNED, options=1)
    areas = [float(row["value"]) for row in rows(bundled, "siteplan_searches") if row["name"] == "area_m2"]
    assert areas == [made_now.site.area_m2]
    assert {row["plan"] for row in rows(bundled, "siteplan_plans")} == {str(one.id) for one in made_now.plans.options}

    programme = jobs.portfolio(district, budget_yuan=1e8, choice=SITES)
    funded = {row["site_id"]: int(row["year"]) for row in rows(bundled, "portfolio_funded")}
    assert funded == dict(zip(programme.table["site_id"], programme.table["year"], strict=True))


def test_services_and_the_questions_of_solver_branches_are_those_of_the_jobs(bundled: Path, district: Path) -> None:
    with judged_by(ScreeningChoice(as_of=DAY)):
        found = services(district, ServiceWish(service="canteen"))
    told = {row["name"]: row["value"] for row in rows(bundled, "services_answers") if row["service"] == "canteen"}
    assert float(told["value"]) == found.sited.value
    sites = [row["parcel_id"] for row in rows(bundled, "services_places") if row["service"] == "canteen"]
    assert sites == found.sites["parcel_id"].tolist()
    served = {
        row["parcel_id"]: row["state"] for row in rows(bundled, "services_coverage") if row["service"] == "canteen"
    }
    assert served == dict(zip(found.coverage["parcel_id"], found.coverage["state"], strict=True))

    asked = {row["name"]: row["value"] for row in rows(bundled, "wishes_answers")}
    assert {asked["asked.free[0]"], asked["asked.free[1]"]} == set(CHANGED)
    assert [asked[f"asked.wish.typologies[{place}]"] for place in (0, 1)] == list(DRAWN.typologies)
    assert float(asked["review.points"]) == pytest.approx(float(asked["asked.value"]))
    assert asked["review.keeps_rules"] == "True"


def test_every_job_judges_by_the_day_of_the_bundle(bundled: Path) -> None:
    """Nothing is in force in this workspace; without the day of the bundle these jobs would take today."""
    said = [row["text_en"] for row in rows(bundled, "clusters_cluster_methods") if row["statistic"] == "land_balance"]
    assert len(said) == 1
    assert str(DAY) in said[0]


def test_whatever_is_forged_in_options_and_answers_is_named_although_resealed(bundled: Path, tmp_path: Path) -> None:
    """A step of an option, and figures of answers that a solver would not have to give again."""
    funded, site = rows(bundled, "portfolio_funded")[0], rows(bundled, "sites_candidates")[0]
    gain = next(row for row in rows(bundled, "optimise_answers") if row["name"] == "options[0].change.jobs")
    points = next(row for row in rows(bundled, "wishes_answers") if row["name"] == "asked.value")
    served = next(row for row in rows(bundled, "services_answers") if row["name"] == "value")
    forged = {
        "portfolio_funded": (funded["acquisition_yuan"], "123456789.5"),
        "sites_candidates": (site["area_m2"], "25000.5"),
        "optimise_answers": (f"jobs,{gain['value']}", "jobs,123456.0"),
        "wishes_answers": (f"asked.value,{points['value']}", "asked.value,0.125"),
        "services_answers": (f"value,{served['value']}", "value,1.5"),
    }

    def change(contents: dict[str, bytes]) -> None:
        log = json.loads(contents["scenarios.json"])
        (step,) = (one for one in log["steps"] if one["scenario"] == "s1")
        assert step["edits"][0]["value"] == "standard_factory"
        step["edits"][0]["value"] = "logistics"
        contents["scenarios.json"] = json.dumps(log).encode()
        for name, (old, new) in forged.items():
            place = f"results/{name}.csv"
            assert old.encode() in contents[place]
            contents[place] = contents[place].replace(old.encode(), new.encode(), 1)
        manifest = json.loads(contents["manifest.json"])
        manifest["runs"] = [run for run in manifest["runs"] if run["job"] not in {"screen", "clusters", "siteplan"}]
        contents["manifest.json"] = json.dumps(manifest).encode()

    found = jobs.verify(altered(bundled, tmp_path / "b.zip", change, sealed=True))
    land = [each for each in found.differences if each.where == "results/scenarios_land.csv"]
    changed = {(each.row.split(" ")[0], each.said, each.found) for each in land if each.column == "typology"}
    assert changed == {(name, "standard_factory", "logistics") for name in CHANGED}
    assert "results/compare_document.csv" in {each.where for each in found.differences}
    unsound = {(each.where, each.row, each.column, each.said) for each in found.differences if each.kind == "unsound"}
    overspent = {each for each in unsound if each[0] == "results/portfolio_funded.csv"}
    others = sum(
        float(row["acquisition_yuan"])
        for row in rows(bundled, "portfolio_funded")
        if row["year"] == "1" and row["site_id"] != funded["site_id"]
    )
    assert {column for _, _, column, _ in overspent} == {"acquisition_yuan"}
    first_year = next(float(said) for _, row, _, said in overspent if row == "year 1")
    assert first_year == pytest.approx(123_456_789.5 + others)
    assert unsound - overspent == {
        ("results/sites_candidates.csv", site["site_id"], "area_m2", "25000.5"),
        ("results/optimise_answers.csv", "options[0].change.jobs", "value", "123456.0"),
        ("results/wishes_answers.csv", "s4", "asked.value", "0.125"),
        ("results/services_answers.csv", "fire_station", "value", "1.5"),
    }
    jobs_gained = next(each.found for each in found.differences if each.said == "123456.0" and each.kind == "unsound")
    assert float(jobs_gained) == pytest.approx(float(gain["value"]))


def test_altered_missing_and_added_files_are_named(judged: Path, tmp_path: Path) -> None:
    said = json.loads(members(judged)["district.json"])
    streets = next(info["version"] for info in said["tables"] if info["name"] == "streets")
    table = f"tables/{streets}.parquet"

    def change(contents: dict[str, bytes]) -> None:
        contents[table] = contents[table][:-1] + bytes([contents[table][-1] ^ 1])
        del contents["definitions/styles/land_use.yaml"]
        contents["extra.txt"] = b"x"

    found = jobs.verify(altered(judged, tmp_path / "a.zip", change, sealed=False))
    named = {(each.kind, each.where) for each in found.differences if each.kind in {"altered", "missing", "added"}}
    assert named == {("altered", table), ("missing", "definitions/styles/land_use.yaml"), ("added", "extra.txt")}
    assert not found.equal


def test_a_forged_number_and_a_moved_limit_are_found_although_resealed(judged: Path, tmp_path: Path) -> None:
    rules = "definitions/rules/cn_control_2008.yaml"

    def change(contents: dict[str, bytes]) -> None:
        lines = contents["results/screen_totals.csv"].decode().splitlines()
        place = next(number for number, line in enumerate(lines) if line.startswith("idle,"))
        lines[place] = "idle,999" + lines[place][lines[place].index(",", 5) :]
        contents["results/screen_totals.csv"] = ("\n".join(lines) + "\n").encode()
        contents[rules] = contents[rules].replace(b'"39": 1.0', b'"39": 1.5')

    found = jobs.verify(altered(judged, tmp_path / "a.zip", change, sealed=True))
    assert {each.kind for each in found.differences} == {"number"}
    forged = [each for each in found.differences if each.said == "999"]
    assert [(each.where, each.row.split(" ")[0], each.column) for each in forged] == [
        ("results/screen_totals.csv", "idle", "parcels")
    ]
    limits = [each for each in found.differences if (each.where, each.column) == ("results/screen_rules.csv", "limit")]
    assert {(each.said, each.found) for each in limits} == {("1.0", "1.5")}
    assert "999" in described(forged[0]).zh
    assert "999" in described(forged[0]).en


def test_an_unpacked_bundle_is_a_workspace_that_can_only_be_read(judged: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(judged) as archive:
        archive.extractall(tmp_path / "open")
    opened = open_workspace(tmp_path / "open")
    opened.verify()
    assert opened.synthetic
    assert len(opened.read("parcels", ["parcel_id"])) == opened.info("parcels").rows
    assert opened.journal(1)[0].action
    with pytest.raises(WorkspaceError) as refused:
        opened.enter("targets", "a", 1.0, "somebody")
    assert refused.value.key == "workspace_frozen"
    with pytest.raises(RequestError, match=r"nothing|没有"):
        opened.read("nothing")


def test_own_rule_packs_travel_along_and_jobs_without_data_say_why(tmp_path: Path) -> None:
    pack = tmp_path / "own.yaml"
    pack.write_text(
        "id: own\ntitle: {zh: 自定, en: Own}\nrules:\n  - id: small\n    title: {zh: 小, en: Small}\n"
        "    clause: {document: d, number: n, clause: c, verified: false}\n"
        "    expression: site_area_m2\n    op: '<'\n    limit: 500\n    flag: low_efficiency\n",
        encoding="utf-8",
    )
    place = tmp_path / "w.parkplan"
    ws = create_workspace(place, crs="EPSG:4547", actor="test")
    lots = gpd.GeoDataFrame(
        {"parcel_id": ["=a", "b"]}, geometry=shapely.box([0, 100], 0, [4, 200], 100), crs="EPSG:4547"
    )
    ws.write({"parcels": lots}, change=Change("test", "make"))
    said = jobs.bundle(place, out=tmp_path / "b.zip", profiles=[str(pack)])
    assert said.omitted[0].job == "clusters"
    assert "w" in said.omitted[0].reason.zh
    assert {run.job for run in said.runs} >= {"screen", "targets", "scenarios"}
    pack.unlink()
    assert jobs.verify(tmp_path / "b.zip").equal
    text = members(tmp_path / "b.zip")["results/screen_totals.csv"].decode("utf-8-sig")
    counts = dict(line.split(",")[:2] for line in text.splitlines()[1:])
    assert (counts["low_efficiency"], counts["not_low_efficiency"]) == ("1", "1")


@pytest.mark.parametrize(
    ("name", "key"),
    [("../beside.txt", "bundle_member"), ("/beside.txt", "bundle_member"), ("a\\..\\b", "bundle_member")],
)
def test_members_that_lead_out_are_refused(judged: Path, tmp_path: Path, name: str, key: str) -> None:
    contents = {"manifest.json": members(judged)["manifest.json"], name: b"x"}
    with pytest.raises(SourceFileError) as refused:
        jobs.verify(zipped(tmp_path / "a.zip", contents))
    assert refused.value.key == key
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip"]


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (None, "bundle_broken"),
        (b"no zip", "bundle_broken"),
        ({"other.txt": b"x"}, "bundle_broken"),
        ({"manifest.json": b"{}"}, "bundle_newer"),
        ({"manifest.json": b'{"format": 2}'}, "bundle_newer"),
        ({"manifest.json": b'{"format": 1}'}, "bundle_manifest"),
    ],
)
def test_what_is_no_bundle_is_said_in_a_sentence(tmp_path: Path, content: object, key: str) -> None:
    place = tmp_path / "a.zip"
    if isinstance(content, bytes):
        place.write_bytes(content)
    elif isinstance(content, dict):
        zipped(place, content)
    with pytest.raises(SourceFileError) as refused:
        jobs.verify(place)
    assert refused.value.key == key
    assert "a.zip" in refused.value.sentence("zh")


def test_places_that_cannot_take_a_bundle(small_demo: Path, tmp_path: Path) -> None:
    for out, key in ((tmp_path / "a.tar", "bundle_ending"), (small_demo / "a.zip", "output_inside")):
        with pytest.raises(RequestError) as refused:
            jobs.bundle(small_demo, out=out)
        assert refused.value.key == key


def test_exit_codes_and_one_json_document(
    judged: Path, district: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = [
        "--job",
        "services",
        "--job",
        "compare",
        "--service",
        "canteen",
        "--scenario",
        "方案乙",
        "--scenario",
        "s1",
    ]
    assert main(["bundle", str(district), "--out", str(tmp_path / "c.zip"), *asked, "--json", "--quiet"]) == 0
    runs = {run["job"]: run["parameters"] for run in json.loads(capsys.readouterr().out)["runs"]}
    assert runs["compare"] == {"scenarios": ["s2", "s1"]}
    assert [wish["service"] for wish in runs["services"]["wishes"]] == ["canteen"]

    def change(contents: dict[str, bytes]) -> None:
        contents["extra.txt"] = b"x"

    place = altered(judged, tmp_path / "a.zip", change, sealed=False)
    assert main(["verify", str(place), "--json", "--quiet"]) == 1
    said = json.loads(capsys.readouterr().out)
    first = said["differences"][0]
    assert (first["kind"], first["where"]) == ("added", "extra.txt")
    assert main(["verify", str(tmp_path / "none.zip"), "--lang", "en"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
