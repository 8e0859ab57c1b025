// SPDX-License-Identifier: BSD-2-Clause
// A client without manners: bytes out, bytes in.
#pragma once

#include <string>
#include <string_view>

namespace gmguard::admin {

class RawConnection {
  public:
    explicit RawConnection(const std::string& path);
    ~RawConnection();
    RawConnection(const RawConnection&) = delete;
    RawConnection& operator=(const RawConnection&) = delete;

    // Sends as much as the peer takes.
    void send(std::string_view bytes);
    void finish_sending();
    // All until the peer closes, at most 5 s.
    [[nodiscard]] std::string read_all();
    // Until the text has come, at most 5 s; what came so far.
    [[nodiscard]] std::string read_until(std::string_view text);

  private:
    bool read_some(std::string& into);
    int fd_;
};

// How often `part` occurs.
[[nodiscard]] int count_of(std::string_view text, std::string_view part);

} // namespace gmguard::admin
