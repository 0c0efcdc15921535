"""What stands beside every statistic: on how many rows it rests, by which method, with which parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parkplan.i18n import message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parkplan.i18n import Language


@dataclass(frozen=True, slots=True)
class Statement:
    """How a result came about.

    ``method`` ends the key of its sentence, ``clusters.method_<method>``, which ``n`` and ``parameters`` fill and which
    says what counts as significant.
    """

    method: str
    n: int
    parameters: Mapping[str, float | int | str]

    def sentence(self, chosen: Language | None = None) -> str:
        """Return the statement as a sentence."""
        return message(f"clusters.method_{self.method}", chosen, n=f"{self.n:,}", **self.parameters)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a statistic is not given: ``clusters.refused_<reason>``, filled by ``n`` and ``least``."""

    statistic: str
    subject: str
    reason: str
    n: int
    least: int

    def sentence(self, chosen: Language | None = None) -> str:
        """Return the reason as a sentence."""
        return message(f"clusters.refused_{self.reason}", chosen, n=f"{self.n:,}", least=f"{self.least:,}")
