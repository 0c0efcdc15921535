"""From rules to verdicts with evidence: three-valued, so that what is unknown never flags and never clears a parcel."""

from parkplan.screening.rules import ConditionOutcome, RuleOutcome, apply_rules, rules_in_force
from parkplan.screening.verdicts import Verdict, verdicts

__all__ = ["ConditionOutcome", "RuleOutcome", "Verdict", "apply_rules", "rules_in_force", "verdicts"]
