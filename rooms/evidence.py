"""What rooms tell of evidence to whoever keeps it, and do not know themselves."""

from django.dispatch import Signal

sealed = Signal()
"""Sent in a thread of every web process, once or more for a freeze and each media process that carried the room:
`room`, `freeze`, `sfu` and `tracks`, the names of its files.

A report that is lost on the road is not sent again: whoever asked asks again, and looks into the folder.
"""
