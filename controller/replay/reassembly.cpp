// SPDX-License-Identifier: BSD-2-Clause
#include "replay/reassembly.hpp"

#include <algorithm>
#include <iterator>

namespace gmguard::replay {
namespace {

constexpr std::size_t kLargest = 65535;

std::ptrdiff_t signed_size(std::size_t n) {
    return static_cast<std::ptrdiff_t>(n);
}

void set16(Bytes& bytes, std::size_t at, std::size_t value) {
    bytes[at] = static_cast<std::uint8_t>(value >> 8);
    bytes[at + 1] = static_cast<std::uint8_t>(value);
}

// RFC 1071, over the IPv4 header with its checksum field zero.
std::uint16_t header_checksum(const Bytes& bytes, std::size_t at, std::size_t end) {
    std::uint32_t sum = 0;
    for (; at + 1 < end; at += 2)
        sum += static_cast<std::uint32_t>(bytes[at] << 8 | bytes[at + 1]);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
}

void mend_v4(Bytes& bytes, std::size_t network, std::size_t head) {
    set16(bytes, network + 2, bytes.size() - network);
    set16(bytes, network + 6, 0);
    set16(bytes, network + 10, 0);
    set16(bytes, network + 10, header_checksum(bytes, network, head));
}

void mend_v6(Bytes& bytes, std::size_t network, std::size_t link, std::uint8_t protocol) {
    set16(bytes, network + 4, bytes.size() - network - 40);
    bytes[link] = protocol;
}

} // namespace

DatagramKey datagram_key(const Layers& at) {
    const std::uint8_t protocol = at.v6 ? std::uint8_t{0} : at.protocol;
    return {at.source, at.destination, at.piece->id, protocol, at.v6};
}

std::optional<Ports> Reassembly::ports_of(const Layers& at) const {
    const auto found = datagrams_.find(datagram_key(at));
    return found == datagrams_.end() ? std::nullopt : found->second.ports;
}

void Reassembly::forget_old(std::uint64_t now_ns) {
    std::erase_if(datagrams_, [now_ns](const auto& entry) {
        return entry.second.began_ns + kReassemblyNs < now_ns;
    });
    if (datagrams_.size() < kReassemblies)
        return;
    datagrams_.erase(std::ranges::min_element(
        datagrams_, {}, [](const auto& entry) { return entry.second.began_ns; }));
}

Reassembly::Fit Reassembly::insert(Datagram& datagram, Part part, bool more) {
    const std::size_t end = part.offset + part.bytes.size();
    if (end > kLargest || (more && part.bytes.size() % 8 != 0) || part.bytes.empty())
        return Fit::clash;
    if (datagram.size && (end > *datagram.size || (!more && end != *datagram.size)))
        return Fit::clash;
    const auto next = std::ranges::find_if(
        datagram.parts, [&](const Part& p) { return p.offset + p.bytes.size() > part.offset; });
    if (next != datagram.parts.end() && next->offset < end) {
        const bool within = next->offset <= part.offset && end <= next->offset + next->bytes.size();
        return within ? Fit::repeated : Fit::clash;
    }
    if (!more && next != datagram.parts.end())
        return Fit::clash;
    if (!more)
        datagram.size = end;
    datagram.parts.insert(next, std::move(part));
    return Fit::taken;
}

bool Reassembly::complete(const Datagram& datagram) {
    std::size_t reached = 0;
    for (const Part& part : datagram.parts) {
        if (part.offset != reached)
            return false;
        reached += part.bytes.size();
    }
    return datagram.size == reached;
}

void Reassembly::take_head(Datagram& datagram, const Frame& frame, const Layers& at) {
    const std::size_t data = at.v6 ? at.piece->header : at.transport;
    datagram.head.assign(frame.ethernet.begin(), frame.ethernet.begin() + signed_size(data));
    datagram.network = at.network;
    datagram.link = at.piece->link;
    datagram.protocol = at.v6 ? frame.ethernet[at.piece->header] : at.protocol;
    datagram.ports = ports(frame.ethernet, at);
}

Bytes Reassembly::whole(const Datagram& datagram, bool v6) {
    Bytes out = datagram.head;
    for (const Part& part : datagram.parts)
        out.insert(out.end(), part.bytes.begin(), part.bytes.end());
    if (v6)
        mend_v6(out, datagram.network, datagram.link, datagram.protocol);
    else
        mend_v4(out, datagram.network, datagram.head.size());
    return out;
}

Reassembly::Datagram& Reassembly::datagram_of(const Frame& frame, const Layers& at) {
    forget_old(frame.time_ns);
    const auto [entry, fresh] = datagrams_.try_emplace(datagram_key(at));
    if (fresh)
        entry->second.began_ns = frame.time_ns;
    if (at.piece->offset == 0 && entry->second.head.empty())
        take_head(entry->second, frame, at);
    return entry->second;
}

void Reassembly::refuse(const Frame& frame, const Layers& at) {
    Datagram& datagram = datagram_of(frame, at);
    datagram.refused = true;
    datagram.parts.clear();
}

std::optional<Bytes> Reassembly::add(const Frame& frame, const Layers& at) {
    Datagram& datagram = datagram_of(frame, at);
    if (datagram.refused)
        return std::nullopt;
    const std::size_t data = at.v6 ? at.piece->header + 8 : at.transport;
    Part part{at.piece->offset, Bytes(frame.ethernet.begin() + signed_size(data),
                                      frame.ethernet.begin() + signed_size(at.end))};
    const Fit fit = insert(datagram, std::move(part), at.piece->more);
    if (fit == Fit::clash) {
        datagrams_.erase(datagram_key(at));
        return std::nullopt;
    }
    if (!complete(datagram))
        return std::nullopt;
    Bytes out = whole(datagram, at.v6);
    datagrams_.erase(datagram_key(at));
    return out;
}

} // namespace gmguard::replay
