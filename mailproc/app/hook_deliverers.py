"""How the calls of each kind of hook are made: one function for each receiver."""

from collections.abc import Mapping

from mailproc.app.build import App
from mailproc.flow.call import Deliver


def deliverers(app: App) -> Mapping[str, Deliver]:
    """Return what makes the calls of each receiver, by its name; of all kinds."""
    if not app.context.hooks:
        return {}
    from mailproc.transport import hook_command, hook_http  # here: most libraries have no hook

    folder = app.config.file.parent
    return {
        hook.name: hook_http.deliverer(hook, lambda: app.clock().timestamp())
        if hook.url
        else hook_command.deliverer(hook, folder)
        for hook in app.config.hook
    }
