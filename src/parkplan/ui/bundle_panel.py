"""Audit bundles on a page: make one, and check one that came back."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, cast

import pandas as pd
import streamlit as st

from parkplan.i18n import message
from parkplan.jobs.bundle import bundle
from parkplan.jobs.bundle_runs import RUNS
from parkplan.jobs.verify import Verification, described, verify
from parkplan.ui.bundle_form import bundle_fields
from parkplan.ui.import_desk import upload_words
from parkplan.ui.steps import Steps

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.ui.bundle_form import BundleAsked

MADE: Final = "bundle_made"
CHECKED: Final = "bundle_checked"
LISTED: Final = 200
BEFORE_AND_AFTER: Final = 2
"""Steps of a bundle beside its jobs: copying and packing."""


def bundle_panel(ws: Workspace) -> None:
    """Offer a bundle of the workspace, by the rules in force and with all results unless the form says otherwise."""
    st.subheader(message("report.page_bundle"), anchor=False)
    st.caption(message("report.bundle_note"))
    asked = bundle_fields(ws)
    if st.button(message("report.bundle_make"), key="bundle_make"):
        st.session_state[MADE] = (_versions(ws), asked, *_made(ws, asked))
    made = cast("tuple[tuple[str, ...], BundleAsked, bytes, str] | None", st.session_state.get(MADE))
    if made is not None and made[:2] == (_versions(ws), asked):
        name = f"{ws.name}_audit.zip"
        st.text(message("cli.bundle_fingerprint", fingerprint=made[3]))
        st.download_button(
            message("ui.export_download", name=name),
            made[2],
            file_name=name,
            mime="application/zip",
            key="bundle_take",
            on_click="ignore",
        )


def _versions(ws: Workspace) -> tuple[str, ...]:
    return (ws.address, *(entry.digest for entry in ws.journal(1)))


def _made(ws: Workspace, asked: BundleAsked) -> tuple[bytes, str]:
    steps = len(asked.question.jobs or RUNS) + BEFORE_AND_AFTER
    with TemporaryDirectory(prefix="parkplan-") as folder, st.status(message("report.making"), expanded=True) as status:
        path = Path(folder) / "audit.zip"
        made = bundle(
            ws.address, out=path, profiles=asked.profiles, as_of=asked.as_of, question=asked.question,
            progress=Steps(steps),
        )  # fmt: skip
        for each in made.omitted:
            st.text(message("cli.bundle_omitted", job=message(f"report.job_{each.job}"), reason=each.reason.to()))
        status.update(label=message("report.made"), state="complete", expanded=bool(made.omitted))
        return path.read_bytes(), made.fingerprint


def verify_panel() -> None:
    """Take a bundle, run it again, and list what differs."""
    st.subheader(message("report.page_verify"), anchor=False)
    st.caption(message("report.verify_note"))
    upload_words()
    given = st.file_uploader(message("report.verify_file"), type="zip", key="verify_file")
    if given is not None and st.button(message("report.verify_run"), key="verify_run"):
        st.session_state[CHECKED] = (given.file_id, _checked(given.getvalue()))
    checked = cast("tuple[str, Verification] | None", st.session_state.get(CHECKED))
    if given is not None and checked is not None and checked[0] == given.file_id:
        _told(checked[1])


def _checked(content: bytes) -> Verification:
    with TemporaryDirectory(prefix="parkplan-") as folder, st.status(message("report.making"), expanded=True) as status:
        path = Path(folder) / "audit.zip"
        path.write_bytes(content)
        found = verify(path, progress=Steps())
        status.update(label=message("report.checked"), state="complete", expanded=False)
        return found


def _told(found: Verification) -> None:
    files, cells = f"{found.files:,}", f"{found.cells:,}"
    if found.equal:
        st.success(message("cli.verify_equal", files=files, cells=cells, rounded=f"{found.rounded:,}"))
    else:
        st.error(message("cli.verify_differs", files=files, cells=cells, count=f"{found.differing:,}"))
        rows = [described(each).to() for each in found.differences[:LISTED]]
        st.dataframe(pd.DataFrame({message("report.difference"): rows}), hide_index=True)
    for name, then, now in found.programs:
        st.caption(message("cli.verify_program", name=name, then=then, now=now))
    st.text(message("cli.bundle_fingerprint", fingerprint=found.fingerprint))
