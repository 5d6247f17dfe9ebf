"""What is allowed in [[hook]] and yet worth a word."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from mailproc.config import Config, Hook
from mailproc.config_load.secret import ABSENT
from mailproc.config_load.value_checks import is_safe_url

SHORTEST = 24
"""Letters of a secret, as Standard Webhooks asks for so many octets."""


def warnings(config: Config) -> Iterator[str]:
    for hook in config.hook:
        if hook.url:
            yield from (f"hook {hook.name}: {text}" for text in _of_url(hook))


def _of_url(hook: Hook) -> Iterator[str]:
    secret = hook.secret.get_secret_value()
    if not is_safe_url(hook.url):
        host = urlsplit(hook.url).hostname
        yield f"whoever is on the way to {host} reads who borrows what: use https"
    if not secret:
        yield "nothing is signed, so anybody may tell it anything: give it a secret"
    elif secret != ABSENT and len(secret) < SHORTEST:
        yield f"its secret is short: use {SHORTEST} letters or more"
