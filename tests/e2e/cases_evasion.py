# SPDX-License-Identifier: BSD-2-Clause
"""Ways to show the judge other bytes than the P-CSCF's TCP gets (H5, H6, H18, H19), and what phones
do that looks like it and must pass."""
import time

from arena import expect
from evasion import SHUT, evades, only
from wire import ACK, FIN, PSH, SYN, URG, options


@evades("OneMessage", good=1, works=False, also_inner=True)
def one_message(s):
    s.stream().open().send(s.good())


@evades("OneForbiddenMessage", also_inner=True)
def one_forbidden_message(s):
    s.stream().open().send(s.evil())


@evades("TwoPipelined", good=2, works=False, also_inner=True)
def two_pipelined(s):
    s.stream().open().send(s.good() + s.good(), 4000)


@evades("MessageInSegmentsOfOneByte", good=1, works=False)
def one_byte(s):
    s.stream().open().send(s.good(), 1)


@evades("ForbiddenMessageInSegmentsOfOneByte", also_inner=True)
def forbidden_one_byte(s):
    s.stream().open().send(s.evil(), 1)


@evades("MethodSplit")
def method_split(s):
    stream, evil = s.stream().open(), s.evil()
    stream.send(evil[:3])
    stream.send(evil[3:])


@evades("ForbiddenBehindGood_OneSegment", lost=1, also_inner=True)
def behind_good(s):
    s.stream().open().send(s.good() + s.evil(), 4000)


@evades("ForbiddenBehindGood_NextSegment", good=1, also_inner=True)
def behind_good_next(s):
    stream = s.stream().open()
    stream.send(s.good())
    stream.send(s.evil())


@evades("ForbiddenBehindABody", good=1)
def behind_a_body(s):
    stream = s.stream().open()
    stream.send(s.good(body="v=0\r\n" * 100))
    stream.send(s.evil())


@evades("ForbiddenInABodyIsNoMessage", good=1, works=False)
def in_a_body(s):
    s.stream().open().send(s.good(body=s.evil().decode()))


@evades("BodyInManySegments", good=2, works=False, also_inner=True)
def long_body(s):
    s.stream().open().send(s.good(body="x" * 9000) + s.good(), 1000)


@evades("ContentLengthThatIsTooShort", lost=1)
def too_short(s):
    data = s.good(body=s.evil().decode()).decode()
    head, _, _ = data.partition("\r\n\r\n")
    length = head.rpartition(" ")[2]
    s.stream().open().send(data.replace(f"Content-Length: {length}", "Content-Length: 0").encode())


@evades("TwoContentLengths")
def two_lengths(s):
    s.stream().open().send(s.good([("Content-Length", "0")], body=s.evil().decode()))


@evades("ContentLengthInItsShortForm", good=1)
def short_form(s):
    stream = s.stream().open()
    stream.send(s.good().replace(b"Content-Length: 0", b"l: 4") + b"abcd")
    stream.send(s.evil())


@evades("ContentLengthInAFold", good=1)
def folded_length(s):
    stream = s.stream().open()
    stream.send(s.good().replace(b"Content-Length: 0", b"Content-Length:\r\n 4") + b"abcd")
    stream.send(s.evil())


@evades("NoContentLength")
def no_length(s):
    stream = s.stream().open()
    stream.send(s.good().replace(b"Content-Length: 0\r\n", b""))
    stream.send(s.evil())


@evades("ContentLengthOfNoNumber")
def no_number(s):
    stream = s.stream().open()
    stream.send(s.good().replace(b"Content-Length: 0", b"Content-Length: 0x40") + s.evil())


@evades("BareLineFeedsEndTheHeader")
def bare_line_feeds(s):
    s.stream().open().send(s.evil().replace(b"\r\n", b"\n"))


@evades("BareLineFeedsInTheMiddle")
def bare_line_feed_middle(s):
    good = s.good().replace(b"Content-Length: 0\r\n\r\n", b"Content-Length: 0\n\n")
    s.stream().open().send(good + s.evil() + b"\r\n\r\n")


@evades("BareLineFeed_SplitBehindTheReturn")
def bare_after_return(s):
    stream = s.stream().open()
    head = s.good().replace(b"Content-Length: 0\r\n\r\n", b"Content-Length: 0\r")
    stream.send(head)
    stream.send(b"\n\n" + s.evil())


@evades("NulInTheHeader")
def nul(s):
    s.stream().open().send(s.evil().replace(b"Max-Forwards: 70", b"Max-Forwards: 70\0"))


@evades("BlankBeforeTheMessage")
def blank_before(s):
    s.stream().open().send(b" " + s.evil())


@evades("LineEndsBeforeTheMessage", also_inner=True)
def line_ends_before(s):
    s.stream().open().send(b"\r\n\r\n\r\n\r\n\r\n" + s.evil())


@evades("KeepAlives", rows="R6", good=2, works=False, also_inner=True)
def keep_alives(s):
    stream = s.stream().open()
    for data in (b"\r\n\r\n", s.good(), b"\r\n\r\n", b"\r\n", s.good(), b"\r\n\r\n"):
        stream.send(data)


@evades("LineEndsThatAreNone")
def odd_line_ends(s):
    s.stream().open().send(b"\n\r\n\n" + s.evil())


@evades("MethodInSmallLetters")
def small_letters(s):
    s.stream().open().send(s.evil().replace(b"INVITE", b"invite"))


@evades("ForbiddenThatSaysRegisterInCSeq")
def other_cseq(s):
    s.stream().open().send(s.evil(method="REGISTER"))


@evades("TabBehindTheMethod")
def tab(s):
    s.stream().open().send(s.evil().replace(b"INVITE ", b"INVITE\t"))


@evades("AnswerToARegister", rows="H1", also_inner=True)
def answer(s):
    data = s.good().split(b"\r\n", 1)[1]
    s.stream().open().send(b"SIP/2.0 200 OK\r\n" + data.replace(b" MESSAGE\r", b" REGISTER\r"))


@evades("Http")
def http(s):
    s.stream().open().send(b"GET /x HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")


@evades("FakeStartAtABorder")
def fake_start(s):
    stream, evil = s.stream().open(), s.evil([("Subject", "x"), ("X", "y" * 50)])
    border = evil.index(b"Subject: ") + 9
    stream.send(evil[:border])
    stream.send(b"REGISTER sip:ims.test SIP/2.0" + evil[border:])


@evades("BorderInTheLastLineEnd", lost=1)
def last_line_end(s):
    good, evil = s.good(), s.evil()
    stream = s.stream().open()
    stream.send(good[:-1])
    stream.send(good[-1:] + evil[:-1])
    stream.send(evil[-1:])


@evades("BorderInEveryLineEnd", good=1, works=False)
def every_line_end(s):
    stream = s.stream().open()
    for part in s.good().split(b"\r"):
        stream.send(part + b"\r")


@evades("HeaderTooLong")
def too_long(s):
    s.stream().open().send(s.evil([("Subject", "x" * 400)] * 25))


# --- sequence numbers


@evades("SegmentTwice", good=2, works=False, also_inner=True)
def twice(s):
    stream, good = s.stream().open(), s.good()
    stream.send(good)
    stream.segment(good, 0)
    time.sleep(0.05)
    stream.segment(good, 0)
    stream.send(s.good())


@evades("SameAgainAndMore", good=2, works=False)
def same_and_more(s):
    stream, first, second = s.stream().open(), s.good(), s.good()
    stream.segment(first, 0)
    stream.segment(first + second, 0)


@evades("SameAgainAndForbidden", good=1, also_inner=True)
def same_and_forbidden(s):
    stream, good = s.stream().open(), s.good()
    stream.segment(good, 0)
    stream.segment(good + s.evil(), 0)


@evades("OtherBytesAgain_AtOnce", also_inner=True)
def other_at_once(s):
    stream, evil = s.stream().open(), s.evil()
    first = s.good()
    longer = s.good(body=" " * 9 + evil.decode())
    stream.segment(first, 0)
    stream.segment(longer[:len(first)] + evil, 0)


@evades("OtherBytesAgain_Later", good=1)
def other_later(s):
    stream, evil, good = s.stream().open(), s.evil(), s.good()
    stream.segment(good, 0)
    time.sleep(0.1)
    stream.segment(b"X" * len(good) + evil, 0)


@evades("WrongChecksumFirst_ForbiddenThen", lost=1)
def wrong_first(s):
    stream = s.stream().open()
    evil = s.evil()
    stream.segment(s.good().ljust(len(evil), b" ")[:len(evil)], 0, wrong=True)
    stream.segment(evil, 0)


@evades("WrongChecksumFirst_BodyThatIsAMessage", lost=1)
def wrong_body(s):
    stream, evil = s.stream().open(), s.evil().decode()
    with_body, length = s.good(body=evil), str(len(evil)).encode()
    without = with_body.replace(b"Content-Length: " + length,
                                b"Content-Length: " + b"0" * len(length))
    stream.segment(with_body, 0, wrong=True)
    stream.segment(without, 0)


@evades("WrongChecksumFirst_SameThen", good=1, works=False, also_inner=True)
def wrong_then_same(s):
    stream, good = s.stream().open(), s.good()
    stream.segment(good, 0, wrong=True)
    stream.segment(good, 0)


@evades("WrongChecksumFirst_ShorterThen", good=1, works=False)
def wrong_then_longer(s):
    stream, good = s.stream().open(), s.good()
    stream.segment(good[:200], 0, wrong=True)
    stream.segment(good, 0)


@evades("OutOfOrder_ThenAgain", good=1, works=False, also_inner=True)
def out_of_order(s):
    stream, good = s.stream().open(), s.good()
    stream.segment(good[200:], 200)
    stream.segment(good[:200], 0)
    time.sleep(0.05)
    stream.segment(good[200:], 200)


@evades("OutOfOrder_Forbidden")
def out_of_order_forbidden(s):
    stream, evil = s.stream().open(), s.evil()
    stream.segment(evil[200:], 200)
    stream.segment(evil[:200], 0)


@evades("OutOfOrder_OtherBytesInTheHole")
def hole(s):
    stream, good, evil = s.stream().open(), s.good(), s.evil()
    stream.segment(good[9:], 9)
    stream.segment(evil + good[len(evil):], 0)


@evades("OverlapForward")
def overlap_forward(s):
    stream, evil = s.stream().open(), s.evil()
    stream.segment(evil[:100], 0)
    stream.segment(b"Y" * 50 + evil[100:], 50)


@evades("OverlapOfPieces_SameBytes", good=2, works=False)
def overlap_same(s):
    stream, first, second = s.stream().open(), s.good(), s.good()
    whole = first + second
    stream.segment(first, 0)
    stream.segment(whole[len(first) - 100:], len(first) - 100)


@evades("SequenceNumbersWrap", good=1, also_inner=True)
def wrap(s):
    stream = s.stream(2**32 - 150).open()
    stream.send(s.good(), 100)
    stream.send(s.evil(), 100)


@evades("ByteBeforeTheStream", good=1, works=False)
def keep_alive_probe(s):
    stream = s.stream().open()
    stream.send(s.good())
    stream.segment(b"I", stream.at - 1)


@evades("DataInTheSyn")
def data_in_syn(s):
    stream, evil = s.stream(), s.evil()
    stream.syn(evil)
    stream.syn()
    stream.answered()
    stream.acknowledge()
    stream.segment(evil, 0)


@evades("DataWithTheThirdSegment")
def third(s):
    stream, evil = s.stream(), s.evil()
    stream.syn()
    stream.answered()
    stream.acknowledge(evil[:60])
    stream.acknowledge()
    stream.segment(evil, 0)


@evades("DataWithTheThirdSegment_ComesAgain", good=1, works=False, also_inner=True)
def third_good(s):
    stream, good = s.stream(), s.good()
    stream.syn()
    stream.answered()
    stream.acknowledge(good)
    stream.acknowledge()
    stream.segment(good, 0)


@evades("UrgentByteInTheLength", rows="H6")
def urgent(s):
    stream, evil = s.stream().open(), s.evil()
    whole = s.good(body=evil.decode())
    length = str(len(evil)).encode()
    at = whole.index(b"Content-Length: " + length) + len(b"Content-Length: ")
    # The last digit is what the receiver does not read.
    data = whole[:at] + b"0" + length + whole[at + len(length):]
    stream.segment(data, 0, ACK | PSH | URG, urgent=at + 1 + len(length))
    stream.at = len(data)
    stream.send(s.evil())


@evades("UrgentForbidden", rows="H6")
def urgent_forbidden(s):
    stream, evil = s.stream().open(), s.evil()
    stream.segment(evil + b"!", 0, ACK | PSH | URG, urgent=len(evil) + 1)


@evades("ForbiddenWithFin")
def with_fin(s):
    s.stream().open().segment(s.evil(), 0, ACK | PSH | FIN)


@evades("SynAmongTheData", good=1)
def syn_again(s):
    stream = s.stream().open()
    stream.send(s.good())
    stream.segment(b"", stream.at, SYN)
    stream.send(s.evil())


@evades("OptionsInEverySegment", good=1, also_inner=True)
def with_options(s):
    stream = s.stream().open()
    stream.send(s.good(), 300, tcp_options=options(40))
    stream.send(s.evil(), 300, tcp_options=options(40))


# Of these two the kernel takes nothing, before any judge; the connection goes on.
@evades("HeaderLengthThatIsTooSmall", good=1, works=False)
def small_offset(s):
    stream = s.stream().open()
    stream.segment(s.evil(), 0, offset=4)
    stream.segment(s.good(), 0)


@evades("HeaderLengthBeyondTheSegment", good=1, works=False)
def large_offset(s):
    stream = s.stream().open()
    stream.segment(b"INVITE", 0, offset=15)
    stream.segment(s.good(), 0)


def _fill_window(stream, messages, times):
    """What the receiver had no room for comes again, in order."""
    sent = []
    for data in messages:
        sent.append((stream.at, data))
        stream.send(data)
    for _ in range(times):
        time.sleep(0.2)
        for at, data in sent:
            stream.at = at
            stream.send(data)


@evades("WindowThatIsFull", good=40, works=False)
def zero_window(s):
    stream = s.slow().stream().open()
    _fill_window(stream, [s.good(body="z" * 700) for _ in range(40)], 12)


@evades("ForbiddenBehindAFullWindow", lost=None)
def full_window_forbidden(s):
    stream = s.slow().stream().open()
    _fill_window(stream, [s.good(body="z" * 700) for _ in range(20)] + [s.evil()], 8)


@evades("MoreOnAConnectionThatCarriedForbidden")
def after_poison(s):
    stream = s.stream().open()
    stream.send(s.evil())
    stream.send(s.good())
    if s.name == SHUT:
        for _ in range(3):
            stream.segment(s.good(), stream.at)
        expect(stream.is_reset(), "the connection is not ended")
        expect(not s.given(), f"the P-CSCF was given {s.given()!r}")


@evades("ForbiddenUntilTheJudgeIsImpatient", rows="H18", inner=True)
def impatient(s):
    stream, evil = s.stream().open(), s.evil()
    stream.segment(evil, 0)
    if s.name == SHUT:
        expect(not stream.is_reset(1), "the connection is ended before its registration can come")
        time.sleep(1.2)
        stream.segment(evil, 0)  # ends it, and this one tells the controller
        stream.segment(evil, 0)
        expect(stream.is_reset(), "the connection is not ended")


@evades("NewConnectionBehindAnEndedOne", good=1, works=False)
def new_connection(s):
    first = s.stream().open()
    if s.name == SHUT:
        first.send(s.evil())
    s.source_port += 1
    s.stream().open().send(s.good())


# --- fragments of segments


@evades("SegmentInFragments", good=1, works=False)
def segment_in_fragments(s):
    stream, good = s.stream().open(), s.good()
    for packet in s.wire.fragments(6, stream.made(good, 0), 120):
        s.wire.put(packet)


@evades("ForbiddenSegmentInFragments", also_inner=True)
def forbidden_in_fragments(s):
    stream = s.stream().open()
    for packet in s.wire.fragments(6, stream.made(s.evil(), 0), 120):
        s.wire.put(packet)


@evades("ForbiddenSegmentInFragments_LastFirst")
def forbidden_in_fragments_reversed(s):
    stream = s.stream().open()
    for packet in reversed(s.wire.fragments(6, stream.made(s.evil(), 0), 120)):
        s.wire.put(packet)


def _flags_in_second(s, stream):
    for packet in s.wire.fragments(6, stream.made(s.evil(), 0), 8):
        s.wire.put(packet)


@evades("FlagsInTheSecondFragment", families=only(False))
def flags_in_second(s):
    _flags_in_second(s, s.stream().open())


# A first fragment without all headers the kernel itself drops over IPv6 (RFC 7112).
@evades("FlagsInTheSecondFragment", families=only(True), good=1, works=False)
def flags_in_second_v6(s):
    stream = s.stream().open()
    _flags_in_second(s, stream)
    stream.segment(s.good(), 0)
