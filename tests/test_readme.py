"""What README says in figures is what comes out."""

import re
from pathlib import Path

import pytest

import bayes_trace as bt
from bayes_trace.tables import probability

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SETS = {path.name: bt.read_evidence_set(path) for path in sorted((ROOT / "evidence_sets").iterdir())}
STEPS = ("source_criticised", "clustered", "with_external_records")


@pytest.mark.parametrize("row", range(3))
def test_the_decision_of_1972_is_as_the_table_says(row):
    rows = [line for line in README.splitlines() if re.search(r"\| [<.]\d\d \| [<.]\d\d \|$", line)]
    assert len(rows) == 3
    es = bt.apply_scenario(SETS["us_arms_transfers"], *STEPS[: (0, 2, 3)[row]])
    belief = bt.update(bt.compile_evidence(es, episodes=["f5e_1972"]), coder="reader_a").probability
    said = [probability(belief.sel(hypothesis=name).item()) for name in ("loyalty_coercion", "quid_pro_quo")]
    assert [cell.strip() for cell in rows[row].split("|")[2:4]] == said


def test_the_number_in_the_example_is_what_it_gives():
    code = re.search(r"```python\n(.*?)\n\n", README, re.DOTALL)[1]
    rest = README.split(code)[1]
    first = rest.strip().split("\n\n")[0]
    *lines, last = first.splitlines()
    shown = re.search(r"\.item\(\)  # ([\d.]+)\.\.\.", last)[1]
    names: dict[str, object] = {}
    exec(code + "\n" + "\n".join(lines), names)
    assert str(eval(last.split("  #")[0], names)).startswith(shown)


WORDS = {"one": 1, "two": 2}


@pytest.mark.parametrize("name", re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE))
def test_counts_in_the_table_of_sets_are_those_that_check_prints(name):
    (line,) = (line for line in README.splitlines() if line.startswith(f"| `{name}` |"))
    es = SETS[name]
    counts = {
        "case": len(es.cases),
        "episode": len(es.episodes),
        "item": len(es.items),
        "coder": len(es.coders),
    }
    said = {
        what: WORDS.get(n) or int(n)
        for n, what in re.findall(r"(\w+) (case|episode|item|coder)s?\b", line.split("|")[2])
    }
    assert said == counts
