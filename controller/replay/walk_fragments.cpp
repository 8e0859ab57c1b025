// SPDX-License-Identifier: BSD-2-Clause
// The walk's way with fragments.
#include "replay/walk.hpp"

#include <algorithm>

namespace gmguard::replay {
namespace {

// Datagrams whose early fragments are kept, and how many of each: the most that one can have.
constexpr std::size_t kEarly = kReassemblies, kEarlyPieces = 65536 / 8;

} // namespace

Result<> Walk::take_fragment(const Frame& frame, const Layers& at) {
    Packet packet = packet_of(frame, frame.ethernet, at);
    if (!packet.finding.esp)
        packet.way = sides_.is_pcscf(packet.source, packet.destination) ? Way::to_gm : Way::from_gm;
    else if (const auto part = at.later_piece() ? std::nullopt : esp(frame.ethernet, at))
        packet.finding.esp->spi = part->spi;
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
    if (!at)
        return {};
    Packet whole = packet_of(frame, bytes, *at);
    if (last.way == Way::from_gm)
        whole.front = last.finding.judgement;
    if (const auto found = ports(bytes, *at))
        set_ports(whole, *found);
    else if (!whole.finding.esp)
        return {};
    if (whole.way == Way::none)
        return {};
    const auto part = esp(bytes, *at);
    if (part && (whole.finding.esp || is_esp_in_udp(whole)))
        return take_esp(frame, std::move(whole), *part);
    return is_esp_in_udp(whole) ? Result<>{} : take_whole(std::move(whole));
}

void Walk::tell_fragment(const Packet& packet) {
    const bool told = packet.finding.destination_port || packet.finding.esp ||
                      packet.finding.judgement.verdict != GM_VERDICT_PASS;
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
