"""Where to look next: how informative planned items would be, singly, together and in sequence."""

from bayes_trace.planning.learning import expected_learning, expected_weight
from bayes_trace.planning.prospects import outcomes
from bayes_trace.planning.ranking import best_next, best_plan
from bayes_trace.planning.strategies import strategy
from bayes_trace.planning.words import describe_next, describe_strategy, outcome_table

__all__ = [
    "best_next",
    "best_plan",
    "describe_next",
    "describe_strategy",
    "expected_learning",
    "expected_weight",
    "outcome_table",
    "outcomes",
    "strategy",
]
