"""How far a long piece of work is: each sentence that it says, and a bar where the number of steps is known."""

from __future__ import annotations

import streamlit as st


class Steps:
    """Called with each sentence; ``expected`` is how many there will be, about."""

    def __init__(self, expected: int = 0) -> None:
        self._expected, self._done = expected, 0
        self._bar = st.progress(0.0) if expected else None

    def __call__(self, sentence: str) -> None:
        """Write what is being done, exactly as it is, and move the bar: what was said before is done."""
        st.text(sentence)
        if self._bar is not None:
            self._bar.progress(min(self._done / self._expected, 1.0))
        self._done += 1
