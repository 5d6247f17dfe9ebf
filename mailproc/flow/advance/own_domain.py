"""Decide whether an address is in the partner's own domain, and so may be used before staff confirm it.

The same domain proves nothing at a public mail provider, or if two libraries (one may be ours) have mailboxes
in it: anybody may have an address there. Then it is the partner's only if ``accepts_from`` names the whole
domain ("@lender.example").
"""

from collections.abc import Collection

from mailproc.config import Partner
from mailproc.flow.partners import Partners
from mailproc.mail.addresses import ascii_lower

_PROVIDERS = """
gmail.com googlemail.com outlook.com outlook.de outlook.fr outlook.co.uk hotmail.com hotmail.co.uk
hotmail.de hotmail.fr hotmail.it live.com live.co.uk live.de live.fr msn.com yahoo.com yahoo.co.uk
yahoo.de yahoo.fr yahoo.it yahoo.es yahoo.co.in yahoo.co.jp yahoo.com.br ymail.com rocketmail.com
aol.com aol.de aol.co.uk icloud.com me.com mac.com gmx.de gmx.net gmx.com gmx.at gmx.ch web.de
t-online.de freenet.de arcor.de mail.de email.de posteo.de posteo.net mailbox.org proton.me
protonmail.com protonmail.ch pm.me tutanota.com tutanota.de tuta.io tuta.com fastmail.com fastmail.fm
zoho.com hey.com mail.com email.com inbox.com btinternet.com sky.com virginmedia.com talktalk.net
ntlworld.com orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it tiscali.it alice.it virgilio.it
bluewin.ch sunrise.ch aon.at chello.at telenet.be skynet.be ziggo.nl kpnmail.nl planet.nl hetnet.nl
xs4all.nl seznam.cz centrum.cz wp.pl o2.pl onet.pl interia.pl abv.bg mail.bg mail.ru bk.ru inbox.ru
list.ru yandex.ru yandex.com rambler.ru ukr.net i.ua qq.com 163.com 126.com sina.com naver.com daum.net
hanmail.net rediffmail.com uol.com.br bol.com.br comcast.net verizon.net att.net sbcglobal.net
bellsouth.net cox.net charter.net earthlink.net rogers.com shaw.ca sympatico.ca bigpond.com
optusnet.com.au xtra.co.nz duck.com mailfence.com runbox.com
"""
PUBLIC = frozenset(_PROVIDERS.split())
"""Domains in which anybody may have an address; the list cannot be complete."""


def is_own(address: str, partner: Partner, partners: Partners, ours: Collection[str]) -> bool:
    """Return whether the partner's answers may go to ``address`` without confirmation.

    ``ours``: the addresses of this library. Never to an address that config.toml gives to another partner or
    to us.
    """
    others = [one for one in partners if one.symbol != partner.symbol]
    named = {ascii_lower(name) for other in others for name in _names(other)} | set(ours)
    domain = _domain(address)
    if ascii_lower(address) in named:
        return False
    if f"@{domain}" in {ascii_lower(one) for one in partner.accepts_from}:
        return True
    shared = domain in PUBLIC or domain in {_domain(name) for name in named}
    return not shared and domain in {_domain(name) for name in _names(partner)}


def same(one: str, other: str) -> bool:
    """Return whether both are in one domain that is not public."""
    return _domain(one) == _domain(other) and _domain(one) not in PUBLIC


def _names(partner: Partner) -> tuple[str, ...]:
    return (partner.address, *partner.accepts_from)


def _domain(address: str) -> str:
    return ascii_lower(address).rpartition("@")[2]
