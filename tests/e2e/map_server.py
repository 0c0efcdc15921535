"""Serves the Streamlit page of the map tests with tiles and assets: ``python map_server.py PORT``."""

from __future__ import annotations

import sys
from pathlib import Path

import streamlit as st
import uvicorn
from map_world import Application
from streamlit import config

from parkplan.ui.server import SETTINGS

if __name__ == "__main__":
    for name, value in SETTINGS.items():
        config.set_option(name, value)
    here = Path(__file__).parent
    app = st.App(str(here / "map_page.py"), routes=Application().routes()[1:])
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
