"""Documents as files: Word, PDF, one HTML file that needs nothing else, or a workbook with live formulas."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from parkplan.i18n import language

if TYPE_CHECKING:
    from parkplan.model.document import Document

FORMATS: Final = {".docx": "word", ".pdf": "paper", ".html": "web", ".xlsx": "book"}
"""Each ending and the module that writes it."""


def document_bytes(document: Document, ending: str) -> bytes:
    """Return a document as the bytes of a file; the ending is one of `FORMATS`."""
    with language(document.language):
        shown = document if FORMATS[ending] == "book" else document.on_paper()
        written: bytes = import_module(f"{__name__}.{FORMATS[ending]}").written(shown)
    return written
