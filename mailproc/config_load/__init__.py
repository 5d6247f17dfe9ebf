"""From the file config.toml to a ``Config``: read, check, and say everything that is wrong at once."""

from mailproc.config_load.load import load, secret_files
from mailproc.config_load.located import all_wrong, wrong
from mailproc.config_load.new_secrets import take as take_secrets
from mailproc.config_load.secret import secrets
from mailproc.config_load.warn import warnings

__all__ = ["all_wrong", "load", "secret_files", "secrets", "take_secrets", "warnings", "wrong"]
