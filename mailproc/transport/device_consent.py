"""The consent of a person at another screen: the device authorization grant (RFC 8628)."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from mailproc.config import ServerLogin
from mailproc.errors import LocalFault
from mailproc.sentence import sentence
from mailproc.transport import token_server
from mailproc.transport.access_tokens import client, scope
from mailproc.transport.token_server import Token, TokenRefused, TokenTrouble

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
USUAL_INTERVAL = 5.0  # seconds between two questions, where the server names none (section 3.2)
QUICKEST, SLOWEST = 1.0, 60.0
SLOWER = 5.0  # seconds more after each "slow_down" (section 3.5)
LONGEST = 1_800.0  # seconds for which a consent is waited for
SHOWN = 300  # characters of an address or a code


@dataclass(frozen=True)
class Invitation:
    """What the person needs, and how long it holds, in seconds."""

    url: str
    code: str
    device_code: str = field(repr=False)
    interval: float
    lifetime: float


def invited(login: ServerLogin) -> Invitation:
    """Ask the server for a code. Raise TokenTrouble, TokenRefused."""
    answer = token_server.asked(login.device_url, client(login) | scope(login), "device_code")
    url = answer.get("verification_uri") or answer.get("verification_url")  # so called at Google
    for what, given in (("verification_uri", url), ("user_code", answer.get("user_code"))):
        if not given:
            raise token_server.unusable(login.device_url, what, 200)
    return Invitation(
        str(url)[:SHOWN],
        str(answer["user_code"])[:SHOWN],
        str(answer["device_code"]),
        min(max(token_server.number(answer, "interval", USUAL_INTERVAL), QUICKEST), SLOWEST),
        min(token_server.number(answer, "expires_in", LONGEST), LONGEST),
    )


def consented(
    login: ServerLogin, invitation: Invitation, pause: Callable[[float], None] = time.sleep
) -> Token:
    """Wait for the person. Raise TokenRefused; LocalFault if the code ended before, or no consent lasts."""
    form = {"grant_type": GRANT, "device_code": invitation.device_code} | client(login)
    interval, waited = invitation.interval, 0.0
    while waited < invitation.lifetime:
        pause(interval)
        waited += interval
        try:
            token = token_server.token(login.token_url, form)
        except TokenRefused:
            raise
        except TokenTrouble as error:  # not yet, or the line is down: the code still holds
            interval = min(interval + SLOWER, SLOWEST) if error.error == "slow_down" else interval
            continue
        if not token.refresh_token:
            raise LocalFault(sentence("consent-does-not-last"))
        return token
    raise LocalFault(sentence("consent-too-late"))
