"""One profile for Hypothesis: the same examples on every machine, no clock, and no files left behind."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "bayes_trace",
    derandomize=True,
    deadline=None,
    max_examples=20,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("bayes_trace")
