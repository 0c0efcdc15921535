"""JSON Schemas of the layer definitions, so that an editor completes and checks them while a planner types.

Run as ``python -m parkplan.data.layer_schemas``; it writes ``layers/schema/`` of the checkout.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from parkplan.data.definitions import CHECKOUT
from parkplan.model.layers import Catalogue, LayerSpec, Palette
from parkplan.model.measurement import MeasurementErrors
from parkplan.model.options import OptionAssumptions
from parkplan.model.reports import ReportTemplate
from parkplan.model.services import ServiceAssumptions
from parkplan.model.targets import TargetPlan
from parkplan.model.typologies import ReuseAssumptions, Typology

if TYPE_CHECKING:
    from pathlib import Path

    from parkplan.model.layers import Record

SCHEMAS: Final[dict[str, type[Record]]] = {
    "catalog": Catalogue,
    "layer": LayerSpec,
    "palette": Palette,
    "targets": TargetPlan,
    "typology": Typology,
    "reuse": ReuseAssumptions,
    "options": OptionAssumptions,
    "report": ReportTemplate,
    "errors": MeasurementErrors,
    "services": ServiceAssumptions,
}


def schema_text(name: str) -> str:
    """Return the schema of one kind of definition as the text of its file.

    >>> json.loads(schema_text("palette"))["required"]
    ['id', 'title', 'source', 'classes']
    """
    schema = SCHEMAS[name].model_json_schema()
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def write_schemas(folder: Path) -> None:
    """Write all schemas into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in SCHEMAS:
        (folder / f"{name}.json").write_text(schema_text(name), encoding="utf-8")


if __name__ == "__main__":
    write_schemas(CHECKOUT / "schema")
