// SPDX-License-Identifier: BSD-2-Clause
// Which way a captured packet goes. The guard itself tells that by the arrival interface (H8); a
// capture has none, so here the configured addresses say it, and where a listener is on any
// address, the REGISTERs do: a P-CSCF is who got them from more than it sent them to. Who is in
// doubt counts as a phone and is judged.
#pragma once

#include "config/config.hpp"
#include "replay/frame.hpp"
#include "sip/message.hpp"

#include <map>
#include <set>

namespace gmguard::replay {

enum class Way {
    from_gm,   // to a guarded port: gm_front, gm_inside
    to_gm,     // leaves the P-CSCF's guarded port: gm_answers
    from_core, // a core peer to the P-CSCF: gm_inside, other side
    to_core,   // the P-CSCF to a core peer: gm_onward
    none,      // concerns no guarded port
};

class Sides {
  public:
    // `config` must outlive it.
    explicit Sides(const config::Config& config) : config_(config) {}

    [[nodiscard]] Way way(const Endpoint& source, const Endpoint& destination) const;

    // The same of ESP, which has no ports: from and to guarded addresses.
    [[nodiscard]] Way way_of_esp(Address source, Address destination) const;
    // Whether a TCP connection from there to there is one that a P-CSCF opens to a phone.
    [[nodiscard]] bool opens(const Endpoint& source, const Endpoint& destination) const;

    // Of any message; only a REGISTER to a guarded port tells something.
    void learn(const sip::Message& message, const Endpoint& source, const Endpoint& destination);

    [[nodiscard]] bool guarded_port(std::uint16_t port) const;
    // Whether the listener at that place takes protected traffic there.
    [[nodiscard]] bool is_protected(const Endpoint& destination) const;
    // Whether packets of that source leave a P-CSCF, as far as addresses tell.
    [[nodiscard]] bool is_pcscf(const Endpoint& source, const Endpoint& destination) const;

  private:
    [[nodiscard]] bool is_peer(Address address) const;
    [[nodiscard]] bool is_core_listener(const Endpoint& endpoint) const;
    [[nodiscard]] bool is_learned(const Endpoint& source, const Endpoint& destination) const;

    using Seen = std::map<Endpoint, std::set<Endpoint>>;
    const config::Config& config_;
    Seen got_;  // who -> the sources of REGISTERs that came to it
    Seen sent_; // who -> where its own REGISTERs went
};

} // namespace gmguard::replay
