// SPDX-License-Identifier: BSD-2-Clause
// The maps as the kernel would see them, one operation after the other, with what must hold at
// every moment between two of them.
#pragma once

#include "binding/operations.hpp"

#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace gmguard::binding {

class FakeKernel {
  public:
    using Key = std::tuple<gm_u128, std::uint16_t, std::uint16_t>;
    using Pair = std::pair<gm_u128, std::uint64_t>;

    // Applies them in their order; complains where a binding stands without its identities.
    void apply(const std::vector<Operation>& operations);

    // What must hold when all operations of an outcome are done: no identity without a binding,
    // owners are live where anybody is, and nobody is both
    // the owner and beside him.
    void check(std::uint64_t now_ns);

    // Of owners and of those beside them.
    [[nodiscard]] std::set<Pair> identities() const;
    [[nodiscard]] bool has_identity(gm_u128 identity, std::uint64_t subscriber) const;

    [[nodiscard]] std::vector<std::string> complaints() const { return complaints_; }

    std::map<Key, gm_binding> bindings;
    std::map<gm_u128, gm_owner> owners;
    std::set<Pair> shared; // (identity, subscriber)
    std::map<std::pair<gm_u128, gm_u128>, gm_challenge> challenges;
    std::map<std::pair<gm_u128, std::uint32_t>, gm_spi> spis; // (P-CSCF, SPI)

  private:
    void complain(const std::string& text) { complaints_.push_back(text); }
    [[nodiscard]] bool has_first(Key key, const gm_binding& second) const;
    [[nodiscard]] bool has_identities(std::uint64_t subscriber) const;

    std::vector<std::string> complaints_;
};

} // namespace gmguard::binding
