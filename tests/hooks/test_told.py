"""The library system is told of what happened, of nothing else, and in the order in which it happened."""

import base64
import hashlib
import hmac

from tests.hooks.house import SECRET, MakeHouse, hook
from tests.servers.hook_receiver import HookReceiver


def test_a_step_is_told_with_its_signature(
    make_house: MakeHouse, receiver: HookReceiver, store_url: str
) -> None:
    """The signature is checked here by the words of Standard Webhooks, and by none of our code."""
    house = make_house(hook("ils", "REQUESTER.receive", url=receiver.url), store_url)
    house.world.place()
    house.world.hear("B1-1 SHIPPED LOAN")
    house.world.act("B1", "receive")
    assert house.call() == 1
    (heard,) = receiver.heard
    assert heard.event == "REQUESTER.receive"
    assert heard.told["state"] == {"before": "SHIPPED", "after": "RECEIVED"}
    assert heard.headers["idempotency-key"] == f'"{heard.key}"'
    assert heard.headers["content-type"] == "application/json; charset=utf-8"
    signed = b".".join([heard.key.encode(), heard.headers["webhook-timestamp"].encode(), heard.body])
    digest = base64.b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).decode()
    assert heard.headers["webhook-signature"] == f"v1,{digest}"
    assert int(heard.headers["webhook-timestamp"]) == int(house.world.now.timestamp())
    assert house.states() == ["handed_over"]
    assert house.call() == 0
