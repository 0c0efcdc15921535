"""Layout options judged alike: measures of one option, differences between options, rank, regret, and a memo."""
