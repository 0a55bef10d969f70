"""What is handed to a public function, looked at before anything is computed: its kind, its shape, its type."""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar

from bayes_trace.errors import BayesTraceError, WrongArgumentError
from bayes_trace.guards.annotations import LARGEST_DB, alternatives, beyond, fits, options, words
from bayes_trace.guards.kinds import KINDS, XARRAY, Kind, check_shape, described, sentence, shortened
from bayes_trace.guards.spoilt import blamed

__all__ = ["KINDS", "LARGEST_DB", "from_outside", "guarded"]

#: whether a guarded function is at work: what it hands on has been looked at
_INSIDE: ContextVar[bool] = ContextVar("inside", default=False)


#: what makes the kinds that no array tells
_CALLS = {
    "EvidenceSet": "bt.read_evidence_set(folder)",
    "EvidenceTable": "bt.open_evidence_table(path, hypotheses=[...])",
}


def guarded[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """The same function, which refuses what it cannot use and says what to call first.

    Kinds are told by the names of parameters, types by their annotations. What guarded functions hand to
    one another is not looked at again.

    Examples
    --------
    >>> import bayes_trace as bt
    >>> bt.update(bt.from_table({"memo": {"A": 0.8, "B": 0.2}}))
    Traceback (most recent call last):
        ...
    bayes_trace.errors.WrongArgumentError: update: evidence is an evidence set, expected compiled evidence;
    call bt.compile_evidence(evidence_set) first
    """
    signature = inspect.signature(function)

    @functools.wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        if _INSIDE.get():
            return function(*args, **kwargs)
        with _in_words(function, signature, args, kwargs):
            _look(function, signature, args, kwargs)
            token = _INSIDE.set(True)
            try:
                return function(*args, **kwargs)
            finally:
                _INSIDE.reset(token)

    return checked


@contextlib.contextmanager
def _in_words(
    function: Callable[..., object],
    signature: inspect.Signature,
    args: tuple[object, ...],
    kwargs: dict[str, object],
) -> Iterator[None]:
    """A failure inside is of what was handed in, if that is a result: others are made where they are used."""
    try:
        yield
    except (BayesTraceError, OSError, MemoryError, Warning):
        raise
    except Exception as error:
        try:
            given = signature.bind(*args, **kwargs).arguments
        except TypeError:
            raise error from None
        if said := blamed(function.__name__, given, error):
            raise WrongArgumentError(said) from error
        raise


@contextlib.contextmanager
def from_outside() -> Iterator[None]:
    """Calls in which arguments are looked at again: those of a user's function that a guarded one was handed."""
    token = _INSIDE.set(False)
    try:
        yield
    finally:
        _INSIDE.reset(token)


def _look(
    function: Callable[..., object],
    signature: inspect.Signature,
    args: tuple[object, ...],
    kwargs: dict[str, object],
) -> None:
    """Refuse the first argument that will not do."""
    try:
        bound = signature.bind(*args, **kwargs).arguments
    except TypeError:
        return  # a missing or unknown argument: the call itself says so, better than we could
    for name, value in bound.items():
        parameter = signature.parameters[name]
        if value is parameter.default:
            continue
        each = value if parameter.kind is inspect.Parameter.VAR_POSITIONAL else (value,)
        for one in each if isinstance(each, tuple) else (each,):
            _argument(function, name, str(parameter.annotation), one)
    of, against = bound.get("of"), bound.get("against")
    if isinstance(of, str) and of == against:
        message = f"{function.__name__}: of and against are both {of!r}, expected two hypotheses that differ"
        raise WrongArgumentError(message)


def _argument(function: Callable[..., object], name: str, annotation: str, value: object) -> None:
    short = function.__name__
    kind = KINDS.get(f"{short}.{name}") or KINDS.get(name)
    wanted = alternatives(annotation)
    if fault := beyond(name, value, wanted):
        message = f"{short}: {name}={shortened(repr(value))}; expected {fault}"
        raise WrongArgumentError(message)
    if not any(fits(each, value, inspect.unwrap(function).__globals__) for each in wanted):
        _refuse(short, name, value, kind, wanted, inspect.unwrap(function).__globals__)
    for each in value if isinstance(value, (list, tuple)) else (value,):
        if kind and type(each).__name__ in XARRAY:
            check_shape(short, name, each, kind)


def _refuse(
    function: str,
    name: str,
    value: object,
    kind: Kind | None,
    wanted: list[str],
    known: Mapping[str, object],
) -> None:
    listed = [option for each in wanted for option in options(each, known)]
    if listed and isinstance(value, str):
        message = f"{function}: {name}={value!r}, expected one of {', '.join(map(str, listed))}"
        raise WrongArgumentError(message)
    said = " or ".join(dict.fromkeys(words(each, known) for each in wanted))
    if kind and any(each.startswith("xr.") for each in wanted):
        raise WrongArgumentError(sentence(function, name, described(value), kind))
    calls = (f"; call {call} first" for made, call in _CALLS.items() if made in wanted)
    message = f"{function}: {name} is {described(value)}, expected {said}{next(calls, '')}"
    raise WrongArgumentError(message)
