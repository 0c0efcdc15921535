// The script of the map, loaded after Leaflet: what folium's templates and the hosts of the page call.

import * as geodesy from "./geodesy.js";
import { end, hostOf, mount, vectorLayer } from "./host.js";
import { L } from "./leaflet.js";

L.parkplan = { vectorLayer };
window.parkplan = { mount, end, hostOf, geodesy };
