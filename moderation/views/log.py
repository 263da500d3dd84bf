"""`/console/log`: the log, searched; each entry with its proof; the checkpoint and what witnesses say of it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.views import member
from moderation import dossier
from moderation.actions import unmasking
from moderation.actions.base import Refused
from moderation.actions.cases import role_of
from moderation.audit import cosign, keys, proof, search, sequence
from moderation.audit.leaf import says, stamp
from moderation.audit.models import Checkpoint, Entry, Leaf
from moderation.audit.opened import Opened, opened
from moderation.audit.record import record
from moderation.audit.search import Page, Wish
from moderation.audit.source import Source
from moderation.forms import SearchForm, SpanForm
from moderation.gate import console
from moderation.models import Control
from moderation.staff import GUESTS, Act
from moderation.veil import hidden, openings, veiled
from moderation.views import download
from moderation.views.answers import not_understood, why_not
from moderation.views.download import Download

PROVED = "log.proved"  # the control that holds the log against its signed checkpoint


@console(Act.READ_LOG)
def log(request: HttpRequest) -> HttpResponseBase:
    """What was searched for, the newest first; without a search, the newest entries."""
    form = SearchForm(request.GET)
    shown = unmasking.shown_to(member(request), timezone.now())
    page = _search(request, form, shown) if form.is_valid() else Page([], None)
    veil = veiled(page.entries, shown)
    newest = Checkpoint.objects.order_by("-size").first()
    query = request.GET.copy()
    query.pop("before", None)
    names = _names(request, page.entries, shown)
    context = {
        "form": form,
        "found": [(one, _words(one, names, veil[one.entry.pk])) for one in page.entries],
        "older": page.before,
        "query": query.urlencode(),
        "searched": any(query.values()),
        "checkpoint": cosign.text(newest) if newest else "",
        "keys": keys.periods(),
        "witnesses": cosign.standing(),
        "proved": Control.objects.filter(pk=PROVED).first(),
        "late": sequence.waited() // timedelta(minutes=1),
    }
    return render(request, "console/log.html", context)


def _search(request: HttpRequest, form: SearchForm, shown: Collection[str]) -> Page:
    asked = dict(form.cleaned_data)
    before = asked.pop("before")

    def keep(found: Sequence[Opened]) -> list[Opened]:
        veil = veiled(found, shown)
        return [one for one in found if not _tells(asked, one, veil[one.entry.pk])]

    by, source = member(request).uid, Source.of_request(request)
    return search.search(Wish(**asked), by=by, source=source, before=before, keep=keep)


def _tells(asked: Mapping[str, object], one: Opened, veil: Collection[str]) -> bool:
    """Whether the entry would tell, by being found, who reported: of the person, or from the address, asked for."""
    whom = {asked["actor"], asked["person"]}
    return not whom.isdisjoint(veil) or bool(asked["address"] and one.fields["actor"] in veil)


def _names(request: HttpRequest, found: list[Opened], shown: Collection[str]) -> Mapping[str, str]:
    """The names people show, by their ids. A guest of the staff is shown those that a second person agreed to alone."""
    ids = {str(one.fields[part]) for one in found for part in ("actor", "object", "second")}
    if role_of(member(request)) in GUESTS:
        ids &= set(shown)
    return dossier.names(ids)


def _words(one: Opened, names: Mapping[str, str], veil: Collection[str]) -> dict[str, str]:
    """Who acted and on whom or what, as the list shows it."""
    names = {**names, **dict.fromkeys(veil, _("who reported"))}
    actor, object_ = (str(one.fields[part] or "") for part in ("actor", "object"))
    return {"actor": names.get(actor, actor), "object": names.get(object_, object_) or one.entry.object_id}


@console(Act.READ_LOG)
def entry(request: HttpRequest, pk: int) -> HttpResponseBase:
    """One entry: what it says, what of it was erased, and the proof that it is in the log."""
    (one,) = opened([get_object_or_404(Entry, pk=pk)])
    covered = _covered(request, one)
    context = {
        "one": one,
        "fields": {name: value for name, value in one.fields.items() if says(value) and name not in covered},
        "hidden": covered,
        "leaf": Leaf.objects.filter(entry=pk).first(),
        "receipt": _receipt(request, one),
    }
    return render(request, "console/entry.html", context)


@console(Act.READ_LOG)
def receipt(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The entry's proof, as a file that is checked without this server."""
    (one,) = opened([get_object_or_404(Entry, pk=pk)])
    text = _receipt(request, one)
    headers = {"Content-Disposition": f'attachment; filename="stoa-entry-{pk}{proof.SUFFIX}"'}
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=headers)


def _covered(request: HttpRequest, one: Opened) -> list[str]:
    """The fields that would tell who reported."""
    shown = unmasking.shown_to(member(request), timezone.now())
    return hidden(one, veiled([one], shown)[one.entry.pk])


def _receipt(request: HttpRequest, one: Opened) -> str:
    """The proof; it opens nobody's fields but the reader's own where some would tell who reported."""
    try:
        return proof.receipt(one.entry, member(request).uid if _covered(request, one) else None)
    except proof.NotSealedError:
        return ""


@console(Act.EXPORT_LOG)
def bundle(request: HttpRequest) -> HttpResponseBase:
    """The log, or what of it is of some days, as evidence: checked without this server, and silent of who reported."""
    form, now = SpanForm(request.GET), timezone.now()
    if not form.is_valid():
        not_understood(request, form)
        return redirect("console_log")
    opens = partial(openings, shown=unmasking.shown_to(member(request), now))
    try:
        file = download.made(**form.cleaned_data, now=now, opens=opens)
    except Refused as refused:
        why_not(request, Act.EXPORT_LOG, refused)
        return redirect("console_log")
    _note_export(request, form.cleaned_data)
    return Download(file, as_attachment=True, filename=f"stoa-evidence-{now:%Y%m%d-%H%M}.zip")


@transaction.atomic
def _note_export(request: HttpRequest, span: Mapping[str, datetime | None]) -> None:
    """One entry, before the first byte: who takes away which time of the log."""
    user, source = member(request), Source.of_request(request)
    detail = {name: stamp(moment) for name, moment in span.items() if moment}
    record("log.export", source=source, actor=user.uid, role=role_of(user), detail=detail)
