"""Mutated files read one after another in one confined process: ``python mutate_intake.py FOLDER ENDING FIRST COUNT``.

The folder holds ``seed<ending>`` (and the parts that belong to it). Each number makes one mutated file, the same one
each time. ``told.json`` says after each: how many reports, how many faults by key, the slowest, the most memory.
"""

from __future__ import annotations

import io
import json
import random
import shutil
import signal
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "worlds"))
import source_files
from pydantic import TypeAdapter

from parkplan.data.intake import records

NUMBERS = (b"\x00", b"\xff", b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x80\x00\x00\x00", b"\x00" * 8)
INTERESTING = (*NUMBERS, b"nan", b'"', b"{", b"[", b"]", b",", b"\n")
SECONDS = 10
PARENT = TypeAdapter(records.Answer)


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Change some bytes: flip, overwrite with telling values, cut, repeat, insert, swap; or write another digit."""
    made = bytearray(content)
    for _ in range(chance.choice((1, 1, 1, 2, 4, 16))):
        if not made:
            break
        place = chance.randrange(len(made))
        kind = chance.randrange(8)
        if kind == 0:
            made[place] ^= 1 << chance.randrange(8)
        elif kind == 1:
            value = chance.choice(INTERESTING)
            made[place : place + len(value)] = value
        elif kind == 2:
            del made[place : place + chance.choice((1, 4, 64, len(made)))]
        elif kind == 3:
            piece = bytes(made[place : place + chance.choice((1, 8, 256))])
            made[place:place] = piece * chance.choice((1, 2, 50))
        elif kind == 4:
            made[place:place] = chance.randbytes(chance.choice((1, 4, 32)))
        elif kind == 5:
            made[place : place + 4] = chance.randrange(2**32).to_bytes(4, chance.choice(("little", "big")))
        elif kind == 6:
            other = chance.randrange(len(made))
            made[place], made[other] = made[other], made[place]
        else:
            digits = [at for at, byte in enumerate(made) if 0x30 <= byte <= 0x39] or [place]
            made[chance.choice(digits)] = chance.choice(b"0123456789")
    return bytes(made)


def changed(content: bytes, chance: random.Random) -> bytes:
    """Change the bytes of a file, or what is packed inside of it."""
    if content[:2] == b"PK" and chance.random() < 0.5:
        return repacked(content, chance)
    if content[4:6] == b"\x0a\x09" and chance.random() < 0.7:
        return with_changed_streets(chance)
    return mutated(content, chance)


def with_changed_streets(chance: random.Random) -> bytes:
    """Change the messages inside the packed blocks of the OSM file, so that the change reaches what reads them."""
    head, data = source_files.street_messages()
    if chance.random() < 0.1:
        head = mutated(head, chance)
    return source_files.block("OSMHeader", head) + source_files.block("OSMData", mutated(data, chance))


def repacked(content: bytes, chance: random.Random) -> bytes:
    """Change one member of an archive and pack it again, so that the change reaches what reads the member."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        victim = chance.choice(old.namelist())
        for name in old.namelist():
            inner = old.read(name)
            new.writestr(name, mutated(inner, chance) if name == victim else inner)
    return made.getvalue()


def parts(folder: Path, ending: str) -> list[Path]:
    """The files of a seed: one, those of a Shapefile, or those in the folder of a FileGDB."""
    if ending == ".gdb":
        return sorted(path for path in (folder / "seed.gdb").iterdir() if path.is_file())
    return sorted(path for path in folder.glob("seed.*") if ending in (".shp", path.suffix))


def one(folder: Path, ending: str, number: int, answer: Any) -> str:
    chance = random.Random(f"{ending}{number}")  # noqa: S311 -- the same mutation for the same number
    room = folder / "room"
    shutil.rmtree(room, ignore_errors=True)
    room.mkdir()
    seeds = parts(folder, ending)
    victim = chance.choice(seeds)
    for path in seeds:
        content = path.read_bytes()
        target = room / "source.gdb" / path.name if ending == ".gdb" else room / f"source{path.suffix}"
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(changed(content, chance) if path == victim else content)
    layer = chance.choice(("roads", "buildings", "landuse")) if ending in (".osm", ".pbf") else None
    request = records.Request(name=f"mutated{ending}", suffix=ending, layer=layer)
    (room / "request.json").write_text(request.to_json(), encoding="utf-8")
    told = answer(room)
    assert PARENT.validate_json(told.to_json()) == told
    if told.report is not None:
        assert all(finding.known() for finding in told.report.findings), told.report.findings
        return "report"
    assert told.fault is not None
    assert told.fault.known(), told.fault
    return str(told.fault.key)


def most_memory_mb() -> int:
    """The most memory that this process ever had, 0 where the system does not tell."""
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "linux" else 1024**2)


def main() -> None:
    folder, ending, first, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    from parkplan.data.intake.confine import Unwanted

    sys.meta_path.insert(0, Unwanted())
    from parkplan.data.intake import worker

    worker.tell = lambda *_: None
    outcomes: dict[str, int] = {}
    slowest = 0.0
    for number in range(first, first + count):
        (folder / "number.txt").write_text(str(number), encoding="utf-8")
        began = time.perf_counter()
        if hasattr(signal, "alarm"):
            signal.alarm(SECONDS)
        kind = one(folder, ending, number, worker.answer)
        slowest = max(slowest, time.perf_counter() - began)
        outcomes[kind] = outcomes.get(kind, 0) + 1
        told = {"outcomes": outcomes, "slowest_s": slowest, "memory_mb": most_memory_mb()}
        (folder / "told.part").write_text(json.dumps(told), encoding="utf-8")
        (folder / "told.part").replace(folder / "told.json")


if __name__ == "__main__":
    main()
