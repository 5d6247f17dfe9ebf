"""The command line. It speaks to ``office`` (and starts ``app``); it has no rule and no SQL.

Exit status: 0 done · 1 refused or failed, one sentence on stderr · 2 usage · 3 misconfigured.
"""

from mailproc.cli.root import main

__all__ = ["main"]
