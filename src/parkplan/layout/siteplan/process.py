"""Attempts in a process of their own: the question on standard input, numbers of attempts after it, plans on output.

The streams carry pickles between two processes of this program; nothing from outside is ever read by it.
"""

from __future__ import annotations

import pickle
import sys
from typing import IO, TYPE_CHECKING

from parkplan.layout.siteplan.frame import base_frame
from parkplan.layout.siteplan.generate import attempt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parkplan.model.siteplan import Module, Site, SitePlanProfile

    Question = tuple[Site, SitePlanProfile, Mapping[str, Module], int]


def serve(source: IO[bytes], out: IO[bytes]) -> None:
    """Answer attempts until the input ends."""
    site, profile, modules, seed = pickle.load(source)  # noqa: S301 -- written by our own parent process
    frame = base_frame(site)
    while True:
        try:
            number = pickle.load(source)  # noqa: S301 -- as above
        except EOFError:
            return
        pickle.dump(attempt(site, frame, number, seed, profile, modules), out)
        out.flush()


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
