"""What is wrong with an option, as people say it."""

from __future__ import annotations

import re
from typing import Any

import typer
from typer.core import TyperCommand

__all__ = ["Command"]

#: how Typer's checks begin, or what they call things -> words for people
_WORDS = (
    (r"^Value error, ", ""),
    (r"^Input should be ", "expected "),
    (r"a valid integer, unable to parse string as an integer", "a whole number"),
    (r"a valid number, unable to parse string as a number", "a number"),
    (r"greater than or equal to", "at least"),
    (r"less than or equal to", "at most"),
)


class Command(TyperCommand):
    """A command whose faults of usage are in words."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - a context of Typer's
        """Read the arguments; the message of what is refused is put into words."""
        try:
            return super().parse_args(ctx, args)
        except typer.BadParameter as error:
            for typed, said in _WORDS:
                error.message = re.sub(typed, said, error.message)
            raise
