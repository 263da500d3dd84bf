"""Which levers of the whole server are pulled: asked here, changed in `accounts.actions.switches`."""

from accounts.models import Lever, Switch


def pulled(lever: Lever) -> Switch | None:
    """The row of the lever, while it is pulled."""
    return Switch.objects.filter(pk=lever).first()
