// SPDX-License-Identifier: BSD-2-Clause
#include "feeds/reports.hpp"

#include "sip/message.hpp"

#include <utility>

namespace gmguard::feeds {
namespace {

using admin::EventType;
using binding::NoticeKind;

std::optional<admin::EventSip> sip_of(std::string_view bytes) {
    const auto reading = sip::read(bytes);
    if (!reading)
        return std::nullopt;
    const sip::Message& message = reading->message;
    admin::EventSip sip;
    if (message.request)
        sip.method = message.method;
    sip.status = message.status;
    if (message.register_class)
        sip.register_class = sip::name(*message.register_class);
    sip.impi = message.impi();
    if (message.to)
        sip.impu = message.to->text;
    sip.call_id = message.call_id;
    return sip;
}

// The types of notices bear the names of their kinds.
EventType type_of(NoticeKind kind) {
    switch (kind) {
    case NoticeKind::bound:
        return EventType::bound;
    case NoticeKind::refreshed:
        return EventType::refreshed;
    case NoticeKind::released:
        return EventType::released;
    case NoticeKind::expired:
        return EventType::expired;
    case NoticeKind::lapsed:
        return EventType::lapsed;
    case NoticeKind::moved:
        return EventType::moved;
    case NoticeKind::conflict:
        return EventType::conflict;
    case NoticeKind::shadowed:
        return EventType::shadowed;
    case NoticeKind::contested:
        return EventType::contested;
    case NoticeKind::superseded:
        return EventType::superseded;
    case NoticeKind::address_conflict:
        return EventType::address_conflict;
    case NoticeKind::challenged:
        return EventType::challenged;
    case NoticeKind::auth_timeout:
        return EventType::auth_timeout;
    case NoticeKind::forged_answer:
        return EventType::forged_answer;
    case NoticeKind::not_believed:
        return EventType::not_believed;
    case NoticeKind::port_reused:
        return EventType::port_reused;
    case NoticeKind::adopted:
        return EventType::adopted;
    case NoticeKind::sec_agree_mismatch:
        return EventType::sec_agree_mismatch;
    case NoticeKind::lost:
        return EventType::lost;
    }
    return EventType::alarm;
}

// Whose the selector is: the other user where there is one, else the one the notice is about.
std::optional<admin::EventHolder> holder_of(const binding::Notice& notice) {
    if (notice.selector.empty() && notice.id.empty())
        return std::nullopt;
    const auto& impi = notice.other_impi.empty() ? notice.impi : notice.other_impi;
    return admin::EventHolder{impi, std::nullopt, notice.id, notice.selector};
}

std::string detail_of(const binding::Notice& notice) {
    const std::string doubt(notice.doubt == binding::Doubt::none ? ""
                                                                 : binding::name(notice.doubt));
    return doubt.empty() || notice.detail.empty() ? doubt + notice.detail
                                                  : doubt + ": " + notice.detail;
}

} // namespace

admin::Event report(const kernel::Record& record, const Directory& directory, const Moment& now) {
    const auto& head = record.head;
    const bool dropped = head.verdict == GM_VERDICT_DROP;
    admin::Event event;
    event.time = now.wall_at(head.time_ns);
    event.type = dropped ? EventType::drop : EventType::would_drop;
    event.mode = dropped ? GM_MODE_ENFORCE : GM_MODE_MONITOR;
    if (head.reason != GM_REASON_none)
        event.reason = head.reason;
    event.listener = directory.listener(head.listener);
    event.hook = head.hook;
    event.interface = directory.interface(head.ifindex);
    event.source = Endpoint{Address(head.source), head.source_port};
    event.destination = Endpoint{Address(head.destination), head.destination_port};
    if (head.protocol == GM_UDP || head.protocol == GM_TCP)
        event.protocol = head.protocol;
    event.sip = sip_of(record.message);
    if (head.holder != 0)
        event.bound_to = directory.holder(*event.source, now);
    event.suppressed = head.suppressed;
    return event;
}

admin::Event report(const binding::Notice& notice, const Directory& directory, const Moment& now) {
    admin::Event event;
    event.time = now.wall_at(notice.now_ns);
    event.type = type_of(notice.kind);
    event.listener = directory.listener(notice.listener);
    if (!notice.source.address.is_any())
        event.source = notice.source;
    if (!notice.impi.empty())
        event.sip = admin::EventSip{"", 0, "", notice.impi, "", ""};
    event.bound_to = holder_of(notice);
    event.count = notice.count;
    event.detail = detail_of(notice);
    return event;
}

std::vector<Loss> losses(const gm_losses& before, const gm_losses& after) {
    const std::vector<Loss> all = {
        {"gm_sip_clear", after.sip_clear - before.sip_clear},
        {"gm_sip_inner", after.sip_inner - before.sip_inner},
        {"gm_sip_core", after.sip_core - before.sip_core},
        {"gm_events", after.events - before.events},
    };
    std::vector<Loss> grown;
    for (const auto& loss : all)
        if (loss.count != 0)
            grown.push_back(loss);
    return grown;
}

} // namespace gmguard::feeds
