// SPDX-License-Identifier: BSD-2-Clause
// A validator for the part of JSON Schema 2020-12 that openapi.json uses. A keyword that it does
// not know is an error of the document, so that nothing is believed to be checked that is not.
#pragma once

#include <boost/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace gmguard::admin {

class SchemaValidator {
  public:
    // `document` holds what "$ref": "#/..." points into, and must outlive this.
    explicit SchemaValidator(const boost::json::value& document) : document_(document) {}

    // What is wrong, "where: what" each; empty: it is valid.
    [[nodiscard]] std::vector<std::string> check(const boost::json::value& schema,
                                                 const boost::json::value& instance) const;

    // The thing itself, or what its "$ref" points to.
    [[nodiscard]] const boost::json::value& resolve(const boost::json::value& thing) const;

  private:
    using Errors = std::vector<std::string>;
    using Value = boost::json::value;
    void walk(const Value& schema, const Value& instance, const std::string& at,
              Errors& errors) const;
    bool keyword(std::string_view word, const Value& rule, const Value& schema,
                 const Value& instance, const std::string& at, Errors& errors) const;
    bool of_object(std::string_view word, const Value& rule, const Value& schema,
                   const Value& instance, const std::string& at, Errors& errors) const;
    void other_members(const Value& rule, const Value& schema, const boost::json::object& object,
                       const std::string& at, Errors& errors) const;
    bool any_of(const Value& rules, const Value& instance) const;

    const Value& document_;
};

} // namespace gmguard::admin
