"""Where a workspace is: a folder, or a database named as ``postgresql://``; and how an address is shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_SCHEMES: Final = ("postgresql://", "postgres://")
_LOGIN: Final = re.compile(r"(postgres(?:ql)?://[^\s:@/]*):\S*@")
_PARAMETER: Final = re.compile(r"(password)=[^&\s]*", re.IGNORECASE)


def is_database(address: str | Path) -> bool:
    """Say whether an address is that of a database.

    >>> is_database("postgresql://db/jianghai"), is_database("jianghai.parkplan")
    (True, False)
    """
    return str(address).startswith(_SCHEMES)


def without_passwords(text: str) -> str:
    """Return a text without the passwords of the addresses in it.

    >>> without_passwords("info postgresql://ada:se@cret@db/jianghai?sslpassword=x&a=b")
    'info postgresql://ada:***@db/jianghai?sslpassword=***&a=b'
    """
    return _PARAMETER.sub(r"\1=***", _LOGIN.sub(r"\1:***@", text))
