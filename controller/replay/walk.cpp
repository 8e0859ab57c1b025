// SPDX-License-Identifier: BSD-2-Clause
#include "replay/walk.hpp"

#include <algorithm>

namespace gmguard::replay {
namespace {

bool is_ours(const Layers& at) {
    return at.piece || at.protocol == GM_UDP || at.protocol == GM_TCP || at.protocol == kEsp;
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
    if (at.protocol == kEsp) {
        packet.finding.esp.emplace();
        packet.way = sides_.way_of_esp(at.source, at.destination);
    }
    return packet;
}

void Walk::set_ports(Packet& packet, Ports ports) const {
    packet.finding.source_port = packet.source.port = ports.source;
    packet.finding.destination_port = packet.destination.port = ports.destination;
    packet.way = way_of(packet);
}

// A port that is guarded is no port of ESP.
bool Walk::is_esp_in_udp(const Packet& packet) const {
    return packet.at.protocol == GM_UDP &&
           (packet.source.port == kEspPort || packet.destination.port == kEspPort) &&
           !sides_.guarded_port(kEspPort);
}

Way Walk::way_of(const Packet& packet) const {
    const Way way = sides_.way(packet.source, packet.destination);
    if (way != Way::none)
        return way;
    if (is_esp_in_udp(packet))
        return sides_.way_of_esp(packet.at.source, packet.at.destination);
    if (packet.at.protocol != GM_TCP)
        return way;
    if (streams_.is_opened_by_pcscf({packet.source, packet.destination}))
        return Way::from_gm;
    return streams_.is_opened_by_pcscf({packet.destination, packet.source}) ? Way::to_gm : way;
}

// What the message says may tell who is who, so the way is asked for again.
void Walk::show_message(Packet& packet, std::optional<sip::Message> message) {
    packet.finding.sip = std::move(message);
    if (packet.finding.sip)
        sides_.learn(*packet.finding.sip, packet.source, packet.destination);
}

void Walk::read_message(Packet& packet) {
    const auto text = payload(packet.ethernet, packet.at);
    if (text.empty() || packet.at.protocol != GM_UDP)
        return;
    if (auto reading = sip::read(text))
        show_message(packet, std::move(reading->message));
    if (packet.opened.spi == 0)
        packet.way = way_of(packet);
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
    else if (!packet.finding.esp)
        packet.way = Way::from_gm;
    const auto header = tcp_header(frame.ethernet, *at);
    if (header && header->syn && !header->ack && sides_.opens(packet.source, packet.destination)) {
        streams_.note_opened({packet.destination, packet.source});
        packet.way = way_of(packet);
    }
    if (packet.way == Way::none)
        return {};
    const auto part = esp(frame.ethernet, *at);
    if (part && (packet.finding.esp || is_esp_in_udp(packet)))
        return take_esp(frame, std::move(packet), *part);
    return is_esp_in_udp(packet) ? Result<>{} : take_whole(std::move(packet));
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
    case Way::from_core:
        return take_from_core(std::move(packet));
    case Way::to_core:
        return take_to_core(std::move(packet));
    default:
        return {};
    }
}

// By gm_stream or gm_inside, whichever it is for.
Result<Judgement> Walk::judge_inside(Packet& packet, gm_side side) {
    if (packet.at.protocol != GM_TCP)
        return judge_.inside(packet.ethernet, side, packet.opened);
    auto said = streams_.arrives(
        {{packet.source, packet.destination}, packet.ethernet, packet.at, side, packet.opened});
    if (!said)
        return fail(said.error());
    show_message(packet, std::move(said->sip));
    return said->judgement;
}

Result<> Walk::take_from_gm(Packet packet) {
    Finding& finding = packet.finding;
    const auto front = packet.front ? *packet.front : judge_.front(packet.ethernet);
    if (!front)
        return fail(front.error());
    finding.judgement = *front;
    const bool readable = packet.at.protocol == GM_UDP || packet.at.protocol == GM_TCP;
    if (front->verdict != GM_VERDICT_DROP && readable) {
        const auto inside = judge_inside(packet, GM_SIDE_GM);
        if (!inside)
            return fail(inside.error());
        // Where gm_front had no more than a part, or ESP, the message is gm_inside's.
        const bool worse =
            inside->verdict > front->verdict || (packet.front && inside->verdict == front->verdict);
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
    packet.finding.hook = GM_HOOK_ANSWERS;
    if (packet.at.protocol == GM_TCP) {
        auto said = streams_.leaves({packet.source, packet.destination}, packet.ethernet, packet.at,
                                    [this](Judge::View message) -> Result<> {
                                        const auto judged = judge_.answers(message);
                                        return judged ? Result<>{} : fail(judged.error());
                                    });
        if (!said)
            return fail(said.error());
        show_message(packet, std::move(said->sip));
    } else {
        const auto judged = judge_.answers(packet.ethernet);
        if (!judged)
            return fail(judged.error());
        packet.finding.judgement = *judged;
    }
    sink_(packet.finding);
    return {};
}

Result<> Walk::take_from_core(Packet packet) {
    const auto judged = judge_inside(packet, GM_SIDE_CORE);
    return judged ? Result<>{} : fail(judged.error());
}

Result<> Walk::take_to_core(Packet packet) {
    if (packet.at.protocol != GM_TCP)
        return judge_.onward(packet.ethernet);
    const auto said =
        streams_.leaves({packet.source, packet.destination}, packet.ethernet, packet.at,
                        [this](Judge::View message) { return judge_.onward(message); });
    return said ? Result<>{} : fail(said.error());
}

Result<> Walk::take_esp(const Frame& frame, Packet packet, const EspPart& part) {
    if (auto set = judge_.set_clock(now_ns_); !set)
        return set;
    const bool arrives = packet.way == Way::from_gm;
    const auto known = arrives ? judge_.association(packet.at.destination, part.spi) : std::nullopt;
    const auto opened = open_esp(packet.ethernet, packet.at, part, known);
    packet.finding.esp = Esp{part.spi, !opened};
    if (arrives && !packet.front) {
        const auto front = judge_.front(packet.ethernet);
        if (!front)
            return fail(front.error());
        packet.front = *front;
    }
    if (arrives)
        packet.finding.judgement = *packet.front;
    else
        packet.finding.hook = GM_HOOK_ANSWERS;
    const auto at = opened ? layers(*opened) : std::nullopt;
    const auto found = at ? ports(*opened, *at) : std::nullopt;
    if (!found) {
        sink_(packet.finding);
        return {};
    }
    Packet inner = packet_of(frame, *opened, *at);
    set_ports(inner, *found);
    inner.opened.spi = part.spi;
    if (at->source != packet.at.source)
        inner.opened.tunnel = packet.at.source;
    return take_opened(std::move(inner), packet);
}

// What is judged as decrypted, unless gm_front refused the association.
Result<> Walk::take_opened(Packet inner, const Packet& outer) {
    inner.way = outer.way;
    inner.front = outer.front;
    inner.finding.esp = outer.finding.esp;
    read_message(inner);
    return inner.way == Way::from_gm ? take_from_gm(std::move(inner))
                                     : take_to_gm(std::move(inner));
}

} // namespace gmguard::replay
