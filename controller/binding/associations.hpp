// SPDX-License-Identifier: BSD-2-Clause
// The inbound security associations of the P-CSCF, as far as the guard has heard of them: what
// gm_spis has (H3, H11, H17).
//
// Where one is known from. A 401 that leaves in clear offers its SPIs (Security-Server): that is
// provisional, and replaces nothing. XFRM says which ones are installed: that counts.
//
// Whose one is. The user's who was challenged for it: by the SPI that his 401 offered, or, where
// that 401 was encrypted, by the port that his Security-Client named; of several such users the one
// who was challenged first. It is his subscriber's from the moment his selector is bound; until
// then only a REGISTER may come by it. Of a port that he kept when he renewed (port-s) it is that
// of the binding which has the port now. One whose port another subscriber's live binding has is
// refused, unless its user was challenged for it and may contest; so is one whose messages could
// not be told from a stranger's (H24); one whose binding has ended is taken out, although the
// P-CSCF may still have it.
#pragma once

#include "binding/challenges.hpp"
#include "binding/events.hpp"
#include "binding/life.hpp"
#include "binding/pinned.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace gmguard::binding {

// One for people.
struct SpiView {
    Address pcscf;
    std::uint32_t spi = 0;
    Endpoint source; // the phone's, as the association has it; port 0: any
    gm_spi_state state = GM_SPI_OFFERED;
    bool admitted = false;  // gm_spis has it
    std::string selector;   // that is bound by it, or will be; empty: nobody knows whose it is
    std::string binding_id; // empty: nobody is bound by it
    std::string impi;       // of the binding
    std::optional<sip::SecurityMechanism> negotiated; // as the 401 said, where it was in clear
    bool doubted = false; // what the phone repeated of the agreement was something else
};

class Associations {
  public:
    // All outlive it. Beyond `limit` none is added: its ESP stays unknown.
    Associations(const KeyForms& forms, const Conflicts& conflicts, const Life& life,
                 const Challenges& challenges, std::size_t limit)
        : forms_(forms), conflicts_(conflicts), life_(life), challenges_(challenges),
          limit_(limit) {}

    // The 401 of this pending left from `pcscf` with these mechanisms; none: nobody could read it.
    void offer(const Pending& pending, const Address& pcscf,
               std::span<const sip::SecurityMechanism> server);
    void install(const SaInstalled& event);
    // Returns the live binding whose last one it was; kNoSlot: of none, or another user was
    // challenged for the same place, who may have caused it (H21).
    Slot remove(const SaRemoved& event, Outcome& out);
    // Whether this live binding has one that is installed.
    [[nodiscard]] bool has_any(Slot slot, std::uint64_t now_ns) const;
    // Who was challenged as one user has registered as another (whose IMPI the challenge did not
    // know).
    void rename(const gm_selector& selector, gm_u128 challenged, gm_u128 user);
    // How this binding's phone is reached: by the association for the port that it is sent to.
    // None: XFRM told of none, or it is a tunnel, whose phone has another address.
    struct Way {
        Endpoint phone;
        Endpoint pcscf;
    };
    [[nodiscard]] std::optional<Way> way_to(Slot slot) const;
    // Who answered this challenge repeated another agreement.
    void doubt(const Pending& pending);
    // Drops offers that nobody took up.
    void expire(std::uint64_t now_ns);
    // All keys are formed anew.
    void reform();
    // Writes to gm_spis what has changed, by itself or with the bindings that `out` writes.
    // REQUIRES: to be called last, for each event.
    void settle(std::uint64_t now_ns, Outcome& out);

    // What gm_spis holds at start, after the bindings are restored.
    [[nodiscard]] Result<> restore(const Entries<gm_spi_key, gm_spi>& entries, std::uint64_t now_ns,
                                   Outcome& out);

    [[nodiscard]] std::vector<SpiView> view(std::uint64_t now_ns) const;
    // One of them; nothing: it is not known.
    [[nodiscard]] std::optional<SpiView> view(const Address& pcscf, std::uint32_t spi,
                                              std::uint64_t now_ns) const;
    [[nodiscard]] std::size_t size() const { return all_.size(); }

  private:
    using Key = std::pair<uint128, std::uint32_t>; // (P-CSCF, SPI)
    struct Association {
        Endpoint source;
        std::uint16_t port = 0; // the P-CSCF's; 0: any
        gm_selector unit{};     // of the source, without port
        bool installed = false;
        bool early = false;
        bool blind = false; // as SaInstalled, these two
        bool tunnel = false;
        bool owned = false; // was a subscriber's
        bool doubted = false;
        gm_u128 claim = 0; // the user whose it is; 0: nobody knows
        gm_selector selector{};
        std::uint64_t expires_ns = 0; // of an offer
        std::optional<sip::SecurityMechanism> negotiated;
        std::optional<gm_spi> there; // as gm_spis has it
    };
    using All = std::map<Key, Association>;

    Association* add(const Key& key, const Endpoint& source);
    All::iterator erase(All::iterator at);
    void place(Association& a, const Key& key);
    void claim(Association& a, const Pending& pending) const;
    void claim_by_port(Association& a) const;
    [[nodiscard]] std::vector<Key> at_unit(uint128 address) const;
    [[nodiscard]] Slot owner(const Association& a, std::uint64_t now_ns) const;
    [[nodiscard]] bool is_anothers(const Association& a, std::uint64_t now_ns) const;
    [[nodiscard]] bool may_contest(const Association& a) const;
    [[nodiscard]] bool is_asked_for_by_another(Slot slot) const;
    [[nodiscard]] std::optional<gm_spi> wanted(Association& a, std::uint64_t now_ns) const;
    [[nodiscard]] SpiView view(const Key& key, const Association& a, std::uint64_t now_ns) const;

    const KeyForms& forms_;
    const Conflicts& conflicts_;
    const Life& life_;
    const Challenges& challenges_;
    std::size_t limit_;
    All all_;
    std::multimap<uint128, Key> by_unit_;
    std::vector<uint128> touched_; // units to look at in settle()
};

} // namespace gmguard::binding
