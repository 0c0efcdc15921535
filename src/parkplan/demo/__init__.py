"""The fictional demo district: pure and seeded, no disk and no clock."""

from parkplan.demo.district import DEMO_NOTE, SIZES, generate_district

__all__ = ["DEMO_NOTE", "SIZES", "generate_district"]
