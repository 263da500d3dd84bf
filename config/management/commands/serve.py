"""`manage.py serve`: the whole of Stoa on one machine, from one command."""

import asyncio
import os
import signal
from typing import Any

import redis
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import OperationalError, connections

from accounts.actions import owner_link
from config import children, folder, health, ports, valkey
from config.environment import Environment, SettingsError
from config.supervisor import Supervisor


class Command(BaseCommand):
    """Prepares the data folder, then runs every process until it is told to stop."""

    help = "Run everything: private Valkey, media, worker, clock and web, until SIGTERM or Ctrl-C."
    requires_system_checks = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Serve. Ends with one line and status 1 where it cannot start."""
        for warning in Environment(os.environ).unheard(dir(settings)):
            self.stderr.write(warning)
        with folder.locked(settings.STOA_DATA):
            ports.check_all()
            asyncio.run(self._serve())

    async def _serve(self) -> None:
        """Nothing, once told to stop: however far the start had come, what runs by then is ended in order."""
        serving, supervisor = asyncio.current_task(), Supervisor()
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, _stop, serving)
        try:
            await self._start(supervisor)
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.stdout.write("Stopping ...")
        finally:
            await supervisor.stop()

    async def _start(self, supervisor: Supervisor) -> None:
        """Start in the order of dependence; they are stopped in the opposite one."""
        if _private_valkey():
            folder.prepare_socket_folder(settings.STOA_DATA)
            await supervisor.start(children.private_valkey())
            await asyncio.to_thread(valkey.wait_until_ready, settings.STOA_DATA)
        else:
            await asyncio.to_thread(_answering_redis)
        await asyncio.to_thread(prepare)
        for group in children.groups():
            await supervisor.start(*group)
        await ports.opened(settings.STOA_HTTP_HOST, settings.STOA_HTTP_PORT)
        await asyncio.to_thread(self._greet)

    def _greet(self) -> None:
        """Say where everything is; until somebody owns this server, also how to."""
        self.stdout.write(f"Stoa {settings.VERSION} is at {settings.PUBLIC_URL}")
        self.stdout.write(
            f"Its database, keys and queues are in {settings.STOA_DATA}; audio only once reported, sealed."
        )
        link = owner_link()
        if link:
            self.stdout.write(f"Make the owner's account, once, at {link}")
        self.stdout.flush()  # whoever reads along may read from a pipe or a file
        connections.close_all()


def prepare() -> None:
    """Bring translations, database and static files up to date."""
    call_command("assets")
    try:
        call_command("migrate", interactive=False, verbosity=0)
    except OperationalError as error:
        raise SettingsError("DATABASE_URL", f"leads to no database: {' '.join(str(error).split())}") from error
    connections.close_all()


def _stop(serving: asyncio.Task[Any] | None) -> None:
    """Nothing: it stops serving, wherever it waits. Told twice, it ends in order all the same."""
    if serving and not serving.cancelling():
        serving.cancel()


def _private_valkey() -> bool:
    return Environment(os.environ).given("REDIS_URL") is None


def _answering_redis() -> None:
    """Nothing, if the Redis that REDIS_URL names answers; else a `SettingsError`."""
    try:
        health.broker()
    except redis.RedisError as error:
        raise SettingsError("REDIS_URL", f"leads to no Redis: {error}") from error
