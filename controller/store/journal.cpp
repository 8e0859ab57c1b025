// SPDX-License-Identifier: BSD-2-Clause
#include "store/journal.hpp"

#include "store/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

namespace gmguard::store::journal {
namespace {

Result<> add_one(Statement& insert, const Entry& entry) {
    insert.reset();
    Summed(insert)
        .bind(static_cast<std::int64_t>(entry.id))
        .bind(stamp_of(entry.time))
        .bind(static_cast<std::int64_t>(entry.kind))
        .bind(entry.type)
        .bind(entry.reason)
        .bind(entry.impi)
        .bind(entry.holder)
        .bind(entry.binding)
        .bind(entry.selector)
        .bind(entry.address)
        .bind(entry.text)
        .end();
    const auto added = insert.step();
    return added ? Result<>{} : fail(added.error());
}

// Told where the first of the entries was, one id before it.
Result<> add_gap(Database& database, std::uint64_t first, std::uint64_t lost) {
    auto insert = database.prepare("INSERT OR REPLACE INTO gap VALUES(?,?,?)");
    if (!insert)
        return fail(std::move(insert.error()));
    Summed(*insert)
        .bind(static_cast<std::int64_t>(std::max<std::uint64_t>(first, 2) - 1))
        .bind(static_cast<std::int64_t>(lost))
        .end();
    const auto added = insert->step();
    return added ? Result<>{} : fail(added.error());
}

// Gives how many there were.
Result<std::int64_t> remove(Database& database, std::string_view ids) {
    const auto sql = fmt::format("DELETE FROM event WHERE id IN ({})", ids);
    if (auto removed = database.run(sql.c_str()); !removed)
        return fail(std::move(removed.error()));
    return database.rows_changed();
}

Result<> keep_share(Database& database, std::uint64_t most, bool chatter, std::int64_t& rows) {
    const std::int64_t surplus = rows - static_cast<std::int64_t>(most);
    if (surplus <= 0)
        return {};
    const auto removed = remove(
        database, fmt::format("SELECT id FROM event WHERE (kind = 0) = {:d} ORDER BY id LIMIT {}",
                              chatter, std::min(surplus, kAtOnce)));
    if (!removed)
        return fail(removed.error());
    rows -= *removed;
    return {};
}

// The conditions of a query, and their values in order.
class Where {
  public:
    using Value = std::variant<std::int64_t, std::string>;

    void add(std::string condition, std::vector<Value> values = {}) {
        sql_ += (sql_.empty() ? "" : " AND ") + std::move(condition);
        values_.insert(values_.end(), values.begin(), values.end());
    }
    void add_list(std::string_view column, const std::vector<std::string>& list) {
        if (!list.empty())
            add(one_of(column, list.size()), {list.begin(), list.end()});
    }
    static std::string one_of(std::string_view column, std::size_t count) {
        std::string marks = "?";
        for (std::size_t i = 1; i < count; ++i)
            marks += ",?";
        return fmt::format("{} IN ({})", column, marks);
    }
    [[nodiscard]] const std::string& sql() const { return sql_; }
    void bind(Statement& statement) const {
        for (const auto& value : values_)
            std::visit([&statement](const auto& v) { statement.bind(v); }, value);
    }

  private:
    std::string sql_;
    std::vector<Value> values_;
};

// A union, as SQLite finds no index for an OR between a list and a value.
void add_place(const EntryQuery& query, Where& where) {
    if (query.address.empty() || query.selectors.empty()) {
        where.add_list("selector", query.selectors);
        if (!query.address.empty())
            where.add("address = ?", {query.address});
        return;
    }
    std::vector<Where::Value> values(query.selectors.begin(), query.selectors.end());
    values.emplace_back(query.address);
    where.add(fmt::format("id IN (SELECT id FROM event WHERE kind = 1 AND {} UNION "
                          "SELECT id FROM event WHERE kind = 1 AND address = ?)",
                          Where::one_of("selector", query.selectors.size())),
              std::move(values));
}

Where where_of(const EntryQuery& query) {
    Where where;
    where.add("id > ? AND id < ?",
              {static_cast<std::int64_t>(query.after), static_cast<std::int64_t>(query.before)});
    if (query.kind) // not as a value: an index is for one kind
        where.add(fmt::format("kind = {}", static_cast<unsigned>(*query.kind)));
    where.add_list("type", query.types);
    where.add_list("reason", query.reasons);
    if (!query.impi.empty())
        where.add("(impi = ? OR holder = ?)", {query.impi, query.impi});
    if (!query.binding.empty())
        where.add("binding = ?", {query.binding});
    add_place(query, where);
    return where;
}

} // namespace

Result<Rows> count(const Database& database) {
    const auto chatter = database.number("SELECT count(*) FROM event WHERE (kind = 0) = 1");
    const auto others = database.number("SELECT count(*) FROM event WHERE (kind = 0) = 0");
    if (!chatter || !others)
        return fail(chatter ? others.error() : chatter.error());
    return Rows{*chatter, *others};
}

Result<std::int64_t> newest(const Database& database) {
    return database.number("SELECT max(id) FROM event");
}

Result<> add(Database& database, std::span<const Entry> entries, std::uint64_t lost, Rows& rows) {
    if (lost != 0 && !entries.empty())
        if (auto added = add_gap(database, entries.front().id, lost); !added)
            return added;
    auto insert = database.prepare("INSERT INTO event VALUES(?,?,?,?,?,?,?,?,?,?,?,?)");
    if (!insert)
        return fail(std::move(insert.error()));
    for (const Entry& entry : entries) {
        if (auto added = add_one(*insert, entry); !added)
            return added;
        ++(entry.kind == Kind::chatter ? rows.chatter : rows.others);
    }
    return {};
}

Result<> keep_at_most(Database& database, std::uint64_t events, Rows& rows) {
    if (auto kept = keep_share(database, events / 2, true, rows.chatter); !kept)
        return kept;
    return keep_share(database, events - events / 2, false, rows.others);
}

Result<> remove_before(Database& database, Time time, Rows& rows) {
    const auto oldest = database.number("SELECT time FROM event ORDER BY id LIMIT 1");
    if (!oldest)
        return fail(oldest.error());
    if (*oldest == 0 || *oldest >= stamp_of(time))
        return {};
    const auto removed = remove(
        database,
        fmt::format(
            "SELECT id FROM (SELECT id, time FROM event ORDER BY id LIMIT {}) WHERE time < {}",
            kAtOnce, stamp_of(time)));
    if (!removed)
        return fail(removed.error());
    if (auto gone = database.run("DELETE FROM gap WHERE id < (SELECT min(id) FROM event)"); !gone)
        return gone;
    const auto left = count(database);
    if (!left)
        return fail(left.error());
    rows = *left;
    return {};
}

Result<EntryPage> find(const Database& database, const EntryQuery& query) {
    const Where where = where_of(query);
    auto rows = database.prepare(
        fmt::format("SELECT id, type, text FROM event WHERE {} ORDER BY id {} LIMIT {}",
                    where.sql(), query.newest_first ? "DESC" : "ASC", query.limit + 1));
    if (!rows)
        return fail(std::move(rows.error()));
    where.bind(*rows);
    EntryPage page;
    for (;;) {
        const auto row = rows->step();
        if (!row)
            return fail(row.error());
        page.more = *row && page.items.size() == query.limit;
        if (!*row || page.more)
            return page;
        page.items.push_back(
            {static_cast<std::uint64_t>(rows->integer(0)), rows->text(1), rows->text(2)});
    }
}

Result<std::int64_t> lost(const Database& database, std::uint64_t after, std::uint64_t last) {
    auto rows = database.prepare("SELECT sum(count) FROM gap WHERE id > ? AND id <= ?");
    if (!rows)
        return fail(std::move(rows.error()));
    rows->bind(static_cast<std::int64_t>(after)).bind(static_cast<std::int64_t>(last));
    const auto row = rows->step();
    if (!row)
        return fail(row.error());
    return rows->integer(0);
}

} // namespace gmguard::store::journal
