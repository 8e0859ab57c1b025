// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace gmguard::admin {

// A directory of its own, gone with its owner.
class Scratch {
  public:
    Scratch() {
        char name[] = "/tmp/gmguard-test-XXXXXX";
        if (!mkdtemp(name))
            throw std::runtime_error("no scratch directory");
        directory_ = name;
    }
    ~Scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(directory_, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    [[nodiscard]] std::string path(const std::string& name) const {
        return directory_ + "/" + name;
    }

  private:
    std::string directory_;
};

} // namespace gmguard::admin
