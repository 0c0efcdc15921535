"""Site plans of random sites: how many options each has, and whether the independent checker turns any of them down.

`python bench/bench_siteplan_random.py [--first 0] [--sites 20] [--options 24]` prints one line for each site as JSON:
area, options, valid plans of attempts, rules broken by the options, and the rules that the other attempts broke.
`--sum FILE ...` adds such lines up, and says of each site with fewer options than asked for why that is so.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from parkplan.data.siteplans import choose_profile, load_modules
from parkplan.jobs.siteplan import violations
from parkplan.layout.siteplan import generate
from sites.stars import random_site

PROFILE = choose_profile("cn_industrial")
MODULES = load_modules()


def line(seed: int, count: int) -> dict[str, Any]:
    """Return what the generator and the checker say about one site."""
    land = random_site(seed)
    start = time.process_time()
    made = generate(land, PROFILE, MODULES, count=count, seed=seed)
    spent = time.process_time() - start
    wrong = {plan.id: [found.rule for found in violations(plan, PROFILE, MODULES)] for plan in made.options}
    return {
        "seed": seed,
        "hectares": round(land.area_m2 / 1e4, 1),
        "options": len(made.options),
        "valid": made.valid,
        "tried": made.tried,
        "cpu_s": round(spent, 1),
        "violations": {name: rules for name, rules in wrong.items() if rules},
        "collision": list(made.collision),
        "broken": dict(sorted(made.broken.items(), key=lambda entry: -entry[1])),
    }


def summary(lines: list[dict[str, Any]], count: int) -> None:
    """Print the sums, and each site that fell short with its reason."""
    short = [one for one in lines if one["options"] < count]
    wrong = sum(len(one["violations"]) for one in lines)
    options = sum(one["options"] for one in lines)
    cpu = sum(one["cpu_s"] for one in lines)
    print(f"{len(lines)} sites, {options:,} options, {wrong} with violations, {cpu:,.0f} CPU s to generate")
    print(f"{len(short)} sites with fewer than {count} options:")
    for one in sorted(short, key=lambda one: one["options"]):
        reason = (
            f"{one['valid'] - one['options']} valid plans too like another"
            if one["valid"] >= count
            else f"{one['valid']} valid of {one['tried']}; mostly broken: {', '.join(list(one['broken'])[:3])}"
        )
        print(f"  site {one['seed']} ({one['hectares']} ha): {one['options']} options, {reason}")


def main() -> None:
    """Print the lines, or their sum."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--first", type=int, default=0)
    options.add_argument("--sites", type=int, default=20)
    options.add_argument("--options", type=int, default=24)
    options.add_argument("--sum", nargs="+", type=Path)
    asked = options.parse_args()
    if asked.sum:
        texts = [text for path in asked.sum for text in path.read_text(encoding="utf-8").splitlines()]
        found = {one["seed"]: one for one in map(json.loads, texts)}
        summary([found[seed] for seed in sorted(found)], asked.options)
        return
    for seed in range(asked.first, asked.first + asked.sites):
        print(json.dumps(line(seed, asked.options)), flush=True)


if __name__ == "__main__":
    main()
