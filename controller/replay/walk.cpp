// SPDX-License-Identifier: BSD-2-Clause
#include "replay/walk.hpp"

#include <algorithm>

namespace gmguard::replay {
namespace {

// Datagrams whose early fragments are kept, and how many of each: the most that one can have.
constexpr std::size_t kEarly = kReassemblies, kEarlyPieces = 65536 / 8;

bool is_ours(const Layers& at) {
    return at.piece || at.protocol == GM_UDP || at.protocol == GM_TCP;
}

} // namespace

Walk::Packet Walk::packet_of(const Frame& frame, Judge::View ethernet, const Layers& at) const {
    Packet packet;
    packet.ethernet = ethernet;
    packet.at = at;
    packet.source.address = packet.finding.source = at.source;
    packet.destination.address = packet.finding.destination = at.destination;
    packet.finding.file = file_;
    packet.finding.frame = frame.number;
    packet.finding.time_ns = frame.time_ns;
    packet.finding.protocol = at.protocol == GM_TCP ? GM_TCP : GM_UDP;
    return packet;
}

void Walk::set_ports(Packet& packet, Ports ports) const {
    packet.finding.source_port = packet.source.port = ports.source;
    packet.finding.destination_port = packet.destination.port = ports.destination;
    packet.way = sides_.way(packet.source, packet.destination);
}

// What the message says may tell who is who, so the way is asked for again.
void Walk::read_message(Packet& packet) {
    const auto text = payload(packet.ethernet, packet.at);
    if (text.empty())
        return;
    if (auto reading = sip::read(text))
        packet.finding.sip = std::move(reading->message);
    if (packet.finding.sip && packet.at.protocol == GM_UDP)
        sides_.learn(*packet.finding.sip, packet.source, packet.destination);
    packet.way = sides_.way(packet.source, packet.destination);
}

Result<> Walk::take(const Frame& frame) {
    const auto at = layers(frame.ethernet);
    if (!at || !is_ours(*at))
        return {};
    now_ns_ = std::max({now_ns_, frame.time_ns, std::uint64_t{1}});
    if (at->piece)
        return take_fragment(frame, *at);
    Packet packet = packet_of(frame, frame.ethernet, *at);
    const auto found = ports(frame.ethernet, *at);
    if (found)
        set_ports(packet, *found);
    else
        packet.way = Way::from_gm;
    if (packet.way == Way::none)
        return {};
    return take_whole(std::move(packet));
}

Result<> Walk::take_whole(Packet packet) {
    if (auto set = judge_.set_clock(now_ns_); !set)
        return set;
    read_message(packet);
    switch (packet.way) {
    case Way::from_gm:
        return take_from_gm(std::move(packet));
    case Way::to_gm:
        return take_to_gm(std::move(packet));
    case Way::from_core: {
        const auto judged = judge_.inside(packet.ethernet, GM_SIDE_CORE);
        return judged ? Result<>{} : fail(judged.error());
    }
    case Way::to_core:
        return judge_.onward(packet.ethernet);
    default:
        return {};
    }
}

Result<> Walk::take_from_gm(Packet packet) {
    Finding& finding = packet.finding;
    const auto front = judge_.front(packet.ethernet);
    if (!front)
        return fail(front.error());
    finding.judgement = *front;
    if (front->verdict != GM_VERDICT_DROP && packet.at.protocol == GM_UDP) {
        const auto inside = judge_.inside(packet.ethernet, GM_SIDE_GM);
        if (!inside)
            return fail(inside.error());
        const bool worse = inside->verdict > front->verdict;
        if (worse)
            finding.judgement = *inside;
        if (worse || (front->verdict == GM_VERDICT_PASS && sides_.is_protected(packet.destination)))
            finding.hook = GM_HOOK_INSIDE;
    }
    // Without ports it concerns nobody, unless a program thinks so.
    if (finding.destination_port || finding.judgement.verdict != GM_VERDICT_PASS)
        sink_(finding);
    return {};
}

Result<> Walk::take_to_gm(Packet packet) {
    const auto judged = judge_.answers(packet.ethernet);
    if (!judged)
        return fail(judged.error());
    packet.finding.hook = GM_HOOK_ANSWERS;
    packet.finding.judgement = *judged;
    sink_(packet.finding);
    return {};
}

Result<> Walk::take_fragment(const Frame& frame, const Layers& at) {
    Packet packet = packet_of(frame, frame.ethernet, at);
    packet.way = sides_.is_pcscf(packet.source, packet.destination) ? Way::to_gm : Way::from_gm;
    const auto own = ports(frame.ethernet, at);
    const auto found = own ? own : reassembly_.ports_of(at);
    if (found)
        set_ports(packet, *found);
    if (own)
        tell_early(packet);
    if (packet.way == Way::none)
        return {};
    const auto admitted = admit_fragment(packet);
    if (!admitted)
        return fail(admitted.error());
    std::optional<Bytes> whole;
    if (*admitted)
        whole = reassembly_.add(frame, at);
    else
        reassembly_.refuse(frame, at);
    if (whole)
        return take_reassembled(frame, packet, *whole);
    tell_fragment(packet);
    return {};
}

// What comes from Gm passes gm_front as it is.
Result<bool> Walk::admit_fragment(Packet& packet) {
    if (packet.way == Way::to_gm)
        packet.finding.hook = GM_HOOK_ANSWERS;
    if (packet.way != Way::from_gm)
        return true;
    if (auto set = judge_.set_clock(now_ns_); !set)
        return fail(set.error());
    const auto front = judge_.front(packet.ethernet);
    if (!front)
        return fail(front.error());
    packet.finding.judgement = *front;
    return front->verdict != GM_VERDICT_DROP;
}

// `last` completed the datagram: its finding says what became of the whole.
Result<> Walk::take_reassembled(const Frame& frame, const Packet& last, const Bytes& bytes) {
    const auto at = layers(bytes);
    const auto found = at ? ports(bytes, *at) : std::nullopt;
    if (!found)
        return {};
    Packet whole = packet_of(frame, bytes, *at);
    set_ports(whole, *found);
    if (whole.way != Way::from_gm)
        return take_whole(std::move(whole));
    read_message(whole);
    const auto inside = judge_.inside(whole.ethernet, GM_SIDE_GM);
    if (!inside)
        return fail(inside.error());
    const bool worse = last.finding.judgement.verdict > inside->verdict;
    whole.finding.judgement = worse ? last.finding.judgement : *inside;
    whole.finding.hook = worse ? GM_HOOK_FRONT : GM_HOOK_INSIDE;
    sink_(whole.finding);
    return {};
}

void Walk::tell_fragment(const Packet& packet) {
    const bool told =
        packet.finding.destination_port || packet.finding.judgement.verdict != GM_VERDICT_PASS;
    if (packet.way != Way::from_gm && packet.way != Way::to_gm)
        return;
    if (told) {
        sink_(packet.finding);
        return;
    }
    if (early_.size() >= kEarly)
        early_.erase(std::ranges::min_element(
            early_, {}, [](const auto& entry) { return entry.second.front().time_ns; }));
    auto& waiting = early_[datagram_key(packet.at)];
    if (waiting.size() < kEarlyPieces)
        waiting.push_back(packet.finding);
}

// `first` is the first fragment of a datagram, which knows the ports.
void Walk::tell_early(const Packet& first) {
    auto waiting = early_.extract(datagram_key(first.at));
    if (waiting.empty() || (first.way != Way::from_gm && first.way != Way::to_gm))
        return;
    for (Finding& finding : waiting.mapped()) {
        finding.source_port = first.finding.source_port;
        finding.destination_port = first.finding.destination_port;
        sink_(finding);
    }
}

} // namespace gmguard::replay
