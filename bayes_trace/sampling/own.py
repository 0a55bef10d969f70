"""Draws of the numbers that touch one link only, given the hypothesis and all that is shared."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from bayes_trace.exact.blocks import Block
from bayes_trace.exact.integrals import expected, part_of
from bayes_trace.likelihood import effective_likelihood, kernel
from bayes_trace.likelihood.kernel import NUMPY
from bayes_trace.likelihood.links import Point
from bayes_trace.likelihood.ranges import Deviates
from bayes_trace.scales import expit

__all__ = ["draw_own"]

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Index = npt.NDArray[np.int64]
#: points at which a density is known: where it is the same for all draws, and where each draw has its own
FINE, COARSE = 1001, 257
FAR = 7.5


def draw_own(block: Block, z: Deviates, kappa: Array, drawn: Index, rng: np.random.Generator) -> Deviates:
    """Fill in a block's own numbers.

    Parameters
    ----------
    block
        Links of one episode.
    z
        Deviates of what is shared, in one variant or as many as draws.
    kappa
        Weights (link, draw or 1).
    drawn
        The hypothesis of each draw.
    rng
        Generator.

    Returns
    -------
    Deviates of all numbers: under the hypothesis drawn a number has the density p(x) q(x)^kappa / m, under the
    others that of its range.
    """
    n = drawn.size
    location, detection = z.location, z.detection
    if block.own.any():
        location = np.broadcast_to(location, (*location.shape[:-1], n)).copy()
        location[block.own] = rng.standard_normal((int(block.own.sum()), n))
    if block.own_detection.any():
        detection = np.broadcast_to(detection, (*detection.shape[:-1], n)).copy()
        detection[block.own_detection] = rng.standard_normal((int(block.own_detection.sum()), n))
    filled = replace(z, location=location, detection=detection)
    for hypothesis in np.unique(drawn):
        draws = np.flatnonzero(drawn == hypothesis)
        _Hypothesis(block, z, kappa, int(hypothesis), draws).draw(filled, rng)
    return filled


@dataclass(frozen=True)
class _Number:
    """One number of a link: of an item (entry, option), or a detection (entry,)."""

    link: int
    at: tuple[int, ...]

    @property
    def quantity(self) -> str:
        return "location" if len(self.at) > 1 else "detection"


class _Hypothesis:
    """The own numbers of a block under one hypothesis, in the draws that drew it."""

    def __init__(self, block: Block, z: Deviates, kappa: Array, hypothesis: int, draws: Index) -> None:
        self.block, self.h, self.draws = block, hypothesis, draws
        self.kappa = kappa if kappa.shape[1] == 1 else kappa[:, draws]
        self.links = block.stated.links
        point = _under(block.stated.at(_some(z, draws)), hypothesis)
        location, detection = (each[..., hypothesis, None] for each in expected(block))
        # numbers not drawn yet stand at their means: a link is linear in each
        self.location = np.where(block.own[..., hypothesis, None], location, point.location[..., 0, :])
        self.detection = np.where(block.own_detection[:, None], detection, point.detection[:, 0])
        self.point = point

    def draw(self, filled: Deviates, rng: np.random.Generator) -> None:
        """Put draws of the numbers into `filled`: number after number, in all links at once."""
        numbers = self._numbers()
        for step in range(max((len(each) for each in numbers.values()), default=0)):
            now = [each[step] for each in numbers.values() if len(each) > step]
            none, whole = (self._at_end(now, end) for end in (-np.inf, np.inf))
            for place, number in enumerate(now):
                z = self._tilted(number, none[place], whole[place], rng)
                getattr(filled, number.quantity)[(*self._place(number), self.draws)] = z
                self._keep(number, self._value(number, z), more=len(numbers[number.link]) > step + 1)

    def _numbers(self) -> dict[int, list[_Number]]:
        of = self.links.entry_link
        items = [_Number(int(of[e]), (int(e), int(o))) for e, o in np.argwhere(self.block.own[..., self.h])]
        searches = [_Number(int(of[e]), (int(e),)) for e in np.flatnonzero(self.block.own_detection)]
        found: dict[int, list[_Number]] = {}
        for number in sorted((*items, *searches), key=lambda each: each.link):
            found.setdefault(number.link, []).append(number)
        return found

    def _at_end(self, now: list[_Number], end: float) -> Array:
        """Likelihoods (link, draw) with one number of each link never or always."""
        location, detection = self.location.copy(), self.detection.copy()
        for number in now:
            (location if number.quantity == "location" else detection)[number.at] = end
        point = replace(self.point, location=location[:, :, None], detection=detection[:, None])
        links, kept, _ = part_of(self.links, point, np.array([number.link for number in now]))
        return np.asarray(np.exp(effective_likelihood(links, kept)[:, 0]))

    def _stated(self, number: _Number) -> list[float]:
        at = (*number.at, self.h)
        return [float(part[at]) for part in self.block.stated.parts[number.quantity]]

    def _place(self, number: _Number) -> tuple[int, ...]:
        return (*number.at, self.h) if number.quantity == "location" else number.at

    def _value(self, number: _Number, z: Array) -> Array:
        location, low, high = self._stated(number)
        return np.asarray(kernel.two_piece(NUMPY, location, low, high, z))

    def _keep(self, number: _Number, x: Array, *, more: bool) -> None:
        """Put what was drawn in the place of the mean, where the link has more numbers to draw."""
        if not more:
            return
        name = number.quantity
        array = np.broadcast_to(getattr(self, name), (*getattr(self, name).shape[:-1], self.draws.size))
        setattr(self, name, array.copy())
        getattr(self, name)[number.at] = x

    def _tilted(self, number: _Number, none: Array, whole: Array, rng: np.random.Generator) -> Array:
        """Deviates from phi(z) [(1 - p(z)) q(never) + p(z) q(always)]^kappa."""
        kappa = self.kappa[number.link]
        varies = max(none.size, whole.size, kappa.size) > 1
        grid = np.linspace(-FAR, FAR, COARSE if varies else FINE)
        p = expit(self._value(number, grid))
        q = (1 - p) * none[:, None] + p * whole[:, None]
        density = np.exp(-0.5 * grid**2) * (q if (kappa == 1).all() else q ** kappa[:, None])
        return _from_density(grid, density, rng.random(self.draws.size))


def _from_density(grid: Array, density: Array, level: Array) -> Array:
    """Draws by the inverse of the distribution function, from densities (draw or 1, point)."""
    total = np.zeros(density.shape)
    np.cumsum((density[:, 1:] + density[:, :-1]) / 2, axis=1, out=total[:, 1:])
    if density.shape[0] == 1:
        return np.asarray(np.interp(level * total[0, -1], total[0], grid))
    wanted = level * total[:, -1]
    above = np.clip((total < wanted[:, None]).sum(axis=1), 1, grid.size - 1)
    rows = np.arange(level.size)
    low, high = total[rows, above - 1], total[rows, above]
    within = (wanted - low) / np.maximum(high - low, np.finfo(float).tiny)
    return np.asarray(grid[above - 1] + np.clip(within, 0, 1) * (grid[1] - grid[0]))


def _some(z: Deviates, draws: Index) -> Deviates:
    arrays = {field.name: getattr(z, field.name) for field in fields(z)}
    return Deviates(**{n: a if a.shape[-1] == 1 else a[..., draws] for n, a in arrays.items()})


def _under(point: Point, hypothesis: int) -> Point:
    """The numbers of one hypothesis, its dimension kept."""
    one = slice(hypothesis, hypothesis + 1)
    arrays = {field.name: getattr(point, field.name) for field in fields(point)}
    arrays["location"] = arrays["location"][:, :, one]
    for name in ("hit", "false_report", "denial_if_true", "denial_if_false", "detection"):
        arrays[name] = arrays[name][:, one]
    return Point(**arrays)
