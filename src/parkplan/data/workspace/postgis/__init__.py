"""A workspace of a team in a database with PostGIS."""

from parkplan.data.workspace.postgis.workspace import (
    PostgisWorkspace,
    build_postgis,
    has_postgis,
    open_postgis,
    shown_postgis,
)

__all__ = ["PostgisWorkspace", "build_postgis", "has_postgis", "open_postgis", "shown_postgis"]
