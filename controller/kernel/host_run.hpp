// SPDX-License-Identifier: BSD-2-Clause
// One packet through the host build of gm_inside or gm_stream, with the maps of a loaded instance
// (bpf/host/host.h says for what). The verdict is the program's own; its ring records go to
// `handler` and not into the rings.
#pragma once

#include "base/address.hpp"
#include "kernel/objects.hpp"
#include "kernel/rings.hpp"

#include "host.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace gmguard::kernel {

// Longest frame that BPF_PROG_RUN takes for gm_inside on every kernel since 6.1.
inline constexpr std::size_t kTestRunMax = 3500;

// What a packet came in.
struct Opened {
    std::uint32_t spi = 0; // of the association that decrypted it; 0: in clear
    Address tunnel = {};   // where that one comes from, if it is a tunnel
};

struct HostPacket {
    std::span<const std::byte> bytes; // from the IP header on
    gm_iface_key device{};            // by which it came
    Opened opened;
};

// The receiver's side of a TCP connection, and what gm_stream keeps at it.
class HostSocket {
  public:
    // It waits for `rcv_nxt`.
    explicit HostSocket(std::uint32_t state = GM_HOST_ESTABLISHED, std::uint32_t rcv_nxt = 0);
    HostSocket(HostSocket&& other) noexcept;
    HostSocket& operator=(HostSocket&& other) noexcept;
    ~HostSocket();

    [[nodiscard]] gm_host_socket& raw() { return raw_; }
    // The next byte that nobody judged.
    [[nodiscard]] std::uint32_t after() const {
        return raw_.flow.state == GM_FLOW_NEW ? raw_.rcv_nxt : raw_.flow.after;
    }
    [[nodiscard]] bool poisoned() const { return raw_.flow.state == GM_FLOW_POISONED; }

  private:
    gm_host_socket raw_{};
};

// Returns what the program returned (kernel::passes).
[[nodiscard]] Result<std::uint32_t> host_run(const Objects& objects, const HostPacket& packet,
                                             const Rings::Handler& handler);
[[nodiscard]] Result<std::uint32_t> host_run(const Objects& objects, const HostPacket& packet,
                                             HostSocket& socket, const Rings::Handler& handler);

} // namespace gmguard::kernel
