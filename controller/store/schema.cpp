// SPDX-License-Identifier: BSD-2-Clause
#include "store/schema.hpp"

#include <fmt/format.h>
#include <zlib.h>

namespace gmguard::store {
namespace {

constexpr std::int64_t kApplication = 0x676d6764; // "gmgd"
constexpr std::int64_t kVersion = 1;              // of the tables; another one is not read

// `crc` is over the columns before it. An index of rowids in their order comes with every index.
// What only a history asks for is indexed for kind life (1) alone.
constexpr const char* kTables = R"(
CREATE TABLE event(id INTEGER PRIMARY KEY, time INTEGER NOT NULL, kind INTEGER NOT NULL,
  type TEXT NOT NULL, reason TEXT, impi TEXT, holder TEXT, binding TEXT, selector TEXT,
  address TEXT, text TEXT NOT NULL, crc INTEGER NOT NULL);
CREATE INDEX event_share ON event(kind = 0);
CREATE INDEX event_type ON event(type);
CREATE INDEX event_reason ON event(reason) WHERE reason IS NOT NULL;
CREATE INDEX event_impi ON event(impi) WHERE impi IS NOT NULL;
CREATE INDEX event_holder ON event(holder) WHERE holder IS NOT NULL;
CREATE INDEX event_binding ON event(binding) WHERE kind = 1;
CREATE INDEX event_selector ON event(selector) WHERE kind = 1;
CREATE INDEX event_address ON event(address) WHERE kind = 1;
CREATE TABLE gap(id INTEGER PRIMARY KEY, count INTEGER NOT NULL, crc INTEGER NOT NULL);
CREATE TABLE change(id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL,
  caller TEXT, method TEXT, target TEXT, request TEXT, before TEXT, after TEXT,
  status INTEGER NOT NULL, settled INTEGER NOT NULL, crc INTEGER NOT NULL);
CREATE INDEX change_unsettled ON change(id) WHERE settled = 0;
)";

// What SQLite remembers of the statements that made the tables.
constexpr const char* kAsMade =
    "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_schema ORDER BY rowid)";

std::unexpected<Error> not_ours(std::string what) {
    return fail(ErrorKind::invalid, "", std::move(what));
}

Result<> check_pragma(const Database& database, const char* name, std::int64_t wanted) {
    const auto value = database.number(fmt::format("PRAGMA {}", name));
    if (!value)
        return fail(value.error());
    if (*value != wanted)
        return not_ours(
            fmt::format("is of another version: {} is {}, not {}", name, *value, wanted));
    return {};
}

Result<> check_text(const Database& database, const char* sql, const std::string& wanted,
                    const char* what) {
    const auto text = database.text(sql);
    if (!text)
        return fail(text.error());
    return *text == wanted ? Result<>{} : not_ours(what);
}

Result<std::string> tables_as_made() {
    auto fresh = Database::open("");
    if (!fresh)
        return fail(std::move(fresh.error()));
    if (auto made = make_schema(*fresh); !made)
        return fail(std::move(made.error()));
    return fresh->text(kAsMade);
}

std::uint32_t add(std::uint32_t sum, std::string_view text) {
    sum = static_cast<std::uint32_t>(
        crc32_z(sum, reinterpret_cast<const Bytef*>(text.data()), text.size()));
    constexpr Bytef end = 0;
    return static_cast<std::uint32_t>(crc32_z(sum, &end, 1));
}

Result<> check_rows(const Database& database, const char* table) {
    auto rows = database.prepare(fmt::format("SELECT * FROM {}", table));
    if (!rows)
        return fail(std::move(rows.error()));
    const int last = rows->columns() - 1;
    for (;;) {
        const auto row = rows->step();
        if (!row)
            return fail(row.error());
        if (!*row)
            return {};
        std::uint32_t sum = 0;
        for (int column = 0; column < last; ++column)
            sum = add(sum, rows->text(column));
        if (sum != rows->integer(last))
            return not_ours(fmt::format("a row of {} was altered", table));
    }
}

} // namespace

Result<> make_schema(Database& database) {
    const auto sql =
        fmt::format("BEGIN; PRAGMA application_id={}; PRAGMA user_version={}; {} COMMIT",
                    kApplication, kVersion, kTables);
    return database.run(sql.c_str());
}

Result<> check(Database& database) {
    if (auto ours = check_pragma(database, "application_id", kApplication); !ours)
        return ours;
    if (auto ours = check_pragma(database, "user_version", kVersion); !ours)
        return ours;
    const auto tables = tables_as_made();
    if (!tables)
        return fail(tables.error());
    if (auto same = check_text(database, kAsMade, *tables, "has other tables"); !same)
        return same;
    if (auto whole = check_text(database, "PRAGMA integrity_check(1)", "ok", "is damaged"); !whole)
        return whole;
    for (const char* table : {"event", "gap", "change"})
        if (auto unaltered = check_rows(database, table); !unaltered)
            return unaltered;
    return {};
}

Summed& Summed::bind(std::int64_t value) {
    statement_.bind(value);
    sum_ = add(sum_, std::to_string(value));
    return *this;
}

Summed& Summed::bind(std::string_view text) {
    statement_.bind(text);
    sum_ = add(sum_, text);
    return *this;
}

void Summed::end() {
    statement_.bind(std::int64_t{sum_});
}

} // namespace gmguard::store
