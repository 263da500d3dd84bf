"""A part of the log in the database, taken out and verified by a stranger."""

import io
import zipfile
from pathlib import Path

import pytest
from django.utils import timezone

from moderation.audit import export, verify
from moderation.audit.export import NothingSealedError
from moderation.audit.models import Entry, Label
from moderation.audit.verify import Trust, Verdict
from tests.audit_triggers import lifted
from tests.moderation.audit.stored import ORIGIN, seal, write

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def exported(tmp_path: Path, *arguments: int, **options: object) -> Verdict:
    path = tmp_path / "bundle.zip"
    with path.open("wb") as out:
        export.export(out, *arguments, now=NOW, **options)  # type: ignore[arg-type]
    return verify.verify_bundle(path, Trust())


def test_everything_under_the_newest_checkpoint_is_exported(tmp_path: Path) -> None:
    write(700)
    seal(NOW)
    write(5)  # too young
    verdict = exported(tmp_path, also=("ocsf", "ecs", "cef"))
    assert (verdict.first, verdict.count, verdict.checkpoint.size, verdict.checkpoint.origin) == (0, 700, 700, ORIGIN)
    assert (verdict.opened, verdict.sealed, verdict.withheld) == (700 * 6, 0, 0)


@pytest.mark.parametrize(("first", "count"), [(0, 1), (255, 2), (256, 44), (299, 1), (100, 0)])
def test_a_part_is_exported(tmp_path: Path, first: int, count: int) -> None:
    write(300)
    seal(NOW)
    assert exported(tmp_path, first, count).count == count


def test_what_was_erased_stays_erased_and_every_proof_holds(tmp_path: Path) -> None:
    write(3)
    seal(NOW)
    Label.objects.filter(entry=Entry.objects.earliest("pk").pk).delete()
    verdict = exported(tmp_path)
    assert (verdict.opened, verdict.sealed) == (2 * 6, 6)


def test_entries_outside_the_scope_do_not_leave(tmp_path: Path) -> None:
    inside, outside = write(2), write(3, action="room.leave")
    seal(NOW)
    verdict = exported(tmp_path, shows=lambda entry: entry.action == "room.join")
    assert (verdict.count, verdict.withheld) == (5, 3)
    data = (tmp_path / "bundle.zip").read_bytes()
    lines = zipfile.ZipFile(io.BytesIO(data)).read("entries.jsonl").decode()
    assert all(entry.event in lines for entry in inside)
    assert not any(entry.event in lines for entry in outside)


def test_pruned_entries_are_withheld_and_every_proof_holds(tmp_path: Path) -> None:
    pruned = write(3)
    write(4)
    seal(NOW)
    with lifted():
        Entry.objects.filter(pk__in=[entry.pk for entry in pruned]).delete()
    verdict = exported(tmp_path)
    assert (verdict.count, verdict.withheld, verdict.opened) == (7, 3, 4 * 6)


def test_of_other_people_nothing_is_opened_for_a_request_about_one(tmp_path: Path) -> None:
    write(2)
    seal(NOW)
    verdict = exported(tmp_path, person="mallory-uid")
    assert (verdict.opened, verdict.sealed) == (2, 10)
    assert (exported(tmp_path, person="carol-uid")).opened == 0


def test_what_no_checkpoint_covers_is_not_exported(tmp_path: Path) -> None:
    write(3)
    with pytest.raises(NothingSealedError, match="ten seconds"):
        exported(tmp_path)
    seal(NOW)
    with pytest.raises(NothingSealedError, match="before 4"):
        exported(tmp_path, 0, 4)


def test_the_questions_do_not_grow_with_a_page(django_assert_max_num_queries: object) -> None:
    write(export.PAGE)
    seal(NOW)
    with django_assert_max_num_queries(4):  # type: ignore[operator]
        assert len(list(export.rows(0, export.PAGE))) == export.PAGE
