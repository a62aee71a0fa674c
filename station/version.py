"""The station's version, from the installed package."""

from importlib.metadata import PackageNotFoundError, version

try:
    VERSION = version("desk-station")
except PackageNotFoundError:  # run from a folder that was never installed
    VERSION = "0+unknown"
