"""Plan targets and what they need in land and floor."""
