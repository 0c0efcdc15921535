"""Names from data in places that read markdown: labels of buttons, captions, notices."""

from __future__ import annotations

import string
from typing import Final

_ESCAPED: Final = str.maketrans({letter: f"\\{letter}" for letter in string.punctuation})


def plain(text: str) -> str:
    r"""Return a text that markdown shows as it stands: every mark of ASCII escaped, as CommonMark allows.

    >>> plain("**A** :red[b]")
    '\\*\\*A\\*\\* \\:red\\[b\\]'
    """
    return text.translate(_ESCAPED)
