// SPDX-License-Identifier: BSD-2-Clause
// What a part of the bench found out: printed as it comes, and written as JSON for tools/bench,
// which puts the parts together: {"SECTION":{"key":number,...}, ...}.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gmguard::bench {

[[noreturn]] inline void die(const std::string& why) {
    fmt::print(stderr, "bench: {}\n", why);
    std::exit(1);
}

// Of the arguments [--json FILE]; empty without.
inline std::string json_file(int argc, char** argv) {
    if (argc != 1 && (argc != 3 || std::string_view(argv[1]) != "--json"))
        die(fmt::format("usage: {} [--json FILE]", argv[0]));
    return argc == 3 ? argv[2] : "";
}

// The value of a Result; the bench ends where there is none.
template <typename R> auto must(R result) {
    if (!result)
        die(result.error().text());
    if constexpr (!std::is_void_v<typename R::value_type>)
        return std::move(*result);
}

// REQUIRES: not empty; 0 <= share <= 1.
inline double quantile(std::vector<double> samples, double share) {
    const auto at = static_cast<std::size_t>(share * static_cast<double>(samples.size() - 1));
    std::nth_element(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(at),
                     samples.end());
    return samples[at];
}

class Figures {
  public:
    void put(const std::string& section, const std::string& key, double value) {
        sections_[section].emplace_back(key, value);
    }

    // One line of the table; `beside` is its ratio to something, in words.
    void row(const std::string& section, const std::string& key, double value,
             const std::string& unit, const std::string& what, const std::string& beside = "") {
        put(section, key, value);
        fmt::print("{:<64} {:>12.{}f} {:<6} {}\n", what, value, value < 1000 ? 1 : 0, unit, beside);
        std::fflush(stdout);
    }

    void write(const std::string& path) const {
        std::ofstream out(path);
        const char* comma = "";
        out << '{';
        for (const auto& [section, figures] : sections_) {
            out << std::exchange(comma, ",") << fmt::format("\"{}\":{{", section);
            const char* inner = "";
            for (const auto& [key, value] : figures)
                out << std::exchange(inner, ",") << fmt::format("\"{}\":{:.3f}", key, value);
            out << '}';
        }
        out << "}\n";
        if (!out.flush())
            die("cannot write " + path);
    }

  private:
    std::map<std::string, std::vector<std::pair<std::string, double>>> sections_;
};

} // namespace gmguard::bench
