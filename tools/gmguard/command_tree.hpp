// SPDX-License-Identifier: BSD-2-Clause
// The tree of commands as CLI11 has it, and the words that their options offer. Of arguments.cpp.
#pragma once

#include "command_words.hpp"
#include "output.hpp"

#include "admin/event.hpp"
#include "admin/names.hpp"
#include "config/words.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace gmguard::cli {

inline std::vector<std::string> words_of_checks() {
    std::vector<std::string> out{"all"};
    for (unsigned i = 0; i < GM_CHECK_COUNT; ++i)
        out.emplace_back(admin::name(static_cast<gm_check>(i)));
    return out;
}

inline std::vector<std::string> words_of_reasons() {
    std::vector<std::string> out;
    for (unsigned i = GM_REASON_none + 1; i < GM_REASON_COUNT; ++i)
        out.emplace_back(admin::name(static_cast<gm_reason>(i)));
    return out;
}

inline std::vector<std::string> words_of_event_types() {
    std::vector<std::string> out;
    for (unsigned i = 0; i <= static_cast<unsigned>(admin::EventType::alarm); ++i)
        out.emplace_back(admin::name(static_cast<admin::EventType>(i)));
    return out;
}

inline std::vector<std::string> words_of_sa_states() {
    std::vector<std::string> out;
    for (unsigned i = 0; i <= static_cast<unsigned>(admin::SaState::unguarded); ++i)
        out.emplace_back(admin::name(static_cast<admin::SaState>(i)));
    return out;
}

// But for the values that are offered.
inline ArgumentWords words_of_option(const CLI::Option& option) {
    ArgumentWords out{{}, option.get_description(), {}, {}};
    for (const auto& name : option.get_snames())
        out.names.push_back("-" + name);
    for (const auto& name : option.get_lnames())
        out.names.push_back("--" + name);
    if (option.get_positional())
        out.value = option.get_name(true);
    else if (option.get_items_expected_max() != 0)
        out.value = option.get_type_name();
    return out;
}

// Without the groups of options, which CLI11 has as commands without a name.
inline std::vector<const CLI::App*> commands_of(const CLI::App& app) {
    return app.get_subcommands([](const CLI::App* each) { return !each->get_name().empty(); });
}

// The command that the words name so far, and the first word that names none.
struct Named {
    const CLI::App* app;
    std::string stranger;
};

inline bool takes_next(std::string_view word) {
    constexpr std::string_view options[]{"-o",        "--output",    "--server",   "--token-file",
                                         "--ca-file", "--cert-file", "--key-file", "--pins"};
    return std::ranges::find(options, word) != std::end(options);
}

inline Named named_by(const CLI::App& program, const std::vector<std::string>& words) {
    const CLI::App* app = &program;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto commands = commands_of(*app);
        const auto found = std::ranges::find(commands, words[i], &CLI::App::get_name);
        if (found != commands.end())
            app = *found;
        else if (takes_next(words[i]))
            ++i;
        else if (!words[i].starts_with('-') && !commands.empty())
            return {app, words[i]};
    }
    return {app, {}};
}

// "gmguard mode set"
inline std::string path_of(const CLI::App* app) {
    const auto* parent = app->get_parent();
    return parent ? path_of(parent) + " " + app->get_name() : app->get_name();
}

// What -o says, wherever it stands: an error must obey it, even one that ended the reading before.
inline Format format_in(const std::vector<std::string>& words) {
    Format format = Format::table;
    const auto take = [&](std::string_view word) {
        format = word == "json" ? Format::json : word == "jsonl" ? Format::jsonl : format;
    };
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string_view word = words[i];
        if ((word == "-o" || word == "--output") && i + 1 < words.size())
            take(words[i + 1]);
        else if (word.starts_with("--output="))
            take(word.substr(9));
        else if (word.starts_with("-o"))
            take(word.substr(word.starts_with("-o=") ? 3 : 2));
    }
    return format;
}

} // namespace gmguard::cli
