"""What is found wrong with a configuration after it was read: said with file, line and key all the same."""

from collections.abc import Mapping, Sequence

from mailproc.config import Config
from mailproc.config_load.problem import HIDDEN, ConfigProblem, ConfigSource, Loc, misconfigured
from mailproc.config_load.toml_file import lines_of
from mailproc.errors import Misconfigured


def wrong(config: Config, loc: Loc, text: str, value: object = HIDDEN) -> Misconfigured:
    """The error about one key; ``text`` says what is allowed, or what to do."""
    return all_wrong(config, [ConfigProblem(loc, text, value)])


def all_wrong(config: Config, problems: Sequence[ConfigProblem]) -> Misconfigured:
    """One error for all of them. The file is read once more, for its lines alone."""
    return misconfigured(ConfigSource(config.file, config.model_dump(), lambda: _lines(config)), problems)


def _lines(config: Config) -> Mapping[Loc, int]:
    """None where the file is gone, or where there never was one."""
    try:
        return lines_of(config.file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        return {}
