// SPDX-License-Identifier: BSD-2-Clause
// Reads pcap and pcapng files.
#pragma once

#include "base/error.hpp"
#include "replay/frame.hpp"

#include <memory>
#include <optional>
#include <string>

struct pcap;

namespace gmguard::replay {

class CaptureFile {
  public:
    // "-" is standard input. Errors name the file: not_found, invalid (no capture), unsupported (a
    // link type that carries no IP in a known way).
    [[nodiscard]] static Result<CaptureFile> open(const std::string& path);

    // The next frame; nothing at the end. Kind invalid where the file ends within a frame: what
    // came before is good.
    [[nodiscard]] Result<std::optional<Frame>> next();

  private:
    struct Close {
        void operator()(pcap* handle) const;
    };
    CaptureFile(std::string path, std::unique_ptr<pcap, Close> handle, int link)
        : path_(std::move(path)), handle_(std::move(handle)), link_(link) {}

    std::string path_;
    std::unique_ptr<pcap, Close> handle_;
    int link_;
    std::uint64_t frames_ = 0;
};

} // namespace gmguard::replay
