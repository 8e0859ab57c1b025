// SPDX-License-Identifier: BSD-2-Clause
#include "admin/tokens.hpp"

#include "base/text.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <iomanip>
#include <span>
#include <sstream>

namespace gmguard::admin {
namespace {

constexpr std::size_t kNameBytes = 64;
constexpr std::string_view kMark = "gmg_"; // by which those who scan for secrets know one
constexpr const char* kForm =
    "a line is NAME viewer|admin SHA256HEX, as `gmguard token new` prints it";

bool is_name(std::string_view name) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '.' || c == '_' || c == '-' || c == '@';
    };
    return !name.empty() && name.size() <= kNameBytes && std::ranges::all_of(name, allowed);
}

int value_of(char digit) {
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

std::string hex(std::span<const unsigned char> bytes) {
    std::string text;
    for (const unsigned char byte : bytes)
        text += fmt::format("{:02x}", byte);
    return text;
}

std::optional<TokenDigest> digest_in(std::string_view text) {
    TokenDigest digest{};
    if (text.size() != 2 * digest.size())
        return std::nullopt;
    for (std::size_t i = 0; i < digest.size(); ++i) {
        const int high = value_of(text[2 * i]), low = value_of(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return std::nullopt;
        digest[i] = static_cast<unsigned char>(high << 4 | low);
    }
    return digest;
}

std::optional<std::chrono::sys_seconds> time_in(const std::string& text) {
    std::tm parts{};
    std::istringstream in(text);
    in >> std::get_time(&parts, "%Y-%m-%dT%H:%M:%SZ");
    if (in.fail() || in.peek() != std::istringstream::traits_type::eof())
        return std::nullopt;
    return std::chrono::sys_seconds(std::chrono::seconds(timegm(&parts)));
}

std::unexpected<Error> wrong(std::string what) {
    return fail(ErrorKind::invalid, "", std::move(what), kForm);
}

std::vector<std::string> words_of(std::string_view line) {
    std::istringstream in{std::string(line)};
    std::vector<std::string> words;
    for (std::string word; in >> word;)
        words.push_back(word);
    return words;
}

Result<> check_owner_alone(const std::string& path) {
    struct stat there{};
    if (stat(path.c_str(), &there) != 0)
        return fail(ErrorKind::not_found, path, "no such file",
                    "make a token: gmguard token new NAME --role viewer");
    if ((there.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return fail(ErrorKind::invalid, path, "others than its owner may read or write it",
                    "chmod 600 " + path);
    return {};
}

Result<std::vector<TokenEntry>> read_entries(const std::string& path) {
    std::ifstream in(path);
    std::vector<TokenEntry> entries;
    std::string line;
    for (unsigned number = 1; std::getline(in, line); ++number) {
        if (line.empty() || line.starts_with('#'))
            continue;
        auto entry = parse_token_line(line);
        const auto same = [&](const TokenEntry& other) { return other.name == entry->name; };
        if (entry && std::ranges::any_of(entries, same))
            entry = fail(ErrorKind::invalid, "", "a second token " + entry->name);
        if (!entry)
            return fail(ErrorKind::invalid, fmt::format("{}:{}", path, number), entry.error().what,
                        entry.error().hint);
        entries.push_back(std::move(*entry));
    }
    if (in.bad() || !in.eof())
        return fail(ErrorKind::system, path, "cannot read it");
    return entries;
}

} // namespace

Result<TokenEntry> parse_token_line(std::string_view line) {
    const auto words = words_of(line);
    if (words.size() < 3 || words.size() > 4)
        return wrong(fmt::format("{} words, not 3 or 4", words.size()));
    TokenEntry entry;
    entry.name = words[0];
    if (!is_name(entry.name))
        return wrong(fmt::format("\"{}\" is no name", printable(entry.name, kNameBytes)));
    if (words[1] != "viewer" && words[1] != "admin")
        return wrong(fmt::format("\"{}\" is no role", printable(words[1], kNameBytes)));
    entry.role = words[1] == "admin" ? Role::admin : Role::viewer;
    const auto digest = digest_in(words[2]);
    if (!digest)
        return wrong("the third word is no SHA-256 in lower case hexadecimal");
    entry.digest = *digest;
    if (words.size() == 4) {
        entry.expires = time_in(words[3]);
        if (!entry.expires)
            return wrong("the fourth word is no time as 2027-01-31T00:00:00Z");
    }
    return entry;
}

std::string token_line(const TokenEntry& entry) {
    auto line = fmt::format("{} {} {}", entry.name, name(entry.role), hex(entry.digest));
    if (entry.expires)
        line += fmt::format(" {:%Y-%m-%dT%H:%M:%SZ}", *entry.expires);
    return line;
}

TokenDigest digest_of(std::string_view token) {
    TokenDigest digest{};
    EVP_Digest(token.data(), token.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
    return digest;
}

Result<std::string> new_token() {
    std::array<unsigned char, 32> bytes{};
    if (RAND_bytes(bytes.data(), bytes.size()) != 1)
        return fail(ErrorKind::system, "random numbers", "there are none");
    return std::string(kMark) + hex(bytes);
}

Result<TokenFile> TokenFile::open(std::string path) {
    TokenFile file(std::move(path));
    if (auto done = file.read(); !done)
        return fail(done.error());
    return file;
}

Result<> TokenFile::read() {
    entries_.clear();
    read_ = FileStamp::of(path_);
    if (auto done = check_owner_alone(path_); !done)
        return done;
    auto entries = read_entries(path_);
    if (!entries)
        return fail(std::move(entries.error()));
    entries_ = std::move(*entries);
    return {};
}

std::optional<TokenEntry> TokenFile::find(std::string_view token, std::string& complaint) {
    if (FileStamp::of(path_) != read_)
        if (const auto done = read(); !done)
            complaint = done.error().text() + "; until it is mended no token is good";
    const TokenDigest digest = digest_of(token);
    std::optional<TokenEntry> found;
    for (const TokenEntry& entry : entries_)
        if (CRYPTO_memcmp(entry.digest.data(), digest.data(), digest.size()) == 0)
            found = entry;
    return found;
}

} // namespace gmguard::admin
