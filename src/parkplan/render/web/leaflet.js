// Leaflet is a script of its own, loaded before ours, so that every folium plugin on the page shares one copy.

export const L = window.L;
