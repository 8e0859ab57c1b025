// SPDX-License-Identifier: BSD-2-Clause
#include "admin/json_read.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace gmguard::admin {
namespace {

namespace json = boost::json;

bool has_control(std::string_view text) {
    return std::ranges::any_of(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// Why this is no text of 1 to `max` bytes; empty: it is.
std::string why_no_text(const json::value& value, std::size_t max, bool raw) {
    const json::string* text = value.if_string();
    if (!text)
        return "must be a string";
    if (text->empty())
        return "must not be empty";
    if (text->size() > max)
        return "must be at most " + std::to_string(max) + " bytes long";
    if (!raw && has_control(*text))
        return "must not hold control characters";
    return {};
}

std::string escaped(std::string_view member) {
    std::string text;
    for (const char c : member)
        text += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    return text;
}

bool is_json(std::string_view content_type) {
    const std::size_t end = content_type.find_first_of("; \t");
    const std::string_view type = content_type.substr(0, end);
    return equal_ignoring_case(type, "application/json") ||
           equal_ignoring_case(type, "application/merge-patch+json");
}

} // namespace

std::expected<json::value, Problem> read_body(const Request& request) {
    if (request.body.empty())
        return json::object{};
    if (!is_json(request.header("Content-Type").value_or("")))
        return std::unexpected(Problem{ProblemKind::unsupported_media_type,
                                       "the body has to be application/json (curl: --json)",
                                       {}});
    Result<json::value> value = parse_json(request.body);
    if (!value)
        return std::unexpected(Problem{ProblemKind::malformed_request, value.error().what, {}});
    return std::move(*value);
}

Problem invalid_body(std::vector<Flaw> flaws) {
    return {ProblemKind::invalid, "the body is not what is asked for", std::move(flaws)};
}

ObjectReader::ObjectReader(const json::value& value, std::string pointer, std::vector<Flaw>& flaws)
    : object_(value.if_object()), pointer_(std::move(pointer)), flaws_(flaws) {
    if (!object_)
        flaws_.push_back({pointer_, "must be an object"});
}

std::string ObjectReader::pointer_to(std::string_view member) const {
    return pointer_ + "/" + escaped(member);
}

bool ObjectReader::has(std::string_view member) const {
    return object_ && object_->contains(member);
}

bool ObjectReader::is_null(std::string_view member) const {
    return has(member) && object_->at(member).is_null();
}

std::vector<std::string> ObjectReader::members() const {
    std::vector<std::string> names;
    if (object_)
        for (const auto& member : *object_)
            names.emplace_back(member.key());
    return names;
}

const json::value* ObjectReader::any(std::string_view member) {
    taken_.emplace(member);
    return object_ ? object_->if_contains(member) : nullptr;
}

const json::value* ObjectReader::take(std::string_view member) {
    const json::value* value = any(member);
    if (object_ && !value)
        flaw(member, "is required");
    return value;
}

std::optional<std::string> ObjectReader::string(std::string_view member, std::size_t max,
                                                bool raw) {
    const json::value* value = take(member);
    if (!value)
        return std::nullopt;
    if (std::string why = why_no_text(*value, max, raw); !why.empty()) {
        flaw(member, std::move(why));
        return std::nullopt;
    }
    return std::string(value->get_string());
}

std::optional<std::string> ObjectReader::text(std::string_view member, std::size_t max) {
    return string(member, max, false);
}

std::optional<std::string> ObjectReader::raw_text(std::string_view member, std::size_t max) {
    return string(member, max, true);
}

std::optional<std::uint64_t> ObjectReader::number(std::string_view member, std::uint64_t min,
                                                  std::uint64_t max) {
    const json::value* value = take(member);
    if (!value)
        return std::nullopt;
    json::error_code error;
    const bool whole = value->is_int64() || value->is_uint64();
    const auto number = whole ? value->to_number<std::uint64_t>(error) : 0;
    if (!whole || error || number < min || number > max) {
        flaw(member,
             "must be a whole number, " + std::to_string(min) + " to " + std::to_string(max));
        return std::nullopt;
    }
    return number;
}

bool ObjectReader::flag(std::string_view member) {
    const json::value* value = any(member);
    if (value && !value->is_bool())
        flaw(member, "must be true or false");
    return value && value->is_bool() && value->get_bool();
}

std::optional<std::vector<std::string>> ObjectReader::texts(std::string_view member,
                                                            std::size_t max_elements) {
    const json::value* value = take(member);
    if (!value)
        return std::nullopt;
    const json::array* elements = value->if_array();
    if (!elements || elements->empty() || elements->size() > max_elements) {
        flaw(member, "must be an array of 1 to " + std::to_string(max_elements) + " strings");
        return std::nullopt;
    }
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < elements->size(); ++i) {
        std::string why = why_no_text((*elements)[i], 255, false);
        if (why.empty())
            texts.emplace_back((*elements)[i].get_string());
        else
            flaws_.push_back({pointer_to(member) + "/" + std::to_string(i), std::move(why)});
    }
    return texts;
}

void ObjectReader::flaw(std::string_view member, std::string detail) {
    flaws_.push_back({pointer_to(member), std::move(detail)});
}

void ObjectReader::refuse_others() {
    for (const std::string& member : members())
        if (!taken_.contains(member))
            flaw(member, "is not a member of this document");
}

} // namespace gmguard::admin
