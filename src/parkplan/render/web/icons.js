// Our own line icons on a grid of 24 units, drawn with a stroke.

export const ICONS = {
  plus: ["M12 5v14M5 12h14"],
  minus: ["M5 12h14"],
  home: ["M4 11l8-7 8 7", "M6 9.5V20h12V9.5"],
  enlarge: ["M9 4H4v5M15 4h5v5M9 20H4v-5M15 20h5v-5"],
  reduce: ["M4 9h5V4M20 9h-5V4M4 15h5v5M20 15h-5v5"],
  ruler: ["M3 16.5L16.5 3 21 7.5 7.5 21z", "M7 12.5l2 2M10 9.5l3 3M13 6.5l2 2"],
  area: ["M5 8l8-4 7 8-5 8-9-3z"],
  layers: ["M12 4l9 5-9 5-9-5z", "M3.5 13.5L12 18l8.5-4.5"],
  legend: ["M4 5h5v5H4zM4 14h5v5H4z", "M13 7.5h7M13 16.5h7"],
  close: ["M6 6l12 12M18 6L6 18"],
  chevron: ["M9 6l6 6-6 6"],
  up: ["M6 15l6-6 6 6"],
  down: ["M6 9l6 6 6-6"],
  grip: ["M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01"],
  target: ["M12 3v4M12 17v4M3 12h4M17 12h4", "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8"],
  warning: ["M12 4l9 16H3z", "M12 10v5M12 17.5h.01"],
};
