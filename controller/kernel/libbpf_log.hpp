// SPDX-License-Identifier: BSD-2-Clause
// What libbpf prints: to the log, or kept while somebody waits for a reason.
#pragma once

#include <string>

namespace gmguard::kernel {

// Keeps what libbpf prints on this thread, its last 64 KiB, instead of logging it; the innermost
// keeps.
class LibbpfLog {
  public:
    LibbpfLog();
    ~LibbpfLog();
    LibbpfLog(const LibbpfLog&) = delete;
    LibbpfLog& operator=(const LibbpfLog&) = delete;

    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] std::string tail(unsigned lines) const;

  private:
    friend void keep(const char* line);
    std::string text_;
    LibbpfLog* outer_;
};

} // namespace gmguard::kernel
