"""The service worker at the root of the site."""

from django.conf import settings
from django.test import Client


def test_the_worker_looks_after_the_whole_site_and_is_asked_for_anew_each_time() -> None:
    answer = Client().get("/worker.js")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.content == (settings.BASE_DIR / "static/js/worker.js").read_bytes()
