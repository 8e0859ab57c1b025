// SPDX-License-Identifier: BSD-2-Clause
// A file that goes when the test ends.
#pragma once

#include "harness/pcap.hpp"

#include <unistd.h>

#include <filesystem>
#include <string>

namespace gmguard::test {

class TemporaryFile {
  public:
    explicit TemporaryFile(const Bytes& bytes) {
        std::string name = (std::filesystem::temp_directory_path() / "gmguard-XXXXXX").string();
        ::close(::mkstemp(name.data()));
        path_ = name;
        write_file(path_, bytes);
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() { std::filesystem::remove(path_); }

    [[nodiscard]] std::string path() const { return path_; }

  private:
    std::string path_;
};

} // namespace gmguard::test
