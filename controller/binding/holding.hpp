// SPDX-License-Identifier: BSD-2-Clause
// What a binding holds: its IMPI, and the identities that came with each registration. Kept packed,
// because there may be a million of them: one block of memory, and the "@host" that all subscribers
// of a network share is kept once.
#pragma once

#include "binding/hashing.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gmguard::binding {

struct Identity {
    gm_u128 hash = 0;
    std::string text; // as the core wrote it; empty: known by its hash alone
};

// One address of record, registered: the IMPUs that the 200 to it named. A phone may register
// several, each with its own implicit set and its own life.
struct Registration {
    std::uint64_t aor = 0; // aor_of() the To; 0: not known (adopted, or put there by hand)
    std::uint64_t expires_ns = 0;
    std::vector<Identity> identities; // default IMPU first

    [[nodiscard]] bool names(gm_u128 hash) const {
        return std::ranges::find(identities, hash, &Identity::hash) != identities.end();
    }
};

[[nodiscard]] inline std::uint64_t aor_of(gm_u128 to) {
    return static_cast<std::uint64_t>(to) | 1;
}

struct Holding {
    std::string impi;
    std::vector<Registration> registrations;

    // Each once, the default IMPU first.
    [[nodiscard]] std::vector<Identity> identities() const;
    template <typename Show> void each_identity(Show&& show) const {
        for (auto of = registrations.begin(); of != registrations.end(); ++of)
            for (auto at = of->identities.begin(); at != of->identities.end(); ++at)
                if (!was_named(of, at))
                    show(*at);
    }
    // The latest of all registrations.
    [[nodiscard]] std::uint64_t expires_ns() const;
    // Replaces the registration of the same address of record, and what is not known by one; one
    // without address of record replaces all. Where there are more than kMostRegistrations, the one
    // that ends first goes.
    void put(Registration registration);
    // Ends the registrations of this To or with this identity, and what is not known by a To.
    // False: there is none.
    [[nodiscard]] bool erase(gm_u128 to);
    void drop_expired(std::uint64_t now_ns);

  private:
    // By what comes before this place.
    [[nodiscard]] bool was_named(std::vector<Registration>::const_iterator of,
                                 std::vector<Identity>::const_iterator at) const;
};

// More addresses of record than any phone registers from one place.
inline constexpr std::size_t kMostRegistrations = 8;

// Texts split before their '@': the rear parts, each kept once and for ever. They are hosts of
// networks; beyond 65,535 of them a text is kept whole.
class Suffixes {
  public:
    // 0: none.
    [[nodiscard]] std::uint16_t number(std::string_view suffix);
    [[nodiscard]] std::string_view text(std::uint16_t number) const;

  private:
    std::vector<std::unique_ptr<std::string>> texts_;             // number 1 first
    std::unordered_map<std::string_view, std::uint16_t> numbers_; // views of texts_
    std::uint16_t last_ = 0; // that was asked for: mostly the next one too
};

// A packed Holding. Hashes of identities with a text are not kept but made again.
class Packed {
  public:
    Packed() = default;
    Packed(const Holding& holding, Suffixes& suffixes);
    [[nodiscard]] Holding unpack(const Suffixes& suffixes, const Hasher& hasher) const;
    [[nodiscard]] std::string impi(const Suffixes& suffixes) const;
    [[nodiscard]] std::size_t bytes() const;

  private:
    struct Free {
        void operator()(char* block) const;
    };
    std::unique_ptr<char[], Free> block_; // begins with its size
};

} // namespace gmguard::binding
