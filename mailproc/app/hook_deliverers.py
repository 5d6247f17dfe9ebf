"""How the calls of each kind of hook are made: one function for each receiver."""

from collections.abc import Mapping

from mailproc.app.build import App
from mailproc.flow.call import Deliver
from mailproc.flow.hook_receivers import NCIP


def deliverers(app: App) -> Mapping[str, Deliver]:
    """Return what the service does with the calls of each receiver, by its name; of all kinds.

    While letters go into a folder, so do calls, and no receiver hears anything.
    """
    if app.config.deliver.mode == "folder":
        return _into_folder(app)
    return receivers(app)


def receivers(app: App) -> Mapping[str, Deliver]:
    """Return what makes the calls of each receiver, by its name, however letters leave."""
    if not app.context.hooks:
        return {}
    from mailproc.transport import hook_command, hook_http  # here: most libraries have no hook

    folder = app.config.file.parent
    found = {
        hook.name: hook_http.deliverer(hook, lambda: app.clock().timestamp())
        if hook.url
        else hook_command.deliverer(hook, folder)
        for hook in app.config.hook
    }
    return {**found, **_of_ncip(app)}


def _into_folder(app: App) -> Mapping[str, Deliver]:
    if not app.context.hooks:
        return {}
    from mailproc.transport import hook_folder  # as above

    deliver = hook_folder.deliverer(app.config.file.parent / app.config.deliver.folder)
    return {one.name: deliver for one in app.context.hooks}


def _of_ncip(app: App) -> Mapping[str, Deliver]:
    if not app.config.ncip.url:
        return {}
    from mailproc.app import ncip_calls  # here: most libraries have no NCIP

    return {NCIP: ncip_calls.deliverer(app)}
