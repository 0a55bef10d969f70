"""A set whose every text tries to be more than text, and the same set in tame words.

Fields are found in the records themselves, so that one added later is tried as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import get_args, get_origin

from pydantic import AfterValidator, BaseModel
from pydantic.fields import FieldInfo

import bayes_trace as bt
from bayes_trace.evidence import EvidenceSet, Item, Source
from tests import build

#: what a spreadsheet takes for a formula if a cell begins with it
FORMULAS = "=+-@"
#: pages, links, Markdown, TeX and templates; each begins what another format acts upon
PIECES = (
    *("<script>hurt()</script>", "<img src=x onerror=hurt()>", "<!-- ", "&lt;b&gt;", "<b onclick='hurt()'>"),
    *(
        "[go](javascript:hurt())",
        "![see](file:///etc/passwd)",
        "<javascript:hurt()>",
        "[a]: javascript:hurt()",
    ),
    *(
        "\\input{/etc/passwd}",
        "\\write18{id}",
        "\\immediate\\openout",
        "^^5cinput",
        "$\\catcode`$",
        "%",
        "`x",
        "``y",
    ),
    *("{{ 7*7 }}", "{% raw %}", "${HOME}", "[@key]", "{.code #id}", ":::", "***", "~~", "|", "]]>", "\u200f"),
    *("[bold]loud[/bold]", "'\"", "http://example.org/<script>"),
    *(
        "[^1]",
        "[^1]: note",
        "[see][a]",
        "<https://example.org/\u202f>",
        "www.example.org",
        "me@example.org",
        "&#106;",
    ),
    *(
        "$$x$$",
        "\\(x\\)",
        "\\[x\\]",
        "\\begin{filecontents}",
        "\\verb|x|",
        "\\end{document}",
        "# loud",
        "H~2~O^2^",
    ),
    *(
        "\n\n# loud\n\n- x\n\n> y\n\n---\n\n| a |\n|---|\n\n```\n",
        "\n: term",
        "\n=1+1",
        "\n===\n",
        "word" * 20,
    ),
)
#: addresses that try to end before they do; the last is none that a reader may follow
LINKS = (
    "https://example.org/a><script>hurt()</script>",
    "https://example.org/a](javascript:hurt())",
    "https://example.org/`<img/src=x/onerror=hurt()>",
    "https://example.org/a_(b)?c=d&e=%20#f*g*",
    "https://example.org/%00\"'onclick='hurt()'",
    "javascript:hurt()",
)


DOI = "10.1000/a](javascript:hurt()) <script>hurt()</script>`<img src=x>"
TAME_LINKS = (*["https://example.org/a"] * (len(LINKS) - 1), "no address")
#: texts that a record takes on conditions of its own; they are put where the set has one already
CONDITIONAL = {
    "not_coded",
    "not_scored",
    "header",
    "model",
    "version",
    "prompt",
    "archive",
    "search",
    "by",
    "original",
}
#: lists of free text
LISTS = {"also", "case_questions"}
#: of a reference
CSL = (
    "title",
    "container-title",
    "publisher",
    "publisher-place",
    "archive",
    "archive_location",
    "genre",
    "edition",
    *(
        "abstract",
        "annote",
        "call-number",
        "collection-title",
        "event-title",
        "ISBN",
        "issue",
        "keyword",
    ),
    *("medium", "note", "number", "page", "section", "source", "status", "title-short", "volume", "version"),
)


def payload(number: int, length: int) -> str:
    """A text of that many letters; each begins with another sign."""
    turned = PIECES[number % len(PIECES) :] + PIECES[: number % len(PIECES)]
    return f"{FORMULAS[number % len(FORMULAS)]}1+1 {' '.join(turned)}"[:length].strip()


def tame(number: int, length: int) -> str:
    """Harmless words in its place, in as many paragraphs."""
    paragraphs = re.split(r"\n\s*\n", payload(number, length))
    return "\n\n".join(f"plain words {number}" for _ in paragraphs)[:length].strip()


def length_of(field: FieldInfo) -> int:
    """The most letters that a field of free text takes; 0 for a field of another kind."""
    if field.annotation not in (str, str | None) or any(
        getattr(each, "pattern", None) or isinstance(each, AfterValidator) for each in field.metadata
    ):
        return 0
    return next((each.max_length for each in field.metadata if hasattr(each, "max_length")), 300)


class Writer:
    """Puts a text of its own into every field of free text of a set."""

    def __init__(self, words: Callable[[int, int], str]):
        self.words = words
        #: what was put, by the field it was put into
        self.put: dict[str, list[str]] = {}

    def text(self, where: str, length: int) -> str:
        new = self.words(sum(map(len, self.put.values())), length)
        if where.startswith("Source."):  # the citation processor sets quotations inside quotations otherwise
            new = new.translate({ord(sign): None for sign in "'\""})
        self.put.setdefault(where, []).append(new)
        return new

    def link(self, where: str, count: int) -> str:
        number = len(self.put.get(where, ())) % count
        new = LINKS[number] if self.words is payload else TAME_LINKS[number]
        self.put.setdefault(where, []).append(new)
        return new

    def record(self, record: BaseModel) -> BaseModel:
        changed = {name: self.field(record, name, field) for name, field in type(record).model_fields.items()}
        if isinstance(record, Source):
            return Source.model_validate({**record.model_dump(), **changed, **self.reference()})
        return record.model_copy(update=changed)

    def field(self, record: BaseModel, name: str, field: FieldInfo) -> object:
        value = getattr(record, name)
        length = length_of(field)
        if (type(record), name) == (Item, "url"):
            return self.link("Item.url", len(LINKS) - 1)
        conditional = name in CONDITIONAL or field.annotation is not str
        if length and name != "type" and (value or not conditional):
            return self.text(f"{type(record).__name__}.{name}", length)
        if get_origin(field.annotation) is dict and get_args(field.annotation)[1] is str:
            return {key: self.text(f"{type(record).__name__}.{name}", 300) for key in value}
        if name in LISTS:
            return tuple(self.text(f"{type(record).__name__}.{name}", 300) for _ in value)
        return self.inside(value)

    def inside(self, value: object) -> object:
        if isinstance(value, BaseModel):
            return self.record(value)
        if isinstance(value, tuple):
            return tuple(map(self.inside, value))
        return {key: self.inside(each) for key, each in value.items()} if isinstance(value, dict) else value

    def reference(self) -> dict[str, object]:
        texts = {key: self.text(f"Source.{key}", 300) for key in CSL}
        texts["URL"] = self.link("Source.URL", len(LINKS))
        if len(self.put["Source.URL"]) % 2:  # a style prints one or the other
            texts["DOI"] = DOI if self.words is payload else "10.1000/a b"
        names = [{"family": self.text("Source.author", 300), "given": self.text("Source.author", 300)}]
        return {**texts, "author": [*names, {"literal": self.text("Source.author", 300)}]}


def plain_data(folder: Path) -> dict:
    """The template that comes with the package, and what it leaves out."""
    es = bt.read_evidence_set(bt.write_template(folder / "template"))
    data = es.model_dump(mode="json", exclude_none=True)
    case, (first, *_) = data["cases"][0], data["cases"][0]["episodes"]
    letter = next(item for item in case["items"] if item["id"] == "guild_letter")
    held = letter["codings"][:1]
    data |= {"conditions": {"rich": "x", "kind": "x"}, "selection": {"candidates": 3, "note": "x"}}
    data["codebook"][0]["text"] = "x"
    data["readings"] = [{"id": "who", "label": "x", "options": {"mayor": 0.5, "clerk": 0.5}}]
    data["readings"][0]["option_labels"] = {"mayor": "x"}
    data["case_questions"] = ["x", "x", "x"]
    data["coders"] += [{"id": "machine", "kind": "model", "model": "x", "version": "x", "prompt": "x"}]
    data["chronicle"] = {
        "actors": [{"id": "mayor", "name": "x", "also": ["x"], "offices": [{"title": "x", "since": "1900"}]}],
        "countries": [{"id": "alder", "also": ["x"]}],
        "acts": [{"id": "statute", "name": "x", "also": ["x"], "date": "1900", "note": "x"}],
    }
    data["scenarios"]["other_way"] = {
        "label": "x",
        "change": [{"item": "guild_letter", "coding": {"trade": 0.5}, "author": "x", "speaker": "x"}],
        "change_episodes": [
            {
                "episode": first["id"],
                **dict.fromkeys(("label", "outcome", "transferred", "administration", "note"), "x"),
                "conditions": {"kind": "x"},
            }
        ],
        "search_bias": [{"toward": "trade", "db": 3}],
        "add_hypotheses": [{"id": "new", "label": "x", "statement": "x", "prior": 0.1, "from_mean": True}],
    }
    first |= {"conditions": {"rich": 1, "kind": "x"}, "decision": "bridge"}
    first |= {"attempt": [{"made": "yes", "items": ["guild_letter"]}], "reply": [{"kind": "facts"}]}
    first |= {"success": [{"resources": "yes"}], "backfire": [{"happened": "no"}]}
    values = held[0]["values"]
    case["items"] += [
        {"id": "gap", "paraphrase": "x", "episodes": [first["id"]], "found": "absent", "detection": 0.5,
         "search": "x", "codings": [{"values": values, "cell_reasons": {"trade": "x"}}]},
        {"id": "box", "paraphrase": "x", "episodes": [first["id"]], "found": "planned", "detection": 0.5,
         "archive": "x", "cost": 2, "codings": [{"values": values}]},
        {"id": "fact", "paraphrase": "x", "episodes": [first["id"]], "reading": "who",
         "codings": [{"readings": {"mayor": values, "clerk": values}}]},
        {"id": "left", "paraphrase": "x", "episodes": [first["id"]], "not_coded": "x"},
    ]  # fmt: skip
    for item in case["items"]:
        item["language"] = "de"
    return data


def written(words: Callable[[int, int], str], folder: Path) -> tuple[EvidenceSet, dict[str, list[str]]]:
    """A sound set of these words, and what was put where."""
    writer = Writer(words)
    es = writer.record(build.sound(plain_data(folder)))
    return build.sound(es.model_dump(mode="json", exclude_none=True)), writer.put
