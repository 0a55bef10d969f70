"""How long `bayes-trace update` takes from a cold start, against `import xarray`, as a ratio in one run.

Run it from the top of the repository: python benchmarks/startup.py
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

SET = Path(__file__).parents[1] / "evidence_sets" / "us_arms_transfers"
ROUNDS = 7
LIMIT = 2.5


def seconds(*arguments: object) -> float:
    """Wall time of one Python process."""
    start = time.perf_counter()
    subprocess.run([sys.executable, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    """Print the ratios pair by pair; their median is the figure to quote."""
    seconds("-c", "import xarray")
    ratios = []
    for _ in range(ROUNDS):
        base = seconds("-c", "import xarray")
        ratios.append(seconds("-m", "bayes_trace", "update", SET) / base)
    print(f"update / import xarray: median {statistics.median(ratios):.2f}, ", end="")
    print(f"from {min(ratios):.2f} to {max(ratios):.2f}; promised at most {LIMIT}")


if __name__ == "__main__":
    main()
