// SPDX-License-Identifier: BSD-2-Clause
// Server-sent events (HTML Living Standard, 9.2.6), as far as this daemon sends them.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace gmguard::cli {

class SseReader {
  public:
    // `data` of every event that is complete, in order. Comments (": ping") tell nothing.
    using OnData = std::function<void(const std::string& data)>;
    explicit SseReader(OnData on_data) : on_data_(std::move(on_data)) {}

    // A line of the stream, without its end.
    void line(std::string_view text);
    // Of the last event that had an id: what to resume from. Empty: none yet.
    [[nodiscard]] const std::string& last_id() const { return last_id_; }
    // Forgets a half-received event: its connection is gone.
    void restart();

  private:
    OnData on_data_;
    std::string data_;
    std::string id_;
    std::string last_id_;
};

} // namespace gmguard::cli
