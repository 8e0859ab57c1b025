// SPDX-License-Identifier: BSD-2-Clause
// SIP in a stream, cut as bpf/framing.h cuts it (RFC 3261 18.3): for showing what gm_stream judged,
// and for giving gm_answers and gm_onward messages that came in pieces.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gmguard::replay {

class Framing {
  public:
    // When a message is there: once its header section is, as a judge sees it, or with its body.
    enum class Until : bool { header, body };
    explicit Framing(Until until) : until_(until) {}

    // The next bytes of the stream. Returns the messages that are there now, up to GM_SIP_MAX bytes
    // of each. Where the next one begins cannot be told after one without a readable
    // Content-Length: then it begins with the next bytes that are added.
    [[nodiscard]] std::vector<std::string> add(std::string_view bytes);

    // The next bytes are not those behind the last ones.
    void begin_anew();

  private:
    [[nodiscard]] bool take_next(std::string_view& bytes, std::vector<std::string>& out);
    [[nodiscard]] bool skip_body(std::string_view& bytes, std::vector<std::string>& out);

    Until until_;
    std::string message_;  // what is there of it
    std::size_t body_ = 0; // bytes of its body that are still to come
    bool in_body_ = false;
};

// Whether a message may begin with these bytes: they have a start line of SIP.
[[nodiscard]] bool begins_message(std::string_view bytes);

} // namespace gmguard::replay
