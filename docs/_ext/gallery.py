"""The gallery: scripts, and what they print and draw.

Scripts run in one process; what they print and draw is kept until the script, the package or an evidence set
changes. Scripts that sample take a minute each, so what they gave is kept in ``docs/sampled``; run
``python docs/_ext/gallery.py`` after a change that concerns them.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from pages import DOCS, ROOT

__all__ = ["ANALYSES", "QUESTIONS", "SAMPLED", "made_from", "pages", "sample", "samples", "scripts", "title"]

ANALYSES = ROOT / "analyses"
SAMPLED = DOCS / "sampled"
FIRST = [
    "taiwan",
    "pakistan",
    "did_words_matter",
    "causal_mechanism",
    "sensitivity",
    "comparative",
    "figures_for_paper",
]

#: question of a reader -> the plots that answer it
QUESTIONS = {
    "What does the evidence say?": [
        "plot_posterior",
        "plot_overview",
        "plot_ternary",
        "plot_forest_episodes",
    ],
    "Which items say so?": ["plot_ledger", "plot_matrix", "plot_evidence_space", "plot_trajectory"],
    "When did it happen, and by which steps?": ["plot_timeline", "plot_mechanism", "plot_steps"],
    "Which item or number would change the answer?": ["plot_tornado", "plot_tipping", "plot_leave_one_out"],
    "Which assumption would change it?": [
        *("plot_scenarios", "plot_prior_sweep", "plot_prior_needed"),
        *("plot_dependence", "plot_search_bias", "plot_residual"),
    ],
    "Do the coders agree, and are their numbers any good?": ["plot_coders", "plot_tippett", "plot_ece"],
    "What do conditions do over many episodes?": ["plot_conditions"],
    "Where to look next?": ["plot_plan"],
}

#: runs scripts one after the other in one process, so that imports are paid once
_RUNNER = """
import contextlib, io, json, os, runpy, sys
for job in json.load(sys.stdin):
    os.makedirs(job["home"], exist_ok=True)
    sys.argv = [job["script"], *job["arguments"]]
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        runpy.run_path(job["script"], run_name="__main__")
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
    with open(os.path.join(job["home"], "output.txt"), "w", encoding="utf-8") as file:
        file.write(said.getvalue())
"""


def scripts() -> list[Path]:
    """Scripts of the gallery, in the order to read them: analyses, then one per plot."""
    analyses = sorted(ANALYSES.glob("*.py"))
    ranked = sorted(analyses, key=lambda path: ([*FIRST, path.stem]).index(path.stem))
    return [*ranked, *sorted((ANALYSES / "plots").glob("*.py"))]


def samples(script: Path) -> bool:
    """Whether a script draws samples."""
    return re.search(r"\bsample\(", script.read_text(encoding="utf-8")) is not None


def made_from(script: Path) -> str:
    """What a kept run of a sampling script rests on: its text, and the evidence sets that it names."""
    text = script.read_text(encoding="utf-8")
    digest = hashlib.sha256(text.encode())
    named = [folder for folder in sorted((ROOT / "evidence_sets").iterdir()) if folder.name in text]
    for path in (path for folder in named for path in sorted(folder.rglob("*.*"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def pages(home: Path) -> dict[str, str]:
    """The text of the gallery."""
    found = scripts()
    common = _fingerprint()
    kept = {script: home / "gallery" / f"{script.stem}-{_digest(script, common)}" for script in found}
    kept |= {script: SAMPLED / script.stem for script in found if samples(script)}
    if stale := [script for script in found if not (kept[script] / "output.txt").exists()]:
        _batch(stale, kept)
    _forget(home / "gallery", set(kept.values()))
    plots = [script for script in found if script.parent.name == "plots"]
    parts = [_section(script, kept[script]) for script in found if script not in plots]
    figures = [thumbnails(kept), *(_section(script, kept[script]) for script in plots)]
    return {"gallery.md": "\n".join(parts), "gallery-plots.md": "\n".join(figures)}


def thumbnails(kept: Mapping[Path, Path]) -> str:
    """Small pictures of all plots, under the question that each answers, leading to their scripts."""
    by_name = {script.stem: script for script in kept}
    parts = []
    for question, names in QUESTIONS.items():
        parts += [f"## {question}", "::::{container} thumbs"]
        for name in names:
            picture = sorted(kept[by_name[name]].glob("*.svg"))[0].relative_to(DOCS).as_posix()
            label = name.removeprefix("plot_").replace("_", " ")
            target = f":target: '#{name.replace('_', '-')}-script'\n:alt: {title(by_name[name])}"
            parts.append(f":::{{figure}} {picture}\n{target}\n\n{label}\n:::")
        parts.append("::::")
    return "\n\n".join(parts) + "\n"


def title(script: Path) -> str:
    """The first sentence of a script."""
    said = (ast.get_docstring(ast.parse(script.read_text(encoding="utf-8"))) or f"{script.stem}.").split(
        "\n\n"
    )[0]
    return re.fullmatch(r"(.+?[.?!])(?: (.*))?", " ".join(said.split())).group(1)


def sample() -> None:
    """Run the scripts that sample, and keep what they give."""
    found = [script for script in scripts() if samples(script)]
    _batch(found, {script: SAMPLED / script.stem for script in found})
    for script in found:
        (SAMPLED / script.stem / "made-from.txt").write_text(made_from(script) + "\n", encoding="utf-8")


def _batch(batch: list[Path], kept: dict[Path, Path]) -> None:
    jobs = [
        {"script": str(each), "arguments": _arguments(each, kept[each]), "home": str(kept[each])}
        for each in batch
    ]
    environment = {**os.environ, "MPLBACKEND": "Agg", "COLUMNS": "100", "NO_COLOR": "1"}
    command = [sys.executable, "-c", _RUNNER]
    done = subprocess.run(
        command,
        input=json.dumps(jobs),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=environment,
    )
    if done.returncode:
        message = f"a script of the gallery failed:\n{done.stderr}"
        raise RuntimeError(message)


def _arguments(script: Path, home: Path) -> list[str]:
    """Where a script that draws is to write."""
    if script.parent.name == "plots":
        return [str(home / f"{script.stem}.svg")]
    return ["--out", str(home)] if "--out" in script.read_text(encoding="utf-8") else []


def _fingerprint() -> bytes:
    """Changes with the package and the evidence sets."""
    digest = hashlib.sha256()
    for folder in (ROOT / "bayes_trace", ROOT / "evidence_sets"):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix in (".py", ".yaml", ".csv"):
                digest.update(path.read_bytes())
    return digest.digest()


def _digest(script: Path, common: bytes) -> str:
    return hashlib.sha256(script.read_bytes() + common).hexdigest()[:16]


def _forget(home: Path, kept: set[Path]) -> None:
    """Remove what was kept of older versions."""
    for folder in home.iterdir() if home.exists() else ():
        if folder not in kept:
            for path in folder.iterdir():
                path.unlink()
            folder.rmdir()


def _captions(kept: Path) -> list[str]:
    """Captions that a script of several figures writes beside them."""
    path = kept / "captions.md"
    return path.read_text(encoding="utf-8").strip().split("\n\n") if path.exists() else []


def _section(script: Path, kept: Path) -> str:
    text = script.read_text(encoding="utf-8")
    said = (ast.get_docstring(ast.parse(text)) or f"{script.stem}.").split("\n\n")[0]
    title, more = re.fullmatch(r"(.+?[.?!])(?: (.*))?", " ".join(said.split())).groups()
    shown = (kept / "output.txt").read_text(encoding="utf-8").replace(str(kept), "figures").rstrip()
    name = script.relative_to(ROOT).as_posix()
    parts = [f"({script.stem}-script)=", f"## {title.rstrip('.')}", *([more] if more else [])]
    figures, captions = sorted(kept.glob("*.svg")), _captions(kept)
    for number, figure in enumerate(figures):
        alt = f"{title} The caption stands below."
        parts.append(f"```{{image}} {figure.relative_to(DOCS).as_posix()}\n:alt: {alt}\n:class: drawn\n```")
        parts += captions[number : number + 1]
    parts.append(shown if script.parent.name == "plots" else f"```text\n{shown}\n```")
    parts.append(
        f"<details>\n<summary>{name}</summary>\n\n```{{code-block}} python\n{text.rstrip()}\n```\n\n</details>"
    )
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    sample()
