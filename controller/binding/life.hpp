// SPDX-License-Identifier: BSD-2-Clause
// What becomes of bindings, and the map operations that make it so. Whether it may be is decided
// before (policy.cpp).
//
// Each binding has a subscriber number of its own, also where one user has several: what passes in
// the kernel is (subscriber, identity), so a selector can never speak with what another one's 200
// named.
#pragma once

#include "binding/operations.hpp"
#include "binding/rules.hpp"
#include "binding/table.hpp"

#include <vector>

namespace gmguard::binding {

// What an answer, or an operator, grants; or that somebody was there before.
struct Grant {
    std::uint64_t now_ns = 0;
    Endpoint source;
    gm_selector selector{};
    std::uint32_t listener = 0;
    std::string impi;
    gm_u128 user = 0;
    Registration registration; // its identities: at least one, but where state is adopted
    gm_binding_state state = GM_STATE_BOUND; // or adopted: nobody authenticated for it
    std::uint64_t contact = 0;
    bool challenged = false; // it answers a challenge of its own
    ClientPorts client;      // that were negotiated with it; of one that was not challenged: none
    Origin origin = Origin::registration;
};

class Life {
  public:
    Life(const Hasher& hasher, const Rules& rules)
        : hasher_(hasher), rules_(rules), table_(hasher), next_subscriber_(rules.first_subscriber) {
    }

    // The binding on this selector that excludes other users now, or kNoSlot.
    [[nodiscard]] Slot holder(const gm_selector& selector, std::uint64_t now_ns) const;
    // The binding that excludes the grant's user now, from his selector or from the second one that
    // he would have; or kNoSlot.
    [[nodiscard]] Slot rival(const Grant& grant) const;
    [[nodiscard]] bool has_room(const Grant& grant) const;
    // Binds or refreshes. REQUIRES: no rival(); has_room().
    void bind(Grant grant, Outcome& out);
    // Takes the selector as it is found, if nobody has it and there is room for another one: no
    // user and no identity is known of it.
    void adopt(Grant grant, Outcome& out);
    // Whether an adopted selector may be this user's: its own, or of nobody known.
    [[nodiscard]] bool may_be_adopted(const gm_selector& selector, gm_u128 user,
                                      std::uint64_t now_ns) const;
    // The 200 to a removal: the registration of this To ends, and with the last one the binding,
    // which goes into cooldown.
    void deregister(Slot slot, gm_u128 to, std::uint64_t now_ns, Outcome& out);
    // The binding excludes nobody any more (H21); its identities still pass.
    void lapse(Slot slot, std::uint64_t now_ns, Outcome& out);
    // Ends the binding at once, by hand.
    void release(Slot slot, std::uint64_t now_ns, Outcome& out);
    // The same, because another user gets its selector.
    void supersede(Slot slot, std::uint64_t now_ns, Outcome& out) { remove(slot, now_ns, out); }
    // A message came from the selector at `seen_ns`: ends the grace of the one it replaces (D.2.3).
    void used(const gm_selector& selector, std::uint64_t seen_ns, std::uint64_t now_ns,
              Outcome& out);
    void expire(std::uint64_t now_ns, Outcome& out);

    [[nodiscard]] std::string id(Slot slot) const;
    // Selectors that wait for their first use.
    [[nodiscard]] std::vector<gm_selector> watched() const;
    [[nodiscard]] const Table& table() const { return table_; }

    // One binding of the pinned maps, as it is there: no operations. The next new subscriber's
    // number will be higher than all of them.
    Slot restore(Binding binding, const Holding& holding);
    // Whose an identity is, of those in the table that have it. `known`: Table's.
    struct Owner {
        Slot slot = kNoSlot; // kNoSlot: nobody has it
        gm_owner entry{};    // as in gm_owners
    };
    [[nodiscard]] Owner owner(gm_u128 identity, Slot known, std::uint64_t now_ns) const;
    // Says in gm_owners who has the identity; `gone`: the subscriber who has it no more, 0: nobody.
    void settle(gm_u128 identity, Slot known, std::uint64_t now_ns, Outcome& out,
                std::uint64_t gone = 0) const;
    void expect(std::size_t bindings, std::size_t identities) {
        table_.reserve(bindings, identities);
    }
    // Then its ports, unless another has the second by now; whole: the maps have both its entries.
    void restore_client(Slot slot, ClientPorts client, bool whole, Outcome& out);

  private:
    struct Move {
        Slot slot; // the new one
        std::uint64_t subscriber;
        std::uint64_t since_ns;
    };

    // Takes the selectors of the grant from what has them and excludes nobody, or is its own
    // user's.
    void make_way(const Grant& grant, Outcome& out);
    void give_up_second(Slot slot, Outcome& out);
    void create(Grant&& grant, Outcome& out);
    void refresh(Slot slot, const Grant& grant, Outcome& out);
    void renegotiate(Slot slot, ClientPorts client, Outcome& out);
    // The slot is another user's, in cooldown.
    void take_over(Slot slot, Grant&& grant, Outcome& out);
    void remove(Slot slot, std::uint64_t now_ns, Outcome& out);
    void end(Slot slot, std::uint64_t now_ns, Outcome& out); // remove, with a notice if it expired
    void cool_down(Slot slot, std::uint64_t until_ns, std::uint64_t now_ns, Outcome& out);
    // Into a state that excludes nobody.
    void leave(Slot slot, gm_binding_state state, std::uint64_t until_ns, std::uint64_t now_ns,
               Outcome& out);
    // Bindings of the same user at the same address, under another port.
    [[nodiscard]] std::vector<Slot> replaced_by(Slot slot, std::uint64_t now_ns) const;

    void put_binding(Slot slot, const std::vector<Identity>& identities, std::uint64_t seen_ns,
                     Outcome& out) const;
    // `first`: the default IMPU; null: none.
    void put_binding(Slot slot, const Identity* first, std::uint64_t seen_ns, Outcome& out) const;
    void put_identities(Slot slot, const std::vector<Identity>& identities, std::uint64_t now_ns,
                        Outcome& out) const;
    // Those that are not `kept`.
    void erase_identities(std::uint64_t subscriber, const std::vector<Identity>& identities,
                          const std::vector<Identity>& kept, std::uint64_t now_ns,
                          Outcome& out) const;
    [[nodiscard]] Owner first_of(const std::vector<Slot>& slots, std::uint64_t now_ns) const;
    [[nodiscard]] Notice notice(NoticeKind kind, Slot slot, std::uint64_t now_ns) const;
    [[nodiscard]] Notice notice(NoticeKind kind, Slot slot, const Grant& grant) const;

    const Hasher& hasher_;
    const Rules& rules_;
    Table table_;
    std::uint64_t next_subscriber_;
    std::vector<Move> moves_;
};

} // namespace gmguard::binding
