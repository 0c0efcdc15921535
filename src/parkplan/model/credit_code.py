"""The unified social credit code of Chinese organisations: 18 characters, the last of which checks the others."""

from __future__ import annotations

import unicodedata
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The characters of GB 32100-2015, in the order of their values; I, O, S, V and Z are not used."""
LENGTH: Final = 18
_WEIGHTS: Final = tuple(pow(3, place, 31) for place in range(LENGTH - 1))


def plain_code(text: str) -> str:
    """Return a code as it is compared: in capitals of usual width, without spaces and hyphens.

    >>> plain_code(" ９１350100m000100y43 ")
    '91350100M000100Y43'
    """
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(letter for letter in plain if not letter.isspace() and letter != "-")


def check_character(first: str) -> str:
    """Return the eighteenth character for the first seventeen (GB 32100-2015, 4.5).

    ``C18 = 31 - (sum of Ci * Wi) mod 31`` with ``Wi = 3^(i-1) mod 31``; 31 is written as 0.

    Raises:
        ValueError: not seventeen characters of the alphabet.

    >>> check_character("91350100M000100Y4")
    '3'
    """
    if len(first) != LENGTH - 1:
        raise ValueError(first)
    total = sum(ALPHABET.index(letter) * weight for letter, weight in zip(first, _WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def is_credit_code(text: str) -> bool:
    """Say whether a text is a unified social credit code whose check character is right.

    >>> is_credit_code("91350100M000100Y43"), is_credit_code("91350100M000100Y34"), is_credit_code("")
    (True, False, False)
    """
    plain = plain_code(text)
    known = len(plain) == LENGTH and all(letter in ALPHABET for letter in plain)
    return known and check_character(plain[:-1]) == plain[-1]
