"""The pages: what they show was run, and what they name is there."""

import ast
import importlib
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import BaseModel

import bayes_trace as bt
from bayes_trace import evidence
from bayes_trace.checks import CHECKS
from bayes_trace.evidence import records

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
sys.path.insert(0, str(DOCS / "_ext"))

api, file_format, gallery, pages, terminal = map(
    importlib.import_module, ("api", "file_format", "gallery", "pages", "terminal")
)

PAGES = [path.relative_to(DOCS).as_posix() for path in pages.pages()]
#: pages that sample, or call many commands
SLOW = {
    "concepts/posterior-or-propagated.md",
    "how-to/from-a-spreadsheet.md",
    "how-to/sample.md",
    "tutorial.md",
}
#: what is taken in: pages that Sphinx writes, and the changelog
MADE = {"../CHANGELOG.md", "_generated/api/index", "_generated/gallery.md"} | {
    f"_generated/{name}.md" for name in ("command-line", "advice", "scenarios", "gallery-plots")
}


def read(page):
    return (DOCS / page).read_text(encoding="utf-8")


def prose(page):
    """A page without its fenced blocks."""
    return re.sub(r"^(`{3,})[^`\n]*\n.*?^\1\s*$", "", read(page), flags=re.DOTALL | re.MULTILINE)


def inline_code(page):
    return re.findall(r"`([^`\n]+)`", prose(page))


# --- what is shown was run -----------------------------------------------------------------


@pytest.mark.parametrize(
    "page", [pytest.param(page, marks=pytest.mark.deep if page in SLOW else ()) for page in PAGES]
)
def test_a_page_shows_what_really_comes_out(page):
    differences = pages.run(DOCS / page)
    assert not differences, "\n\n".join(map(str, differences))


def test_every_block_of_code_is_of_a_kind_that_is_run_or_plain_text():
    kinds = {(page, block.language) for page in PAGES for block in pages.blocks(read(page))}
    assert {kind for _, kind in kinds} <= {"console", "pycon", "python", "text", "yaml", ""}
    for page in PAGES:
        for block in pages.blocks(read(page)):
            # a fragment without a caption would be read by nobody
            assert block.language != "yaml" or block.caption, f"{page}:{block.start}"


def test_the_runner_sees_what_differs(tmp_path, monkeypatch):
    page = tmp_path / "page.md"
    page.write_text(
        "```pycon\n>>> 1 + 1\n3\n```\n```console\n$ echo a\nb\n```\n```python\nprint(1)\n```\n```text\n2\n```\n"
        "```{code-block} yaml\n:caption: items of a case file\n- {id: a, paraphrase: b, colour: red}\n```\n"
    )
    monkeypatch.setattr(pages, "DOCS", tmp_path)
    found = pages.run(page)
    assert [each.what for each in found] == ["1 + 1", "$ echo a", "output", "items of a case file"]
    assert [each.at for each in found] == [2, 6, 12, 16]
    pages.refresh(page)
    # a faulty fragment is for its author to mend
    assert [each.what for each in pages.run(page)] == ["items of a case file"]


# --- what is named exists ------------------------------------------------------------------


def names_in(file):
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_tests_named_on_pages_exist():
    named = {name for page in PAGES for name in re.findall(r"tests/\w+\.py::\w+", read(page))}
    missing = {name for name in named if name.split("::")[1] not in names_in(name.split("::")[0])}
    assert not missing
    assert len(named) > 40


def resolves(name):
    thing = bt
    for part in name.split(".")[1:]:
        thing = getattr(thing, part, None)
    return thing is not None


@pytest.mark.parametrize("page", PAGES)
def test_functions_named_on_a_page_are_public(page):
    named = {name for code in inline_code(page) for name in re.findall(r"\bbt\.[\w.]+\w", code)}
    assert not {name for name in named if not resolves(name)}


@pytest.mark.parametrize("page", PAGES)
def test_checks_commands_and_terms_named_on_a_page_exist(page):
    text = prose(page)
    assert set(re.findall(r"`([AE]\d\d)`", text)) <= CHECKS.keys()
    assert set(re.findall(r"`bayes-trace ([a-z]+)", text)) <= set(terminal.commands())
    glossary = read("reference/glossary.md").casefold().splitlines()
    terms = re.findall(r"\{term\}`(?:[^`<]*<)?([^`<>]+)>?`", text)
    assert {term.strip().casefold() for term in terms} <= set(glossary)


def record(name):
    return getattr(evidence, name, None) or getattr(records, name)


PITFALLS = re.split(r"^### (?=P\d+ )", read("concepts/pitfalls.md"), flags=re.MULTILINE)[1:]


def test_every_pitfall_stands_once():
    numbers = sorted(int(re.match(r"P(\d+) ", part)[1]) for part in PITFALLS)
    assert numbers == list(range(1, 26))


@pytest.mark.parametrize("pitfall", PITFALLS, ids=lambda part: part.split()[0])
def test_pitfalls_name_real_guards(pitfall):
    guard = re.search(r"\*\*Guard:\*\*(.*?)(?=\n\n\*\*Not|\n\n## |\Z)", pitfall, re.DOTALL)[1]
    named = re.findall(r"`([^`]+)`", guard)
    kinds = {
        "check": [name for name in named if re.fullmatch(r"[AE]\d\d", name)],
        "function": [name for name in named if name.startswith("bt.")],
        "key": [name for name in named if re.fullmatch(r"[A-Z]\w+\.\w+", name)],
        "test": [name for name in named if name.startswith("tests/")],
    }
    assert any(kinds.values()), "a guard has a name"
    assert all(name in CHECKS for name in kinds["check"])
    assert all(resolves(name) for name in kinds["function"])
    for name in kinds["key"]:
        model, key = name.split(".")
        assert key in record(model).model_fields
    for name in kinds["test"]:
        file, test = name.split("::")
        assert test in names_in(file)


# --- what is generated ---------------------------------------------------------------------


def test_every_record_of_the_format_has_a_table():
    listed = {name for names in file_format.FILES.values() for name in names}
    models = {name for name in evidence.__all__ if isinstance(getattr(evidence, name), type)}
    models = {name for name in models if issubclass(getattr(evidence, name), BaseModel)}
    # an evidence set is set.yaml and its other files
    assert models - {"EvidenceSet"} <= listed


def test_every_key_of_the_file_format_is_explained():
    every = [key for names in file_format.FILES.values() for name in names for key in file_format.keys(name)]
    assert not [f"{key.record}.{key.name}" for key in every if not key.meaning]
    for names in file_format.FILES.values():
        for name in names:
            assert {key.name for key in file_format.keys(name)} == set(record(name).model_fields)
    known = {f"{key.record}.{key.name}" for key in every} | {f"*.{key.name}" for key in every}
    known |= {f"{key.record}.*" for key in every}
    assert file_format.MEANINGS.keys() <= known


def test_the_page_of_the_file_format_is_what_the_models_say():
    # python docs/_ext/file_format.py writes it
    assert file_format.PAGE.read_text(encoding="utf-8") == file_format.page()


@pytest.mark.deep
def test_the_command_line_page_is_the_help(monkeypatch):
    monkeypatch.setenv("COLUMNS", str(terminal.WIDTH))
    monkeypatch.setenv("NO_COLOR", "1")
    text = terminal.markdown()
    for command in terminal.commands():
        shown = subprocess.run(
            [sys.executable, "-m", "bayes_trace", command, "--help"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        lines = [
            line.rstrip().replace("python -m bayes_trace", "bayes-trace")
            for line in shown.strip("\n").splitlines()
        ]
        assert "\n".join(lines) in text


def test_every_public_name_has_a_place_in_the_reference():
    placed = [name for found in api.names().values() for name in found]
    assert len(placed) == len(set(placed))
    modules = {name.split(".")[0] for name in placed if "." in name}
    assert {*placed, *modules, "__version__"} >= set(bt.__all__)
    assert set(api.names()) <= set(api.TITLES)


def test_every_plot_has_a_thumbnail_under_one_question():
    named = [name for names in gallery.QUESTIONS.values() for name in names]
    assert sorted(named) == sorted(path.stem for path in gallery.scripts() if path.parent.name == "plots")


def test_the_index_of_the_interface_has_a_line_for_every_public_name():
    lines = api.pages()["api/index.rst"].splitlines()
    for name in (name for found in api.names().values() for name in found):
        (line,) = (each for each in lines if each.startswith(f"- :py:obj:`{name} <"))
        thing = api._thing(name)
        told = inspect.isroutine(thing) or inspect.isclass(thing)
        assert not told or re.search(r">`: \w.+[.:`]", line), line


def test_every_script_is_in_the_gallery():
    there = {*gallery.ANALYSES.glob("*.py"), *(gallery.ANALYSES / "plots").glob("*.py")}
    assert set(gallery.scripts()) == there


@pytest.mark.parametrize(
    "script", [path for path in gallery.scripts() if gallery.samples(path)], ids=lambda path: path.stem
)
def test_a_sampled_run_that_is_shown_was_made_by_the_script_that_is_shown(script):
    kept = gallery.SAMPLED / script.stem
    assert (kept / "output.txt").stat().st_size
    # python docs/_ext/gallery.py makes it anew
    assert (kept / "made-from.txt").read_text().strip() == gallery.made_from(script)


def test_the_comparative_run_that_is_shown_bears_the_marks_that_the_page_says():
    assert "*prior-driven* and *near-complete separation*" in read("concepts/two-cases.md").replace("\n", " ")
    shown = (gallery.SAMPLED / "comparative" / "output.txt").read_text(encoding="utf-8")
    assert "among 13 grants" in shown
    assert "prior-driven; near-complete separation" in shown


# --- links ---------------------------------------------------------------------------------


def slug(heading):
    return re.sub(r"[^\w\- ]", "", heading.strip().casefold().replace("`", "")).replace(" ", "-")


def anchors(path):
    text = path.read_text(encoding="utf-8")
    return {slug(head) for head in re.findall(r"^#+ (.+)$", text, re.MULTILINE)} | set(
        re.findall(r"^\((.+)\)=$", text, re.MULTILINE)
    )


@pytest.mark.parametrize("page", PAGES)
def test_links_inside_lead_somewhere(page):
    here = DOCS / page
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if re.match(r"https?://", target):
            continue
        name, _, anchor = target.partition("#")
        path = (here.parent / name).resolve() if name else here
        assert path.is_file(), f"{page} links {target}"
        assert not anchor or anchor in anchors(path), f"{page} links {target}"


def test_every_page_is_in_the_navigation():
    listed = {"index.md"}
    for page in PAGES:
        for tree in re.findall(r"^```\{toctree\}\n(.*?)^```", read(page), re.DOTALL | re.MULTILINE):
            for line in tree.splitlines():
                entry = re.sub(r".*<(.+)>", r"\1", line.strip())
                if entry and not entry.startswith(":"):
                    path = ((DOCS / page).parent / entry).resolve().relative_to(DOCS).as_posix()
                    listed.add(path if path in MADE else f"{path}.md")
        for made in re.findall(r"^```\{include\} (.+)$", read(page), re.MULTILINE):
            path = ((DOCS / page).parent / made).resolve()
            assert path.relative_to(DOCS, walk_up=True).as_posix() in MADE
    assert {name for name in listed if name not in MADE} == set(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_pages_name_no_machine(page):
    assert not re.search(r"/(tmp|work|home|root|Users)/|localhost|site-packages", read(page))
