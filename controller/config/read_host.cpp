// SPDX-License-Identifier: BSD-2-Clause
// Home domains, and what the daemon uses of its host: cgroup, pins, admin socket, log.
#include "config/sections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

namespace gmguard::config {
namespace {

constexpr std::size_t kSocketPath = 107; // sockaddr_un without its NUL
constexpr Word<std::string_view> kLevels[]{
    {"debug", "debug"}, {"info", "info"}, {"warn", "warn"}, {"error", "error"}};

bool is_label(std::string_view label) {
    const auto bad = [](char c) {
        return !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-');
    };
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::ranges::none_of(label, bad);
}

// REQUIRES: lower case.
bool is_domain(std::string_view domain) {
    if (domain.size() > GM_HOME_TEXT)
        return false;
    return std::ranges::all_of(std::views::split(domain, '.'), [](auto label) {
        return is_label(std::string_view(label.begin(), label.end()));
    });
}

std::string lower(std::string text) {
    for (char& c : text)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return text;
}

} // namespace

bool is_one_line(std::string_view text) {
    const auto control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; };
    return std::ranges::none_of(text, control);
}

bool is_clean_path(std::string_view path) {
    return path.size() > 1 && path.front() == '/' && path.back() != '/' &&
           path.find("//") == std::string_view::npos && is_one_line(path);
}

std::string read_name(Section& section) {
    const auto name = section.text("name").value_or("");
    const auto bad = [](char c) { return c <= ' ' || c > '~'; };
    if (!section.has("name"))
        section.problem("a name is missing", "it stands in counters, events and map dumps");
    else if (name.size() >= GM_NAME_TEXT)
        section.problem_of("name", fmt::format("the name is longer than {}", GM_NAME_TEXT - 1));
    else if (std::ranges::any_of(name, bad))
        section.problem_of("name", "the name has characters other than printable ASCII");
    return name;
}

Cgroup read_cgroup(Section section) {
    const auto path = section.text("path").value_or("auto");
    section.finish();
    if (path == "none")
        return {.wanted = false, .path = {}};
    if (path == "auto")
        return {};
    if (!is_clean_path(path))
        section.problem_of("path", fmt::format("\"{}\" is no absolute path", path),
                           "\"auto\" finds cgroup2, \"none\" does without it");
    return {.wanted = true, .path = path};
}

std::vector<std::string> read_home(Section section) {
    std::vector<std::string> domains;
    for (const auto& text : section.texts("domains")) {
        const auto domain = lower(text);
        const auto path = fmt::format("{}[{}]", section.path("domains"), domains.size());
        if (!is_domain(domain))
            section.notes().problem_at(path, fmt::format("\"{}\" is no domain", text),
                                       "for example \"ims.mnc001.mcc001.3gppnetwork.org\"");
        else if (std::ranges::find(domains, domain) != domains.end())
            section.notes().problem_at(path, fmt::format("{} is given twice", domain));
        domains.push_back(domain);
    }
    if (domains.size() > GM_HOMES)
        section.problem_of("domains",
                           fmt::format("{} home domains, more than {}", domains.size(), GM_HOMES));
    section.finish();
    return domains;
}

std::string read_pins(Section section) {
    const std::string otherwise = Config{}.pins;
    const auto path = section.text("path").value_or(otherwise);
    if (!is_clean_path(path))
        section.problem_of("path", fmt::format("\"{}\" is no absolute path", path),
                           fmt::format("pins live below a bpffs, by default in {}", otherwise));
    else if (path.find('.') != std::string::npos)
        section.problem_of("path", fmt::format("{} has a dot, which a bpffs refuses", path));
    else if (path.rfind('/') == 0 || path == "/sys/fs/bpf")
        section.problem_of("path", fmt::format("{} is no folder of gmguard's own", path),
                           fmt::format("for example {}", otherwise));
    else if (path.starts_with("/sys/") && !path.starts_with("/sys/fs/bpf/"))
        section.problem_of("path", fmt::format("{} is on no bpffs", path),
                           fmt::format("for example {}", otherwise));
    section.finish();
    return path;
}

std::string read_admin(Section section) {
    constexpr std::string_view kUnix = "unix:";
    const auto listen =
        section.text("listen").value_or(fmt::format("unix:{}", Config{}.admin_socket));
    section.finish();
    if (!listen.starts_with(kUnix)) {
        section.problem_of(
            "listen", fmt::format("\"{}\" is no unix socket", listen),
            "write \"unix:/run/gmguard/admin.sock\"; TCP comes with a later version");
        return {};
    }
    const auto path = listen.substr(kUnix.size());
    if (!is_clean_path(path))
        section.problem_of("listen", fmt::format("\"{}\" is no absolute path", path));
    else if (path.size() > kSocketPath)
        section.problem_of("listen",
                           fmt::format("the path of the socket is longer than {}", kSocketPath));
    return path;
}

std::string read_log(Section section) {
    const auto level = section.choice<std::string_view>("level", kLevels).value_or("info");
    section.finish();
    return std::string(level);
}

} // namespace gmguard::config
