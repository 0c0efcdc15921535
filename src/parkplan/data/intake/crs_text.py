"""The CRS that a file declares, as a text that opens no file."""

from __future__ import annotations

import re
from typing import Final

CRS_LENGTH: Final = 50_000
_EPSG_CODE: Final = re.compile(r"EPSG:[1-9][0-9]{3,5}")


def plain_crs(text: str | None) -> str | None:
    """Return a declared CRS as its EPSG code or as WKT; None when it makes no sense.

    A bare code is left for the parent to look up. What names a grid file is reduced to the CRS without it: a file from
    outside must not choose files to be opened.

    >>> plain_crs("EPSG:4547"), plain_crs("nonsense")
    ('EPSG:4547', None)
    """
    if text is None or len(text) > CRS_LENGTH:
        return None
    if _EPSG_CODE.fullmatch(text):
        return text
    from pyproj.crs import CRS
    from pyproj.exceptions import CRSError

    try:
        crs = CRS.from_user_input(text)
        while crs.is_bound and crs.source_crs is not None:
            crs = crs.source_crs
        code = crs.to_authority(min_confidence=100)
        return ":".join(code) if code else crs.to_wkt()
    except (CRSError, UnicodeError):
        return None
