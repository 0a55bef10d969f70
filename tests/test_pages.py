"""The pages at the top of the repository say what holds: README, CONTRIBUTING, CITATION, the hosted run."""

import importlib
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import bayes_trace as bt
from tests.arms import arms_set
from tests.command import SETS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
STEPS = {
    "the article as printed": (),
    "sources criticised, items of one origin counted once": ("source_criticised", "clustered"),
    "and the published records of autumn 1972 added": (
        "source_criticised",
        "clustered",
        "with_external_records",
    ),
}


@pytest.mark.parametrize("row", STEPS)
def test_the_figures_of_the_readme_are_the_engine_s(row):
    arms = bt.apply_scenario(arms_set(), *STEPS[row])
    belief = bt.update(bt.compile_evidence(arms), coder="reader_a").probability.sel(episode="f5e_1972")
    printed = re.search(rf"^\| {row} \| (\.\d+) \| (\.\d+) \|$", README, re.MULTILINE)
    for hypothesis, said in zip(("loyalty_coercion", "quid_pro_quo"), printed.groups(), strict=True):
        assert f"{belief.sel(hypothesis=hypothesis).item():.2f}" == f"0{said}"


def test_the_number_in_the_readme_s_code_is_the_engine_s():
    arms = arms_set()
    belief = bt.update(bt.compile_evidence(arms), coder="reader_a").probability
    said = re.search(r"\.item\(\)  # (0\.\d+)\.\.\.$", README, re.MULTILINE)[1]
    assert str(belief.sel(episode="f5e_1972", hypothesis="loyalty_coercion").item()).startswith(said)


def test_the_readme_counts_what_is_in_the_sets():
    listed = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", README, re.MULTILINE))
    assert listed.keys() == {path.name for path in SETS.iterdir() if path.is_dir()}
    counted = [int(n) for n in re.findall(r"(\d+) (?:cases|episodes|items)", listed["us_arms_transfers"])]
    arms = arms_set()
    assert counted == [len(arms.cases), len(arms.episodes), len(arms.items)]
    assert len(arms.coders) == 2


def targets():
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "ARCHITECTURE.md"])
def test_what_a_page_names_is_there(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    commands = [words.split() for words in re.findall(r"(?:\$ |`)make ((?:[a-z-]+ ?)+)", text)]
    assert {each for words in commands for each in words} <= targets() | {"PYTHON"}
    paths = re.findall(r"`((?:tests|docs|tools|analyses|benchmarks|\.ci|\.github)/[\w./-]+)`", text)
    assert [path for path in paths if "plot_name" not in path and not (ROOT / path).exists()] == []
    inside = re.findall(
        r"`((?:evidence|files|likelihood|report|plots|cli|sensitivity|models)/[\w./]+)`", text
    )
    assert [path for path in inside if not (ROOT / "bayes_trace" / path).exists()] == []
    assert [path for path in re.findall(r"`([A-Z]+\.(?:md|cff))`", text) if not (ROOT / path).exists()] == []


def test_recipes_name_what_the_package_has():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for module, name in {
        "evidence.forms": "CodingUnit",
        "sensitivity.registry": "register",
        "plots.style": "figure_style",
        "report.parts": "Parts",
        "evidence.records": "Item",
        "files.bibliography.bibtex": "_by_pandoc",
    }.items():
        assert name in text
        assert hasattr(importlib.import_module(f"bayes_trace.{module}"), name)


def test_the_citation_is_of_this_version_with_a_day():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert cited["version"] == bt.__version__
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", str(cited["date-released"]))
    assert cited["authors"] == [{"name": "The bayes_trace project"}]


def test_whatever_runs_elsewhere_is_pinned_by_its_hash():
    run = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    pins = re.findall(r"uses: \S+@(\S+)", run)
    pins += [each["rev"] for each in hooks["repos"] if each["repo"] != "local"]
    assert len(pins) > 2
    assert all(re.fullmatch(r"[0-9a-f]{40}", pin) for pin in pins)


def pinned(text):
    """Name and version of what a file of requirements takes on each system and Python, and the hashes of each line."""
    lines = re.sub(r"\\\n", "", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)).splitlines()
    stated = [
        (Requirement(line.split("--hash=")[0]), re.findall(r"--hash=sha256:[0-9a-f]{64}", line))
        for line in lines
    ]
    taken = {
        (python, system): {
            canonicalize_name(each.name): str(each.specifier)
            for each, _ in stated
            if not each.marker
            or each.marker.evaluate(
                {"python_version": python, "python_full_version": f"{python}.1", "sys_platform": system}
            )
        }
        for python in ("3.12", "3.13")
        for system in ("linux", "darwin", "win32")
    }
    return taken, [hashes for _, hashes in stated]


def test_hosted_tests_install_the_constrained_versions_by_hash():
    text = (ROOT / ".github" / "requirements.txt").read_text(encoding="utf-8")
    taken, hashes = pinned(text)
    allowed, _ = pinned((ROOT / "constraints.txt").read_text(encoding="utf-8"))
    assert "://" not in text
    assert all(hashes)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    asked += [
        each
        for extra in ("browser", "dev", "docs")
        for each in project["project"]["optional-dependencies"][extra]
    ]
    for where, versions in taken.items():
        assert versions.items() <= allowed[where].items(), where
        assert {canonicalize_name(Requirement(each).name) for each in asked} <= versions.keys(), where


def test_what_is_deprecated_says_so_and_warns():
    page = (ROOT / "docs" / "reference" / "api-policy.md").read_text(encoding="utf-8")
    names = re.search(r"^Deprecated today: (.+)$", page, re.MULTILINE)[1]
    assert bt.sensitivity.many_scenarios.__doc__.startswith("Deprecated")
    assert "`sensitivity.many_scenarios`" in names
    evidence = bt.compile_evidence(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))
    with pytest.warns(DeprecationWarning, match="propagate"):
        bt.sensitivity.many_scenarios(evidence, "episode", n=10)
