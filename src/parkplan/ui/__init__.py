"""The app: thin pages over the use cases of ``jobs``. The only room that knows Streamlit."""
