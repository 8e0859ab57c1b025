// SPDX-License-Identifier: BSD-2-Clause
#include "modes.hpp"

#include "commands.hpp"

#include "config/suggest.hpp"
#include "config/words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace gmguard::cli {
namespace {

namespace json = boost::json;

std::vector<std::string_view> check_words() {
    std::vector<std::string_view> words{"all"};
    for (int i = 0; i < GM_CHECK_COUNT; ++i)
        words.push_back(config::word(static_cast<gm_check>(i)));
    return words;
}

// Who says it: the check's own entry, the listener, or the default.
std::string origin_of(const json::value& listener, std::string_view check) {
    if (!text(member(listener, "checks"), check).empty())
        return "check";
    return text(listener, "mode").empty() ? "default" : "listener";
}

void add_rows(Table& table, const json::value& listener, std::string_view only) {
    const auto* effective = member(listener, "effective").if_object();
    if (!effective)
        return;
    for (const auto& [check, mode] : *effective)
        if (only.empty() || only == check)
            table.row({text(listener, "listener"), std::string(check), mode_cell(text(mode)),
                       origin_of(listener, check)});
}

// Every check follows what stands above it.
json::object no_own_checks() {
    json::object checks;
    for (int i = 0; i < GM_CHECK_COUNT; ++i)
        checks[config::word(static_cast<gm_check>(i))] = nullptr;
    return checks;
}

json::value own_mode(const std::string& word) {
    return word == "default" ? json::value(nullptr) : json::value(word);
}

json::object change_of(const ModeSetOptions& options) {
    json::object change;
    if (!options.listener.empty())
        change["listener"] = options.listener;
    if (options.yes)
        change["accept_adopted"] = true;
    if (options.confirm_within_s != 0)
        change["confirm_within_s"] = options.confirm_within_s;
    if (options.check != "all") {
        change["checks"] = json::object{{options.check, own_mode(options.mode)}};
        return change;
    }
    change[options.listener.empty() ? "default" : "mode"] = own_mode(options.mode);
    change["checks"] = no_own_checks();
    return change;
}

std::optional<Failure> wrong_options(const ModeSetOptions& options) {
    const auto checks = check_words();
    if (std::ranges::find(checks, options.check) == checks.end()) {
        const auto near = config::did_you_mean(options.check, checks);
        return usage_failure(
            fmt::format("\"{}\" is no check; {}", options.check,
                        near.empty() ? fmt::format("one of {}", fmt::join(checks, ", ")) : near));
    }
    if (options.check == "all" && options.mode == "default" && options.listener.empty())
        return usage_failure("nothing stands above the mode of all; say off, monitor or enforce");
    return std::nullopt;
}

struct Modes {
    json::value document;
    std::string etag;
};

Outcome<Modes> read_modes(Session& session) {
    auto answer = ask_tagged(session, get_request("/v1/mode"));
    if (!answer)
        return std::unexpected(answer.error());
    return Modes{std::move(answer->value), std::move(answer->etag)};
}

Outcome<Modes> send(Session& session, const Modes& now, const json::object& change) {
    auto request = with_body("PATCH", "/v1/mode", change);
    request.headers.push_back({"If-Match", now.etag});
    auto answer = ask_tagged(session, std::move(request));
    if (!answer)
        return std::unexpected(answer.error());
    return Modes{std::move(answer->value), std::move(answer->etag)};
}

// Asks where the daemon wants somebody to agree.
Outcome<Modes> patch(Session& session, const Modes& now, json::object change) {
    auto answer = send(session, now, change);
    if (answer || !needs_consent(answer.error()) || !session.agrees ||
        !session.agrees(answer.error().text()))
        return answer;
    change["accept_adopted"] = true;
    return send(session, now, change);
}

// A listener's own mode stands above the default: where all is set everywhere, it goes.
Outcome<Modes> forget_own_modes(Session& session, Modes modes, const ModeSetOptions& options) {
    const auto listeners = list(modes.document, "listeners");
    for (const auto& listener : listeners) {
        if (text(listener, "mode").empty())
            continue;
        json::object change{{"listener", text(listener, "listener")}, {"mode", nullptr}};
        if (options.yes)
            change["accept_adopted"] = true;
        if (options.confirm_within_s != 0)
            change["confirm_within_s"] = options.confirm_within_s;
        auto next = patch(session, modes, change);
        if (!next)
            return next;
        modes = std::move(*next);
    }
    return modes;
}

Outcome<Modes> set(Session& session, const ModeSetOptions& options) {
    if (auto wrong = wrong_options(options))
        return std::unexpected(std::move(*wrong));
    const auto now = read_modes(session);
    if (!now)
        return now;
    auto then = patch(session, *now, change_of(options));
    if (then && options.check == "all" && options.listener.empty())
        return forget_own_modes(session, std::move(*then), options);
    return then;
}

void show(Session& session, const json::value& document, std::string_view listener,
          std::string_view check) {
    auto& out = session.out;
    if (!out.is_table()) {
        out.value(document);
        return;
    }
    out.line("default mode: " + text(document, "default"));
    if (const auto waits = unconfirmed(document, "falls_back", session.now); !waits.empty())
        out.line(Cell("unconfirmed: " + waits, Style::warn));
    Table table({{"LISTENER"}, {"CHECK"}, {"MODE"}, {"SAID BY"}});
    for (const auto& entry : list(document, "listeners"))
        if (listener.empty() || listener == text(entry, "listener"))
            add_rows(table, entry, check);
    out.table(table);
}

} // namespace

Cell mode_cell(const std::string& mode) {
    const auto style = mode == "enforce"   ? Style::good
                       : mode == "monitor" ? Style::warn
                       : mode == "off"     ? Style::bad
                                           : Style::plain;
    return {mode, style};
}

std::string unconfirmed(const json::value& document, std::string_view name, Time now) {
    const auto left = until(document, name, now);
    return left.empty() ? left : "modes fall back in " + left + "; to keep them: gmguard confirm";
}

Exit mode_get(Session& session) {
    const auto modes = get(session, "/v1/mode");
    if (!modes)
        return session.out.fail(modes.error());
    show(session, *modes, "", "");
    return Exit::ok;
}

Exit mode_set(Session& session, const ModeSetOptions& options) {
    const auto modes = set(session, options);
    if (!modes)
        return session.out.fail(modes.error());
    show(session, modes->document, options.listener, options.check == "all" ? "" : options.check);
    return Exit::ok;
}

Exit confirm(Session& session) {
    const auto modes =
        ask(session,
            {.method = "POST", .target = "/v1/mode:confirm", .headers = {}, .body = {}, .id = {}});
    if (!modes)
        return session.out.fail(modes.error());
    show(session, *modes, "", "");
    return Exit::ok;
}

} // namespace gmguard::cli
