"""The import desk: files, what the doctor says of them, and the work that is under way."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st

from parkplan._errors import ParkplanError
from parkplan.data.intake.uploads import UPLOAD_ENDINGS, Uploads, main_files
from parkplan.i18n import message
from parkplan.jobs.import_desk import ANY_FILE
from parkplan.jobs.import_recipe import wishes_of_recipe
from parkplan.jobs.serve import UPLOAD_MB, Access
from parkplan.model.tables import TABLES
from parkplan.ui import import_confirm, import_doctor
from parkplan.ui.boundary import boundary
from parkplan.ui.import_state import desk, show

if TYPE_CHECKING:
    from parkplan.data.workspace import Workspace
    from parkplan.ui.import_state import Desk

POLL_S: Final = 0.7
OWN: Final = "*"
ENCODINGS: Final = ("utf-8", "gb18030", "big5", "utf-16", "cp1252")
AUTO: Final = ""
"""The encoding is found out; not None, which a select box shows as nothing chosen when it is drawn again."""
_ENDINGS: Final = tuple(ending.removeprefix(".") for ending in UPLOAD_ENDINGS)


def import_desk(ws: Workspace) -> None:
    """Draw the desk as far as the work has come."""
    now = desk()
    now.settle()
    if now.work is not None:
        watch()
        return
    if now.done is not None and now.seen is not None:
        import_confirm.result(ws, now, now.done, now.seen)
        return
    _files(ws, now)
    if now.fault is not None:
        show(now.fault)
    if now.seen is not None:
        import_doctor.doctor(ws, now, now.seen)
    elif now.fault is None and not now.choices:
        st.caption(message("desk.nothing_yet"))


@st.fragment(run_every=POLL_S)
def watch() -> None:
    """Show what is being done, with a button to stop it; the page is drawn anew when it is done."""
    with boundary():
        work = desk().work
        if work is None or not work.running:
            st.rerun()
        with st.container(border=True):
            said = work.said[-6:]
            for sentence in said[:-1]:
                st.text(f"✓ {sentence}")
            st.text(f"… {said[-1] if said else message('desk.starting')}")
            if work.stopping:
                st.caption(message("desk.stopping"))
            elif st.button(message("desk.stop"), key="desk_stop"):
                work.stop()
                st.rerun(scope="fragment")


def _files(ws: Workspace, now: Desk) -> None:
    upload_words()
    with st.container(border=True):
        left, right = st.columns([3, 2], gap="medium")
        with left:
            sent = st.file_uploader(
                message("desk.files"), type=list(_ENDINGS), accept_multiple_files=True,
                key=f"desk_files_{now.round}_{now.reads}", help=message("desk.files_hint", limit=UPLOAD_MB),
            )  # fmt: skip
            path = _local_path(now)
            if now.paths and not sent and not path:
                st.text(message("desk.on_the_desk", files=", ".join(each.name for each in now.paths)))
            st.caption(message("desk.files_note", limit=UPLOAD_MB))
        with right:
            table = _table(now)
            layers = _layers(now)
            encoding = _encoding(now)
            _recipe(now)
        begin = message("desk.read_again" if now.seen is not None else "desk.read")
        if st.button(begin, type="primary", key="desk_read", disabled=not (sent or path or now.paths)):
            _take(now, sent, path)
            now.wanted = replace(now.wanted, table=table, layers=layers, encoding=encoding)
            now.read(ws)
            st.rerun()


def upload_words() -> None:
    """Let the upload field, whose words are Streamlit's own, speak the language of the session; see ``page.css``."""
    choose, drop = message("desk.choose_file"), message("desk.drop_file")
    st.html(f"<style>:root {{ --pp-choose-file: '{choose}'; --pp-drop-file: '{drop}'; }}</style>")


def _take(now: Desk, sent: list[st.runtime.uploaded_file_manager.UploadedFile], path: str) -> None:
    """Put the files of this moment on the desk."""
    if sent:
        kept = Uploads()
        now.paths = tuple(main_files([kept.keep(file.name, file) for file in sent]))
        if now.uploads is not None:
            now.uploads.discard()
        now.uploads = kept
    elif path:
        now.paths = (Path(path),)


def _local_path(now: Desk) -> str:
    """Ask for a path of this machine where only its own user can be here: no other machine may reach the app."""
    if Access.of(os.environ).proxy_secret is not None:
        return ""
    return st.text_input(message("desk.path"), key=f"desk_path_{now.round}", placeholder=message("desk.path_example"))


def _table(now: Desk) -> str:
    titles = {name: f"{table.title.to()} · {name}" for name, table in TABLES.items()}
    titles[OWN] = message("desk.table_own")
    known = now.wanted.table if now.wanted.table in TABLES else OWN
    names = list(titles)
    chosen = st.selectbox(
        message("desk.table"), names, index=names.index(known), format_func=titles.__getitem__,
        key=f"desk_table_{now.round}",
    )  # fmt: skip
    if chosen != OWN:
        return str(chosen)
    given = "" if now.wanted.table in TABLES else now.wanted.table
    return st.text_input(message("desk.table_name"), given, key=f"desk_name_{now.round}").strip()


def _layers(now: Desk) -> dict[str, tuple[str, ...]]:
    """Let layers be chosen for each file that has several."""
    chosen = {name: layers for name, layers in now.wanted.layers.items() if name == ANY_FILE}
    for file, layers in now.choices.items():
        st.text(message("desk.layers_of", file=file, count=len(layers)))
        picked = st.multiselect(
            message("desk.layers"),
            layers,
            default=now.wanted.layers.get(file, ()),
            key=f"desk_layers_{now.round}_{file}",
        )
        if picked:
            chosen[file] = tuple(picked)
    return chosen


def _encoding(now: Desk) -> str | None:
    stated = now.wanted.encoding
    known = ENCODINGS if stated is None or stated in ENCODINGS else (*ENCODINGS, stated)
    titles = {AUTO: message("desk.encoding_auto")} | {name: name.upper() for name in known}
    options = list(titles)
    chosen = st.selectbox(
        message("desk.encoding"), options, index=options.index(stated or AUTO), format_func=titles.__getitem__,
        key=f"desk_encoding_{now.round}_{now.wanted.encoding}",
    )  # fmt: skip
    return None if chosen == AUTO else chosen


def _recipe(now: Desk) -> None:
    """Take the wishes of a recipe: the file is then read as the one for which it was made."""
    with st.popover(message("desk.recipe"), width="content"):
        st.caption(message("desk.recipe_note"))
        sent = st.file_uploader(message("desk.recipe_file"), type=["yaml", "yml"], key=f"desk_recipe_{now.round}")
        if sent is not None and st.button(message("desk.recipe_use"), key="desk_recipe_use"):
            kept = Uploads()
            try:
                now.wanted = wishes_of_recipe(kept.keep(sent.name, sent))
            except ParkplanError as fault:
                show(fault)
                return
            finally:
                kept.discard()
            st.rerun()
