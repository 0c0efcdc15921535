"""A QGIS project beside a GeoPackage: the layers of the catalogue in their order, with their styles and titles."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element, ElementTree, SubElement

import numpy as np

from parkplan.data.export.part import Origin, Part, layer_name
from parkplan.data.export.qgis_style import renderer
from parkplan.data.files import write_whole
from parkplan.data.geoparquet import geometry_type, type_names
from parkplan.data.layers import columns_of
from parkplan.i18n import LANGUAGES, language, message
from parkplan.model.derived_tables import DRAWN_TABLES
from parkplan.model.tables import is_without_places

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd
    import pyproj

    from parkplan.model.layers import Label, LayerSet, LayerSpec
    from parkplan.model.workspace import GeometryType

_SCALE_AT_ZOOM_0: Final = 559_082_264.0
_PREFIX: Final = "parkplan_"
"""QGIS takes no identifier of ten characters or less."""
_QGIS_KIND: Final[dict[GeometryType, str]] = {"point": "Point", "line": "Line", "polygon": "Polygon"}


def write_project(
    path: Path,
    geopackage: Path,
    frames: Mapping[str, gpd.GeoDataFrame],
    layers: LayerSet,
    *,
    crs: pyproj.CRS,
    title: str,
) -> None:
    """Write a ``.qgz`` that shows the tables of a GeoPackage in the same folder.

    Layers without data are left out; tables that no layer shows are listed at the end.

    Raises:
        WorkspaceError: the disk is full, may not be written, or failed.
    """
    project = Element("qgis", projectname=title, version="3.22.0")
    SubElement(project, "title").text = title
    _crs(SubElement(project, "projectCrs"), crs)
    reference = SubElement(SubElement(project, "properties"), "SpatialRefSys")
    SubElement(reference, "ProjectionsEnabled", type="int").text = "1"
    tree = SubElement(project, "layer-tree-group")
    SubElement(tree, "customproperties")
    kept = SubElement(project, "projectlayers")
    for group in layers.groups:
        specs = [layers.layers[name] for name in group.layers if _has_data(layers.layers[name], frames)]
        branch = _branch(tree, group.title.to()) if specs else tree
        for spec in specs:
            source = _source(geopackage, spec.table)
            _leaf(branch, spec.id, spec.title.to(), source, shown=spec.visible)
            kind = _kind(frames[spec.table])
            layer = _layer(kept, spec.id, spec.title.to(), source, crs, kind)
            layer.append(renderer(spec, frames[spec.table], layers.palettes, kind))
            _finish(layer, spec, frames[spec.table])
    _other_tables(tree, kept, geopackage, frames, layers, crs)
    SubElement(project, "mapcanvas", name="theMapCanvas").append(_extent(frames, crs))
    write_whole(path, _zipped({path.with_suffix(".qgs").name: project}))


def write_styles(path: Path, frames: Mapping[str, gpd.GeoDataFrame], layers: LayerSet) -> None:
    """Write a zip of QGIS style files, one for each layer with data and each language (``zh/<layer>.qml``).

    Raises:
        WorkspaceError: the disk is full, may not be written, or failed.
    """
    styles = {}
    for chosen in LANGUAGES:
        with language(chosen):
            for name, spec in layers.layers.items():
                if _has_data(spec, frames):
                    styles[f"{chosen}/{name}.qml"] = _style(spec, frames[spec.table], layers)
    write_whole(path, _zipped(styles))


def _style(spec: LayerSpec, frame: gpd.GeoDataFrame, layers: LayerSet) -> Element:
    style = Element("qgis", version="3.22.0", styleCategories="Symbology|Labeling|Fields|Rendering")
    style.append(renderer(spec, frame, layers.palettes, _kind(frame)))
    _finish(style, spec, frame)
    return style


def _has_data(spec: LayerSpec, frames: Mapping[str, gpd.GeoDataFrame]) -> bool:
    frame = frames.get(spec.table)
    return frame is not None and all(column in frame.columns for column in columns_of(spec))


def _other_tables(
    tree: Element,
    kept: Element,
    geopackage: Path,
    frames: Mapping[str, gpd.GeoDataFrame],
    layers: LayerSet,
    crs: pyproj.CRS,
) -> None:
    drawn = {spec.table for spec in layers.layers.values() if _has_data(spec, frames)}
    others = [table for table in frames if table not in drawn]
    branch = _branch(tree, message("export.other_tables")) if others else tree
    for index, table in enumerate(others):
        title = DRAWN_TABLES[table].title.to() if table in DRAWN_TABLES else table
        _leaf(branch, f"table_{index}", title, _source(geopackage, table), shown=False)
        layer = _layer(kept, f"table_{index}", title, _source(geopackage, table), crs, _kind(frames[table]))
        if is_without_places(table):
            layer.set("geometry", "No geometry")


def _source(geopackage: Path, table: str) -> str:
    return f"./{geopackage.name}|layername={layer_name(table)}"


def _branch(tree: Element, title: str) -> Element:
    return SubElement(tree, "layer-tree-group", name=_legal(title), expanded="1", checked="Qt::Checked")


def _leaf(branch: Element, identifier: str, title: str, source: str, *, shown: bool) -> None:
    SubElement(
        branch,
        "layer-tree-layer",
        id=_PREFIX + identifier,
        name=_legal(title),
        source=_legal(source),
        providerKey="ogr",
        expanded="0",
        checked="Qt::Checked" if shown else "Qt::Unchecked",
    )


def _kind(frame: gpd.GeoDataFrame) -> GeometryType:
    """Say what a table is drawn as."""
    return geometry_type(type_names(np.asarray(frame.geometry)))


def _layer(kept: Element, identifier: str, title: str, source: str, crs: pyproj.CRS, kind: GeometryType) -> Element:
    layer = SubElement(kept, "maplayer", type="vector", geometry=_QGIS_KIND.get(kind, "Unknown geometry"))
    SubElement(layer, "id").text = _PREFIX + identifier
    SubElement(layer, "datasource").text = _legal(source)
    SubElement(layer, "layername").text = _legal(title)
    _crs(SubElement(layer, "srs"), crs)
    SubElement(layer, "provider", encoding="UTF-8").text = "ogr"
    return layer


def _finish(layer: Element, spec: LayerSpec, frame: gpd.GeoDataFrame) -> None:
    """Add the note, the titles of the columns, labels and the range of scales."""
    SubElement(layer, "abstract").text = spec.note.to()
    part = Part(spec.table, frame, Origin())
    aliases = SubElement(layer, "aliases")
    for index, name in enumerate(part.attributes):
        SubElement(aliases, "alias", index=str(index + 1), field=_legal(name), name=_legal(part.heading(name)))
    if spec.zoom[0] > 0:
        layer.set("hasScaleBasedVisibilityFlag", "1")
        layer.set("minScale", f"{_SCALE_AT_ZOOM_0 / 2 ** spec.zoom[0]:.0f}")
        layer.set("maxScale", "0")
    if spec.label is not None and spec.label.column in frame.columns:
        layer.set("labelsEnabled", "1")
        layer.append(_labels(spec.label))


def _labels(label: Label) -> Element:
    labeling = Element("labeling", type="simple")
    settings = SubElement(labeling, "settings", calloutType="simple")
    red, green, blue = (int(label.colour[place : place + 2], 16) for place in (1, 3, 5))
    style = SubElement(
        settings,
        "text-style",
        fieldName=label.column,
        isExpression="0",
        fontSize=str(label.size_px),
        fontSizeUnit="Pixel",
        fontWeight="75" if label.bold else "50",
        textColor=f"{red},{green},{blue},255",
    )
    SubElement(
        style, "text-buffer", bufferDraw="1", bufferSize="1", bufferSizeUnits="Pixel", bufferColor="255,255,255,200"
    )
    SubElement(
        settings,
        "rendering",
        scaleVisibility="1",
        scaleMax="1",
        scaleMin=f"{_SCALE_AT_ZOOM_0 / 2**label.min_zoom:.0f}",
    )
    return labeling


def _crs(parent: Element, crs: pyproj.CRS) -> None:
    system = SubElement(parent, "spatialrefsys", nativeFormat="Wkt")
    SubElement(system, "wkt").text = crs.to_wkt()
    authority = crs.to_authority()
    if authority:
        SubElement(system, "authid").text = ":".join(authority)


def _extent(frames: Mapping[str, gpd.GeoDataFrame], crs: pyproj.CRS) -> Element:
    extent = Element("extent")
    boxes = [frame.to_crs(crs).total_bounds for frame in frames.values() if not frame.geometry.isna().all()]
    if boxes:
        corners = (
            min(b[0] for b in boxes),
            min(b[1] for b in boxes),
            max(b[2] for b in boxes),
            max(b[3] for b in boxes),
        )
        for name, value in zip(("xmin", "ymin", "xmax", "ymax"), corners, strict=True):
            SubElement(extent, name).text = repr(float(value))
    return extent


def _legal(text: str) -> str:
    """Return a text without the signs that XML cannot hold."""
    return "".join(letter for letter in text if letter.isprintable())


def _zipped(documents: Mapping[str, Element]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, document in documents.items():
            archive.writestr(zipfile.ZipInfo(name), _written(document), compress_type=zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _written(document: Element) -> bytes:
    stream = io.BytesIO()
    ElementTree(document).write(stream, encoding="utf-8", xml_declaration=True)
    return stream.getvalue().replace(b"?>", b"?>\n<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>", 1)
