"""A part of the log in the database, taken out and verified by a stranger."""

import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from moderation.audit import export, keys, note, verify
from moderation.audit.export import NothingSealedError
from moderation.audit.models import Entry, Label
from moderation.audit.prune import prune
from moderation.audit.record import record
from moderation.audit.verify import Fault, Refused, Trust, Verdict
from tests.audit_triggers import lifted
from tests.moderation.audit.stored import ORIGIN, SOURCE, seal, write

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


def a_log_that_was_pruned() -> list[int]:
    """Seven entries, three of them pruned, and the entry that says so; the ids of the four."""
    old, kept = write(3), write(4)
    with lifted():
        Entry.objects.filter(pk__in=[entry.pk for entry in old]).update(recorded_at=NOW - timedelta(days=2000))
    seal(NOW)
    assert prune(NOW, source=SOURCE) == 3
    seal(NOW)
    return [entry.pk for entry in kept]


def test_pruned_entries_are_withheld_and_counted_apart_and_every_proof_holds(tmp_path: Path) -> None:
    kept = a_log_that_was_pruned()
    verdict = exported(tmp_path)
    assert (verdict.count, verdict.withheld, verdict.pruned, verdict.opened) == (8, 3, 3, 4 * 6 + 4)
    verdict = exported(tmp_path, shows=lambda entry: entry.pk != kept[1])
    assert (verdict.withheld, verdict.pruned) == (4, 3)


def test_what_was_taken_beside_the_prunings_is_not_counted_as_pruned(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = a_log_that_was_pruned()
    with lifted():
        Entry.objects.filter(pk=kept[1]).delete()
    verdict = exported(tmp_path)
    assert (verdict.withheld, verdict.pruned) == (4, 3)
    assert verify.main([str(tmp_path / "bundle.zip")]) == 0
    assert "4 entries not shown, 3 of them pruned" in capsys.readouterr().out


def test_a_part_without_the_entry_that_tells_what_was_pruned_counts_nothing_as_pruned(tmp_path: Path) -> None:
    a_log_that_was_pruned()
    verdict = exported(tmp_path, 0, 7)
    assert (verdict.withheld, verdict.pruned) == (3, 0)
    verdict = exported(tmp_path, 2, 6)
    assert (verdict.withheld, verdict.pruned) == (1, 1)


def test_what_another_key_of_the_log_signed_is_not_counted_and_no_fault(tmp_path: Path) -> None:
    a_log_that_was_pruned()
    new = keys.new_signer(ORIGIN)
    write(1)
    seal(NOW)
    assert exported(tmp_path).pruned == 3
    assert verify.verify_bundle(tmp_path / "bundle.zip", Trust((new.key,))).pruned == 0


def test_a_pruning_of_other_entries_than_were_logged_is_refused_and_named(tmp_path: Path) -> None:
    a_log_that_was_pruned()
    other = note.signed(note.pruning(ORIGIN, {2: bytes(32)}), keys.signers(ORIGIN))
    with transaction.atomic():
        record("log.prune", source=SOURCE, detail={"note": other})
    seal(NOW)
    with pytest.raises(Refused, match="what was pruned is not what was logged") as caught:
        exported(tmp_path)
    assert (caught.value.fault, caught.value.where) == (Fault.CHANGED, "entries.jsonl, entry 8, field 'detail'")


def test_a_forged_pruning_is_refused_and_named(tmp_path: Path) -> None:
    a_log_that_was_pruned()
    true = Entry.objects.get(action="log.prune").detail["note"]
    with transaction.atomic():
        record("log.prune", source=SOURCE, detail={"note": true.replace("\n0-2\n", "\n0-3\n")})
    seal(NOW)
    with pytest.raises(Refused, match="false") as caught:
        exported(tmp_path)
    assert (caught.value.fault, caught.value.where) == (Fault.FORGED, "entries.jsonl, entry 8, field 'detail'")


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
