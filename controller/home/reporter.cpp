// SPDX-License-Identifier: BSD-2-Clause
#include "home/reporter.hpp"

#include "sip/message.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace gmguard::home {

Result<std::string> Reporter::begin(const binding::Failure& failure, const Endpoint& from,
                                    const Names& names, std::uint64_t now_ns) {
    if (open_.size() >= kOpenReports)
        return fail(ErrorKind::exhausted, "report",
                    fmt::format("{} are under way already", kOpenReports));
    auto request = report_of(failure, from, names);
    if (!request)
        return request;
    const auto message = sip::read(*request);
    Reported report{failure.impi, failure.impu, message ? message->message.call_id.string() : "",
                    0};
    open_.emplace(names.branch, Open{Transaction(now_ns), std::move(report), *request});
    return request;
}

// Matched as RFC 3261 17.1.3 has it: by the branch of the topmost Via and the method in CSeq.
std::optional<Reported> Reporter::hear(std::string_view datagram) {
    const auto reading = sip::read(datagram);
    if (!reading || reading->message.request || reading->message.vias.empty())
        return std::nullopt;
    const sip::Message& answer = reading->message;
    const auto found = open_.find(answer.vias.front().branch.string());
    if (found == open_.end() || answer.method != "REGISTER" ||
        answer.call_id != found->second.report.call_id)
        return std::nullopt;
    if (answer.status < 200) {
        found->second.transaction.proceed();
        return std::nullopt;
    }
    Reported report = std::move(found->second.report);
    report.status = answer.status;
    open_.erase(found);
    return report;
}

Reporter::Due Reporter::tick(std::uint64_t now_ns) {
    Due due;
    for (auto each = open_.begin(); each != open_.end();) {
        const auto step = each->second.transaction.step(now_ns);
        if (step == Transaction::Step::send)
            due.again.push_back(each->second.request);
        if (step == Transaction::Step::give_up)
            due.over.push_back(std::move(each->second.report));
        each = step == Transaction::Step::give_up ? open_.erase(each) : std::next(each);
    }
    return due;
}

std::optional<std::uint64_t> Reporter::due_ns() const {
    std::optional<std::uint64_t> next;
    for (const auto& [branch, open] : open_)
        next = std::min(next.value_or(open.transaction.due_ns()), open.transaction.due_ns());
    return next;
}

} // namespace gmguard::home
