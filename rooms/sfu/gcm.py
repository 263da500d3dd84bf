"""AES-GCM of the OpenSSL that Python itself runs on, by the addresses of its functions: what `fanout.c` seals with."""

from contextlib import suppress
from ctypes import CDLL, Structure, c_void_p, cast
from typing import Any

from rooms.sfu.peer import PROTECT


class Sealing(Structure):
    """What `fanout.c` calls: libsrtp's one function, and libcrypto's with a context for each size of key."""

    _fields_ = [
        ("protect", c_void_p),
        ("init", c_void_p),
        ("update", c_void_p),
        ("final", c_void_p),
        ("control", c_void_p),
        ("clear", c_void_p),
        ("contexts", c_void_p * 2),
    ]

    @property
    def whole(self) -> bool:
        """True where libcrypto can be called; else libsrtp seals everything."""
        return all(self.contexts)


def sealing() -> Sealing:
    """What seals on this machine. The contexts live as long as the process."""
    found = Sealing(protect=PROTECT)
    with suppress(ImportError, AttributeError, OSError):  # a Python that has no OpenSSL, or has it inside
        import _hashlib  # not every Python has it

        crypto = CDLL(_hashlib.__file__)
        found.init = _address(crypto.EVP_EncryptInit_ex)
        found.update = _address(crypto.EVP_EncryptUpdate)
        found.final = _address(crypto.EVP_EncryptFinal_ex)
        found.control = _address(crypto.EVP_CIPHER_CTX_ctrl)
        found.clear = _address(crypto.ERR_clear_error)
        for place, cipher in enumerate((crypto.EVP_aes_128_gcm, crypto.EVP_aes_256_gcm)):
            found.contexts[place] = _context(crypto, cipher)
        crypto.ERR_clear_error()
    return found


def _context(crypto: CDLL, cipher: Any) -> int | None:
    """A context that encrypts with `cipher`; it has no key yet."""
    crypto.EVP_CIPHER_CTX_new.restype = cipher.restype = c_void_p
    crypto.EVP_EncryptInit_ex.argtypes = [c_void_p] * 5
    context: int | None = crypto.EVP_CIPHER_CTX_new()
    ready = context and crypto.EVP_EncryptInit_ex(context, cipher(), None, None, None)
    return context if ready else None


def _address(function: Any) -> int | None:
    return cast(function, c_void_p).value
