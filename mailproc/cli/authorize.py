"""The verb by which a person consents that the service uses a mailbox or the relay (OAuth 2)."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from mailproc.cli import output
from mailproc.cli.session import configured
from mailproc.sentence import sentence

if TYPE_CHECKING:
    from mailproc.transport.device_consent import Invitation

verbs = typer.Typer()


@verbs.command("authorize")
def authorize(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help='A mailbox, or "relay" for [deliver].')],
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON value on stdout; where to go is said on stderr.")
    ] = False,
) -> None:
    """Consent once that the service uses a mailbox or the relay: prints a code to enter in a browser."""
    from mailproc.app import oauth  # here: the sockets cost a tenth of a second that --help does not need

    context = configured(ctx, secrets_needed=True)
    say = output.complain if as_json else output.line

    def tell(invitation: "Invitation", user: str) -> None:
        where = {"url": invitation.url, "code": invitation.code, "user": user}
        say(context.language.word(sentence("consent-open", **where)))
        sys.stdout.flush()

    consent = oauth.authorize(context, name, tell)
    if as_json:
        output.as_json(consent)
    else:
        output.line(context.language.word(sentence("consent-given", user=consent.user, file=consent.file)))
