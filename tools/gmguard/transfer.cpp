// SPDX-License-Identifier: BSD-2-Clause
// Bindings as a file: one JSON object a line, as export writes them and import reads them.
#include "commands.hpp"

#include "config/config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <iterator>
#include <span>

namespace gmguard::cli {
namespace {

namespace json = boost::json;

constexpr std::size_t kBatch = 2000; // well below the size of a body

struct Line {
    std::size_t number; // from 1
    json::value item;
};

Outcome<std::string> text_of(const std::string& file) {
    if (file == "-")
        return std::string(std::istreambuf_iterator<char>(std::cin), {});
    auto text = config::read_file(file);
    if (!text)
        return std::unexpected(file_failure(text.error()));
    return std::move(*text);
}

Outcome<std::vector<Line>> read_lines(const std::string& file) {
    const auto all = text_of(file);
    if (!all)
        return std::unexpected(all.error());
    std::vector<Line> lines;
    std::size_t number = 0;
    for (std::size_t at = 0; at < all->size();) {
        const std::size_t end = std::min(all->find('\n', at), all->size());
        const std::string_view line = std::string_view(*all).substr(at, end - at);
        at = end + 1;
        ++number;
        if (line.find_first_not_of(" \t\r") == std::string_view::npos)
            continue;
        boost::system::error_code wrong;
        auto item = json::parse(line, wrong);
        if (wrong || !item.is_object())
            return std::unexpected(file_failure(
                {ErrorKind::invalid, 0, fmt::format("{}:{}", file, number),
                 "this is no JSON object", "write one object a line, as export does"}));
        lines.push_back({number, std::move(item)});
    }
    if (lines.empty())
        return std::unexpected(
            file_failure({ErrorKind::invalid, 0, file, "there is nothing in it", ""}));
    return lines;
}

// What became of all of them. `refused` names the lines of the file.
struct Imported {
    std::uint64_t bound = 0;
    json::array refused;
};

Outcome<> send(Session& session, std::span<const Line> batch, Imported& all) {
    json::array items;
    for (const Line& line : batch)
        items.push_back(line.item);
    const auto answer = ask(session, with_body("POST", "/v1/bindings:import",
                                               json::object{{"items", std::move(items)}}));
    if (!answer)
        return std::unexpected(answer.error());
    all.bound += number(*answer, "bound");
    for (const auto& refused : list(*answer, "refused"))
        all.refused.push_back(json::object{{"line", batch[number(refused, "item")].number},
                                           {"detail", text(refused, "detail")}});
    return {};
}

// The pointers of an answer count from the batch's first item.
Failure located(Failure failure, const std::string& file, std::span<const Line> batch) {
    auto* errors = failure.problem.if_contains("errors");
    if (!errors || !errors->is_array())
        return failure;
    for (auto& error : errors->get_array()) {
        const std::string pointer = text(error, "pointer");
        std::size_t item = 0;
        if (std::sscanf(pointer.c_str(), "/items/%zu", &item) != 1 || item >= batch.size())
            continue;
        const auto member = pointer.find('/', sizeof "/items/" - 1);
        error.get_object()["pointer"] =
            fmt::format("{}:{}{}", file, batch[item].number,
                        member == std::string::npos ? "" : pointer.substr(member));
    }
    return failure;
}

Outcome<Imported> import(Session& session, const std::string& file) {
    const auto lines = read_lines(file);
    if (!lines)
        return std::unexpected(lines.error());
    Imported all;
    for (std::size_t at = 0; at < lines->size(); at += kBatch) {
        const auto batch = std::span(*lines).subspan(at, std::min(kBatch, lines->size() - at));
        if (auto sent = send(session, batch, all); !sent)
            return std::unexpected(located(std::move(sent.error()), file, batch));
    }
    return all;
}

} // namespace

Exit bindings_export(Session& session) {
    std::uint64_t left_out = 0;
    std::string cursor;
    json::array items;
    do {
        const auto page = get(session, target_of("/v1/bindings:export", {{"cursor", cursor}}));
        if (!page)
            return session.out.fail(page.error());
        for (const auto& item : list(*page, "items"))
            items.push_back(item);
        left_out += number(*page, "left_out");
        cursor = text(*page, "next_cursor");
    } while (!cursor.empty());
    if (session.out.is_table())
        for (const auto& item : items)
            session.out.composed_line(json::serialize(item));
    else
        session.out.list(json::object{{"items", std::move(items)}, {"left_out", left_out}});
    if (left_out != 0)
        session.out.remark(fmt::format("{} bindings left out: of some identity only the hash is "
                                       "known until the phone registers again",
                                       left_out));
    return Exit::ok;
}

Exit bindings_import(Session& session, const std::string& file) {
    const auto done = import(session, file);
    if (!done)
        return session.out.fail(done.error());
    if (session.out.is_table()) {
        session.out.line(fmt::format("{} bound, {} refused", done->bound, done->refused.size()));
        for (const auto& refused : done->refused)
            session.out.line(
                fmt::format("{}:{}: {}", file, text(refused, "line"), text(refused, "detail")));
    } else {
        session.out.value(json::object{{"bound", done->bound}, {"refused", done->refused}});
    }
    return done->refused.empty() ? Exit::ok : Exit::conflict;
}

} // namespace gmguard::cli
