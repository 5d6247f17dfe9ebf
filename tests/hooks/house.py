"""A house whose hooks are called for real, round by round."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mailproc.app.hook_deliverers import deliverers
from mailproc.flow.call import HookCaller
from tests.support import configuration
from tests.support.world import World

SECRET = "a-secret-of-the-library-system"
VARIABLE = "TEST_HOOK_SECRET"


def hook(name: str = "ils", *events: str, **more: Any) -> str:
    """A [[hook]]; it wants everything where no event is named."""
    values = {"name": name, "events": list(events or ("*",)), **more}
    if "url" in values:
        values = {"secret": {"env": VARIABLE}, "timeout": 5.0} | values
    lines = [f"{key} = {_toml(value)}" for key, value in values.items()]
    return "\n".join(["[[hook]]", *lines, ""])


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return configuration._toml(value)


@dataclass
class House:
    world: World
    caller: HookCaller

    @classmethod
    def of(cls, world: World) -> "House":
        return cls(world, HookCaller(world.store, world.app.context, deliverers(world.app)))

    def call(self, **later: float) -> int:
        """Make what is due, after so much time; how many calls were begun."""
        self.world.later(**(later or {"seconds": 31}))  # a receiver that failed has had its rest
        return self.caller.run()

    def calls(self) -> list[dict[str, Any]]:
        return self.world.rows("hook_call")

    def states(self) -> list[str]:
        return [row["state"] for row in self.calls()]


MakeHouse = Callable[..., House]
