"""A test that is skipped proves nothing: where VIGNETTE_SKIPS=listed, each skip stands in a list, or the run fails.

The list holds tables of a test (its id, `*` stands for anything), the reason it gives, when that is allowed (a name in
`WHEN`), and why that is all right. An entry that says nothing any more fails the run too: one that no test's id fits, and
one whose tests all ran although it says that they are skipped. That is judged by complete runs alone (no files, no `-k`),
and only when all that an entry is about ran, so each of several runs that share the tests out may be asked.

With pytest-xdist the workers know what was collected and the controller what became of it; the controller judges.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIST = ROOT / "tests" / "allowed_skips.toml"

WHEN: dict[str, Callable[[], bool]] = {
    "always": lambda: True,
    "root": lambda: os.name != "nt" and os.geteuid() == 0,
    "no data": lambda: not os.environ.get("VIGNETTE_DATA"),
    "no chromium": lambda: not (shutil.which("chromium") and importlib.util.find_spec("playwright")),
    "no speaker encoder": lambda: (
        not any((ROOT / "models" / f"{n}.onnx").is_file() for n in ("campplus", "ge2e"))
    ),
    "no CAM++": lambda: not (ROOT / "models" / "campplus.onnx").is_file(),
    "no GE2E": lambda: not (ROOT / "models" / "ge2e.onnx").is_file(),
    "no Whisper weights": lambda: not (ROOT / "models" / "tiny.en" / "model.bin").is_file(),
    "no Ray": lambda: importlib.util.find_spec("ray") is None,
    "not Linux": lambda: os.uname().sysname != "Linux" if hasattr(os, "uname") else True,
}


@dataclass(frozen=True)
class Allowed:
    """One table of the list."""

    test: str
    reason: str
    why: str
    when: str = "always"

    def __str__(self) -> str:
        return f"{self.test} ({self.reason})"

    def is_about(self, test: str) -> bool:
        return _fits(self.test, test)

    def allows(self, test: str, reason: str) -> bool:
        return self.is_about(test) and _fits(self.reason, reason) and WHEN[self.when]()


def _fits(pattern: str, text: str) -> bool:
    return _expression(pattern).fullmatch(text) is not None


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, pattern.split("*"))), re.DOTALL)


def read(path: Path) -> list[Allowed]:
    """The list, or a UsageError that names what is wrong in it."""
    try:
        listed = [Allowed(**table) for table in tomllib.loads(path.read_text(encoding="utf-8"))["skip"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise pytest.UsageError(f"{path}: {error}") from error
    for allowed in listed:
        if allowed.when not in WHEN:
            raise pytest.UsageError(f"{path}: when = {allowed.when!r}; known are {', '.join(WHEN)}")
    return listed


class ListedSkips:
    """The plugin."""

    def __init__(self, config: pytest.Config, listed: list[Allowed]) -> None:
        self.config, self.listed = config, listed
        self.about: list[set[str]] | None = None  # what the whole suite has of each entry; None: not known
        self.ran: set[str] = set()
        self.skipped: set[tuple[str, str]] = set()
        self.says: list[str] = []

    # --- what there is (where the tests are collected: in a worker, or here) -------------------------------------

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        self.about = [{i.nodeid for i in items if a.is_about(i.nodeid)} for a in self.listed]

    # --- what became of it (a worker's reports reach the controller) -----------------------------------------------

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._note(report)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.ran.add(report.nodeid)
        self._note(report)

    def _note(self, report: pytest.CollectReport | pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            where = report.longrepr
            reason = str(where[2] if isinstance(where, tuple | list) else where)
            self.skipped.add((report.nodeid, reason.removeprefix("Skipped: ")))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        if about := getattr(node, "workeroutput", {}).get("listed_skips"):
            self.about = [set(tests) for tests in about]

    # --- the verdict -----------------------------------------------------------------------------------------------

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if hasattr(self.config, "workeroutput"):
            self.config.workeroutput["listed_skips"] = [sorted(a) for a in self.about or ()]
            return
        self.says = [f"skipped, and not listed: {t} ({r})" for t, r in self._unlisted()]
        self.says += [f"listed, and not skipped: {a}" for a in self._stale()]
        if self.says and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def _unlisted(self) -> list[tuple[str, str]]:
        return sorted(s for s in self.skipped if not any(a.allows(*s) for a in self.listed))

    def _complete(self) -> bool:
        narrowing = ("keyword", "deselect", "ignore", "ignore_glob", "lf", "maxfail")
        by_testpaths = self.config.args_source is pytest.Config.ArgsSource.TESTPATHS
        return by_testpaths and not any(getattr(self.config.option, name, None) for name in narrowing)

    def _stale(self) -> list[Allowed]:
        stale: list[Allowed] = []
        if not self._complete():
            return stale
        for allowed, tests in zip(self.listed, self.about or (), strict=False):
            used = any(allowed.allows(*skip) for skip in self.skipped)
            whole_modules = {t for t, _ in self.skipped if "::" not in t and allowed.is_about(t)}
            if not used and not whole_modules and WHEN[allowed.when]() and tests <= self.ran:
                stale.append(allowed)
        return stale

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.says:
            terminalreporter.section("skips", red=True)
            for line in self.says:
                terminalreporter.write_line(line)
            terminalreporter.write_line(f"The list, each skip with its reason: {LIST.relative_to(ROOT)}")


def watch(config: pytest.Config) -> None:
    """Begin watching where the environment says so; for `pytest_configure`."""
    if os.environ.get("VIGNETTE_SKIPS") == "listed":
        path = Path(os.environ.get("VIGNETTE_SKIPS_LIST", LIST))
        config.pluginmanager.register(ListedSkips(config, read(path)), "listed-skips")
