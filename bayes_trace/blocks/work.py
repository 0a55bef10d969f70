"""What is done with one block: each question as a function of compiled evidence, a seed and options."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from bayes_trace.errors import BayesTraceError
from bayes_trace.exact import lead, update
from bayes_trace.files.evidence_tables.parts import Part, read_errors
from bayes_trace.files.evidence_tables.results import as_arrow, block_file, land
from bayes_trace.likelihood import take_episodes
from bayes_trace.likelihood.table import EvidenceTable
from bayes_trace.propagation import propagate

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["QUESTIONS", "Work", "added_up", "seed_of", "work_for"]

Answer = Callable[..., Any]
#: episodes whose robustness is looked at together: some measures put every item beside every episode
FEW = 25
_SUMS = ("episodes", "probability", "leads")


@dataclass(frozen=True)
class Work:
    """A question with its options, which any process can answer for any block."""

    name: str
    #: by name where it is one of `QUESTIONS`, or a function of the user's own
    function: Answer | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0

    def __call__(self, table: EvidenceTable, out: Path, part: Part) -> None:
        """Answer for one block; its results travel by way of the disk alone."""
        evidence = table.compile(part)
        answer = self.function or QUESTIONS[self.name]
        if self.function is None and self.name == "propagate":
            result = answer(evidence, seed=seed_of(self.seed, evidence), **self.options)
        else:
            result = answer(evidence, **self.options)
        land(as_arrow(_plain(result) if self.function is None else result), block_file(out, part.number))


#: options of a question, which it checks by itself
Option = Any
#: coordinates that a result keeps beside its dimensions
_KEPT = ("case", "episode", "hypothesis", "coder", "item", "link")


def _plain(result: Any) -> Any:  # noqa: ANN401 - a dataset or a table
    """Without what the table itself holds: labels, dates, names put together from others."""
    if not isinstance(result, xr.Dataset):
        return result
    return result.drop_vars([name for name in result.coords if name not in _KEPT])


def seed_of(seed: int, evidence: xr.Dataset) -> int:
    """The seed of a block: of its first episode, wherever and beside whatever it is computed."""
    name = f"{seed}:{evidence['episode'].values[0]}"
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") >> 1


def work_for(function: Callable[..., Any], seed: int) -> Work:
    """A function, or one with options fixed by `functools.partial`, as work on blocks."""
    inner: Any = function
    options: dict[str, Any] = {}
    while isinstance(inner, functools.partial) and not inner.args:
        inner, options = inner.func, {**inner.keywords, **options}
    name = getattr(inner, "__name__", type(inner).__name__)
    if str(getattr(inner, "__module__", "")).partition(".")[0] == "bayes_trace" and name in QUESTIONS:
        return Work(name, None, options, seed)
    return Work(name, inner, options, seed)


def _lead(evidence: xr.Dataset, **options: Option) -> xr.Dataset:
    """Leader and lead of the posterior."""
    return _level_as_text(lead(update(evidence, **options)))


def _level_as_text(result: xr.Dataset) -> xr.Dataset:
    """Hypotheses that share the lead as one text, empty where one leads alone."""
    level = result["level"].transpose(..., "hypothesis")
    text = np.full(level.shape[:-1], "", dtype=str)
    for place, name in enumerate(result["hypothesis"].values):
        joined = np.strings.strip(np.strings.add(np.strings.add(text, " "), str(name)))
        text = np.where(level.values[..., place], joined, text)
    text = np.where(level.values.sum(axis=-1) > 1, text, "")
    return result.drop_vars("level").assign(level=(level.dims[:-1], text))


def _leave_each_out(evidence: xr.Dataset, **options: Option) -> xr.Dataset:
    from bayes_trace.sensitivity import leave_each_out

    return leave_each_out(evidence, **options)


def _robustness(evidence: xr.Dataset, **options: Option) -> pa.Table:
    """Some episodes at a time."""
    import pyarrow as pa

    from bayes_trace.sensitivity import robustness

    parts = [as_arrow(_plain(robustness(few, **options))) for few in _few(evidence)]
    return pa.concat_tables(part.unify_dictionaries() for part in parts)


def _few(evidence: xr.Dataset) -> Iterator[xr.Dataset]:
    for start in range(0, evidence.sizes["episode"], FEW):
        chosen = np.arange(start, min(start + FEW, evidence.sizes["episode"]))
        yield take_episodes(evidence, chosen)


def _propagate(evidence: xr.Dataset, **options: Option) -> xr.Dataset:
    summary = propagate(evidence, keep_draws=False, **options)["summary"].to_dataset()
    case = evidence["case"].sel(episode=summary["episode"].values)
    return summary.assign_coords(case=("episode", case.values))


def _summarise(evidence: xr.Dataset, **options: Option) -> xr.Dataset:
    """Sums by case and hypothesis: episodes with an answer, their probabilities, and those that each leads."""
    posterior = update(evidence, **({"coder": evidence.attrs["base_coder"]} | options))
    p, log_p = posterior["probability"].values, posterior["log_probability"].values
    front = lead(posterior)["level"].transpose("episode", "hypothesis").values
    with np.errstate(invalid="ignore"):
        leads = front / front.sum(axis=1, keepdims=True)
    answered = ~np.isnan(log_p[:, 0])
    cases, place = np.unique(posterior["case"].values.astype(str), return_inverse=True)
    sums = np.zeros((3, cases.size, p.shape[1]))
    for total, values in zip(sums, (np.ones_like(p), p, leads), strict=True):
        np.add.at(total, place[answered], values[answered])
    dims = ("case", "hypothesis")
    return xr.Dataset(
        {name: (dims, total) for name, total in zip(_SUMS, sums, strict=True)},
        {"case": cases, "hypothesis": posterior["hypothesis"].values.astype(str)},
    )


def _sums(file: Path) -> dict[str, list[Any]]:
    """The sums of one block, as `_summarise` made them."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {"case": pa.string(), "hypothesis": pa.string()} | dict.fromkeys(_SUMS, pa.float64())
    with read_errors(file.as_posix()):
        found = pq.read_table(file)
        if kinds.keys() <= set(found.column_names):
            table = found.select(list(kinds)).cast(pa.schema(kinds))
            table.validate(full=True)
            return dict(table.to_pydict())
    message = f"{file.as_posix()}: not the results of summarise; delete the file and run again"
    raise BayesTraceError(message)


def added_up(files: Sequence[Path]) -> pa.Table:
    """Sums of all blocks, one behind the other in the order of blocks, as means and shares."""
    import pyarrow as pa

    totals: dict[tuple[str, str], np.ndarray] = {}
    for file in files:
        columns = _sums(file)
        rows = zip(*(columns[name] for name in _SUMS), strict=True)
        for case, hypothesis, row in zip(columns["case"], columns["hypothesis"], rows, strict=True):
            key = (case, hypothesis)
            totals[key] = totals.get(key, np.zeros(3)) + np.array(row)
    table = np.array(list(totals.values())).reshape(-1, 3)
    with np.errstate(invalid="ignore"):
        shares = table[:, 1:] / table[:, :1]
    return pa.table(
        {
            "case": [case for case, _ in totals],
            "hypothesis": [hypothesis for _, hypothesis in totals],
            "episodes": table[:, 0].astype(np.int64),
            "mean_probability": shares[:, 0],
            "share_led": shares[:, 1],
        }
    )


#: what `map_blocks` knows by name
QUESTIONS: dict[str, Answer] = {
    "update": update,
    "lead": _lead,
    "leave_one_out": _leave_each_out,
    "leave_each_out": _leave_each_out,
    "robustness": _robustness,
    "propagate": _propagate,
    "summarise": _summarise,
}
