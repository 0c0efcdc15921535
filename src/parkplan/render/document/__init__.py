"""Documents as files: Word, PDF, or one HTML file that needs nothing else."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from parkplan.i18n import language

if TYPE_CHECKING:
    from parkplan.model.document import Document

FORMATS: Final = {".docx": "word", ".pdf": "paper", ".html": "web"}
"""Each ending and the module that writes it."""


def document_bytes(document: Document, ending: str) -> bytes:
    """Return a document as the bytes of a file; the ending is one of `FORMATS`."""
    with language(document.language):
        written: bytes = import_module(f"{__name__}.{FORMATS[ending]}").written(document)
    return written
