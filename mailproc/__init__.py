"""mailproc: interlibrary loan by mail, moved through its states by the letters themselves."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("mailproc")
except PackageNotFoundError:  # run from a tree that was never installed
    __version__ = "0"
