"""What `check` says of what lies around the exchange: hooks, forms, catalogues, NCIP, privacy, slips."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from mailproc.config import Catalogue, Config, Hook, RequestForm
from mailproc.config_age import Age
from mailproc.errors import LocalFault
from mailproc.flow.forms import Forms
from mailproc.ill.terms import Role


def shown(config: Config) -> Iterator[str]:
    """Give a line about each that is configured. No path of a URL is in it: it may hold a token."""
    yield from map(_hook, config.hook)
    for form in config.form:
        yield _form(form, Forms(config))
    yield from map(_catalogue, config.catalogue)
    if config.ncip.url:
        yield f"ncip: {_host(config.ncip.url)}"
    privacy = config.privacy
    if privacy.anonymise_after or privacy.purge_after:
        readers, letters = _after(privacy.anonymise_after), _after(privacy.purge_after)
        years = privacy.keep_declarations
        yield f"privacy: readers go {readers}, letters {letters}; declarations are kept for {years} years"
    if config.slips.fonts:
        yield f"slips: fonts {', '.join(config.slips.fonts)}"


def _hook(hook: Hook) -> str:
    to = _host(hook.url) if hook.url else Path(hook.command[0]).name
    return f"hook {hook.name}: {to} is told of {', '.join(hook.events)}"


def _form(form: RequestForm, forms: Forms) -> str:
    whose = "wishes of readers" if form.role is Role.REQUESTER else f"orders of {form.partner}"
    senders = ", ".join(form.accepts_from) or "the partner's addresses"
    by = " or ".join(forms.proofs(form)) or "nothing"
    return f"form {form.name}: {whose} from {senders} are proven by {by}"


def _catalogue(one: Catalogue) -> str:
    holds = "ours" if one.use == "own" else "of others"
    host = one.url.partition("/")[0] if one.protocol == "z39.50" else _host(one.url)
    return f"catalogue {one.name}: {holds}, {one.protocol} at {host}"


def _host(url: str) -> str:
    return urlsplit(url).hostname or "–"


def _after(age: Age) -> str:
    return f"after {age}" if age else "never"


def missing_fonts(config: Config) -> Iterator[str]:
    """Name what `slips --pdf` would fail on: fonts of [slips] that are not there, or are none."""
    for name in config.slips.fonts:
        if why := _no_font(config.file.parent / name):
            yield f"slips.fonts: {why}; correct the name, or write [] for those of Debian"


def _no_font(file: Path) -> str:
    try:
        file.open("rb").close()
    except OSError as error:
        return f"{file} cannot be read: {error.strerror or error}"
    try:
        from mailproc.paper.fonts import FontFile  # here: it needs mailproc-ill[slips]
    except ModuleNotFoundError:
        return ""  # `slips --pdf` says what to install
    try:
        _ = FontFile(file, 0).glyphs
    except LocalFault as fault:
        return str(fault)
    return ""
