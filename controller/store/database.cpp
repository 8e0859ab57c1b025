// SPDX-License-Identifier: BSD-2-Clause
#include "store/database.hpp"

#include <sqlite3.h>

#include <utility>

namespace gmguard::store {
namespace {

ErrorKind kind_of(int code) {
    switch (code & 0xff) { // without what SQLite adds to a primary code
    case SQLITE_FULL:
        return ErrorKind::exhausted;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR:    // a schema or a format that this version does not know
    case SQLITE_READONLY: // the file forbids it, not the file system: that was looked at before
    case SQLITE_TOOBIG:
        return ErrorKind::invalid;
    default:
        return ErrorKind::unavailable;
    }
}

std::unexpected<Error> failed(sqlite3* database) {
    const int code = sqlite3_extended_errcode(database);
    if ((code & 0xff) == SQLITE_BUSY)
        return fail(ErrorKind::unavailable, "", "another process has it open");
    return fail(kind_of(code), "", sqlite3_errmsg(database));
}

// Files may be hostile: what they say of themselves is not trusted.
void distrust(sqlite3* database) {
    sqlite3_extended_result_codes(database, 1);
    sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
}

} // namespace

void Statement::Close::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

Statement& Statement::bind(std::int64_t value) {
    sqlite3_bind_int64(it_.get(), ++bound_, value);
    return *this;
}

Statement& Statement::bind(std::string_view text) {
    const char* data = text.empty() ? nullptr : text.data(); // nullptr: NULL
    sqlite3_bind_text64(it_.get(), ++bound_, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    return *this;
}

Result<bool> Statement::step() {
    const int code = sqlite3_step(it_.get());
    if (code == SQLITE_ROW || code == SQLITE_DONE)
        return code == SQLITE_ROW;
    return failed(database_);
}

void Statement::reset() {
    sqlite3_reset(it_.get());
    bound_ = 0;
}

int Statement::columns() const {
    return sqlite3_column_count(it_.get());
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(it_.get(), column);
}

std::string Statement::text(int column) const {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(it_.get(), column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(it_.get(), column));
    return data ? std::string(data, size) : std::string();
}

void Database::Close::operator()(sqlite3* database) const {
    sqlite3_close(database);
}

Result<Database> Database::open(const std::string& path, int flags) {
    sqlite3* raw = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &raw, flags | SQLITE_OPEN_READWRITE, nullptr);
    Database database(raw);
    if (code != SQLITE_OK)
        return failed(raw);
    distrust(raw);
    return database;
}

// Exclusive: no second process, and no shared memory that a full disk could turn into a SIGBUS.
Result<Database> Database::open(const std::string& path) {
    auto database = open(path.empty() ? ":memory:" : path, 0);
    if (!database)
        return database;
    auto set = database->run("PRAGMA locking_mode=EXCLUSIVE; PRAGMA cell_size_check=ON;"
                             "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=250;"
                             "PRAGMA journal_size_limit=1048576;"
                             "BEGIN EXCLUSIVE; COMMIT");
    if (!set)
        return fail(std::move(set.error()));
    return database;
}

Result<Database> Database::create(const std::string& path) {
    return open(path, SQLITE_OPEN_CREATE);
}

Result<> Database::run(const char* sql) {
    if (sqlite3_exec(it_.get(), sql, nullptr, nullptr, nullptr) != SQLITE_OK)
        return failed(it_.get());
    return {};
}

Result<Statement> Database::prepare(const std::string& sql) const {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(it_.get(), sql.c_str(), -1, &statement, nullptr) != SQLITE_OK)
        return failed(it_.get());
    return Statement(it_.get(), statement);
}

Result<std::int64_t> Database::number(const std::string& sql) const {
    auto statement = prepare(sql);
    if (!statement)
        return fail(std::move(statement.error()));
    const auto row = statement->step();
    if (!row)
        return fail(row.error());
    return *row ? statement->integer(0) : 0;
}

Result<std::string> Database::text(const std::string& sql) const {
    auto statement = prepare(sql);
    if (!statement)
        return fail(std::move(statement.error()));
    const auto row = statement->step();
    if (!row)
        return fail(row.error());
    return *row ? statement->text(0) : std::string();
}

std::int64_t Database::last_row() const {
    return sqlite3_last_insert_rowid(it_.get());
}

std::int64_t Database::rows_changed() const {
    return sqlite3_changes64(it_.get());
}

Result<Transaction> Transaction::begin(Database& database, Durability durability) {
    auto begun = database.run(durability == Durability::power_loss
                                  ? "PRAGMA synchronous=FULL; BEGIN IMMEDIATE"
                                  : "PRAGMA synchronous=NORMAL; BEGIN IMMEDIATE");
    if (!begun)
        return fail(std::move(begun.error()));
    return Transaction(database);
}

Transaction::Transaction(Transaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

// After some errors SQLite has rolled back by itself: then this one fails, which is no matter.
Transaction::~Transaction() {
    if (database_)
        (void)database_->run("ROLLBACK");
}

Result<> Transaction::commit() {
    auto committed = database_->run("COMMIT");
    if (committed)
        database_ = nullptr;
    return committed;
}

} // namespace gmguard::store
