"""The promised names: commands, options, exit codes and functions that others script against."""

from __future__ import annotations

import inspect
from importlib import import_module

import click
import pytest

import parkplan as pp
from parkplan.cli import COMMANDS
from parkplan.data.workspace import Workspace
from parkplan.data.workspace.folder import FolderWorkspace
from parkplan.data.workspace.frozen import FrozenWorkspace
from parkplan.data.workspace.postgis import PostgisWorkspace
from parkplan.i18n import catalogue

PROMISED = {
    "demo": {"--out", "--size", "--seed"},
    "info": {"workspace"},
    "layers": {"workspace"},
    "import": {"files", "--to", "--as", "--crs", "--encoding", "--layer", "--map", "--recipe", "--dry-run"},
    "crs": {"file"},
    "check": {"workspace"},
    "export": {"workspace", "tables", "--out", "--crs"},
    "report": {"workspace", "--kind", "--out"},
    "bundle": {"workspace", "--out"},
    "verify": {"bundle"},
    "serve": {"workspace", "--host", "--port"},
    "sites": {
        "workspace", "--profile", "--min-area-ha", "--max-area-ha", "--max-gap-m", "--max-owners", "--exact",
        "--time-limit", "--out",
    },
    "portfolio": {"workspace", "--budget-yuan", "--years", "--out"},
    "siteplan": {"workspace", "--site", "--boundary", "--crs", "--options", "--seed", "--profile", "--out"},
    "scenario": {"action", "workspace"},
    "optimise": {"workspace", "--scenario", "--objective", "--options", "--time-limit", "--seed"},
    "compare": {"workspace", "scenarios", "--out"},
    "targets": {"workspace", "--set"},
}  # fmt: skip
SHARED = {"--json", "--lang", "--quiet"}
JOBS = {
    "demo": ("out", "size", "seed"),
    "info": ("workspace",),
    "layers": ("workspace",),
    "export": ("workspace", "tables", "out", "crs"),
    "check": ("workspace",),
    "crs": ("file",),
    "report": ("workspace", "kind", "out"),
    "bundle": ("workspace", "out"),
    "verify": ("path",),
    "serve": ("workspace", "host", "port"),
}


def command_of(name: str) -> click.Command:
    found = import_module(COMMANDS[name]).command
    assert isinstance(found, click.Command)
    return found


@pytest.mark.parametrize("name", PROMISED)
def test_command_takes_what_was_promised(name: str) -> None:
    command = command_of(name)
    assert command.name == name
    names = {word for parameter in command.params for word in (*parameter.opts, str(parameter.name))}
    assert names >= PROMISED[name] | SHARED


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_explained_in_both_languages(name: str) -> None:
    command = command_of(name)
    assert f"cli.{command.help}" in catalogue()
    for parameter in command.params:
        key = f"cli.argument_{parameter.name}" if isinstance(parameter, click.Argument) else None
        if isinstance(parameter, click.Option):
            key = f"cli.{parameter.help}"
        assert key in catalogue(), (name, parameter.name)


def test_defaults_of_the_contract() -> None:
    defaults = {(name, p.name): p.default for name in ("demo", "serve") for p in command_of(name).params}
    assert defaults["demo", "size"] == "district"
    assert defaults["demo", "seed"] == 7
    assert (defaults["serve", "host"], defaults["serve", "port"]) == ("127.0.0.1", 8501)


@pytest.mark.parametrize("name", JOBS)
def test_each_command_is_a_function_of_the_same_name(name: str) -> None:
    job = getattr(pp.jobs, name)
    assert callable(job)
    assert set(inspect.signature(job).parameters) >= set(JOBS[name])


def test_open_is_the_way_to_a_workspace() -> None:
    assert list(inspect.signature(pp.open).parameters) == ["address"]


@pytest.mark.parametrize("kind", [FolderWorkspace, FrozenWorkspace, PostgisWorkspace])
def test_folders_and_databases_are_workspaces(kind: type) -> None:
    promised = {name for name in vars(Workspace) if not name.startswith("_")}
    assert promised == {
        "address", "folder", "derived", "name", "crs", "synthetic", "tables", "info", "read", "write", "restore",
        "journal", "entered", "enter", "verify",
    }  # fmt: skip
    for name in promised:
        there, here = vars(Workspace)[name], inspect.getattr_static(kind, name)
        if callable(there):
            assert inspect.signature(there) == inspect.signature(here), name
        else:
            assert isinstance(here, property)
