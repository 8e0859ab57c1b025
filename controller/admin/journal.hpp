// SPDX-License-Identifier: BSD-2-Clause
// From the log in memory to the store. The log is the buffer between them: nothing waits for a disk
// but flush(), and what has left the log before it was written is counted.
#pragma once

#include "admin/event_log.hpp"
#include "store/store.hpp"

namespace gmguard::admin {

// Entries that one flush() writes (some 20 ms); of those that a stranger can cause, so many: a
// flood fills the log in memory, not the disk.
inline constexpr std::size_t kEntriesAtOnce = 500;
inline constexpr std::size_t kChatterAtOnce = 100;

[[nodiscard]] store::Kind kind_of(EventType type);
[[nodiscard]] store::Entry entry_of(const Event& event);

class Journal {
  public:
    // Both outlive it.
    Journal(const EventLog& log, store::Store& store) : log_(log), store_(store) {}

    // Once a second: in one transaction what was appended since the last time. A store that is down
    // gets it later, as far as the log still has it.
    void flush();

  private:
    const EventLog& log_;
    store::Store& store_;
    std::uint64_t written_ = 0; // id
};

} // namespace gmguard::admin
