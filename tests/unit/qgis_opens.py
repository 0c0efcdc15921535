"""Runs inside QGIS's own Python: opens a project and tells, as JSON, what QGIS makes of it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from qgis.core import QgsApplication, QgsExpression, QgsExpressionContextUtils, QgsProject, QgsRenderContext


def drawn(layer: object) -> int:
    """Count the features for which the renderer has a symbol."""
    context = QgsRenderContext()
    context.expressionContext().appendScopes(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
    renderer = layer.renderer()
    renderer.startRender(context, layer.fields())
    count = 0
    for feature in layer.getFeatures():
        context.expressionContext().setFeature(feature)
        count += renderer.willRenderFeature(feature, context)
    renderer.stopRender(context)
    return count


def faulty(layer: object) -> list[str]:
    """List the filters that QGIS cannot parse."""
    if layer.renderer().type() != "RuleRenderer":
        return []
    rules = layer.renderer().rootRule().descendants()
    filters = [rule.filterExpression() for rule in rules if rule.filterExpression() not in ("", "ELSE")]
    return [text for text in filters if QgsExpression(text).hasParserError()]


def main() -> None:
    """Tell what is in the project that is named on the command line."""
    application = QgsApplication([], False)
    application.initQgis()
    project = QgsProject.instance()
    found = {"read": project.read(sys.argv[1]), "title": project.title(), "crs": project.crs().authid(), "layers": {}}
    for node in project.layerTreeRoot().findLayers():
        layer = node.layer()
        found["layers"][node.layerId()] = layer is not None and {
            "title": layer.name(),
            "group": node.parent().name(),
            "valid": layer.isValid(),
            "visible": node.isVisible(),
            "drawn": drawn(layer),
            "faulty": faulty(layer),
            "aliases": [layer.attributeAlias(index) for index in range(layer.fields().count())],
        }
    for style in sys.argv[2:]:
        layer = project.mapLayer(f"parkplan_{Path(style).stem}")
        said, read = layer.loadNamedStyle(style)
        found.setdefault("styles", {})[style] = {"read": read, "said": said, "drawn": drawn(layer)}
    print(json.dumps(found))


main()
