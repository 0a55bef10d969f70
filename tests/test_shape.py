"""The shape of the package: what is public, how it is written, and what it does not import."""

from __future__ import annotations

import ast
import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import bayes_trace as bt
from bayes_trace import scales

PACKAGE = Path(bt.__file__).parent
HOME = PACKAGE.parent
MODULES = sorted(path for path in PACKAGE.rglob("*.py"))


def name_of(path):
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


#: public functions and classes: those of the top level, and those of its modules
PUBLIC = {
    f"bayes_trace.{name}": getattr(bt, name) for name in bt.__all__ if not inspect.ismodule(getattr(bt, name))
}
for name in bt.__all__:
    module = getattr(bt, name)
    if inspect.ismodule(module):
        PUBLIC |= {f"{module.__name__}.{each}": getattr(module, each) for each in module.__all__}
FUNCTIONS = {name: value for name, value in PUBLIC.items() if inspect.isfunction(value)}


def test_everything_announced_is_there():
    assert len(set(bt.__all__)) == len(bt.__all__)
    assert list(bt.__all__) == sorted(bt.__all__)
    for name in bt.__all__:
        assert getattr(bt, name) is not None
    assert dir(bt) == sorted(bt.__all__)


def test_the_names_of_the_design_are_there():
    promised = """apply_scenario check compile_evidence from_table json_schema read_evidence_set test_type
        trajectory update weight_of_evidence write_evidence_set ImpossibleEvidenceError ScaleError"""
    assert set(promised.split()) <= set(bt.__all__)


def test_all_is_what_is_exported():
    """Static and lazy exports are one list: a type checker and Python see the same names."""
    source = (PACKAGE / "__init__.py").read_text()
    static = source.split("if TYPE_CHECKING:")[1].split("\ndef ")[0]
    functions = [
        name for name in bt.__all__ if not inspect.ismodule(getattr(bt, name)) and name != "__version__"
    ]
    missing = [name for name in functions if name not in static]
    assert missing == []


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'bayes_trace' has no attribute 'nothing'"):
        _ = bt.nothing


def test_the_version_is_that_of_the_distribution():
    text = (PACKAGE.parent / "pyproject.toml").read_text()
    assert f'version = "{bt.__version__}"' in text


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_no_public_function_swallows_arguments(name):
    kinds = {p.kind for p in inspect.signature(FUNCTIONS[name]).parameters.values()}
    assert inspect.Parameter.VAR_KEYWORD not in kinds


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_public_function_takes_few_arguments_by_position(name):
    parameters = inspect.signature(FUNCTIONS[name]).parameters.values()
    by_position = [p for p in parameters if p.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
    assert len(by_position) <= 3
    assert all(p.annotation is not inspect.Parameter.empty for p in parameters)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_public_function_says_what_it_does_and_shows_it(name):
    doc = inspect.getdoc(FUNCTIONS[name]) or ""
    first = doc.split("\n\n")[0]
    assert first.endswith("."), first
    assert "\nExamples\n--------\n" in doc
    assert ">>> " in doc.split("Examples\n--------")[1]


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_is_short_and_says_what_it_is_for(path):
    lines = path.read_text().splitlines()
    assert len(lines) <= 400
    if path.name != "__main__.py" and lines:
        assert lines[0].startswith('"""')


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_what_a_module_announces_it_has(path):
    """`__all__` names what is there; importing PyMC's modules is left to their own tests."""
    name = name_of(path)
    if name.split(".")[1:2] in (["models"], ["sampling"], ["__main__"]):
        assert "__all__" in path.read_text() or path.name == "__main__.py"
        return
    module = importlib.import_module(name)
    for each in getattr(module, "__all__", ()):
        assert hasattr(module, each), each


def test_every_error_has_one_parent():
    raised = [value for value in PUBLIC.values() if inspect.isclass(value) and issubclass(value, Exception)]
    errors = [each for each in raised if not issubclass(each, Warning)]
    assert len(errors) >= 6
    assert all(issubclass(each, bt.BayesTraceError) for each in errors)


HEAVY = ("pymc", "pytensor", "matplotlib", "nutpie", "arviz", "distributed")


@pytest.mark.parametrize(
    "statement",
    [
        "import bayes_trace",
        "import bayes_trace.exact",
        "import bayes_trace as bt; bt.update(bt.compile_evidence(bt.from_table({'x': {'A': .8, 'B': .2}})))",
    ],
    ids=["package", "exact", "update"],
)
def test_the_exact_engine_loads_no_sampler_and_no_plots(statement):
    code = f"{statement}\nimport sys\nprint(*[m for m in {HEAVY!r} if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == ""


def test_scales_need_numpy_only():
    code = "import bayes_trace.scales, sys; print(*[m for m in ('scipy', 'xarray', 'pydantic', 'yaml') if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == ""


def test_the_words_of_a_posterior_are_numbers():
    """ENFSI's words take a likelihood ratio only: there is no function from a posterior to a word."""
    assert list(inspect.signature(scales.enfsi).parameters) == ["likelihood_ratio"]


def test_the_architecture_page_has_every_room_and_module():
    """The inventory is made from the tree by tools/inventory; a module that comes or goes changes it."""
    made = subprocess.run(
        [sys.executable, "tools/inventory"], cwd=HOME, capture_output=True, text=True, check=True
    ).stdout
    page = (HOME / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert page.endswith(made), "run tools/inventory and put what it prints at the end of ARCHITECTURE.md"


def _asks_how_far(path):
    """Whether more of a test module than its tests asks how far a search goes."""
    return any(
        {"DEEP", "many"} & {each.id for each in ast.walk(part) if isinstance(each, ast.Name)}
        for part in ast.parse(path.read_text()).body
        if not (isinstance(part, ast.FunctionDef) and part.name.startswith("test_"))
    )


def test_what_goes_further_in_deep_runs_is_part_of_them():
    """A test that asks itself how far it goes is known for a search; where a helper asks, its module says so."""
    asking = [path for path in sorted((HOME / "tests").glob("test_*.py")) if _asks_how_far(path)]
    unsaid = [path.name for path in asking if "pytestmark = pytest.mark.search" not in path.read_text()]
    assert (unsaid, [path.name for path in asking]) == ([], ["test_hostile.py", "test_spoiled.py"])
