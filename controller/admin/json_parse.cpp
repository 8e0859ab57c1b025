// SPDX-License-Identifier: BSD-2-Clause
// Boost.JSON keeps the last of two members with one name: two readers could see two documents. So
// the text is walked once for its member names alone, and then parsed.
#include "admin/json_read.hpp"

#include <boost/json.hpp>
#include <boost/json/basic_parser_impl.hpp>

#include <limits>

namespace gmguard::admin {
namespace {

namespace json = boost::json;
using Code = json::error_code;

constexpr const char* kSubject = "request body";

struct MemberNames {
    static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
    static constexpr std::size_t max_array_size = max_object_size;
    static constexpr std::size_t max_key_size = max_object_size;
    static constexpr std::size_t max_string_size = max_object_size;

    std::vector<std::set<std::string, std::less<>>> open; // names so far, per open object
    std::string key;
    std::string repeated;

    bool on_object_begin(Code&) {
        open.emplace_back();
        return true;
    }
    bool on_object_end(std::size_t, Code&) {
        open.pop_back();
        return true;
    }
    bool on_key_part(json::string_view part, std::size_t, Code&) {
        key += part;
        return true;
    }
    bool on_key(json::string_view part, std::size_t, Code& error) {
        key += part;
        if (!open.back().insert(key).second) {
            repeated = key;
            error = json::error::syntax;
        }
        key.clear();
        return !error;
    }

    bool on_document_begin(Code&) { return true; }
    bool on_document_end(Code&) { return true; }
    bool on_array_begin(Code&) { return true; }
    bool on_array_end(std::size_t, Code&) { return true; }
    bool on_string_part(json::string_view, std::size_t, Code&) { return true; }
    bool on_string(json::string_view, std::size_t, Code&) { return true; }
    bool on_number_part(json::string_view, Code&) { return true; }
    bool on_int64(std::int64_t, json::string_view, Code&) { return true; }
    bool on_uint64(std::uint64_t, json::string_view, Code&) { return true; }
    bool on_double(double, json::string_view, Code&) { return true; }
    bool on_bool(bool, Code&) { return true; }
    bool on_null(Code&) { return true; }
    bool on_comment_part(json::string_view, Code&) { return true; }
    bool on_comment(json::string_view, Code&) { return true; }
};

json::parse_options options() {
    json::parse_options options;
    options.max_depth = kJsonDepth;
    return options;
}

} // namespace

Result<json::value> parse_json(std::string_view text) {
    json::basic_parser<MemberNames> names(options());
    Code error;
    const std::size_t used = names.write_some(false, text.data(), text.size(), error);
    if (!names.handler().repeated.empty())
        return fail(ErrorKind::invalid, kSubject,
                    "the member \"" + names.handler().repeated + "\" is there twice");
    if (!error && used < text.size())
        error = json::error::extra_data;
    if (error)
        return fail(ErrorKind::invalid, kSubject,
                    "no JSON, byte " + std::to_string(used) + ": " + error.message());
    json::value value = json::parse(text, error, {}, options());
    if (error)
        return fail(ErrorKind::invalid, kSubject, "no JSON: " + error.message());
    return value;
}

} // namespace gmguard::admin
