// SPDX-License-Identifier: BSD-2-Clause
#include "feeds/tap.hpp"

namespace gmguard::feeds {
namespace {

using binding::Tap;

std::optional<Tap> tap_of(const kernel::Record& record) {
    switch (record.ring) {
    case kernel::Ring::clear:
        return Tap::clear;
    case kernel::Ring::inner:
        return Tap::inner;
    case kernel::Ring::core:
        break;
    case kernel::Ring::events:
        return std::nullopt;
    }
    switch (record.head.hook) {
    case GM_HOOK_ONWARD:
        return Tap::onward;
    case GM_HOOK_INSIDE:
        return Tap::core;
    case GM_HOOK_ANSWERS:
        return Tap::leaving;
    default:
        return std::nullopt;
    }
}

bool fits(Tap tap, const sip::Message& message) {
    const bool is_answer = tap == Tap::core || tap == Tap::leaving;
    return message.request != is_answer && message.method == "REGISTER";
}

bool is_whole(const kernel::Record& record) {
    return record.head.full_length == record.message.size();
}

void read_head(const gm_record& head, binding::Heard& heard) {
    heard.now_ns = head.time_ns;
    heard.source = {Address(head.source), head.source_port};
    heard.destination = {Address(head.destination), head.destination_port};
    heard.listener = head.listener;
    heard.inner.reset();
    if (head.inner != head.source)
        heard.inner = Address(head.inner);
}

} // namespace

std::optional<Tap> Ear::hear(const kernel::Record& record) {
    const auto tap = tap_of(record);
    if (!tap || !is_whole(record))
        return std::nullopt;
    // What goes on repeats what the phone and its P-CSCF agreed on, at most.
    const auto depth = tap == Tap::onward ? sip::Depth::hop : sip::Depth::registration;
    if (!sip::hear(record.message, depth, heard_.message) || !fits(*tap, heard_.message))
        return std::nullopt;
    read_head(record.head, heard_);
    return tap;
}

std::optional<int> leaving_status(const kernel::Record& record) {
    if (tap_of(record) != Tap::leaving)
        return std::nullopt;
    return sip::status_of(record.message);
}

std::optional<binding::Heard> answer(const kernel::Record& record) {
    if (tap_of(record) != Tap::inner || !is_whole(record))
        return std::nullopt;
    std::optional<binding::Heard> heard(std::in_place);
    if (!sip::parse(record.message, heard->message) || heard->message.request)
        return std::nullopt;
    read_head(record.head, *heard);
    return heard;
}

} // namespace gmguard::feeds
