"""Check an order file as a whole: is it from that customer, and is it the same as another?"""

from hashlib import sha256
from hmac import compare_digest

from mailproc.config import Partner
from mailproc.flow.partners import account
from mailproc.protocols.codec import Credentials, Decoded


def file_key(decoded: Decoded) -> str:
    """Return a key that is equal for equal order files."""
    said = decoded.credentials or Credentials("", "")
    whole = repr((said.customer_code, said.file_ref, decoded.apdus, decoded.faults))
    return sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def admits(partner: Partner, said: Credentials) -> bool:
    """Compare customer code and password with a customer's account, in constant time.

    If the layout has no password, the code alone must be one of the sender's.
    """
    known = account(partner, "in", said.customer_code)
    if said.password is None:
        return known is not None
    password = known.password.get_secret_value() if known else "no account of this code"
    same = compare_digest(password.encode(), said.password.encode())
    return same and known is not None
