"""Mutated files read one after another in one confined process: ``python mutate_intake.py FOLDER ENDING FIRST COUNT``.

The folder holds ``seed<ending>`` (and the parts that belong to it). Each number makes one mutated file, the same one
each time. The last line on the standard output is JSON: how many reports, how many faults by key, and the slowest.
"""

from __future__ import annotations

import json
import random
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

NUMBERS = (b"\x00", b"\xff", b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x80\x00\x00\x00", b"\x00" * 8)
INTERESTING = (*NUMBERS, b"nan", b'"', b"{", b"[", b"]", b",", b"\n")
SECONDS = 10


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Change some bytes: flip, overwrite with telling values, cut, repeat, insert, swap."""
    made = bytearray(content)
    for _ in range(chance.choice((1, 1, 1, 2, 4, 16))):
        if not made:
            break
        place = chance.randrange(len(made))
        kind = chance.randrange(7)
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
        else:
            other = chance.randrange(len(made))
            made[place], made[other] = made[other], made[place]
    return bytes(made)


def parts(folder: Path, ending: str) -> list[Path]:
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
        (room / f"source{path.suffix}").write_bytes(mutated(content, chance) if path == victim else content)
    (room / "request.json").write_text(json.dumps({"name": f"mutated{ending}", "suffix": ending}), encoding="utf-8")
    told = answer(room)
    if told.report is not None:
        assert all(finding.known() for finding in told.report.findings), told.report.findings
        return "report"
    assert told.fault is not None
    assert told.fault.known(), told.fault
    return str(told.fault.key)


def main() -> None:
    folder, ending, first, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
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
    print(json.dumps({"outcomes": outcomes, "slowest_s": slowest}))


if __name__ == "__main__":
    main()
