"""What rooms tell of evidence to whoever keeps it, and do not know themselves."""

from django.dispatch import Signal

sealed = Signal()
"""Sent in a thread of every web process, once or more for a freeze: `room`, `freeze` and `tracks`, the files' names.

A report that is lost on the road is not sent again: whoever asked asks again, and looks into the folder.
"""
