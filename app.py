"""The app as an ASGI application: `streamlit run app.py`, `uvicorn app:app` or, by habit, `parkplan serve`."""

from __future__ import annotations

from parkplan.ui.server import create

app = create()
