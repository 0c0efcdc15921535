// What lies under the pointer: hover marks it, a click reports it.

/**
 * All hits of the visible layers: first what is painted there, from the top layer down, then insides of mere outlines.
 * A layer shown as pictures has a hit without id: what lies there only the server knows.
 */
export function hitsAt(layers, latlng) {
  const hits = [...layers].sort((a, b) => b.spec.order - a.spec.order).flatMap((layer) => layer.hits(latlng));
  return [...hits.filter((hit) => hit.solid), ...hits.filter((hit) => !hit.solid)];
}

export class Pointer {
  /** `view`: map, shownLayers(), measure, chrome, highlight; `clicked({lat, lng, hits})`. */
  constructor(view, clicked) {
    this.view = view;
    this.clicked = clicked;
    this.hover = null;
    view.map.on("mousemove", this._move, this);
    view.map.on("mouseout", this._leave, this);
    view.map.on("click", this._click, this);
  }

  _move(event) {
    this.latlng = event.latlng;
    this._frame ??= requestAnimationFrame(() => {
      this._frame = null;
      if (!this.latlng) return;
      this.view.chrome.showCoordinates(this.latlng);
      const busy = this.view.map.dragging.moving() || this.view.measure.active;
      this._mark(busy ? null : (hitsAt(this.view.shownLayers(), this.latlng).find((hit) => hit.solid && hit.id !== null) ?? null));
    });
  }

  _leave() {
    this.latlng = null;
    this.view.chrome.showCoordinates(null);
    this._mark(null);
  }

  _mark(hit) {
    if (hit?.layer === this.hover?.layer && hit?.id === this.hover?.id) return;
    this.hover = hit;
    this.view.map.getContainer().classList.toggle("pp-pointing", Boolean(hit));
    this.view.highlight.schedule();
  }

  _click(event) {
    if (this.view.measure.active) return;
    const { lat, lng } = event.latlng.wrap();
    const hits = hitsAt(this.view.shownLayers(), event.latlng).map(({ layer, id, solid }) => ({ layer, id, solid }));
    this.clicked({ lat, lng, zoom: this.view.map.getZoom(), hits });
  }
}
