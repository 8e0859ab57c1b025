// SPDX-License-Identifier: BSD-2-Clause
// The journal of events and the audit trail of changes, in one file (SQLite, WAL). Single-threaded.
//
// FAILURE. A store that cannot be opened or written is down, and the guard goes on without it: what
// is written then is refused, with a reason, and tick() tries again. A file that is damaged, or of
// another version, is moved aside as a whole and an empty one begins; nothing of it is read.
//
// LOSS. What begin() or settle() has taken outlives power loss. What write() has taken outlives the
// process; power loss may take the last seconds of it.
#pragma once

#include "base/error.hpp"
#include "store/entry.hpp"

#include <memory>
#include <span>

namespace gmguard::store {

// Rows go when they are older, or when there are more, oldest first. All of them are read when the
// file is opened: 100,000 take about a second.
struct Retention {
    std::chrono::hours events_age{30 * 24};
    std::uint64_t events = 100'000; // at most half of them chatter
    std::chrono::hours changes_age{365 * 24};
    std::uint64_t changes = 100'000;
};

// Events that a store in memory keeps at most.
inline constexpr std::uint64_t kInMemory = 10'000;

struct Options {
    std::string path; // absolute; empty: in memory, gone with the process
    Retention retention;
};

struct Size {
    std::uint64_t events = 0, changes = 0; // rows
    std::uint64_t bytes = 0;               // of the file
    std::uint64_t lost = 0;                // events that were left out, since the start
};

class Store {
  public:
    // Opens the file, and makes it (mode 0600, its directory 0700) where there is none.
    explicit Store(Options options);
    ~Store();
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    // Why nothing can be written. Kinds: exhausted, the disk is full; unavailable, all else. None:
    // the store is up.
    [[nodiscard]] const std::optional<Error>& problem() const;
    // Where a file that could not be used was moved to, since the last call; else empty.
    [[nodiscard]] std::string take_moved_aside();
    [[nodiscard]] const std::string& path() const;
    [[nodiscard]] Size size() const;

    // Once a second: opens what is closed, looks whether there is room again, writes what settle()
    // could not, removes what is kept no longer.
    void tick(Time now);

    // All of the entries or none. `lost`: events among them and just before them that are left out.
    // Error: problem().
    [[nodiscard]] Result<> write(std::span<const Entry> entries, std::uint64_t lost);
    [[nodiscard]] Result<EntryPage> entries(const EntryQuery& query) const;
    // Events between two ids (without the first) that were told as lost.
    [[nodiscard]] std::uint64_t lost(std::uint64_t after, std::uint64_t last) const;
    // Id of the newest entry there ever was; 0: none.
    [[nodiscard]] std::uint64_t newest() const;

    // Takes a change that is about to be made; without this it must not be. Gives its id. Error:
    // problem().
    [[nodiscard]] Result<std::uint64_t> begin(const Change& change);
    // How it ended. What cannot be written now is kept, and written by tick().
    void settle(std::uint64_t id, unsigned status, std::string after);
    [[nodiscard]] Result<ChangePage> changes(const ChangeQuery& query) const;
    // Changes of an earlier life of the process that never settled, oldest first.
    [[nodiscard]] std::vector<Change> unsettled() const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace gmguard::store
