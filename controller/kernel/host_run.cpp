// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/host_run.hpp"

#include <bpf/bpf.h>

#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

namespace gmguard::kernel {
namespace {

struct Caller {
    const Objects& objects;
    const Rings::Handler& handler;
};

bool is_per_cpu(const gm_host_map& map) {
    const std::string_view name = map.name;
    return name == "gm_counters" || name == "gm_losses";
}

std::size_t stride(const gm_host_map& map) {
    return (map.value_size + 7) / 8 * 8;
}

// All CPUs' values of a per-CPU map, or the one value.
std::vector<std::byte> read(const Objects& objects, const gm_host_map& map, const void* key) {
    std::vector<std::byte> values(is_per_cpu(map) ? stride(map) * cpus() : map.value_size);
    const int fd = objects.map_fd(map.name);
    if (fd < 0 || bpf_map_lookup_elem(fd, key, values.data()) != 0)
        values.clear();
    return values;
}

// A per-CPU map is used as on the first CPU.
int lookup(void* caller, const gm_host_map* map, const void* key, void* value) {
    const auto values = read(static_cast<Caller*>(caller)->objects, *map, key);
    if (values.empty())
        return 0;
    std::memcpy(value, values.data(), map->value_size);
    return 1;
}

void store(void* caller, const gm_host_map* map, const void* key, const void* value) {
    const auto& objects = static_cast<Caller*>(caller)->objects;
    auto values = read(objects, *map, key);
    values.resize(is_per_cpu(*map) ? stride(*map) * cpus() : map->value_size);
    std::memcpy(values.data(), value, map->value_size);
    bpf_map_update_elem(objects.map_fd(map->name), key, values.data(), BPF_ANY);
}

void output(void* caller, const gm_host_map* map, const void* data, std::size_t size) {
    Record record{};
    for (std::size_t ring = 0; ring < kRings; ++ring)
        if (name(static_cast<Ring>(ring)) == map->name)
            record.ring = static_cast<Ring>(ring);
    std::memcpy(&record.head, data, sizeof record.head);
    record.message = {static_cast<const char*>(data) + sizeof record.head,
                      size - sizeof record.head};
    static_cast<Caller*>(caller)->handler(record);
}

gm_host_packet packet_of(const HostPacket& packet) {
    return {packet.bytes.data(), packet.bytes.size(), packet.device, packet.opened.spi,
            packet.opened.tunnel.value()};
}

Result<std::uint32_t> verdict_of(int code, Program program, const HostPacket& packet) {
    if (code < 0)
        return fail(ErrorKind::exhausted, "program " + std::string(name(program)),
                    "cannot run a packet of " + std::to_string(packet.bytes.size()) +
                        " bytes on the host");
    return static_cast<std::uint32_t>(code);
}

} // namespace

HostSocket::HostSocket(std::uint32_t state, std::uint32_t rcv_nxt) {
    raw_.state = state;
    raw_.rcv_nxt = rcv_nxt;
}

HostSocket::HostSocket(HostSocket&& other) noexcept : raw_(std::exchange(other.raw_, {})) {}

HostSocket& HostSocket::operator=(HostSocket&& other) noexcept {
    std::swap(raw_, other.raw_);
    return *this;
}

HostSocket::~HostSocket() {
    std::free(raw_.text);
}

Result<std::uint32_t> host_run(const Objects& objects, const HostPacket& packet,
                               const Rings::Handler& handler) {
    Caller caller{objects, handler};
    const gm_host_caller host{&caller, lookup, store, output};
    const gm_host_packet raw = packet_of(packet);
    return verdict_of(gm_host_inside(&host, &raw), Program::inside, packet);
}

Result<std::uint32_t> host_run(const Objects& objects, const HostPacket& packet, HostSocket& socket,
                               const Rings::Handler& handler) {
    Caller caller{objects, handler};
    const gm_host_caller host{&caller, lookup, store, output};
    const gm_host_packet raw = packet_of(packet);
    return verdict_of(gm_host_stream(&host, &raw, &socket.raw()), Program::stream, packet);
}

} // namespace gmguard::kernel
