"""A guard around files from outside: a secret beside them, a listener on loopback, a watch over the folders."""

from __future__ import annotations

import socket
import tempfile
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from parkplan._errors import ParkplanError
from parkplan.data.intake.launch import Intake, Options, read_outside
from parkplan.data.intake.records import Limits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CANARY = "canary-7f3a91"


@dataclass
class Guard:
    """Reads files as the product does, and tells afterwards whether anything leaked, called or was left behind."""

    folder: Path
    secret: Path
    port: int
    calls: list[str] = field(default_factory=list)

    def read(self, path: Path, options: Options | None = None) -> Intake | ParkplanError:
        before = self._files()
        outcome: Intake | ParkplanError
        try:
            outcome = read_outside(path, options or Options(limits=Limits(wall_s=30.0)))
            said = repr(outcome.attributes.to_pydict()) + repr(outcome.report)
        except ParkplanError as fault:
            outcome = fault
            said = "\n".join([*fault.sentences("zh"), *fault.sentences("en")])
        assert "Traceback" not in said
        assert CANARY not in said
        assert self._files() == before
        assert self.calls == []
        return outcome

    def _files(self) -> set[str]:
        return {str(path) for path in self.folder.parent.rglob("*")}


@pytest.fixture
def guard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Guard]:
    """A folder for hostile files, with a secret outside of it that no answer may contain."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    secret = tmp_path / "secret.csv"
    secret.write_text(f"name,lon,lat\n{CANARY},113.1,22.5\n", encoding="utf-8")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        made = Guard(folder, secret, listener.getsockname()[1])
        threading.Thread(target=_listen, args=(listener, made.calls), daemon=True).start()
        yield made


def _listen(listener: socket.socket, calls: list[str]) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            calls.append("called")
