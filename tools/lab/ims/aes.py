# SPDX-License-Identifier: BSD-2-Clause
"""AES-128 in one direction (FIPS 197), for Milenage and for single packets of ESP: Python has none
of its own, and a machine that is emulated loads no big library for sixteen bytes."""


def _times2(a):
    return ((a << 1) ^ 0x11B) & 0xFF if a & 0x80 else a << 1


def _make_box():
    """By walking the field with the generator 3, and its inverse alongside."""
    box = [0x63] + [0] * 255
    p = q = 1
    while True:
        p ^= _times2(p)
        for shift in (1, 2, 4):
            q ^= q << shift & 0xFF
        q ^= 0x09 if q & 0x80 else 0
        turned = q
        for shift in (1, 2, 3, 4):
            turned ^= (q << shift | q >> (8 - shift)) & 0xFF
        box[p] = turned ^ 0x63
        if p == 1:
            return bytes(box)


_BOX = _make_box()
_DOUBLE = bytes(_times2(a) for a in range(256))
_SHIFTED = [(i + 4 * (i % 4)) % 16 for i in range(16)]  # where each byte comes from


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b, strict=True))


def _expand(key):
    """The eleven round keys."""
    words = [key[at:at + 4] for at in range(0, 16, 4)]
    constant = 1
    for number in range(4, 44):
        last = words[-1]
        if number % 4 == 0:
            last = (last[1:] + last[:1]).translate(_BOX)
            last = bytes([last[0] ^ constant]) + last[1:]
            constant = _DOUBLE[constant]
        words.append(xor(words[-4], last))
    return [b"".join(words[at:at + 4]) for at in range(0, 44, 4)]


def _mix(state):
    mixed = bytearray()
    for at in range(0, 16, 4):
        column = state[at:at + 4]
        every = column[0] ^ column[1] ^ column[2] ^ column[3]
        mixed += bytes(column[i] ^ every ^ _DOUBLE[column[i] ^ column[(i + 1) % 4]]
                       for i in range(4))
    return bytes(mixed)


class Aes:
    def __init__(self, key):
        self._keys = _expand(key)

    def encrypt(self, block):
        state = xor(block, self._keys[0])
        for number in range(1, 11):
            state = state.translate(_BOX)
            state = bytes(state[source] for source in _SHIFTED)
            if number < 10:
                state = _mix(state)
            state = xor(state, self._keys[number])
        return state

    def encrypt_cbc(self, iv, data):
        """data: whole blocks."""
        sealed = [iv]
        for at in range(0, len(data), 16):
            sealed.append(self.encrypt(xor(sealed[-1], data[at:at + 16])))
        return b"".join(sealed[1:])
