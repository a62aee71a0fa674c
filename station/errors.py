"""Mistakes that a person can mend: each knows its sentence and its remedy.

Programming mistakes stay ordinary exceptions with a traceback; what a newcomer can cause never shows one.
"""

from __future__ import annotations


class StationError(Exception):
    """Something a person can mend.  `problem` says what is wrong and where, `remedy` what to do."""

    exit_code = 2

    def __init__(self, problem: str, remedy: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy

    def sentences(self) -> list[str]:
        """What to print, one line each."""
        return [self.problem, *([self.remedy] if self.remedy else [])]


class ConfigError(StationError, ValueError):
    """The configuration has mistakes; `problems` holds all of them, one sentence each, with file and line."""

    def __init__(self, problems: list[str]) -> None:
        count = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
        super().__init__(f"The configuration has {count}.")
        self.problems = problems

    def sentences(self) -> list[str]:
        """The mistakes, then what came of them."""
        return [*self.problems, self.problem]
