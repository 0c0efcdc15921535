"""Layouts: site plans that keep the control indicators by construction, and their independent checker."""
