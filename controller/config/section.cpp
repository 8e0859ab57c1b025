// SPDX-License-Identifier: BSD-2-Clause
#include "config/section.hpp"

#include "config/suggest.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace gmguard::config {
namespace {

bool looks_like_number(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// What to write instead of a value of the wrong type, where that can be guessed.
std::string instead(const toml::node& node, std::string_view wanted) {
    const auto text = node.value_exact<std::string>();
    if (wanted == "a number" && text && looks_like_number(*text))
        return fmt::format("write {} without quotes", *text);
    if (wanted == "true or false" && text && (*text == "true" || *text == "false"))
        return fmt::format("write {} without quotes", *text);
    if (wanted == "a string" && node.is_integer())
        return fmt::format("write \"{}\", with quotes", *node.value_exact<std::int64_t>());
    if (wanted == "a list" && text)
        return fmt::format("write [\"{}\"]", *text);
    if (wanted == "a list" && node.is_integer())
        return fmt::format("write [{}]", *node.value_exact<std::int64_t>());
    return {};
}

// "listener.checks" of "listener[0].checks".
std::string without_places(std::string path) {
    for (auto open = path.find('['); open != std::string::npos; open = path.find('['))
        path.erase(open, path.find(']') + 1 - open);
    return path;
}

} // namespace

Place place_of(const toml::node& node) {
    const auto& begin = node.source().begin;
    return {begin.line, begin.column};
}

std::string_view kind_of(const toml::node& node) {
    switch (node.type()) {
    case toml::node_type::table:
        return "a table";
    case toml::node_type::array:
        return "a list";
    case toml::node_type::string:
        return "a string";
    case toml::node_type::integer:
        return "a number";
    case toml::node_type::floating_point:
        return "a number with a fraction";
    case toml::node_type::boolean:
        return "true or false";
    default:
        return "a date or time";
    }
}

Section::Section(const toml::table& table, std::string path, Notes& notes)
    : table_(&table), path_(std::move(path)), notes_(&notes) {
    if (!path_.empty())
        notes_->remember(path_, place_of(table));
}

std::string Section::path(std::string_view key) const {
    return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

const toml::node* Section::node(std::string_view key) {
    known_.push_back(key);
    const toml::node* found = table_->get(key);
    if (found)
        notes_->remember(path(key), place_of(*found));
    return found;
}

void Section::problem(const std::string& message, const std::string& hint) {
    notes_->problem_at(path_, message, hint);
}

void Section::problem(const toml::node& at, const std::string& message, const std::string& hint) {
    notes_->problem(place_of(at), message, hint);
}

void Section::problem_of(std::string_view key, const std::string& message,
                         const std::string& hint) {
    notes_->problem_at(path(key), message, hint);
}

void Section::wrong_type(std::string_view key, const toml::node& node, std::string_view wanted) {
    problem(node, fmt::format("{} must be {}, not {}", key, wanted, kind_of(node)),
            instead(node, wanted));
}

std::optional<std::string> Section::text(std::string_view key) {
    const toml::node* found = node(key);
    if (!found)
        return std::nullopt;
    auto value = found->value_exact<std::string>();
    if (!value)
        wrong_type(key, *found, "a string");
    return value;
}

std::optional<std::int64_t> Section::integer(std::string_view key, std::int64_t min,
                                             std::int64_t max) {
    const toml::node* found = node(key);
    if (!found)
        return std::nullopt;
    const auto value = found->value_exact<std::int64_t>();
    if (!value) {
        wrong_type(key, *found, "a number");
        return std::nullopt;
    }
    if (*value >= min && *value <= max)
        return value;
    problem(*found, fmt::format("{} is {}, not {} to {}", key, *value, min, max));
    return std::nullopt;
}

std::optional<bool> Section::flag(std::string_view key) {
    const toml::node* found = node(key);
    if (!found)
        return std::nullopt;
    const auto value = found->value_exact<bool>();
    if (!value)
        wrong_type(key, *found, "true or false");
    return value;
}

std::optional<Section> Section::table(std::string_view key) {
    const toml::node* found = node(key);
    if (!found)
        return std::nullopt;
    if (found->is_table())
        return Section(*found->as_table(), path(key), *notes_);
    problem(*found, fmt::format("{} must be a table, not {}", key, kind_of(*found)),
            found->is_array_of_tables() ? fmt::format("write [{}], with single brackets", key)
                                        : "");
    return std::nullopt;
}

std::vector<Section> Section::tables(std::string_view key) {
    const toml::node* found = node(key);
    std::vector<Section> sections;
    if (!found)
        return sections;
    if (!found->is_array_of_tables()) {
        problem(*found, fmt::format("{} must be a list of tables, not {}", key, kind_of(*found)),
                fmt::format("write [[{}]], with double brackets", key));
        return sections;
    }
    for (const toml::node& element : *found->as_array())
        sections.emplace_back(*element.as_table(),
                              fmt::format("{}[{}]", path(key), sections.size()), *notes_);
    return sections;
}

std::vector<const toml::node*> Section::list(std::string_view key) {
    const toml::node* found = node(key);
    std::vector<const toml::node*> elements;
    if (found && !found->is_array())
        wrong_type(key, *found, "a list");
    else if (found)
        for (const toml::node& element : *found->as_array())
            elements.push_back(&element);
    return elements;
}

std::vector<std::string> Section::texts(std::string_view key) {
    std::vector<std::string> values;
    for (const toml::node* element : list(key)) {
        if (const auto value = element->value_exact<std::string>()) {
            notes_->remember(fmt::format("{}[{}]", path(key), values.size()), place_of(*element));
            values.push_back(*value);
        } else {
            wrong_type(fmt::format("an element of {}", key), *element, "a string");
        }
    }
    return values;
}

std::optional<std::size_t> Section::chosen(std::string_view key,
                                           std::span<const std::string_view> words) {
    const toml::node* found = node(key);
    if (!found)
        return std::nullopt;
    const auto value = found->value_exact<std::string>();
    if (!value) {
        // A bare true or false is how people from YAML write off.
        problem(*found,
                fmt::format("{} must be one of {}, not {}", key, fmt::join(words, ", "),
                            kind_of(*found)),
                "write the word in quotes");
        return std::nullopt;
    }
    const auto match = std::ranges::find(words, *value);
    if (match != words.end())
        return static_cast<std::size_t>(match - words.begin());
    problem(*found, fmt::format("{} is \"{}\", not one of {}", key, *value, fmt::join(words, ", ")),
            did_you_mean(*value, words));
    return std::nullopt;
}

void Section::finish() {
    const auto in = path_.empty() ? "" : " in " + without_places(path_);
    for (const auto& [key, value] : *table_) {
        if (std::ranges::find(known_, key.str()) != known_.end())
            continue;
        const auto& begin = key.source().begin;
        const Place place = begin.line != 0 ? Place{begin.line, begin.column} : place_of(value);
        auto hint = did_you_mean(key.str(), known_);
        if (hint.empty())
            hint = fmt::format("known here: {}", fmt::join(known_, ", "));
        notes_->problem(place, fmt::format("unknown key \"{}\"{}", key.str(), in), hint);
    }
}

} // namespace gmguard::config
