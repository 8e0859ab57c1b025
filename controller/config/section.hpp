// SPDX-License-Identifier: BSD-2-Clause
// One table of the file. It hands out values of the type that is asked for, notes a problem where
// the file has another, and in the end complains of every key that nobody asked for.
#pragma once

#include "config/notes.hpp"

#include <toml++/toml.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gmguard::config {

// A word of the configuration and what it stands for.
template <typename E> using Word = std::pair<std::string_view, E>;

[[nodiscard]] Place place_of(const toml::node& node);

// "a string", "a list", ...
[[nodiscard]] std::string_view kind_of(const toml::node& node);

class Section {
  public:
    // `path` names the table in Notes: "", "core", "listener[0]", "listener[0].checks".
    // REQUIRES: the table and the notes outlive the section.
    Section(const toml::table& table, std::string path, Notes& notes);

    // What the file has under `key`, remembered as known; null where it has nothing.
    const toml::node* node(std::string_view key);

    [[nodiscard]] bool has(std::string_view key) const { return table_->contains(key); }

    std::optional<std::string> text(std::string_view key);
    std::optional<std::int64_t> integer(std::string_view key, std::int64_t min, std::int64_t max);
    std::optional<bool> flag(std::string_view key);
    std::optional<Section> table(std::string_view key);
    std::vector<Section> tables(std::string_view key); // [[key]]
    std::vector<const toml::node*> list(std::string_view key);
    // The strings of a list; each element's place is remembered as "key[i]".
    std::vector<std::string> texts(std::string_view key);

    template <typename E>
    std::optional<E> choice(std::string_view key, std::span<const Word<E>> words) {
        std::vector<std::string_view> names;
        for (const auto& [name, value] : words)
            names.push_back(name);
        const auto place = chosen(key, names);
        return place ? std::optional(words[*place].second) : std::nullopt;
    }

    // Notes every key that was not asked for.
    void finish();

    void problem(const std::string& message, const std::string& hint = {});
    void problem(const toml::node& at, const std::string& message, const std::string& hint = {});
    // Problem at the value of `key`, or at the section where it is missing.
    void problem_of(std::string_view key, const std::string& message, const std::string& hint = {});
    [[nodiscard]] std::string path(std::string_view key) const;
    [[nodiscard]] Notes& notes() { return *notes_; }

  private:
    std::optional<std::size_t> chosen(std::string_view key,
                                      std::span<const std::string_view> words);
    void wrong_type(std::string_view key, const toml::node& node, std::string_view wanted);

    const toml::table* table_;
    std::string path_;
    Notes* notes_;
    std::vector<std::string_view> known_;
};

} // namespace gmguard::config
