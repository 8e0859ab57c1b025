// SPDX-License-Identifier: BSD-2-Clause
#include "replay/streams.hpp"

#include "replay/datagram.hpp"

#include <algorithm>
#include <utility>

namespace gmguard::replay {
namespace {

using Said = Streams::Said;

std::optional<sip::Message> read(std::string_view text) {
    if (auto reading = sip::read(text))
        return std::move(reading->message);
    return std::nullopt;
}

// What a packet is told by, that has been judged in several parts.
void add(Said& said, Said more) {
    if (more.judgement.verdict > said.judgement.verdict)
        said.judgement = more.judgement;
    else if (said.sip || said.judgement.verdict > more.judgement.verdict)
        return;
    if (more.sip)
        said.sip = std::move(more.sip);
}

bool is_out_of_order(const Judgement& judgement) {
    return judgement.verdict == GM_VERDICT_DROP && judgement.reason == GM_REASON_tcp_order;
}

Route reverse(const Route& route) {
    return {route.destination, route.source};
}

} // namespace

Streams::Direction* Streams::find(const Route& route) {
    const auto found = by_route_.find(route);
    if (found == by_route_.end())
        return nullptr;
    directions_.splice(directions_.begin(), directions_, found->second);
    return &directions_.front();
}

void Streams::erase(const Route& route) {
    const auto found = by_route_.extract(route);
    if (!found.empty())
        directions_.erase(found.mapped());
}

Streams::Direction& Streams::direction(const Route& route, Framing::Until until) {
    if (Direction* there = find(route); there && there->until == until)
        return *there;
    erase(route);
    if (directions_.size() >= kDirections)
        erase(Route(directions_.back().route));
    directions_.emplace_front(route, kept_, until);
    by_route_.emplace(route, directions_.begin());
    return directions_.front();
}

bool Streams::is_opened_by_pcscf(const Route& route) const {
    const auto found = by_route_.find(route);
    return found != by_route_.end() && found->second->opened_by_pcscf;
}

void Streams::note_opened(const Route& arriving) {
    erase(arriving);
    Direction& d = direction(arriving, Framing::Until::header);
    d.opened_by_pcscf = true;
    d.socket = kernel::HostSocket(GM_HOST_SYN_SENT);
}

// A SYN, or the answer to one. The same again changes nothing.
void Streams::begin(Direction& d, const Segment& segment) {
    const std::uint32_t first = segment.tcp.sequence;
    if (d.order.begun() && d.order.first() == first)
        return;
    const bool answer = segment.tcp.ack;
    d.order.begin(first);
    d.framing.begin_anew();
    d.socket = kernel::HostSocket(answer ? GM_HOST_SYN_SENT : GM_HOST_LISTEN, first);
}

Result<Said> Streams::judge(Direction& d, const Segment& segment, const Arrived& how) {
    auto& socket = d.socket.raw();
    socket.rcv_nxt = d.order.received().value_or(d.socket.after());
    const auto spoken = judge_.stream(segment.ethernet, how.side, how.opened, d.socket);
    if (!spoken)
        return fail(spoken.error());
    return Said{spoken->judgement, read(spoken->refused)};
}

// `early`: bytes before it are missing.
Result<Said> Streams::judge_data(Direction& d, const Segment& segment, const Arrived& how,
                                 bool early) {
    const std::uint32_t from = segment.tcp.sequence, after = d.socket.after();
    auto said = judge(d, segment, how);
    if (!said)
        return said;
    const bool refused = said->judgement.verdict == GM_VERDICT_DROP;
    if (!early || !refused)
        (void)d.order.take(segment);
    if (refused)
        return said;
    if (is_behind(from, after))
        d.framing.begin_anew();
    const std::size_t known = is_behind(from, after) ? 0 : after - from;
    const auto messages =
        d.framing.add(segment.data().substr(std::min(known, segment.data().size())));
    if (!said->sip && !messages.empty())
        said->sip = read(messages.front());
    return said;
}

Result<Said> Streams::judge_in_order(Direction& d, Segment segment, const Arrived& how) {
    if (d.socket.poisoned())
        return judge(d, segment, how);
    const Order::Place place = d.order.place(segment);
    if (place == Order::Place::unknown)
        return Said{};
    if (place == Order::Place::first) {
        d.framing.begin_anew();
        d.socket = kernel::HostSocket(GM_HOST_ESTABLISHED, segment.tcp.sequence);
    }
    auto said = judge_data(d, segment, how, place == Order::Place::early);
    if (place == Order::Place::early && said && is_out_of_order(said->judgement))
        (void)d.order.keep(std::move(segment));
    while (said) {
        const auto kept = d.order.kept();
        if (!kept)
            break;
        auto more = judge_data(d, *kept, how, false);
        if (!more)
            return more;
        add(*said, std::move(*more));
    }
    return said;
}

// The first data may come with the segment that establishes the connection.
Result<Said> Streams::judge_established(Direction& d, Segment segment, const Arrived& how) {
    auto& socket = d.socket.raw();
    if (std::exchange(socket.state, GM_HOST_ESTABLISHED) == GM_HOST_ESTABLISHED)
        return judge_in_order(d, std::move(segment), how);
    socket.state = GM_HOST_LISTEN;
    auto refused = judge(d, segment, how);
    socket.state = GM_HOST_ESTABLISHED;
    if (!refused)
        return refused;
    auto again = judge_in_order(d, std::move(segment), how);
    if (!again || again->judgement.verdict >= refused->judgement.verdict)
        return again;
    refused->sip = std::move(again->sip);
    return refused;
}

void Streams::note_acknowledged(const Route& route, const TcpHeader& header) {
    if (!header.ack)
        return;
    if (Direction* other = find(reverse(route)))
        other->order.acknowledge(header.acknowledged);
}

Result<Said> Streams::arrives(const Arrived& arrived) {
    const auto header = tcp_header(arrived.packet, arrived.at);
    if (!header)
        return Said{};
    note_acknowledged(arrived.route, *header);
    if (!header->syn && header->size == 0) {
        if (Direction* there = find(arrived.route))
            there->socket.raw().state = GM_HOST_ESTABLISHED;
        return Said{};
    }
    Direction& d = direction(arrived.route, Framing::Until::header);
    Segment segment{Bytes(arrived.packet.begin(), arrived.packet.end()), arrived.at, *header};
    if (!header->syn)
        return judge_established(d, std::move(segment), arrived);
    begin(d, segment);
    auto said = judge(d, segment, arrived);
    if (header->ack)
        d.socket.raw().state = GM_HOST_ESTABLISHED;
    return said;
}

Result<Said> Streams::tell_messages(Direction& d, Segment segment, const Tell& tell) {
    Said said;
    for (std::optional<Segment> next = std::move(segment); next; next = d.order.kept()) {
        const std::size_t known = d.order.take(*next);
        for (const std::string& message : d.framing.add(next->data().substr(known))) {
            const auto told = tell(replay::segment(message, d.route.source, d.route.destination));
            if (!told)
                return fail(told.error());
            if (!said.sip)
                said.sip = read(message);
        }
    }
    return said;
}

Result<Said> Streams::leaves(const Route& route, Judge::View packet, const Layers& at,
                             const Tell& tell) {
    const auto header = tcp_header(packet, at);
    if (!header)
        return Said{};
    note_acknowledged(route, *header);
    if (!header->syn && header->size == 0)
        return Said{};
    Direction& d = direction(route, Framing::Until::body);
    Segment segment{Bytes(packet.begin(), packet.end()), at, *header};
    if (header->syn) {
        begin(d, segment);
        return Said{};
    }
    switch (d.order.place(segment)) {
    case Order::Place::unknown:
        return Said{};
    case Order::Place::early:
        (void)d.order.keep(std::move(segment));
        return Said{};
    case Order::Place::first:
        d.framing.begin_anew();
        break;
    case Order::Place::next:
        break;
    }
    return tell_messages(d, std::move(segment), tell);
}

} // namespace gmguard::replay
