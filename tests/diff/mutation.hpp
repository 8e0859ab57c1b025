// SPDX-License-Identifier: BSD-2-Clause
// SIP messages, changed a little in many ways: as bytes, and as lines and parameters.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gmguard::test {

class Mutation {
  public:
    // The same seed and seeds make the same messages.
    Mutation(std::uint64_t seed, std::vector<std::string> messages);
    // The next one, 1 to 8192 bytes.
    [[nodiscard]] std::string next();

  private:
    std::uint64_t random(std::uint64_t below);
    std::size_t place(const std::string& text) { return random(text.size() + 1); }
    void change(std::string& text);
    void change_bytes(std::string& text);
    void change_lines(std::string& text);
    void change_tokens(std::string& text);

    std::uint64_t state_;
    std::vector<std::string> messages_;
};

// Own messages, and those of ../shared/corpus/open where that is there.
[[nodiscard]] std::vector<std::string> seed_messages();

} // namespace gmguard::test
