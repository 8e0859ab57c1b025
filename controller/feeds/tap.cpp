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

binding::Event event_of(Kind kind, binding::Heard heard) {
    switch (kind) {
    case Kind::clear:
        return binding::RegisterInClear{std::move(heard)};
    case Kind::inner:
        return binding::RegisterProtected{std::move(heard)};
    case Kind::onward:
        return binding::RegisterOnward{std::move(heard)};
    case Kind::core:
        return binding::AnswerFromCore{std::move(heard)};
    default:
        return binding::AnswerLeaving{std::move(heard)};
    }
}

// Nothing where the message is not whole, or has no one reading.
std::optional<binding::Heard> read(const kernel::Record& record) {
    const auto& head = record.head;
    if (head.full_length != record.message.size())
        return std::nullopt;
    auto message = sip::parse(record.message);
    if (!message)
        return std::nullopt;
    binding::Heard heard{head.time_ns,
                         {Address(head.source), head.source_port},
                         {Address(head.destination), head.destination_port},
                         head.listener,
                         std::move(*message)};
    if (head.inner != head.source)
        heard.inner = Address(head.inner);
    return heard;
}

} // namespace

std::optional<binding::Event> heard(const kernel::Record& record) {
    const auto kind = kind_of(record);
    if (kind == Kind::none)
        return std::nullopt;
    auto heard = read(record);
    if (!heard || heard->message.request == is_answer(kind) || heard->message.method != "REGISTER")
        return std::nullopt;
    return event_of(kind, std::move(*heard));
}

std::optional<binding::Heard> answer(const kernel::Record& record) {
    if (kind_of(record) != Kind::inner)
        return std::nullopt;
    auto heard = read(record);
    return heard && !heard->message.request ? std::move(heard) : std::nullopt;
}

} // namespace gmguard::feeds
