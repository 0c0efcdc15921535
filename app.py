"""The app as an ASGI application: ``streamlit run app.py``, ``uvicorn app:app`` or, by habit, ``parkplan serve``."""

from __future__ import annotations

import streamlit as st

from parkplan.ui import server

# `streamlit run` looks for this very call in the source; anything else it would run as a page, without the gate
app = st.App(server.SCRIPT, **server.parts())
