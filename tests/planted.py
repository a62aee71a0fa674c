"""Secrets that the tests plant, and the search for them in everything that any test of the suite prints or logs.

As a part of conftest.py it looks at each test that passed: its standard output, its errors, its log, and the logs that
processes wrote into its folder.  Who plants a secret takes one of these.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from pathlib import Path

import pytest

PASSWORD, WRONG_PASSWORD = "Pl4nted-in-the-broker", "Pl4nted-and-wr0ng"
PASSPHRASE = "planted upon the page"
PAGE, SEAL = "vier weiche Kissen", "sieben gelbe Regenschirme"
SECRETS = (PASSWORD, WRONG_PASSWORD, PASSPHRASE, PAGE, SEAL)
LOGS = ("*.log", "log", "said.txt")


def told(sections: Iterable[tuple[str, str]]) -> list[str]:
    """Where a secret was told, each with the secret."""
    return [f"{place}: {secret}" for place, text in sections for secret in SECRETS if secret in text]


def logs(folder: Path) -> Iterable[tuple[str, str]]:
    """What processes wrote below a test's folder."""
    for pattern in LOGS:
        for file in folder.rglob(pattern):
            if file.is_file():
                yield str(file), file.read_text("utf-8", "replace")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that passed but let a secret out has failed."""
    report = yield
    if report.when == "teardown" and report.passed:
        folder = getattr(item, "funcargs", {}).get("tmp_path")
        found = told([*report.sections, *(logs(folder) if folder else ())])
        if found:
            report.outcome, report.longrepr = "failed", "a planted secret was told in\n" + "\n".join(found)
    return report
