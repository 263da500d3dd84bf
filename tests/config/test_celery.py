"""The Celery application, as whoever hands over work sees it."""

from concurrent.futures import ThreadPoolExecutor

from celery import current_app
from django.conf import settings


def test_every_thread_hands_over_to_our_own_broker() -> None:
    with ThreadPoolExecutor(1) as pool:
        told = pool.submit(lambda: (current_app.main, current_app.conf.broker_url)).result()
    assert told == ("stoa", settings.CELERY_BROKER_URL)
