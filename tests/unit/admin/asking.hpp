// SPDX-License-Identifier: BSD-2-Clause
// Asking an Api without a connection.
#pragma once

#include "admin/api.hpp"
#include "unit/admin/fake_guard.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace gmguard::admin {

class ApiTest : public testing::Test {
  protected:
    FakeGuard guard_;
    EventLog log_{100};
    store::Store store_{{}};
    Api api_{guard_, log_, store_};

    Response ask(const std::string& method, const std::string& target, const std::string& body = {},
                 std::vector<Header> headers = {}) {
        if (!body.empty() && !has_type(headers))
            headers.push_back({"Content-Type", "application/json"});
        return api_.handle({method, target, std::move(headers), body, "r-1"});
    }
    static bool has_type(const std::vector<Header>& headers) {
        return std::ranges::find(headers, "Content-Type", &Header::name) != headers.end();
    }
    // The ETag that GET gives.
    std::string etag(const std::string& target) {
        return std::string(ask("GET", target).header("ETag").value_or("none"));
    }
    std::vector<Header> if_match(const std::string& target) { return {{"If-Match", etag(target)}}; }
};

inline boost::json::value json_of(const Response& response) {
    boost::json::error_code error;
    boost::json::value value = boost::json::parse(response.body, error);
    EXPECT_FALSE(error) << response.body;
    return value;
}

// "name" of "/docs/errors#name"; "" where it is no problem document.
inline std::string problem_of(const Response& response) {
    if (response.content_type != "application/problem+json")
        return "";
    const std::string type(json_of(response).at("type").as_string());
    return type.substr(type.find('#') + 1);
}

// The pointers of its errors, in order.
inline std::vector<std::string> pointers_of(const Response& response) {
    std::vector<std::string> pointers;
    const boost::json::value body = json_of(response);
    if (const boost::json::value* errors = body.as_object().if_contains("errors"))
        for (const boost::json::value& error : errors->as_array())
            pointers.emplace_back(error.at("pointer").as_string());
    return pointers;
}

} // namespace gmguard::admin
