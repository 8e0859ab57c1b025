// SPDX-License-Identifier: BSD-2-Clause
#include "losses.hpp"

#include "json_view.hpp"

#include <fmt/format.h>

namespace gmguard::cli {
namespace {

namespace json = boost::json;

constexpr const char* kLeaks = "leaked_keys"; // counted among the losses, but none

} // namespace

std::string counts_text(const json::value& counts) {
    std::string out;
    if (const auto* object = counts.if_object())
        for (const auto& [name, value] : *object)
            if (number(counts, name) != 0)
                out += (out.empty() ? "" : ", ") +
                       fmt::format("{} {}", text(value), std::string(name));
    return out;
}

std::string losses_text(const json::value& losses) {
    if (!losses.is_object())
        return {};
    json::object counts = losses.get_object();
    counts.erase(kLeaks);
    return counts_text(counts);
}

std::string leak_text(const json::value& losses) {
    const auto leaks = number(losses, kLeaks);
    return leaks == 0 ? "" : fmt::format("{} answers left with ck= or ik= in them", leaks);
}

} // namespace gmguard::cli
