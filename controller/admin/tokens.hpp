// SPDX-License-Identifier: BSD-2-Clause
// Bearer tokens (RFC 6750). The file has one a line, "NAME ROLE SHA256HEX", and where it ends one
// day " 2027-01-31T00:00:00Z" behind; empty lines and those that begin with # do not count. It
// holds no secret that could be used, only digests, and still is for its owner alone (0600).
#pragma once

#include "admin/exchange.hpp"
#include "admin/file_stamp.hpp"
#include "base/error.hpp"

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gmguard::admin {

using TokenDigest = std::array<unsigned char, 32>;

struct TokenEntry {
    std::string name; // 1 to 64 of a-z A-Z 0-9 . _ - @
    Role role = Role::viewer;
    TokenDigest digest{};
    std::optional<std::chrono::sys_seconds> expires;
};

// A line of the file. Error: invalid, what is wrong with it.
[[nodiscard]] Result<TokenEntry> parse_token_line(std::string_view line);
[[nodiscard]] std::string token_line(const TokenEntry& entry);

[[nodiscard]] TokenDigest digest_of(std::string_view token);
// 256 random bits. Error: system.
[[nodiscard]] Result<std::string> new_token();

class TokenFile {
  public:
    // Error: invalid, with file and line; not_found.
    [[nodiscard]] static Result<TokenFile> open(std::string path);

    // The entry of this token, expired or not. Takes as long whichever entry it is of, or none. The
    // file is read anew where it has changed: while it is wrong or gone no token is good, and
    // `complaint` says why, once.
    [[nodiscard]] std::optional<TokenEntry> find(std::string_view token, std::string& complaint);

  private:
    explicit TokenFile(std::string path) : path_(std::move(path)) {}
    [[nodiscard]] Result<> read();

    std::string path_;
    FileStamp read_;
    std::vector<TokenEntry> entries_;
};

} // namespace gmguard::admin
