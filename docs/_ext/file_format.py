"""Every key of every record, read from the models that check the files."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from bayes_trace import evidence
from bayes_trace.evidence import records
from bayes_trace.evidence.forms import CodingUnit
from bayes_trace.evidence.records import SHORT_FORM
from bayes_trace.files.table import COLUMNS
from bayes_trace.tables import to_markdown

__all__ = ["FILES", "MEANINGS", "PAGE", "Key", "keys", "markdown", "page"]

PAGE = Path(__file__).resolve().parents[1] / "reference" / "file-format.md"
#: the page below this line is made from the models
_MADE = "<!-- From here on the page is made from the models: python docs/_ext/file_format.py -->"

#: file of an evidence set -> records in it, outermost first
FILES = {
    "set.yaml": (
        "SetFile",
        "Hypothesis",
        "Coder",
        "Lock",
        "Selection",
        "Implication",
        "Cluster",
        "Reading",
        "VerbalScale",
        "Reliability",
        "Denial",
        "Written",
    ),
    "cases/*.yaml": (
        "Case",
        "Episode",
        "Attempt",
        "Reply",
        "Success",
        "Backfire",
        "Item",
        "Event",
        "SourceReference",
        "Coding",
        "Value",
    ),
    "sources.yaml": ("Source",),
    "actors.yaml": ("Chronicle", "Actor", "Office", "Country", "Act"),
    "scenarios/*.yaml": (
        "Scenario",
        "Drop",
        "Change",
        "EpisodeChange",
        "Split",
        "Part",
        "SearchBias",
    ),
}

#: what a key means, where the model leaves it to its name
MEANINGS = {
    "SetFile.version": "version of this format",
    "SetFile.id": "short name of the set",
    "SetFile.title": "title of the report",
    "SetFile.question": "the question, in one sentence",
    "SetFile.licence": "under which others may use the set",
    "SetFile.hypotheses": "the rivals, two or more",
    "SetFile.base_coder": "coder whose judgements stand in the cases",
    "SetFile.coders": "everyone who judged",
    "SetFile.codebook": "what the hypotheses let one expect",
    "SetFile.scales": "verbal scales besides the IPCC's, which is always there",
    "SetFile.reliability_grades": "grade → reliability, for sources that name a grade",
    "SetFile.readings": "uncertain facts about documents",
    "SetFile.clusters": "groups of items of one origin",
    "*.id": "name used everywhere else",
    "*.label": "name for people",
    "*.note": "anything a reader should know",
    "*.statement": "what it says, in a sentence that could be false",
    "*.refusal_statement": "what it says of a refusal, where that differs",
    "*.prior": "probability before the evidence of this set",
    "*.steps": "links of its mechanism, in order",
    "*.refusal_label": "its name in what is said of a refusal, where that differs",
    "*.residual": "none of the named explanations",
    "*.short": "initials for narrow tables",
    "*.reason": "why",
    "SetFile.preferred": "scenarios that the author stands by, applied together in this order",
    "Item.event": "the event that it reports",
    "Event.label": "what happened, in a few words",
    "Event.implications": "codebook entries that it speaks to",
    "Event.step": "step of a mechanism that it speaks to",
    "Event.episodes": "episodes that it bears on",
    "Event.decisive": "allows a likelihood of exactly 0 or 1",
    "Event.cluster": "group of one origin that the event, not its reports, belongs to",
    "Event.given": "items and events that its coding is conditional on",
    "Event.codings": "one judgement or more of P(event given hypothesis)",
    "Written.id": "the hypothesis",
    "Episode.prior": "priors of its own, by hypothesis, where they differ from the set's",
    "Item.reading": "the uncertain fact that the item turns on",
    "Coder.reference": "hypothesis that a whole CSV of ratios is taken against",
    "Cluster.correlation": "0: its items count as independent; 1: they count as one",
    "Coder.kind": "who judged: a person, or a model",
    "Part.formulated_after": "items and events that it was formed after",
    "Coder.unit": "unit of the coder's CSV",
    "Implication.text": "the implication, in words",
    "Implication.step": "step of a mechanism that it belongs to",
    "VerbalScale.terms": "term → low, best and high",
    "Reliability.hit": "P(report given the event)",
    "Reliability.false_report": "P(report given no event)",
    "Case.case": "name used everywhere else; also the file's name",
    "Case.conditions": "condition → value, in the words or numbers of the set's `conditions`",
    "Case.episodes": "outcomes to explain",
    "Case.items": "items of evidence",
    "Episode.date": "day, month, year or interval of the decision",
    "Episode.outcome": "what happened, in words",
    "Episode.granted": "whether what was asked for was given",
    "Episode.transferred": "what was given",
    "Episode.administration": "who governed; a group in comparative models",
    "Episode.scored": "whether the evidence is to be weighed",
    "Episode.not_scored": "why not",
    "Episode.conditions": "conditions that differ from the case's",
    "Item.paraphrase": "what the document says, in your words",
    "Item.author": "who wrote it",
    "Item.speaker": "whose words it reports",
    "Item.recipient": "whom it was meant for",
    "Item.audience": "who could hear it",
    "Item.kind": "sort of document",
    "Item.source": "where it stands: `{key: ..., locator: ...}`",
    "Item.footnote": "number of the note in a published text",
    "Item.implications": "codebook entries that it speaks to",
    "Item.step": "step of a mechanism that it speaks to",
    "Item.episodes": "episodes that it bears on",
    "Item.found": "what the search showed",
    "Item.detection_by_hypothesis": "detection where it differs by hypothesis",
    "Item.decisive": "allows a likelihood of exactly 0 or 1",
    "Item.cluster": "items of one origin that it belongs to",
    "Item.given": "items and events that its coding is conditional on",
    "Item.codings": "one judgement or more; `coding` is the short form for one",
    "SourceReference.key": "id of the source",
    "SourceReference.locator": "page or folio",
    "Coding.unit": "what the numbers are",
    "Coding.reason": "why these numbers",
    "Value.low": "lower end of a 90 % range",
    "Value.best": "best value: a number, or a term of a verbal scale",
    "Value.high": "upper end of a 90 % range",
    "Source.type": "CSL type, such as `manuscript` or `book`",
    "Source.reliability": "how it reports; empty: taken at its word",
    "Drop.item": "the item or event",
    "Drop.episodes": "episodes; empty: everywhere",
    "Change.item": "the item or event",
    "Change.*": "the new value",
    "EpisodeChange.episode": "the episode",
    "EpisodeChange.*": "the new value",
    "Attempt.made": "whether the partner made its claim",
    "Attempt.kind": "of what kind: an appeal to loyalty, a threat to realign, a claim to rank",
    "Attempt.channel": "where it was made",
    "Reply.kind": "with words, with deeds, with both or neither",
    "Reply.timing": "before the claim or after it",
    "Success.resources": "whether it got what it asked for",
    "Backfire.happened": "whether it harmed the partner",
    "Episode.attempt": "whether a claim was made, of what kind, before whom",
    "Episode.reply": "how it was met",
    "Episode.success": "whether it worked",
    "Episode.backfire": "whether it did harm",
    "Scenario.change_episodes": "episodes re-dated, decided otherwise or read anew",
    "Scenario.drop": "items and events set aside; a bare id will do",
    "Scenario.change": "items and events recoded, re-dated or turned",
    "Scenario.add_hypotheses": "rivals added; the others give up prior in proportion",
    "Scenario.split": "rivals divided into parts that share their prior",
    "Scenario.drop_hypotheses": "rivals left out; the others take their prior in proportion",
    "SearchBias.toward": "the hypothesis that the search favoured",
    "Split.hypothesis": "the hypothesis divided",
    "Split.into": "its parts, two or more",
}

_KINDS = {
    "Name": "id",
    "FileName": "id",
    "str": "text",
    "Label": "text",
    "float": "number",
    "Number": "number",
    "Probability": "0 to 1",
    "Flag": "true or false",
    "bool": "true or false",
    "HistoricDate": "date",
    "Value": "[value](#record-value)",
    "Values": "hypothesis → [value](#record-value)",
    "CodingUnit": ", ".join(f"`{unit}`" for unit in CodingUnit),
    "1": "`1`",
    "Answer": "`yes`, `no`, `unclear` or `not_stated`",
    "Share": "`yes`, `no`, `part`, `unclear` or `not_stated`",
    "Audience": "`core_allies`, `peripheral`, `adversaries` or `domestic`",
    "Attempts": "[attempt](#record-attempt), or a list of them",
    "Replies": "[reply](#record-reply), or a list of them",
    "Successes": "[success](#record-success), or a list of them",
    "Backfires": "[backfire](#record-backfire), or a list of them",
}
#: what the short form of a coding is for
_CODING = {
    "Item": "short form of one coding, by the base coder for all episodes",
    "Event": "short form of one coding, by the base coder for all episodes",
    "Change": "likelihoods, which are merged into those of the item: hypotheses not named keep theirs",
}
_TITLES = {"SetFile": "the set", "SourceReference": "source of an item", "VerbalScale": "verbal scale"}


@dataclass(frozen=True)
class Key:
    """One key of a record."""

    record: str
    name: str
    kind: str
    default: str
    meaning: str


def keys(record: str) -> list[Key]:
    """The keys of a record, as its model declares them."""
    model: type[BaseModel] = getattr(evidence, record, None) or getattr(records, record)
    source = inspect.getsource(model)
    lines = source.splitlines()
    body = ast.parse(source).body[0]
    if not isinstance(body, ast.ClassDef):
        raise TypeError(record)
    found = []
    for statement in body.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name = statement.target.id
            if name not in model.model_fields:
                continue  # kept inside, no key of the file
            required = model.model_fields[name].is_required()
            default = (
                "*required*"
                if required
                else _default(
                    model.model_fields[name].get_default(call_default_factory=True, validated_data={})
                )
            )
            meaning = _comment(lines, statement.lineno) or _meaning(record, name)
            found.append(Key(record, name, _kind(statement.annotation), default, meaning))
    return found


def _comment(lines: list[str], line: int) -> str:
    """The ``#:`` comment over a line."""
    said: list[str] = []
    for text in reversed(lines[: line - 1]):
        if not text.strip().startswith("#:"):
            break
        said.insert(0, text.strip().removeprefix("#:").strip())
    return " ".join(said).replace("``", "`").replace("->", "→")


def _meaning(record: str, name: str) -> str:
    return next((MEANINGS[k] for k in (f"{record}.{name}", f"*.{name}", f"{record}.*") if k in MEANINGS), "")


def _default(value: object) -> str:
    if isinstance(value, BaseModel):
        value = value.model_dump()
    if value is None or value in ("", (), {}):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"{value[0]}, ..."
    return str(value)


def _kind(node: ast.expr) -> str:
    """An annotation in words."""
    if isinstance(node, ast.BinOp):
        return _alternatives(node)
    if isinstance(node, ast.Subscript):
        return _composed(node)
    text = ast.unparse(node)
    if text in _KINDS:
        return _KINDS[text]
    return f"[{_title(text)}](#{_anchor(text)})"


def _alternatives(node: ast.BinOp) -> str:
    parts = [part for part in (node.left, node.right) if ast.unparse(part) != "None"]
    return " or ".join(_kind(part) for part in parts)


def _composed(node: ast.Subscript) -> str:
    outer = ast.unparse(node.value)
    inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if outer == "Annotated":
        return _kind(inner[0])
    if outer == "Literal":
        words = [f"`{ast.literal_eval(each)}`" for each in inner]
        return " or ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
    if outer == "tuple":
        many = ast.unparse(inner[-1]) == "..."
        return f"list of {_kind(inner[0])}" if many else f"{len(inner)} × {_kind(inner[0])}"
    return f"{_kind(inner[0])} → {_kind(inner[1])}"


def _title(record: str) -> str:
    return _TITLES.get(record, re.sub(r"(?<!^)(?=[A-Z])", " ", record).lower())


def _anchor(record: str) -> str:
    return f"record-{record.lower()}"


def markdown() -> str:
    """Sections by file, one table per record."""
    return "\n\n".join(_sections()) + "\n"


def page() -> str:
    """The page as it should stand: what people wrote, then every key of every record."""
    written = PAGE.read_text(encoding="utf-8").partition(_MADE)[0]
    return f"{written}{_MADE}\n\n{markdown()}"


def _sections() -> Iterator[str]:
    for file, names in FILES.items():
        yield f"## {file}"
        for name in names:
            yield from _record(name)
    yield "## codings/*.csv"
    yield (
        "One file per further coder, named after the coder's id; lines that begin with `#` say how it was made. "
        f"Columns: {', '.join(f'`{name}`' for name in COLUMNS)}, and optionally `unit`. "
        "A blank `episode` means every episode that the item bears on; `low` and `high` may be blank; "
        "every hypothesis of an item gets a row."
    )


def _record(name: str) -> Iterator[str]:
    model = getattr(evidence, name, None) or getattr(records, name)
    yield f"({_anchor(name)})=\n### {_title(name).capitalize()}"
    yield " ".join((inspect.getdoc(model) or "").split("Examples\n")[0].split()).replace("``", "`")
    rows = [[f"`{key.name}`", key.kind, key.default, key.meaning] for key in keys(name)]
    if name in ("Item", "Event", "Change"):
        short = ", ".join(f"`{key}`" for key in SHORT_FORM if key not in model.model_fields)
        rows = [row for row in rows if row[0] != "`coding`"]
        rows.append(
            [
                "`coding`",
                "hypothesis → [value](#record-value)",
                "",
                f"{_CODING[name]}; {short} may stand beside it",
            ]
        )
    yield to_markdown(["Key", "Value", "Default", "Meaning"], rows, marked_up=True)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
