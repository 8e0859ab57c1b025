// SPDX-License-Identifier: BSD-2-Clause
// The bindings that are in the kernel: bound, adopted, lapsed and in cooldown. Found by selector,
// by user and by identity. Knows nothing of what may become of them.
//
// Where the port counts, a phone that is sent to at another port than it sends from has that one as
// its second selector: a binding is found by either, and no two bindings have one in common.
#pragma once

#include "binding/holding.hpp"
#include "binding/selector.hpp"
#include "binding/slab.hpp"
#include "binding/slot_index.hpp"
#include "binding/view.hpp"

#include <array>
#include <optional>
#include <queue>
#include <vector>

namespace gmguard::binding {

struct Binding {
    gm_u128 user = 0;
    uint128 source = 0; // that it registered from; if it is not `whole`, the selector's address
    std::uint64_t subscriber = 0; // 0: a free slot
    std::uint64_t expires_ns = 0;
    std::uint64_t since_ns = 0;
    std::uint64_t contact = 0;     // hash of the Contact it was registered with; 0: not known
    Packed holding;                // by Table::set_holding only
    std::uint32_t alarm_s = 0;     // when Table looks at it next; its own
    ClientPorts client;            // as negotiated; by Table::set_client only
    std::uint16_t source_port = 0; // that it registered from; 0: not known
    std::uint16_t port = 0;        // of the selector
    std::uint8_t bits = 0;         // of the selector
    std::uint8_t state = 0;        // gm_binding_state
    Origin origin = Origin::registration;
    bool whole = false; // the whole source is known

    [[nodiscard]] uint128 address() const { return Address(source).masked(bits).value(); }
    [[nodiscard]] gm_selector selector() const;
    // REQUIRES: the source lies in the selector that it has, if it has one.
    void set_source(const Endpoint& from) {
        source = from.address.value();
        source_port = from.port;
        whole = true;
    }
    // Of the second selector; 0: it has none.
    [[nodiscard]] std::uint16_t second_port() const {
        return port != 0 && client.port_s != port ? client.port_s : std::uint16_t{0};
    }
    [[nodiscard]] gm_selector second() const; // REQUIRES: second_port() != 0
    // Where it is sent to; any address or port 0: not known.
    [[nodiscard]] Endpoint reached_at() const {
        return {Address(whole ? source : 0), client.port_s != 0 ? client.port_s : source_port};
    }
    [[nodiscard]] bool holds(std::uint64_t now_ns) const {
        return state == GM_STATE_BOUND && expires_ns > now_ns;
    }
};

class Table {
  public:
    explicit Table(const Hasher& hasher) : hasher_(hasher) {}

    // So many are to come.
    void reserve(std::size_t bindings, std::size_t identities);
    // REQUIRES: nothing at its selectors; the number of the subscriber is not in use.
    Slot insert(Binding binding, const Holding& holding);
    void erase(Slot slot);
    // What insert() will look at of these, so that many are inserted without a wait for each.
    void prefetch(const gm_selector& selector, gm_u128 user) const;
    void prefetch(gm_u128 identity) const;

    [[nodiscard]] const Binding& at(Slot slot) const { return slab_[slot]; }
    [[nodiscard]] Holding holding(Slot slot) const;
    [[nodiscard]] std::string impi(Slot slot) const;
    // REQUIRES: before is holding(slot).
    void set_holding(Slot slot, const Holding& before, const Holding& after);
    void set_state(Slot slot, gm_binding_state state, std::uint64_t expires_ns);
    // REQUIRES: nothing else at the second selector that this gives it.
    void set_client(Slot slot, ClientPorts client);
    void set_source(Slot slot, const Endpoint& source) { slab_[slot].set_source(source); }
    void set_contact(Slot slot, std::uint64_t contact) { slab_[slot].contact = contact; }
    void set_origin(Slot slot, Origin origin) { slab_[slot].origin = origin; }

    [[nodiscard]] Slot find(const gm_selector& selector) const; // of either; kNoSlot: none
    [[nodiscard]] std::vector<Slot> of_user(gm_u128 user) const;
    // `known`, if it is not kNoSlot, has it for certain: need not be looked into.
    [[nodiscard]] std::vector<Slot> with_identity(gm_u128 identity, Slot known = kNoSlot) const;

    // Those of this address of the selector, whatever the port.
    [[nodiscard]] std::vector<Slot> at_address(uint128 address, unsigned bits) const;
    // Those whose selector lies in these addresses. Looks at all bindings.
    [[nodiscard]] std::vector<Slot> within(const Prefix& addresses) const;

    // A binding that is over at `now_ns`, up to a second late; kNoSlot: none is any more. The
    // caller erases it or changes its end before it asks again.
    [[nodiscard]] Slot next_expired(std::uint64_t now_ns);

    [[nodiscard]] Slot end() const { return slab_.end(); } // slots below may be free
    [[nodiscard]] std::size_t size() const { return slab_.used(); }
    // Selectors of all of them: what gm_bindings has.
    [[nodiscard]] std::size_t selectors() const { return slab_.used() + seconds_; }
    [[nodiscard]] std::size_t in_state(gm_binding_state state) const { return in_state_[state]; }
    // Of all of them, each counted as often as it is held: no fewer than gm_owners has.
    [[nodiscard]] std::size_t identities() const { return by_identity_.size(); }
    [[nodiscard]] std::size_t bytes() const;

  private:
    struct Alarm {
        std::uint32_t at_s;
        Slot slot;
        friend bool operator>(Alarm a, Alarm b) { return a.at_s > b.at_s; }
    };

    void index_second(Slot slot);
    void unindex_second(Slot slot);
    void index_identities(Slot slot, const Holding& holding);
    void unindex_identities(Slot slot, const Holding& holding);
    void set_alarm(Slot slot);
    void drop_stale_alarms();

    const Hasher& hasher_;
    Suffixes suffixes_;
    Slab<Binding> slab_;
    SlotIndex by_selector_, by_user_, by_identity_;
    SlotIndex by_address_; // of those whose port counts; by_selector_ has the others by it
    // Each binding has an alarm at its end or before it; an alarm that is not the binding's own any
    // more (alarm_s) means nothing.
    using Alarms = std::priority_queue<Alarm, std::vector<Alarm>, std::greater<>>;
    Alarms alarms_;
    std::array<std::size_t, GM_STATE_LAPSED + 1> in_state_{};
    std::size_t seconds_ = 0; // second selectors
    std::size_t blocks_ = 0;  // bytes in Packed
};

} // namespace gmguard::binding
