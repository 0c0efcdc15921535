"""Frozen records that every room shares: tables, codes, layers, results. No input, no output."""
