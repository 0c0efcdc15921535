"""Files from outside: read in a process of their own, which can do no harm, and checked before anything is believed."""

from __future__ import annotations
