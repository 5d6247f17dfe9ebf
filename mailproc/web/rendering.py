"""Pages from templates. Every value is masked, harmless and escaped, whatever a template forgets."""

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from mailproc.log import mask_shown
from mailproc.office.wording.plain_text import shown

STATIC = {
    "desk.css": "text/css; charset=utf-8",
    "desk.svg": "image/svg+xml",
    "keys.js": "text/javascript; charset=utf-8",
    "live.js": "text/javascript; charset=utf-8",
    "preview.js": "text/javascript; charset=utf-8",
}
"""Files that browsers load, with their types; nothing comes from elsewhere."""


@cache
def static_file(name: str) -> bytes:
    """Return a file of ``STATIC``."""
    return (files("mailproc.web") / "static" / name).read_bytes()


@cache
def environment() -> Environment:
    """Return the templates' environment."""
    made = Environment(
        loader=PackageLoader("mailproc.web", "html"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["harmless"] = lambda value: escape(harmless(value))  # of what stands on a page many times
    made.globals["static"] = static_address
    return made


def harmless(value: Any) -> Any:
    """Return a value as it may be shown: texts without secrets, and without what turns a line round."""
    return shown(mask_shown(value)) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def static_address(name: str) -> Markup:
    """Return the address of a file, another one for each content: browsers may keep it."""
    return Markup(f"/static/{name}?{sha256(static_file(name)).hexdigest()[:12]}")  # noqa: S704  # ours alone
