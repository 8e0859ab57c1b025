// SPDX-License-Identifier: BSD-2-Clause
// Texts that leave the operator's hands without the subscribers' names. A name becomes a hash by a
// key that is drawn anew for each use and kept nowhere: the same name is the same hash within one,
// and cannot be found by trying all IMSIs.
#pragma once

#include "kernel/hasher.hpp"

#include <boost/json.hpp>

#include <string>
#include <string_view>

namespace gmguard::cli {

class Discretion {
  public:
    // `names`: they are wanted, and stay.
    explicit Discretion(bool names);
    Discretion(const kernel::HashKey& key, bool names) : hasher_(key), names_(names) {}

    // "anon-" and 16 hexadecimal digits.
    [[nodiscard]] std::string hashed(std::string_view name) const;
    // SIP and tel URIs, user@host and runs of 14 digits and more hashed, wherever they stand.
    [[nodiscard]] std::string text(const std::string& text) const;
    // All strings of a document as text(); members that are names by their meaning (impi, impu,
    // impus, call_id) hashed whole.
    [[nodiscard]] boost::json::value document(const boost::json::value& value) const;

  private:
    [[nodiscard]] boost::json::value whole(const boost::json::value& value) const;

    kernel::Hasher hasher_;
    bool names_;
};

} // namespace gmguard::cli
