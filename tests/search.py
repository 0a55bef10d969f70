"""How far random searches go: a few fixed examples in `make test`, many fresh ones in `make test-deep` and `make fuzz`."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Verbosity, is_hypothesis_test, settings
from hypothesis.database import DirectoryBasedExampleDatabase

#: set by `make test-deep` and `make fuzz`
DEEP = os.environ.get("SEARCH") in ("deep", "fuzz")
#: an ordinary test looks at this many examples, and this many times as many when it searches deeply
EXAMPLES, FEWEST = 8, 4
DEEPER = 600 if os.environ.get("SEARCH") == "fuzz" else int(os.environ.get("TIMES", "5"))

settings.register_profile(
    "quick",
    derandomize=True,
    deadline=None,
    max_examples=EXAMPLES,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "deep",
    derandomize=False,
    deadline=None,
    max_examples=EXAMPLES * DEEPER,
    # what failed once is tried first from then on
    database=DirectoryBasedExampleDatabase(".hypothesis/examples"),
    print_blob=True,
    verbosity=Verbosity.normal,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("deep" if DEEP else "quick")


def many(whole: int, *, quick: int | None = None) -> int:
    """So many when a search goes as far as it does by hand, a share of them where less far, few where quick."""
    if quick is not None and not DEEP:
        return quick
    return max(1, min(whole, whole * DEEPER // 5))


def goes_further(test: object) -> bool:
    """Whether a test goes further in `make test-deep`: Hypothesis searches, or it says how many or how in its body."""
    names = getattr(getattr(test, "__code__", None), "co_names", ())
    return is_hypothesis_test(test) or bool({"DEEP", "many"} & set(names))


def examples(count: int) -> settings:
    """Settings of a test that looks at `count` examples where an ordinary one looks at twenty."""
    scale = EXAMPLES * (DEEPER if DEEP else 1) / 20
    return settings(max_examples=max(FEWEST, round(count * scale)))
