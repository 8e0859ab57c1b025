# SPDX-License-Identifier: BSD-2-Clause
"""Datagrams whose bytes two readers may see differently: fragments, header chains, lengths."""
from evasion import evades, only
from wire import DESTINATION, HOP_BY_HOP

_UDP = 17


def over_udp(name, **arguments):
    return evades(f"Udp{name}", rows=arguments.pop("rows", "H9"), key="datagram", **arguments)


def _ports(s):
    return s.source_port, s.port


def _put(s, payload, **form):
    s.wire.put(s.wire.ip(_UDP, payload, **form))


def _in_pieces(s, data, size=200, **form):
    return s.wire.fragments(_UDP, s.wire.udp(_ports(s), data, **form), size)


def _bound(s):
    if s.inner:
        s.stream()
    return s


@over_udp("Whole", good=1, works=False, also_inner=True)
def whole(s):
    _put(_bound(s), s.wire.udp(_ports(s), s.good()))


@over_udp("Forbidden", also_inner=True)
def forbidden(s):
    _put(_bound(s), s.wire.udp(_ports(s), s.evil()))


@over_udp("Fragments", good=1, works=False, also_inner=True)
def fragments(s):
    for packet in _in_pieces(_bound(s), s.good()):
        s.wire.put(packet)


@over_udp("ForbiddenFragments", also_inner=True)
def forbidden_fragments(s):
    for packet in _in_pieces(_bound(s), s.evil()):
        s.wire.put(packet)


@over_udp("ForbiddenFragments_LastFirst", also_inner=True)
def last_first(s):
    for packet in reversed(_in_pieces(_bound(s), s.evil())):
        s.wire.put(packet)


@over_udp("Fragments_LastFirst", good=1, works=False)
def good_last_first(s):
    for packet in reversed(_in_pieces(s, s.good())):
        s.wire.put(packet)


@over_udp("ForbiddenFragments_OfEightBytes")
def tiny(s):
    for packet in _in_pieces(s, s.evil(), 8):
        s.wire.put(packet)


@over_udp("ForbiddenFragments_MiddleFirst")
def middle_first(s):
    pieces = _in_pieces(s, s.evil())
    for packet in pieces[1:] + pieces[:1]:
        s.wire.put(packet)


@over_udp("ForbiddenFragments_EachTwice")
def each_twice(s):
    for packet in _in_pieces(s, s.evil()):
        s.wire.put(packet)
        s.wire.put(packet)


def _then_good(s):
    """What the kernel itself drops takes nothing along."""
    _put(s, s.wire.udp(_ports(s), s.good()))


@over_udp("FragmentsThatOverlap", good=1, works=False)
def overlap(s):
    # A good first part, and again over its method, as some reassemble it; the kernel never does.
    good, evil = s.wire.udp(_ports(s), s.good()), s.wire.udp(_ports(s), s.evil())
    size = min(len(good), len(evil)) // 8 * 8
    for fragment, data, more in ((0, good[:160], True), (0, evil[:160], True),
                                 (160, evil[160:size], False)):
        _put(s, data, ident=77, fragment=fragment, more=more)
    _then_good(s)


@over_udp("FragmentsThatOverlapInTheMiddle", good=1, works=False)
def overlap_middle(s):
    evil = s.wire.udp(_ports(s), s.evil())
    for at, end, more in ((0, 160, True), (80, 240, True), (240, len(evil), False)):
        _put(s, evil[at:end], ident=78, fragment=at, more=more)
    _then_good(s)


@over_udp("OrphanFragments", good=1, works=False)
def orphans(s):
    for packet in _in_pieces(s, s.evil())[1:]:
        s.wire.put(packet)
    _then_good(s)


@over_udp("FirstFragmentOfAnotherDatagram", good=1, works=False)
def mixed(s):
    good, evil = _in_pieces(s, s.good()), _in_pieces(s, s.evil())
    for packet in good[:1] + evil[1:]:
        s.wire.put(packet)
    _then_good(s)


@over_udp("AtomicFragment", good=1, works=False, families=only(True))
def atomic(s):
    _put(s, s.wire.udp(_ports(s), s.good()), atomic=True)


@over_udp("ForbiddenAtomicFragment", families=only(True))
def forbidden_atomic(s):
    _put(s, s.wire.udp(_ports(s), s.evil()), atomic=True)


@over_udp("ExtensionHeaders", good=1, works=False, families=only(True))
def headers(s):
    _put(s, s.wire.udp(_ports(s), s.good()),
         headers=((HOP_BY_HOP, b"\1\4\0\0\0\0"), (DESTINATION, b"\1\4\0\0\0\0")))


@over_udp("ForbiddenBehindExtensionHeaders", families=only(True))
def forbidden_headers(s):
    _put(s, s.wire.udp(_ports(s), s.evil()),
         headers=((HOP_BY_HOP, b"\1\4\0\0\0\0"), (DESTINATION, b"\1\4\0\0\0\0")))


@over_udp("ForbiddenBehindManyExtensionHeaders", reason="too_deep", of_address=True,
          families=only(True))
def many_headers(s):
    _put(s, s.wire.udp(_ports(s), s.evil()), headers=((DESTINATION, b"\1\4\0\0\0\0"),) * 9)


@over_udp("IpOptions", good=1, works=False, families=only(False))
def ip_options(s):
    _put(s, s.wire.udp(_ports(s), s.good()), ip_options=b"\1" * 40)


@over_udp("ForbiddenBehindIpOptions", families=only(False))
def forbidden_ip_options(s):
    _put(s, s.wire.udp(_ports(s), s.evil()), ip_options=b"\1" * 40)


@over_udp("LengthBelowThatOfIp", works=False, reason="malformed")
def short(s):
    # Behind the datagram's end, within the packet's.
    good = s.good()
    _put(s, s.wire.udp(_ports(s), good + s.evil(), size=8 + len(good)))


@over_udp("LengthAboveThatOfIp", works=False, reason="malformed")
def long(s):
    evil = s.evil()
    _put(s, s.wire.udp(_ports(s), evil, size=8 + len(evil) + 400))


@over_udp("LengthOfNothing", works=False, reason="malformed")
def nothing(s):
    _put(s, s.wire.udp(_ports(s), s.evil(), size=0))


# The judge sees it before the kernel looks at the checksum.
@over_udp("WrongChecksum", good=1, works=False, lost=1)
def wrong_checksum(s):
    _put(s, s.wire.udp(_ports(s), s.good(), wrong=True))
    _then_good(s)


@over_udp("ForbiddenWithWrongChecksum", works=False, reason="not_register")
def forbidden_wrong_checksum(s):
    _put(s, s.wire.udp(_ports(s), s.evil(), wrong=True))


@over_udp("NoChecksum", good=1, works=False, families=only(False))
def no_checksum(s):
    _put(s, s.wire.udp(_ports(s), s.good(), none=True))


@over_udp("TwoMessagesInADatagram", also_inner=True)
def two(s):
    _put(_bound(s), s.wire.udp(_ports(s), s.good() + s.evil()))


@over_udp("ForbiddenBehindTheEndOfTheHeader")
def behind_line_feeds(s):
    good = s.good().replace(b"Content-Length: 0\r\n\r\n", b"Content-Length: 0\n\n")
    _put(s, s.wire.udp(_ports(s), good + s.evil()))


@over_udp("RegisterOfSixMechanismsInFragments", rows="R6", good=1, works=False)
def six_mechanisms(s):
    entry = ("ipsec-3gpp;alg={};ealg={};prot=esp;mod=trans;spi-c=91731022;spi-s=91731023;"
             "port-c=32801;port-s=32800")
    mechanisms = [("Security-Client", ", ".join(
        entry.format(alg, ealg) for alg in ("hmac-md5-96", "hmac-sha-1-96")
        for ealg in ("aes-cbc", "des-ede3-cbc", "null")))]
    data = s.good(mechanisms)
    data = s.good([*mechanisms, ("X-Filled", "x" * (1821 - len(data) - 12))])
    for packet in s.wire.fragments(_UDP, s.wire.udp(_ports(s), data), 1400):
        s.wire.put(packet)


# --- VLAN tags. Those of VLAN 0, which say a priority (802.1Q 6.7), a host takes off, as many as
# there are, and needs no VLAN device for it. gm_front follows GM_VLAN_TAGS and looks through
# GM_VLAN_LOOK for the address; the first stands beside the packet, where veth or a NIC has put it.
# Behind more of them the judge at the sockets is alone.

_C_TAG, _S_TAG = b"\x81\0\0\0", b"\x88\xa8\0\0"


def _tagged(s, tags):
    for data in (s.good(), s.evil()):
        s.wire.put(s.wire.ip(_UDP, s.wire.udp(_ports(s), data)), tags)


@over_udp("ForbiddenBehindAVlanTag", good=1, reason="not_register")
def tag(s):
    _tagged(s, _C_TAG)


@over_udp("ForbiddenBehindTwoVlanTags", good=1, reason="not_register")
def two_tags(s):
    _tagged(s, _S_TAG + _C_TAG)


@over_udp("ForbiddenBehindThreeVlanTags", good=1, reason="not_register")
def three_tags(s):
    _tagged(s, _S_TAG * 2 + _C_TAG)


@over_udp("ForbiddenBehindMoreVlanTagsThanAreFollowed", reason="too_deep", of_address=True)
def four_tags(s):
    _tagged(s, _S_TAG * 2 + _C_TAG * 2)


@over_udp("ForbiddenBehindMoreVlanTagsThanAreLookedThrough", good=1, reason="not_register")
def ten_tags(s):
    _tagged(s, _C_TAG * 10)
