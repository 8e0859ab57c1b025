// SPDX-License-Identifier: BSD-2-Clause
#include "store/audit.hpp"

#include "store/journal.hpp"
#include "store/schema.hpp"

#include <fmt/format.h>

namespace gmguard::store::audit {
namespace {

constexpr const char* kColumns =
    "id, time, caller, method, target, request, before, after, status, settled";

Change read(const Statement& row) {
    Change change;
    change.id = static_cast<std::uint64_t>(row.integer(0));
    change.time = journal::time_of(row.integer(1));
    change.caller = row.text(2);
    change.method = row.text(3);
    change.target = row.text(4);
    change.request = row.text(5);
    change.before = row.text(6);
    change.after = row.text(7);
    change.status = static_cast<unsigned>(row.integer(8));
    change.settled = row.integer(9) != 0;
    return change;
}

Result<std::vector<Change>> read_all(Statement& rows) {
    std::vector<Change> changes;
    for (;;) {
        const auto row = rows.step();
        if (!row)
            return fail(row.error());
        if (!*row)
            return changes;
        changes.push_back(read(rows));
    }
}

Result<std::vector<Change>> select(const Database& database, const std::string& rest,
                                   const std::vector<std::string>& texts = {}) {
    auto rows = database.prepare(fmt::format("SELECT {} FROM change {}", kColumns, rest));
    if (!rows)
        return fail(std::move(rows.error()));
    for (const auto& text : texts)
        rows->bind(text);
    return read_all(*rows);
}

// The id is part of the checksum, so that it is chosen here.
Result<std::int64_t> next_id(const Database& database) {
    return database.number(
        "SELECT 1 + max((SELECT ifnull(max(id), 0) FROM change),"
        " (SELECT ifnull(max(seq), 0) FROM sqlite_sequence WHERE name = 'change'))");
}

} // namespace

Result<std::int64_t> count(const Database& database) {
    return database.number("SELECT count(*) FROM change");
}

Result<> put(Database& database, const Change& change) {
    auto id = change.id != 0 ? static_cast<std::int64_t>(change.id) : next_id(database);
    if (!id)
        return fail(std::move(id.error()));
    auto insert = database.prepare("INSERT OR REPLACE INTO change VALUES(?,?,?,?,?,?,?,?,?,?,?)");
    if (!insert)
        return fail(std::move(insert.error()));
    Summed(*insert)
        .bind(*id)
        .bind(journal::stamp_of(change.time))
        .bind(change.caller)
        .bind(change.method)
        .bind(change.target)
        .bind(change.request)
        .bind(change.before)
        .bind(change.after)
        .bind(std::int64_t{change.status})
        .bind(std::int64_t{change.settled})
        .end();
    const auto done = insert->step();
    return done ? Result<>{} : fail(done.error());
}

Result<std::optional<Change>> find(const Database& database, std::uint64_t id) {
    auto found = select(database, fmt::format("WHERE id = {}", id));
    if (!found)
        return fail(std::move(found.error()));
    return found->empty() ? std::nullopt : std::optional(std::move(found->front()));
}

Result<std::int64_t> keep(Database& database, std::uint64_t most, Time since) {
    const auto sql = fmt::format(
        "DELETE FROM change WHERE id IN (SELECT id FROM (SELECT id, time FROM change ORDER BY id"
        " LIMIT {}) WHERE time < {} OR id <= (SELECT max(id) - {} FROM change))",
        journal::kAtOnce, journal::stamp_of(since), most);
    if (auto done = database.run(sql.c_str()); !done)
        return fail(std::move(done.error()));
    return database.rows_changed();
}

Result<ChangePage> find(const Database& database, const ChangeQuery& query) {
    std::string where = fmt::format("WHERE id < {}", query.before);
    std::vector<std::string> texts;
    const auto add = [&](const char* condition, const std::string& text) {
        if (text.empty())
            return;
        where += condition;
        texts.push_back(text);
    };
    add(" AND instr(caller, ?) > 0", query.caller);
    add(" AND method = ?", query.method);
    add(" AND instr(target, ?) = 1", query.path);
    auto found = select(database,
                        fmt::format("{} ORDER BY id DESC LIMIT {}", where, query.limit + 1), texts);
    if (!found)
        return fail(std::move(found.error()));
    ChangePage page{std::move(*found), false};
    page.more = page.items.size() > query.limit;
    if (page.more)
        page.items.pop_back();
    return page;
}

Result<std::vector<Change>> unsettled(const Database& database) {
    return select(database, "WHERE settled = 0 ORDER BY id");
}

} // namespace gmguard::store::audit
