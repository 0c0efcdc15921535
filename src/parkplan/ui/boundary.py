"""Faults on a page: a sentence with the way out where the user can mend it, else a short sentence and a log id."""

from __future__ import annotations

import logging
import secrets
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec

import streamlit as st

from parkplan._errors import ParkplanError
from parkplan.i18n import language, message
from parkplan.ui.state import session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

P = ParamSpec("P")
logger = logging.getLogger(__name__)


def show_fault(error: ParkplanError) -> None:
    """Show a fault that the user can mend; its text is shown verbatim, never as markdown."""
    with st.container(border=True):
        st.error(message("ui.fault"))
        for sentence in error.sentences():
            st.text(sentence)


def show_unexpected(error: Exception) -> None:
    """Show that something went wrong on our side, and log it under the id that is shown."""
    number = secrets.token_hex(4)
    logger.error("fault %s", number, exc_info=error)
    st.error(message("ui.unexpected", number=number))


@contextmanager
def boundary() -> Iterator[None]:
    """Speak the session's language inside the block, and turn what goes wrong into sentences."""
    with language(session().language):
        try:
            yield
        except ParkplanError as error:
            show_fault(error)
        except Exception as error:
            show_unexpected(error)


def fragment(function: Callable[P, None]) -> Callable[P, None]:
    """Make a part of a page that reruns alone, with the session's language and its own fault boundary."""

    @st.fragment
    @wraps(function)
    def part(*args: P.args, **kwargs: P.kwargs) -> None:
        with boundary():
            function(*args, **kwargs)

    return part
