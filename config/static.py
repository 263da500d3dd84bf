"""Static files: hashed names also inside ES modules, and collected again only when one has changed."""

import fcntl
import hashlib
import re
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.files.base import ContentFile, File
from django.core.management import call_command
from whitenoise.storage import CompressedManifestStaticFilesStorage

FINGERPRINT = "fingerprint"
IGNORED = ["CVS", ".*", "*~"]  # as collectstatic does
_COMMENTS = re.compile(rb"^[ \t]*(?://[^\n]*|/\*\*(?:(?!\*/).)*\*/[ \t]*)\n", re.MULTILINE | re.DOTALL)
_REMARKS = re.compile(rb"^([^\"'`/\n]*[;,{(])[ \t]+// [^\n]*", re.MULTILINE)
"""Comments behind code in which no text begins and no pattern."""
_TYPES = re.compile(rb"/\*\* @(?:type|satisfies) [^*\n]+\*/ ?")
"""Types within code, which no text looks like."""
_INDENTATION = re.compile(rb"^[ \t]+", re.MULTILINE)
"""No text of ours runs over several lines: a test holds that."""

_ADDRESSES = (
    r"""(?P<matched>new URL\("(?P<url>\./[^"]+|\.\./[^"]+)", import\.meta\.url\))""",
    """new URL("%(url)s", import.meta.url)""",
)
"""Where a module names the address of a file beside it, and how that is written again with its hash."""


class ModuleStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # WhiteNoise has no types
    """WhiteNoise's storage that also rewrites imports and addresses in ES modules to the hashed names."""

    support_js_module_import_aggregation = True
    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("*.js", (_ADDRESSES,)))
    max_post_process_passes = 30  # one for each module in the longest chain of imports; it ends when nothing changes

    def _save(self, name: str, content: "File[bytes]") -> str:
        if name.endswith(".js"):
            content = ContentFile(bare(b"".join(content.chunks())))
        return str(super()._save(name, content))


def bare(script: bytes) -> bytes:
    """The script without indentation and comments, as far as they are lines, types, or behind code without texts.

    They are a third of what a browser would load, and never run.
    """
    return _INDENTATION.sub(b"", _REMARKS.sub(rb"\1", _TYPES.sub(b"", _COMMENTS.sub(b"", script))))


def collect() -> bool:
    """True when static files were collected, False when nothing had changed since the last time."""
    root = Path(str(settings.STATIC_ROOT))
    root.mkdir(exist_ok=True)
    with (root / FINGERPRINT).open("a+") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)  # two servers may start from one checkout
        mark.seek(0)
        now = fingerprint()
        if mark.read() == now:
            return False
        call_command("collectstatic", interactive=False, verbosity=0)
        mark.truncate(0)
        mark.write(now)
    return True


def fingerprint() -> str:
    """A hash over the path and content of every static file there is, and over what is done to them here."""
    seen = hashlib.sha256(Path(__file__).read_bytes())
    for finder in get_finders():
        for path, storage in finder.list(IGNORED):
            content = Path(storage.path(path)).read_bytes()
            seen.update(f"{path}\0{len(content)}\0".encode() + content)
    return seen.hexdigest()
