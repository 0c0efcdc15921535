"""Which enterprise works on which parcel: matches with shares, proposals to be confirmed, and who is left over."""

from __future__ import annotations

import getpass
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from parkplan._errors import RequestError
from parkplan.data.workspace import open_workspace
from parkplan.jobs.match_decisions import decisions
from parkplan.metrics.firm_matching import match_firms
from parkplan.metrics.firms import SEPARATOR
from parkplan.model.workspace import Change

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from parkplan.data.workspace import Workspace
    from parkplan.jobs.match_decisions import Decided
    from parkplan.metrics.firm_matching import FirmMatches
    from parkplan.model.workspace import TableInfo


@dataclass(frozen=True, slots=True)
class EnterpriseMatch:
    """The answer: frames with enterprise_id, name, parcel_id, method (and shares); ``info`` is the version written.

    ``faulty_codes`` are enterprises whose unified social credit code has a wrong check character.
    """

    address: str
    enterprises: int
    counts: dict[str, int]
    matched: pd.DataFrame = field(repr=False)
    proposed: pd.DataFrame = field(repr=False)
    unmatched: tuple[str, ...]
    info: TableInfo | None
    faulty_codes: tuple[str, ...] = ()


def match_enterprises(
    workspace: str | Path,
    *,
    confirm: Mapping[str, str] | None = None,
    write: bool = False,
    actor: str | None = None,
) -> EnterpriseMatch:
    """Match enterprises to parcels by number, credit code, name, address or place; ``write`` saves the parcel numbers.

    ``confirm`` names the parcel of an enterprise (several separated by ``;``) and prevails, before what was decided in
    the workspace. Proposals are never saved.

    Raises:
        RequestError: a table is missing, or what is confirmed does not exist.
        WorkspaceError: the workspace is missing, broken or locked.

    """
    opened = open_workspace(workspace)
    parcels, firms = _table(opened, "parcels"), _table(opened, "enterprises")
    _check(confirm or {}, parcels, firms)
    decided = decisions(opened)
    found = match_firms(
        parcels, firms, {**_still_there(decided, parcels), **(confirm or {})}, rejected=decided.rejected
    )
    info = _write(opened, firms, parcels, found, actor) if write else None
    matched, proposed = (_named(pairs, parcels, firms) for pairs in (found.matched, found.proposed))
    return EnterpriseMatch(
        address=opened.address,
        enterprises=len(firms),
        counts=_counts(found),
        matched=matched,
        proposed=proposed,
        unmatched=tuple(str(firms["enterprise_id"].iloc[row]) for row in found.unmatched),
        info=info,
        faulty_codes=tuple(str(firms["enterprise_id"].iloc[row]) for row in found.faulty_codes),
    )


def _still_there(decided: Decided, parcels: pd.DataFrame) -> dict[str, str]:
    """Confirmations whose parcels exist; a later import may have renumbered them."""
    known = set(parcels["parcel_id"].astype(str))
    return {firm: said for firm, said in decided.confirmed.items() if set(said.split(SEPARATOR)) <= known}


def _counts(found: FirmMatches) -> dict[str, int]:
    counts = found.matched.drop_duplicates("firm")["method"].value_counts()
    return {str(method): int(count) for method, count in counts.items()}


def _table(workspace: Workspace, name: str) -> gpd.GeoDataFrame:
    if name not in {info.name for info in workspace.tables()}:
        known = ", ".join(info.name for info in workspace.tables()) or "—"
        raise RequestError("no_such_table", table=name, workspace=workspace.name, known=known)
    return workspace.read(name)


def _check(confirm: Mapping[str, str], parcels: pd.DataFrame, firms: pd.DataFrame) -> None:
    known, keys = set(parcels["parcel_id"].astype(str)), set(firms["enterprise_id"].astype(str))
    for firm, said in confirm.items():
        if firm not in keys:
            raise RequestError("unknown_enterprise", enterprise=firm)
        for parcel in said.split(SEPARATOR):
            if parcel.strip() not in known:
                raise RequestError("unknown_parcel", parcel=parcel.strip())


def _named(pairs: pd.DataFrame, parcels: pd.DataFrame, firms: pd.DataFrame) -> pd.DataFrame:
    firm, parcel = pairs["firm"].to_numpy(dtype=int), pairs["parcel"].to_numpy(dtype=int)
    names = firms["name"] if "name" in firms.columns else firms["enterprise_id"]
    columns = {
        "enterprise_id": firms["enterprise_id"].to_numpy()[firm],
        "name": names.to_numpy()[firm],
        "parcel_id": parcels["parcel_id"].to_numpy()[parcel],
    }
    rest = pairs.drop(columns=["firm", "parcel"]).reset_index(drop=True)
    return pd.DataFrame(columns).join(rest)


def _write(
    workspace: Workspace, firms: gpd.GeoDataFrame, parcels: pd.DataFrame, found: FirmMatches, actor: str | None
) -> TableInfo:
    """Save the numbers of the matched; those of the others stay as they are."""
    codes = parcels["parcel_id"].astype(str)
    joined = found.matched["parcel"].map(codes.get).groupby(found.matched["firm"]).agg(SEPARATOR.join)
    before = firms["parcel_id"] if "parcel_id" in firms.columns else pd.Series([None] * len(firms), dtype=object)
    numbers = joined.reindex(range(len(firms))).where(lambda values: values.notna(), before.to_numpy())
    changed = gpd.GeoDataFrame(firms.assign(parcel_id=numbers.to_numpy()))
    old = workspace.info("enterprises")
    change = Change(
        actor=actor or getpass.getuser(),
        action="match",
        reason=", ".join(f"{method}: {count}" for method, count in _counts(found).items()),
        source=old.source,
        synthetic=old.synthetic,
        note=old.note,
    )
    (info,) = workspace.write({"enterprises": changed}, change=change)
    return info
