// SPDX-License-Identifier: BSD-2-Clause
#include "feeds/tap.hpp"

#include <utility>

namespace gmguard::feeds {
namespace {

enum class Kind { none, clear, inner, onward, core, leaving };

Kind kind_of(const kernel::Record& record) {
    switch (record.ring) {
    case kernel::Ring::clear:
        return Kind::clear;
    case kernel::Ring::inner:
        return Kind::inner;
    case kernel::Ring::core:
        break;
    case kernel::Ring::events:
        return Kind::none;
    }
    switch (record.head.hook) {
    case GM_HOOK_ONWARD:
        return Kind::onward;
    case GM_HOOK_INSIDE:
        return Kind::core;
    case GM_HOOK_ANSWERS:
        return Kind::leaving;
    default:
        return Kind::none;
    }
}

bool is_answer(Kind kind) {
    return kind == Kind::core || kind == Kind::leaving;
}

template <typename Event> std::optional<binding::Event> event_of(binding::Heard&& heard) {
    return std::optional<binding::Event>(std::in_place, std::in_place_type<Event>,
                                         std::move(heard));
}

std::optional<binding::Event> event_of(Kind kind, binding::Heard&& heard) {
    switch (kind) {
    case Kind::clear:
        return event_of<binding::RegisterInClear>(std::move(heard));
    case Kind::inner:
        return event_of<binding::RegisterProtected>(std::move(heard));
    case Kind::onward:
        return event_of<binding::RegisterOnward>(std::move(heard));
    case Kind::core:
        return event_of<binding::AnswerFromCore>(std::move(heard));
    default:
        return event_of<binding::AnswerLeaving>(std::move(heard));
    }
}

// False where the message is not whole, or has no one reading.
bool read(const kernel::Record& record, binding::Heard& heard) {
    const auto& head = record.head;
    if (head.full_length != record.message.size() || !sip::parse(record.message, heard.message))
        return false;
    heard.now_ns = head.time_ns;
    heard.source = {Address(head.source), head.source_port};
    heard.destination = {Address(head.destination), head.destination_port};
    heard.listener = head.listener;
    if (head.inner != head.source)
        heard.inner = Address(head.inner);
    return true;
}

} // namespace

std::optional<binding::Event> heard(const kernel::Record& record) {
    const auto kind = kind_of(record);
    binding::Heard heard;
    if (kind == Kind::none || !read(record, heard) || heard.message.request == is_answer(kind) ||
        heard.message.method != "REGISTER")
        return std::nullopt;
    return event_of(kind, std::move(heard));
}

std::optional<int> leaving_status(const kernel::Record& record) {
    if (kind_of(record) != Kind::leaving)
        return std::nullopt;
    return sip::status_of(record.message);
}

std::optional<binding::Heard> answer(const kernel::Record& record) {
    if (kind_of(record) != Kind::inner)
        return std::nullopt;
    std::optional<binding::Heard> heard(std::in_place);
    return read(record, *heard) && !heard->message.request ? std::move(heard) : std::nullopt;
}

} // namespace gmguard::feeds
