// SPDX-License-Identifier: BSD-2-Clause
// SQLite in the terms of this project: statements and transactions that end with their scope,
// errors as values, without a subject. Kinds: exhausted, the disk is full; invalid, the file is
// damaged or not what it should be; unavailable, all else.
#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace gmguard::store {

// One SQL statement. Values are bound in order, columns read from 0; texts are copied. An empty
// text is NULL, and NULL is an empty text.
class Statement {
  public:
    Statement& bind(std::int64_t value);
    Statement& bind(std::string_view text);
    // True: there is a row to read.
    [[nodiscard]] Result<bool> step();
    // For the next values.
    void reset();

    [[nodiscard]] int columns() const;
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] std::string text(int column) const;

  private:
    friend class Database;
    struct Close {
        void operator()(sqlite3_stmt* statement) const;
    };
    Statement(sqlite3* database, sqlite3_stmt* statement) : database_(database), it_(statement) {}

    sqlite3* database_;
    std::unique_ptr<sqlite3_stmt, Close> it_;
    int bound_ = 0;
};

// How much a commit outlives.
enum class Durability : std::uint8_t { process, power_loss };

class Database {
  public:
    // Of this process alone, as long as it is open. `path` empty: in memory. The file must be
    // there.
    [[nodiscard]] static Result<Database> open(const std::string& path);
    // A new file, which must not be there, not in use by anybody.
    [[nodiscard]] static Result<Database> create(const std::string& path);

    // One or more statements without values and rows.
    [[nodiscard]] Result<> run(const char* sql);
    [[nodiscard]] Result<Statement> prepare(const std::string& sql) const;
    // The one value of a query without values.
    [[nodiscard]] Result<std::int64_t> number(const std::string& sql) const;
    [[nodiscard]] Result<std::string> text(const std::string& sql) const;

    [[nodiscard]] std::int64_t last_row() const;
    [[nodiscard]] std::int64_t rows_changed() const; // by the last statement

  private:
    friend class Transaction;
    struct Close {
        void operator()(sqlite3* database) const;
    };
    explicit Database(sqlite3* database) : it_(database) {}
    [[nodiscard]] static Result<Database> open(const std::string& path, int flags);

    std::unique_ptr<sqlite3, Close> it_;
};

// All or nothing: rolled back where it is not committed.
class Transaction {
  public:
    [[nodiscard]] static Result<Transaction> begin(Database& database, Durability durability);
    Transaction(Transaction&& other) noexcept;
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();

    [[nodiscard]] Result<> commit();

  private:
    explicit Transaction(Database& database) : database_(&database) {}
    Database* database_; // nullptr: over
};

} // namespace gmguard::store
