"""The package of use cases: light to import, its functions stand where modules have the same name."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

import parkplan as pp
from parkplan import jobs
from parkplan.data.workspace import open_workspace
from parkplan.jobs import frames

if TYPE_CHECKING:
    from pathlib import Path


def run(script: str) -> str:
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_nothing_heavy_comes_with_the_package() -> None:
    loaded = run(
        "import sys, parkplan as pp; pp.jobs;"
        "print([name for name in sys.modules if name.startswith('parkplan.jobs.') or name in ('geopandas', 'uvicorn')])"
    )
    assert loaded.strip() == "[]"


def test_one_broken_module_leaves_the_others_usable() -> None:
    told = run(
        "import sys; sys.modules['uvicorn'] = None\n"
        "import parkplan as pp\n"
        "print('industrial_new_town' in {layer.id for layer in pp.jobs.layers().layers})\n"
        "try:\n    pp.jobs.serve\nexcept ImportError as fault:\n    print('uvicorn' in str(fault))"
    )
    assert told.split() == ["True", "True"]


def test_names_are_functions_whatever_was_imported_before() -> None:
    told = run(
        "import parkplan.jobs.info, parkplan.jobs.screen, parkplan as pp\n"
        "from parkplan.jobs import info, tiles\n"
        "print(callable(pp.jobs.info), callable(info), callable(pp.jobs.screen), tiles.__name__)"
    )
    assert told.split() == ["True", "True", "True", "parkplan.jobs.tiles"]


@pytest.mark.parametrize("name", jobs.__all__)
def test_every_name_is_there(name: str) -> None:
    found = getattr(pp.jobs, name)
    assert getattr(found, "__module__", "parkplan").startswith("parkplan")
    assert name in dir(pp.jobs)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        _ = pp.jobs.nonsense  # type: ignore[attr-defined]


def test_threads_that_ask_at_once_share_one_reading(handmade_workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ws = open_workspace(handmade_workspace)
    monkeypatch.setattr(frames, "_tables", frames.Kept(limit=4))
    read, times = type(ws).read, []

    def slow(*arguments: object, **named: object) -> object:
        times.append(1)
        time.sleep(0.05)
        return read(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(type(ws), "read", slow)
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(frames.require(ws, "parcels").frame)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(times) == 1
    assert len({id(frame) for frame in found}) == 1
