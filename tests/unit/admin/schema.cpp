// SPDX-License-Identifier: BSD-2-Clause
#include "unit/admin/schema.hpp"

#include <algorithm>
#include <regex>

namespace gmguard::admin {
namespace {

namespace json = boost::json;

bool has_type(const json::value& instance, std::string_view type) {
    if (type == "integer")
        return instance.is_int64() || instance.is_uint64();
    if (type == "number")
        return instance.is_number();
    const std::string_view names[] = {"null",   "boolean", "integer", "integer",
                                      "number", "string",  "array",   "object"};
    return names[static_cast<int>(instance.kind())] == type;
}

bool has_one_type(const json::value& instance, const json::value& types) {
    if (types.is_string())
        return has_type(instance, types.get_string());
    return std::ranges::any_of(types.as_array(), [&](const json::value& type) {
        return has_type(instance, type.as_string());
    });
}

bool is_annotation(std::string_view word) {
    return word == "description" || word == "default" || word == "x-data";
}

bool has_format(const json::value& instance, const json::value& format) {
    static const std::regex time(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)");
    return !instance.is_string() || (format.as_string() == "date-time" &&
                                     std::regex_match(std::string(instance.get_string()), time));
}

// What does not apply to the instance's type is fulfilled.
bool fits_bound(std::string_view word, const json::value& rule, const json::value& instance) {
    const auto bound = rule.to_number<std::int64_t>();
    const auto holds = [&](std::int64_t value) {
        return word.starts_with("min") ? value >= bound : value <= bound;
    };
    if (word.ends_with("Length"))
        return !instance.is_string() || holds(std::ssize(instance.get_string()));
    if (word.ends_with("Items"))
        return !instance.is_array() || holds(std::ssize(instance.get_array()));
    return !has_type(instance, "integer") || holds(instance.to_number<std::int64_t>());
}

bool is_bound(std::string_view word) {
    static const std::vector<std::string_view> words{"minimum",   "maximum",  "minLength",
                                                     "maxLength", "minItems", "maxItems"};
    return std::ranges::find(words, word) != words.end();
}

bool has_pattern(const json::value& rule, const json::value& instance) {
    return !instance.is_string() || std::regex_search(std::string(instance.get_string()),
                                                      std::regex(std::string(rule.as_string())));
}

} // namespace

const json::value& SchemaValidator::resolve(const json::value& thing) const {
    const json::value* reference =
        thing.is_object() ? thing.get_object().if_contains("$ref") : nullptr;
    if (!reference)
        return thing;
    return resolve(document_.at_pointer(std::string_view(reference->as_string()).substr(1)));
}

std::vector<std::string> SchemaValidator::check(const json::value& schema,
                                                const json::value& instance) const {
    Errors errors;
    walk(schema, instance, "", errors);
    return errors;
}

void SchemaValidator::walk(const json::value& schema, const json::value& instance,
                           const std::string& at, Errors& errors) const {
    for (const auto& member : schema.as_object()) {
        const std::string_view word = member.key();
        if (!keyword(word, member.value(), schema, instance, at, errors))
            errors.push_back(at + ": breaks " + std::string(word) + ": " +
                             json::serialize(instance).substr(0, 200));
    }
}

bool SchemaValidator::keyword(std::string_view word, const Value& rule, const Value& schema,
                              const Value& instance, const std::string& at, Errors& errors) const {
    if (word == "$ref") {
        walk(resolve(schema), instance, at, errors);
        return true;
    }
    if (word == "type")
        return has_one_type(instance, rule);
    if (word == "const")
        return instance == rule;
    if (word == "enum")
        return std::ranges::find(rule.as_array(), instance) != rule.as_array().end();
    if (word == "anyOf")
        return any_of(rule, instance);
    if (word == "pattern")
        return has_pattern(rule, instance);
    if (word == "format")
        return has_format(instance, rule);
    if (is_bound(word))
        return fits_bound(word, rule, instance);
    if (word == "items" && instance.is_array())
        for (std::size_t i = 0; i < instance.get_array().size(); ++i)
            walk(rule, instance.get_array()[i], at + "/" + std::to_string(i), errors);
    return word == "items" || is_annotation(word) ||
           of_object(word, rule, schema, instance, at, errors);
}

bool SchemaValidator::of_object(std::string_view word, const Value& rule, const Value& schema,
                                const Value& instance, const std::string& at,
                                Errors& errors) const {
    const json::object* object = instance.if_object();
    if (word == "required")
        return !object || std::ranges::all_of(rule.as_array(), [&](const Value& name) {
            return object->contains(name.as_string());
        });
    if (word == "properties") {
        for (const auto& property : rule.as_object())
            if (object && object->contains(property.key()))
                walk(property.value(), object->at(property.key()),
                     at + "/" + std::string(property.key()), errors);
        return true;
    }
    if (word == "propertyNames") {
        for (std::size_t i = 0; object && i < object->size(); ++i)
            walk(rule, Value((object->begin() + i)->key()), at, errors);
        return true;
    }
    if (word == "additionalProperties" && object)
        other_members(rule, schema, *object, at, errors);
    return word == "additionalProperties";
}

void SchemaValidator::other_members(const Value& rule, const Value& schema,
                                    const json::object& object, const std::string& at,
                                    Errors& errors) const {
    const Value* properties = schema.as_object().if_contains("properties");
    for (const auto& member : object) {
        if (properties && properties->as_object().contains(member.key()))
            continue;
        const std::string where = at + "/" + std::string(member.key());
        if (rule.is_bool() && !rule.get_bool())
            errors.push_back(where + ": is not in the schema");
        else if (rule.is_object())
            walk(rule, member.value(), where, errors);
    }
}

bool SchemaValidator::any_of(const Value& rules, const Value& instance) const {
    return std::ranges::any_of(rules.as_array(),
                               [&](const Value& rule) { return check(rule, instance).empty(); });
}

} // namespace gmguard::admin
