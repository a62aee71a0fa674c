"""Sections that the configurations of many tests' stations share; each test adds what it is about."""

from __future__ import annotations

STATE = '[station]\nstate_dir = "{folder}"\n'
SIMULATED = '[sensor]\ndriver = "simulated"\n'
MOCK_PINS = '[button]\ngpio = "mock"\n[light]\ngpio = "mock"\n'
NO_PINS = "[button]\nenabled = false\n[output.light]\nenabled = false\n"
SILENT = "[output.audio]\nenabled = false\n"
NO_JOURNAL = "[output.journal]\nenabled = false\n"
NO_PAGE = "[output.web]\nenabled = false\n"
