"""How a package that is missing is brought to the very Python that runs: on Debian a bare `pip` is the system's."""

from __future__ import annotations

import os
import shlex
import sys


def installing(*packages: str) -> str:
    """The command that brings packages to the very Python that runs here: a bare `pip` may be another one's.

    packages: as pip takes them; `desk-station[sealed]` brings what that extra needs, in a clone, too.
    """
    into_a_folder_of_root = sys.prefix != sys.base_prefix and not os.access(sys.prefix, os.W_OK)  # as install.sh makes
    words = ["sudo"] if into_a_folder_of_root else []
    return shlex.join([*words, sys.executable or "python3", "-m", "pip", "install", *packages])
