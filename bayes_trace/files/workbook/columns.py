"""The sheets of a workbook and their columns, one list for reading, writing and drop-downs."""

from __future__ import annotations

from dataclasses import dataclass

from bayes_trace.evidence import Case, Cluster, Coder, Episode, Hypothesis, Implication, Item
from bayes_trace.evidence.forms import CodingUnit
from bayes_trace.evidence.values import Frozen
from bayes_trace.files.nodes import Where
from bayes_trace.files.workbook.cells import (
    CHOICE,
    DATE,
    FLAG,
    LINES,
    MIXED,
    NUMBER,
    RAW,
    REFERENCES,
    STRUCTURE,
    TEXT,
    WORD,
    WORDS,
    Kind,
)

__all__ = [
    "CODINGS",
    "CONDITIONS",
    "READINGS",
    "RECORDS",
    "RELIABILITY",
    "SCALES",
    "SCENARIOS",
    "SET",
    "SHEETS",
    "SOURCES",
    "Column",
    "Sheet",
    "stated",
]

UNITS = tuple(CodingUnit)
YES_NO = ("yes", "no")
NARROW, MIDDLE, WIDE = 10, 20, 55


@dataclass(frozen=True)
class Column:
    """One column: its heading, where its value stands in the record, and how to fill it in."""

    heading: str
    kind: Kind = TEXT
    help: str = ""
    #: by default a field of the same name
    path: Where = ()
    required: bool = False
    #: written out even where it is the default
    always: bool = False
    width: int = MIDDLE
    #: words of the drop-down, or the sheet whose ids it offers
    choices: tuple[str, ...] | str = ()

    @property
    def where(self) -> Where:
        """Path of the value inside the record."""
        return self.path or (self.heading,)


@dataclass(frozen=True)
class Sheet:
    """One sheet; with a model, every row is a record of it."""

    name: str
    about: str
    columns: tuple[Column, ...]
    model: type[Frozen] | None = None
    #: key of the records in the set
    key: str = ""
    #: fields spread over columns of their own, such as ``condition: NAME``
    spread: tuple[tuple[str, str], ...] = ()

    @property
    def id(self) -> str:
        """Heading of the first column, which names the record."""
        return self.columns[0].heading


def stated(field: str, about: str, kind: Kind = NUMBER) -> tuple[Column, Column, Column]:
    """Three columns for a value and its 90 % range."""
    low, high = f"{field}_low", f"{field}_high"
    return (
        Column(low, NUMBER, "Low end of the 90 % range; blank: no range.", (field, "low"), width=NARROW),
        Column(field, kind, about, (field, "best"), width=NARROW),
        Column(high, NUMBER, "High end of the 90 % range.", (field, "high"), width=NARROW),
    )


#: the sheet Set holds one fact per row: key, how it is read, what it means
SET: tuple[Column, ...] = (
    Column("version", NUMBER, "Version of the format: 1."),
    Column("id", WORD, "One word by which files and tables call the set.", required=True),
    Column("title", TEXT, "Title of the report.", required=True),
    Column("question", TEXT, "What is to be explained.", required=True),
    Column("about", TEXT, "How the codings came about and what they are worth."),
    Column("licence", TEXT, "Under which terms others may use the set."),
    Column("base_coder", WORD, "The coder whose judgement is shown first.", required=True, choices="Coders"),
    Column("prior_concentration", NUMBER, "Concentration of an uncertain (Dirichlet) prior; blank: fixed."),
    Column("case_order", WORDS, "Cases in the order to report them."),
    Column("preferred", WORDS, "Scenarios that the author stands by, in the order applied."),
    Column("case_questions", LINES, "Three questions that the report asks of every case, a line each."),
    Column(
        "exclusive", FLAG, "Whether the rivals exclude one another: yes or no.", always=True, choices=YES_NO
    ),
    Column("applied", WORDS, "Scenarios applied so far. The program fills this in."),
    Column("set_aside", WORDS, "Items that those scenarios dropped. The program fills this in."),
    Column("written", STRUCTURE, "What they made of the hypotheses. The program fills this in."),
)

HYPOTHESES = Sheet(
    "Hypotheses",
    "Rival explanations; their priors sum to 1.",
    (
        Column("id", WORD, "One word; the other sheets name the hypothesis by it.", required=True),
        Column("label", TEXT, "Its name in tables.", required=True),
        Column("short", TEXT, "Initials for narrow tables.", width=NARROW),
        Column("statement", TEXT, "What it says, in a sentence.", required=True, width=WIDE),
        Column("refusal_statement", TEXT, "What it says of a refusal, where that differs.", width=WIDE),
        Column("refusal_label", TEXT, "Its name in what is said of a refusal, where that differs."),
        Column("prior", NUMBER, "Probability before the evidence.", required=True, width=NARROW),
        Column("steps", WORDS, "Steps of its mechanism, in order.", width=WIDE // 2),
        Column("residual", FLAG, "yes: none of the named explanations.", width=NARROW, choices=YES_NO),
    ),
    Hypothesis,
    "hypotheses",
)
CODERS = Sheet(
    "Coders",
    "Everyone who judged the items.",
    (
        Column("id", WORD, "One word.", required=True),
        Column("label", TEXT, "Name in tables."),
        Column("unit", CHOICE, "Unit of codings that name none.", always=True, choices=UNITS),
        Column("scale", WORD, "Verbal scale of such codings.", choices="Scales"),
        Column("reference", WORD, "Reference hypothesis of such codings.", choices="Hypotheses"),
        Column("note", TEXT, "How the judgement was made.", width=WIDE),
        Column("header", TEXT, "Comment at the head of the coder's CSV in the folder.", width=WIDE),
    ),
    Coder,
    "coders",
)
CODEBOOK = Sheet(
    "Codebook",
    "Observable implications of the hypotheses.",
    (
        Column("id", WORD, "One word.", required=True, width=NARROW),
        Column("text", TEXT, "What one would see.", required=True, width=WIDE),
        Column("step", WORD, "Step of the mechanism that it speaks to."),
        Column("restates", WORDS, "outcome, or conditions that such an item merely restates."),
        Column("shared_likelihood", FLAG, "yes: its items share one uncertain likelihood.", choices=YES_NO),
    ),
    Implication,
    "codebook",
)
CLUSTERS = Sheet(
    "Clusters",
    "Items of one origin. Correlation 0: they count as independent; 1: they count as one.",
    (
        Column("id", WORD, "One word.", required=True),
        Column("label", TEXT, "What the items have in common.", width=WIDE),
        *stated("correlation", "From 0 to 1.", MIXED),
    ),
    Cluster,
    "clusters",
)
CASES = Sheet(
    "Cases",
    "In-depth studies.",
    (
        Column("case", WORD, "One word; it names the case's file.", required=True),
        Column("label", TEXT, "Its name in tables.", required=True, width=WIDE // 2),
        Column("relationship", TEXT, "What tied the parties before.", width=WIDE),
        Column("attempts", TEXT, "When and how the claim under study was made.", width=WIDE),
    ),
    Case,
    "cases",
    (("condition", "conditions"),),
)
EPISODES = Sheet(
    "Episodes",
    "Outcomes to explain, each inside a case.",
    (
        Column("id", WORD, "One word.", required=True, width=WIDE // 2),
        Column("case", WORD, "The case it belongs to.", required=True, choices="Cases"),
        Column("label", TEXT, "Its name in tables.", required=True, width=WIDE // 2),
        Column("date", DATE, "YYYY, YYYY-MM, YYYY-MM-DD, or two of them joined by /.", width=12),
        Column("outcome", TEXT, "What happened.", required=True, width=WIDE),
        Column("granted", CHOICE, "Was it granted?", always=True, choices=("yes", "no", "part", "unknown")),
        Column("transferred", TEXT, "What was transferred.", width=WIDE // 2),
        Column("administration", TEXT, "Who governed."),
        Column("scored", FLAG, "no: not analysed; say why.", always=True, width=NARROW, choices=YES_NO),
        Column("not_scored", TEXT, "Why it is not scored.", width=WIDE // 2),
        Column("aggregate_of", WORDS, "Episodes that this one sums up.", choices="Episodes"),
        Column("note", TEXT, "Anything else.", width=WIDE),
    ),
    Episode,
    "episodes",
    (("prior", "prior"), ("condition", "conditions")),
)
ITEMS = Sheet(
    "Items",
    "Archival observations; their likelihoods stand on the sheet Codings.",
    (
        Column("id", WORD, "One word.", required=True, width=NARROW),
        Column("case", WORD, "The case it belongs to.", required=True, choices="Cases"),
        Column("title", TEXT, "Name in figures and tables; blank: cut from the paraphrase."),
        Column("paraphrase", TEXT, "What the document says.", required=True, width=WIDE),
        Column("date", DATE, "Of the document: YYYY, YYYY-MM, YYYY-MM-DD, or two joined by /.", width=12),
        Column("statement_date", DATE, "Of the words, where they are older.", width=12),
        Column("retrospective", FLAG, "yes: written later, yet meant to bear on it.", choices=YES_NO),
        Column("author", TEXT, "Who wrote it."),
        Column("speaker", TEXT, "Who said it."),
        Column("recipient", TEXT, "To whom."),
        Column("audience", CHOICE, "Who heard it.", choices=("private", "diplomatic", "public", "unknown")),
        Column("kind", TEXT, "Kind of document."),
        Column("source", WORD, "Id on the sheet Sources.", ("source", "key"), choices="Sources"),
        Column("locator", TEXT, "Page or folio.", ("source", "locator")),
        Column("see_also", REFERENCES, "Further sources, a line each: id: locator."),
        Column("footnote", TEXT, "Note in the text that cites it.", width=NARROW),
        Column("implications", WORDS, "Ids on the sheet Codebook.", choices="Codebook"),
        Column("step", WORD, "Step of the mechanism that it speaks to."),
        Column("episodes", WORDS, "Episodes it bears on, joined by commas.", choices="Episodes"),
        Column(
            "found",
            CHOICE,
            "What the search showed.",
            always=True,
            choices=("present", "absent", "not_sought"),
        ),
        *stated("detection", "For absent: P(it would have been found had it existed).", MIXED),
        Column("detection_by_hypothesis", STRUCTURE, "Where detection differs: {A: 0.5, B: 0.2}."),
        Column("search", TEXT, "What was searched, for a claim of absence.", width=WIDE // 2),
        Column("decisive", FLAG, "yes: likelihoods of 0 and 1 are meant.", choices=YES_NO),
        Column("package", WORDS, "Items coded jointly in this one."),
        Column("cluster", WORD, "Id on the sheet Clusters.", choices="Clusters"),
        Column("given", WORDS, "Items that the coding is conditional on."),
        Column("reading", WORD, "Id on the sheet Readings.", choices="Readings"),
        Column("restates", WORDS, "outcome, or conditions that the item merely restates."),
        Column("ambiguity", TEXT, "Caution about date, speaker, wording or citation.", width=WIDE),
        Column("not_coded", TEXT, "Why the item has no coding.", width=WIDE // 2),
    ),
    Item,
    "items",
)
CODINGS = Sheet(
    "Codings",
    "One row per item and hypothesis: P(item given hypothesis), with a 90 % range.",
    (
        Column("item", WORD, "Id on the sheet Items.", required=True, width=NARROW, choices="Items"),
        Column("episodes", WORDS, "Blank: every episode the item bears on.", width=30, choices="Episodes"),
        Column("coder", WORD, "Blank: the base coder.", choices="Coders"),
        Column("option", WORD, "Option of the item's reading, if it has one."),
        Column("hypothesis", WORD, "Every hypothesis needs a row.", required=True, choices="Hypotheses"),
        Column("low", NUMBER, "Low end of the 90 % range; blank: no range.", ("value", "low"), width=NARROW),
        Column("best", MIXED, "A number in the unit, or a term.", ("value", "best"), choices="Terms"),
        Column("high", NUMBER, "High end of the 90 % range.", ("value", "high"), width=NARROW),
        Column("unit", CHOICE, "Blank: the coder's unit.", always=True, choices=UNITS),
        Column("reason", TEXT, "Why these numbers, once for the coding.", width=WIDE),
        Column("cell_reason", TEXT, "A reason for this hypothesis only.", width=WIDE // 2),
        Column("scale", WORD, "Verbal scale, where it is not the IPCC's.", choices="Scales"),
        Column("reference", WORD, "For ratios: the hypothesis they are taken against.", choices="Hypotheses"),
        *stated("reference_probability", "For ratios: P(item given reference).", MIXED),
        Column("cluster", WORD, "Overrides the item's cluster.", choices="Clusters"),
        Column("given", WORDS, "Further items that this coding is conditional on."),
    ),
)
SOURCES = Sheet(
    "Sources",
    "References in CSL-JSON, as Zotero exports them.",
    (
        Column("id", WORD, "One word.", required=True, width=WIDE // 2),
        Column("type", WORD, "CSL type, such as document, book, article-journal.", required=True),
        Column("title", TEXT, "Title.", width=WIDE),
        Column("grade", WORD, "Grade on the sheet Reliability."),
        Column("csl", STRUCTURE, "The other CSL fields, as JSON or YAML.", width=WIDE),
    ),
)
RELIABILITY = Sheet(
    "Reliability",
    "P(report given the event) and P(report given no event), of a source or of a grade.",
    (
        Column("source", WORD, "Id on the sheet Sources, or", choices="Sources"),
        Column("grade", WORD, "a grade that sources name."),
        Column("hypothesis", WORD, "Blank: whatever is true.", choices="Hypotheses"),
        *stated("hit", "P(report given the event).", MIXED),
        *stated("false_report", "P(report given no event).", MIXED),
    ),
)
CONDITIONS = Sheet(
    "Conditions",
    "Names of conditions, and what their values mean; values stand with cases and episodes.",
    (
        Column("condition", TEXT, "Name.", required=True),
        Column("meaning", TEXT, "What its values mean.", width=WIDE),
    ),
)
SCALES = Sheet(
    "Scales",
    "Words for probabilities, beside the IPCC's.",
    (
        Column("scale", WORD, "One word.", required=True),
        Column("term", TEXT, "The word or phrase."),
        *stated("value", "What it stands for.", MIXED),
    ),
)
READINGS = Sheet(
    "Readings",
    "Uncertain facts about documents; the probabilities of a reading's options sum to 1.",
    (
        Column("reading", WORD, "One word.", required=True),
        Column("label", TEXT, "What is uncertain.", width=WIDE),
        Column("option", WORD, "One word."),
        Column("probability", NUMBER, "Given the document.", width=NARROW),
    ),
)
SCENARIOS = Sheet(
    "Scenarios",
    "Named changes of assumptions: one row per part, its content as JSON or as the YAML of the folder.",
    (
        Column("scenario", WORD, "One word; it names the scenario's file.", required=True),
        Column("part", WORD, "label, reason, drop, change, add_items, priors, ...", required=True),
        Column("name", WORD, "What the part is about: an item, case, reading, cluster or hypothesis."),
        Column("content", RAW, "What the part says of it.", width=2 * WIDE),
    ),
)

#: sheets on which every row is one record
RECORDS = (HYPOTHESES, CODERS, CODEBOOK, CLUSTERS, CASES, EPISODES, ITEMS)
#: every sheet that is read, in the order of the workbook
SHEETS: dict[str, Sheet] = {
    sheet.name: sheet
    for sheet in (
        Sheet("Set", "What holds for the whole set.", (Column("key"), Column("value", width=2 * WIDE))),
        HYPOTHESES,
        CODERS,
        CASES,
        EPISODES,
        ITEMS,
        CODINGS,
        SOURCES,
        RELIABILITY,
        CODEBOOK,
        CONDITIONS,
        CLUSTERS,
        READINGS,
        SCALES,
        SCENARIOS,
    )
}
