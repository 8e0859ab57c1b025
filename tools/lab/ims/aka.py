# SPDX-License-Identifier: BSD-2-Clause
"""AKA: the algorithms of both sides (Milenage, TS 35.206), what a USIM does with a challenge, and
the digest AKAv1-MD5 (RFC 3310)."""
import base64
import dataclasses
import hashlib
import secrets

from ..processes import LabError
from .aes import Aes, xor

_OP = bytes.fromhex("cdc202d5123e20f62b6d676ac72cb318")
_AMF = bytes.fromhex("b9b9")
_RESYNC_AMF = bytes(2)


class WrongMac(Exception):
    """The network has not proved itself: network authentication failure."""


class OutOfSync(Exception):
    """The challenge is an old one: synchronization failure. `auts` goes to the network."""

    def __init__(self, auts):
        super().__init__("out of sync")
        self.auts = auts


@dataclasses.dataclass
class Keys:
    res: bytes
    ck: bytes
    ik: bytes


def _rotated(block, bits):
    return block[bits // 8:] + block[:bits // 8]


class Milenage:
    """The functions for one subscriber and one RAND."""

    def __init__(self, key, rand):
        self._aes = Aes(key)
        self._opc = xor(self._aes.encrypt(_OP), _OP)
        self._temp = self._aes.encrypt(xor(rand, self._opc))
        first = self._out(0, 1)
        self.ak = first[:6]
        self.keys = Keys(first[8:], self._out(32, 2), self._out(64, 4))
        self.ak_resync = self._out(96, 8)[:6]

    def _out(self, bits, constant):
        block = _rotated(xor(self._temp, self._opc), bits)
        return xor(self._aes.encrypt(xor(block, bytes([0] * 15 + [constant]))), self._opc)

    def macs(self, sqn, amf):
        """MAC-A and MAC-S."""
        block = _rotated(xor((sqn + amf) * 2, self._opc), 64)
        out = xor(self._aes.encrypt(xor(self._temp, block)), self._opc)
        return out[:8], out[8:]


def check():
    """Test set 1 of TS 35.208."""
    keys = bytes.fromhex("465b5ce8b199b49faa5f0a2ee238a6bc")
    found = Milenage(keys, bytes.fromhex("23553cbe9637a89d218ae64dae47bf35"))
    macs = found.macs(bytes.fromhex("ff9bb4d0b607"), _AMF)
    told = [value.hex() for value in (found.keys.res, found.keys.ck, found.keys.ik, found.ak,
                                      found.ak_resync, *macs)]
    if told != ["a54211d5e3ba50bf", "b40ba9a3c58b2a05bbf0d987b21bf8cb",
                "f769bcd751044604127672711c6d3441", "aa689c648370", "451e8beca43b",
                "4a9ffac354dfafb3", "01cfaf9ec4e871e9"]:
        raise LabError(f"Milenage is wrong: {told}")


def key_of(user):
    """What the SIM card of a user of the lab and the core both know."""
    return hashlib.md5(f"K of {user}".encode()).digest()


def challenge(user, sqn):
    """A nonce for the user, and what he has to prove that he knows."""
    rand = secrets.token_bytes(16)
    found = Milenage(key_of(user), rand)
    number = sqn.to_bytes(6, "big")
    autn = xor(number, found.ak) + _AMF + found.macs(number, _AMF)[0]
    return base64.b64encode(rand + autn).decode(), found.keys


def sqn_of(user, nonce, auts):
    """The number of the user's SIM card, from a synchronization failure; None: not from there."""
    found = Milenage(key_of(user), base64.b64decode(nonce)[:16])
    told = base64.b64decode(auts)
    number = xor(told[:6], found.ak_resync)
    return int.from_bytes(number, "big") if found.macs(number, _RESYNC_AMF)[1] == told[6:] else None


class Usim:
    """A SIM card. `sqn`: the highest number seen; what is not above it is refused."""

    def __init__(self, user):
        self._key = key_of(user)
        self.sqn = 0

    def authenticate(self, nonce):
        """The keys of a challenge; raises WrongMac or OutOfSync."""
        packed = base64.b64decode(nonce)
        rand, autn = packed[:16], packed[16:32]
        found = Milenage(self._key, rand)
        number = xor(autn[:6], found.ak)
        if found.macs(number, autn[6:8])[0] != autn[8:]:
            raise WrongMac
        if int.from_bytes(number, "big") <= self.sqn:
            raise OutOfSync(self._auts(found))
        self.sqn = int.from_bytes(number, "big")
        return found.keys

    def _auts(self, found):
        number = self.sqn.to_bytes(6, "big")
        proof = found.macs(number, _RESYNC_AMF)[1]
        return base64.b64encode(xor(number, found.ak_resync) + proof).decode()


def digest(res, method, told):
    """The response to a challenge; told: the parameters of the Authorization."""
    def md5(data):
        return hashlib.md5(data).hexdigest()
    first = md5(f"{told['username']}:{told['realm']}:".encode() + res)
    second = md5(f"{method}:{told['uri']}".encode())
    middle = ":".join(told[name] for name in ("nonce", "nc", "cnonce", "qop"))
    return md5(f"{first}:{middle}:{second}".encode())
