"""Receipts that those whom a case concerns take home: files that are checked without this server."""

from django.http import HttpResponse
from django.utils.translation import gettext as _

from moderation.audit import proof
from moderation.audit.models import Entry
from moderation.models import Report

NOBODY = ""
"""For whom nothing personal is opened: whoever knows the number of a notice from outside."""


def made(report: Report) -> Entry | None:
    """The entry that the report was made by; None once it was pruned."""
    found = Entry.objects.filter(case=str(report.case_id), action="report.make")
    return found.filter(object_type="report", object_id=str(report.pk)).first()


def text(entry: Entry | None, uid: str) -> str:
    """The file's text, which opens what is theirs alone; empty where the entry is too young, or was pruned."""
    try:
        return proof.receipt(entry, uid) if entry else ""
    except proof.NotSealedError:
        return ""


def file(entry: Entry | None, uid: str, name: str) -> HttpResponse:
    """The file; 503 while no checkpoint covers the entry, 410 once the log keeps it no more."""
    if entry is None:
        return HttpResponse(_("The log does not keep this entry any more."), status=410)
    told = text(entry, uid)
    if not told:
        return HttpResponse(_("Nothing is sealed yet. Try again in ten seconds."), status=503)
    headers = {"Content-Disposition": f'attachment; filename="{name}{proof.SUFFIX}"'}
    return HttpResponse(told, content_type="text/plain; charset=utf-8", headers=headers)
