"""The only room that touches disk or network: workspace, import, export, layers, manifest."""
