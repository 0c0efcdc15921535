"""The exact search in a process of its own: a question as JSON on standard input, progress and the answer on output.

A solver that runs away, or is told to stop, takes nothing else with it; and two solvers never meet in one process.
"""

from __future__ import annotations

import json
import sys
import threading
from dataclasses import asdict
from typing import IO, TYPE_CHECKING, Any, Final

import numpy as np

from parkplan.model.sites import Proof, Relaxation, SiteLimits
from parkplan.sites.assembly import Answer, proven_together
from parkplan.sites.engine import Effort, Progress
from parkplan.sites.greedy import Found
from parkplan.sites.packing import Packing
from parkplan.sites.problem import Assembly

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KEPT_POOL: Final = 2000
_KINDS: Final = {
    "value": np.float64, "area_m2": np.float64, "cost_yuan": np.float64, "owner": np.int64, "flagged": np.bool_,
    "frontage": np.bool_, "allowed": np.bool_, "locked": np.bool_, "left": np.int64, "right": np.int64,
    "bonus": np.float64, "perimeter_m": np.float64, "shared_m": np.float64,
}  # fmt: skip


def written(problem: Assembly, effort: Effort) -> str:
    """Write a question as one line of JSON."""
    arrays = {name: getattr(problem, name).tolist() for name in _KINDS}
    return json.dumps({**arrays, "limits": asdict(problem.limits), "seconds": effort.seconds, "seed": effort.seed})


def read(line: str) -> tuple[Assembly, float, int]:
    """Read a question: the parcels and limits, seconds and seed."""
    told = json.loads(line)
    arrays: dict[str, Any] = {name: np.asarray(told[name], dtype=kind) for name, kind in _KINDS.items()}
    return Assembly(**arrays, limits=SiteLimits(**told["limits"])), float(told["seconds"]), int(told["seed"])


def answer_of(told: Mapping[str, Any]) -> Answer:
    """Read an answer."""
    pool = _sites(told["pool"])
    together = None if told["set"] is None else Packing(_sites(told["set"]["sites"]), _proof(told["set"]["proof"]))
    return Answer(pool[0] if pool else None, pool, _proof(told["proof"]), together)


def _proof(told: Mapping[str, Any]) -> Proof:
    proof = dict(told)
    proof["relaxations"] = tuple(Relaxation(**one) for one in proof["relaxations"])
    proof |= {name: tuple(proof[name]) for name in ("binding", "log")}
    return Proof(**proof)


def _sites(told: Sequence[tuple[Sequence[int], float]]) -> tuple[Found, ...]:
    return tuple(Found(tuple(site), value) for site, value in told)


def serve(source: IO[str], out: IO[str]) -> None:
    """Answer one question; any further line on the input means: stop, and answer with what is there."""
    problem, seconds, seed = read(source.readline())
    stopped = threading.Event()
    threading.Thread(target=_heed, args=(source, stopped), daemon=True).start()

    def tell(progress: Progress) -> None:
        print(json.dumps({"progress": asdict(progress)}), file=out, flush=True)

    found = proven_together(problem, Effort(seconds=seconds, seed=seed, progress=tell, cancelled=stopped.is_set))
    pool = [(one.site, one.value) for one in found.pool[:KEPT_POOL]]
    together = None
    if found.together is not None:
        sites = [(one.site, one.value) for one in found.together.chosen]
        together = {"sites": sites, "proof": asdict(found.together.proof)}
    print(json.dumps({"proof": asdict(found.proof), "pool": pool, "set": together}), file=out, flush=True)


def _heed(source: IO[str], stopped: threading.Event) -> None:
    if source.readline():
        stopped.set()


if __name__ == "__main__":
    serve(sys.stdin, sys.stdout)
