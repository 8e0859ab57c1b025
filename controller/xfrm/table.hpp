// SPDX-License-Identifier: BSD-2-Clause
// What one network namespace has of SAs and policies, as far as it was told: by dumps, and by the
// kernel's notices in between. Pure: no kernel, no clock.
//
// The two may cross: a notice of an end overtakes the part of a dump that still had the thing. So
// what ended while a dump runs is not taken from that dump again; if it came back, a notice says
// so. What a whole dump did not have is removed at its end, and only then: whoever follows sees no
// SA go that was there all the time.
#pragma once

#include "xfrm/change.hpp"

#include <map>
#include <set>
#include <utility>
#include <vector>

namespace gmguard::xfrm {

// What followers are told of an SA.
struct SaNews {
    enum class What : std::uint8_t {
        added,
        changed, // more than its usage
        removed, // `sa` is as it last was
        aged,    // its soft limit is reached
    };
    What what = What::added;
    Sa sa;
};

class Table {
  public:
    // From the kernel's notices.
    void hear(const Change& change);

    void begin_dump();
    // From the dump that was begun.
    void dump(const Change& change);
    // The dump had all SAs, or all policies: what it did not have is gone.
    void end_dump_of_sas();
    void end_dump_of_policies();

    // What happened since the last call, in its order.
    [[nodiscard]] std::vector<SaNews> take_news() { return std::exchange(news_, {}); }

    [[nodiscard]] std::size_t size() const { return sas_.size(); }
    // Owned by the table; nullptr: there is none.
    [[nodiscard]] const Sa* find(const SaKey& key) const;
    // In the order of their keys.
    template <typename Visitor> void for_each(Visitor visit) const {
        for (const auto& [key, held] : sas_)
            visit(held.thing);
    }
    // Those whose key is `from` or greater, until `visit` returns false.
    template <typename Visitor> void for_each_from(const SaKey& from, Visitor visit) const {
        for (auto at = sas_.lower_bound(from); at != sas_.end() && visit(at->second.thing); ++at) {
        }
    }
    [[nodiscard]] std::vector<Policy> policies() const;
    // Policies whose template takes this SA: same ends where the template names them, same reqid
    // and SPI where it asks for one.
    [[nodiscard]] std::vector<Policy> policies_of(const Sa& sa) const;

  private:
    template <typename T> struct Held {
        T thing;
        std::uint64_t round = 0; // of the last dump or notice that had it
    };

    void put(const Sa& sa);
    void remove(const SaKey& key);
    void note_end(const SaKey& key);
    void flush(const SasFlushed& what);
    void put(const Policy& policy);
    void remove_policy(std::uint32_t index);
    void forget(const Policy& policy);
    void tell(SaNews::What what, const Sa& sa) { news_.push_back({what, sa}); }

    std::map<SaKey, Held<Sa>> sas_;
    std::map<std::uint32_t, Held<Policy>> policies_;               // by index
    std::map<std::pair<Address, Address>, std::set<std::uint32_t>> // indexes,
        by_ends_;               // by source and destination of their templates
    std::set<SaKey> ended_sas_; // since the dump began
    std::set<std::uint32_t> ended_policies_;
    std::uint64_t round_ = 0; // counts dumps
    std::vector<SaNews> news_;
};

} // namespace gmguard::xfrm
