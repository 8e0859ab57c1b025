// SPDX-License-Identifier: BSD-2-Clause
// What the store keeps, and what can be asked of it. Texts are UTF-8; the store looks into none.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace gmguard::store {

using Time = std::chrono::system_clock::time_point; // kept in microseconds

// What an entry is kept for. A flood of the first kind never pushes out the others.
enum class Kind : std::uint8_t {
    chatter = 0,   // anybody can cause it: drops, challenges, answers that are not believed
    life = 1,      // of a binding, from its registration to its end: its history
    operation = 2, // of the guard: interfaces, modes, alarms
};

// One event of the journal.
struct Entry {
    std::uint64_t id = 0; // > 0, and larger than that of every entry before
    Time time;
    Kind kind = Kind::chatter;
    std::string type;     // "bound"
    std::string reason;   // here and below empty: none
    std::string impi;     // who speaks
    std::string holder;   // whose the selector is
    std::string binding;  // id
    std::string selector; // of the binding, as text
    std::string address;  // of the source or the selector, as text
    std::string text;     // the event as it is shown: one JSON object
};

// All that is given must hold; of a list, one.
struct EntryQuery {
    std::uint64_t after = 0; // ids between the two, without them
    std::uint64_t before = std::numeric_limits<std::int64_t>::max();
    std::vector<std::string> types{}, reasons{};
    std::string impi{}; // speaks, or holds the selector
    std::string binding{};
    std::vector<std::string> selectors{}; // here and in `address` of kind life alone;
    std::string address{};                // where both are given, one of them
    std::optional<Kind> kind{};
    bool newest_first = false;
    std::size_t limit = 100;
};

struct Shown {
    std::uint64_t id = 0;
    std::string type, text; // as in Entry
};

struct EntryPage {
    std::vector<Shown> items; // in the order that was asked for
    bool more = false;        // `limit` cut the page
};

// One change, or the attempt of one, through the admin interface.
struct Change {
    std::uint64_t id = 0; // > 0, given by the store, growing
    Time time;
    std::string caller; // "uid 0 gid 0 pid 4711"
    std::string method, target;
    std::string request;  // its id, as in the answer
    std::string before;   // JSON of what it is about; empty: there was none, or it is too long
    std::string after;    // the same, afterwards
    unsigned status = 0;  // of the answer; 0: the controller ended before it could tell
    bool settled = false; // `after` and `status` are final
};

// Newest first.
struct ChangeQuery {
    std::uint64_t before = std::numeric_limits<std::int64_t>::max(); // ids below it
    std::string caller{};                                            // occurs in it
    std::string method{};
    std::string path{}; // the target begins with it
    std::size_t limit = 100;
};

struct ChangePage {
    std::vector<Change> items;
    bool more = false;
};

} // namespace gmguard::store
