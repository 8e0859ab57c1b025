// SPDX-License-Identifier: BSD-2-Clause
// Events as a body without end: server-sent events (WHATWG HTML 9.2) or one JSON object per line.
// Also the reader of server-sent events, for clients.
#pragma once

#include "admin/exchange.hpp"
#include "admin/past.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace gmguard::admin {

enum class StreamFormat : std::uint8_t { server_sent, json_lines };

// Where the log has overrun the reader, a "gap" says how many events are missing: an SSE event of
// that name, or a line {"type":"gap","lost":N}.
class EventStream : public Stream {
  public:
    // Begins with the event after `after`. `log` and `store` must outlive it.
    EventStream(EventLog& log, const store::Store& store, EventFilter filter, std::uint64_t after,
                StreamFormat format);
    ~EventStream() override;
    EventStream(const EventStream&) = delete;
    EventStream& operator=(const EventStream&) = delete;

    [[nodiscard]] std::string take() override;
    // An empty line, or a comment that also moves the reader's Last-Event-ID on.
    [[nodiscard]] std::string ping() const override;
    void on_ready(std::function<void()> wake) override;

  private:
    [[nodiscard]] std::string gap(std::uint64_t lost) const;
    [[nodiscard]] std::string show(const store::Shown& event) const;

    EventLog& log_;
    const store::Store& store_;
    EventFilter filter_;
    std::uint64_t after_;
    StreamFormat format_;
    bool greeted_ = false;
    std::optional<int> subscription_;
};

struct SseEvent {
    std::string id;   // last id seen, also from earlier events
    std::string type; // "message" where it was not named
    std::string data;
};

// Assembles events from lines without their ends.
class SseReader {
  public:
    // The event that this line completes.
    [[nodiscard]] std::optional<SseEvent> feed(std::string_view line);
    [[nodiscard]] const std::string& last_event_id() const { return id_; }

  private:
    std::string id_, type_, data_;
};

} // namespace gmguard::admin
