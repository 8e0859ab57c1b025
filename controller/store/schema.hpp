// SPDX-License-Identifier: BSD-2-Clause
// The tables, and whether a file is as this version left it: whole, unaltered, and its own.
#pragma once

#include "store/database.hpp"

namespace gmguard::store {

// In an empty database.
[[nodiscard]] Result<> make_schema(Database& database);

// Reads all of it: structure, indexes, and the checksum of every row. Error: kind invalid where it
// must not be used.
[[nodiscard]] Result<> check(Database& database);

// Binds the values of a row to a statement, and in the end the checksum over all of them.
class Summed {
  public:
    explicit Summed(Statement& statement) : statement_(statement) {}
    Summed& bind(std::int64_t value);
    Summed& bind(std::string_view text);
    void end();

  private:
    Statement& statement_;
    std::uint32_t sum_ = 0;
};

} // namespace gmguard::store
