"""Questions to evidence tables, answered block by block, in this process or on many machines."""

from bayes_trace.blocks.mapping import map_blocks
from bayes_trace.blocks.work import QUESTIONS

__all__ = ["QUESTIONS", "map_blocks"]
