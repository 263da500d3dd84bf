"""The live checks behind the controls. Each looks at the running server and tells what it found, in whole numbers.

`log` the log itself · `people` staff, members and what authorities ask for · `service` what carries the service ·
`base` what they are made of.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from moderation.review.probes import log, people, service
from moderation.review.probes.base import Found, Span

Probe = Callable[[Span], Found]

PROBES: Mapping[str, Probe] = MappingProxyType(
    {
        "staff.named": people.named,
        "staff.factor": people.factor,
        "registration.kept": people.registration,
        "identity.verified": people.identity,
        "log.insert_only": log.insert_only,
        "log.sealed": log.sealed,
        "log.heard": log.heard,
        "log.proved": log.proved,
        "log.witnessed": log.witnessed,
        "log.streamed": log.streamed,
        "log.places": log.places,
        "log.fields": log.fields,
        "log.clocks": log.clocks,
        "log.kept": log.kept,
        "log.events": log.events,
        "log.read": log.read,
        "privacy.sealed": log.privacy,
        "words.screened": service.words_screened,
        "transport.encrypted": service.transport,
        "audio.absent": service.audio,
        "passwords.hashed": people.passwords,
        "tries.counted": service.tries,
        "rooms.braked": service.rooms,
        "errors.plain": service.errors,
        "errors.logged": service.errors_logged,
        "complaints.taken": service.complaints,
        "lawful.two_people": people.lawful,
    }
)
