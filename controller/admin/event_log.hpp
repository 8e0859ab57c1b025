// SPDX-License-Identifier: BSD-2-Clause
// The last events, in memory: a bounded ring with growing ids. Readers ask for what came after an
// id and are told how many they missed; the ring never waits for a reader.
#pragma once

#include "admin/event.hpp"

#include <cstddef>
#include <functional>
#include <limits>
#include <map>
#include <vector>

namespace gmguard::admin {

inline constexpr std::uint64_t kAnyId = std::numeric_limits<std::int64_t>::max(); // none is larger

struct EventFilter {
    std::vector<EventType> types;   // empty: all
    std::vector<gm_reason> reasons; // empty: all
    std::string impi;               // empty: all; else the IMPI of the message or of the holder

    [[nodiscard]] bool matches(const Event& event) const;
};

struct EventPage {
    std::vector<Event> events; // oldest first
    std::uint64_t next = 0;    // `after` of the next question
    std::uint64_t lost = 0;    // events after `after` that are gone from the ring
    bool more = false;         // `limit` cut the answer
};

// Single-threaded, like everything here.
class EventLog {
  public:
    // Keeps the last `capacity` (at least 1) events. `first_id` > 0; a caller that passes the
    // milliseconds since 1970 has ids that also grow over restarts.
    explicit EventLog(std::size_t capacity, std::uint64_t first_id = 1);
    EventLog(const EventLog&) = delete;
    EventLog& operator=(const EventLog&) = delete;

    // From now on ids are larger than this one. To be called before the first append().
    void continue_after(std::uint64_t id);

    // Gives the event its id, returns it and wakes all subscribers.
    std::uint64_t append(Event event);

    // The first `limit` matches with ids > `after`. An `after` of the future (another life of the
    // controller) reads as 0.
    [[nodiscard]] EventPage read(std::uint64_t after, const EventFilter& filter,
                                 std::size_t limit) const;
    // The last `limit` matches with ids below `before`; `more` says that there are older ones,
    // `lost` is 0.
    [[nodiscard]] EventPage tail(const EventFilter& filter, std::size_t limit,
                                 std::uint64_t before = kAnyId) const;

    [[nodiscard]] std::uint64_t newest() const { return next_id_ - 1; }
    // Id of the oldest one that is kept; newest() + 1: none is.
    [[nodiscard]] std::uint64_t oldest() const { return next_id_ - ring_.size(); }
    [[nodiscard]] std::uint64_t total() const { return next_id_ - first_id_; }

    // `wake` is called after every append, until unsubscribe(). It must not append, subscribe or
    // unsubscribe; it posts.
    [[nodiscard]] int subscribe(std::function<void()> wake);
    void unsubscribe(int subscription);

  private:
    // REQUIRES: oldest() <= id <= newest().
    [[nodiscard]] const Event& at(std::uint64_t id) const {
        return ring_[(id - first_id_) % capacity_];
    }

    std::size_t capacity_;
    std::uint64_t first_id_;
    std::uint64_t next_id_;
    // Ids are consecutive, the last is next_id_ - 1; once it is full, each takes the oldest's
    // place.
    std::vector<Event> ring_;
    std::map<int, std::function<void()>> subscribers_;
    int next_subscription_ = 0;
};

} // namespace gmguard::admin
