// SPDX-License-Identifier: BSD-2-Clause
#include "xfrm/feed.hpp"

#include "xfrm/attributes.hpp"

#include <linux/netlink.h>

namespace gmguard::xfrm {
namespace {

// Takes the first netlink message off `bytes`; empty where there is none that is whole.
Bytes take_message(Bytes& bytes) {
    const auto head = load<nlmsghdr>(bytes);
    if (!head || head->nlmsg_len < sizeof *head || head->nlmsg_len > bytes.size())
        return {};
    const auto message = bytes.first(head->nlmsg_len);
    bytes = behind(bytes, head->nlmsg_len);
    return message;
}

// NLMSG_DONE and NLMSG_ERROR begin alike: 0, or an errno as a negative number.
bool tells_error(Bytes message) {
    return load<std::int32_t>(behind(message, sizeof(nlmsghdr))).value_or(0) < 0;
}

} // namespace

Result<Feed> Feed::open(const std::string& netns) {
    auto source = open_netlink(netns);
    return source ? over(std::move(*source)) : fail(std::move(source.error()));
}

Result<Feed> Feed::over(std::unique_ptr<Source> source) {
    Feed feed(std::move(source));
    if (auto begun = feed.begin(); !begun)
        return fail(std::move(begun.error()));
    return feed;
}

Result<bool> Feed::consume(std::size_t share) {
    for (; share != 0; --share) {
        const auto datagram = source_->receive();
        if (!datagram)
            return fail(datagram.error());
        if (datagram->kind == Datagram::Kind::nothing)
            return false;
        if (auto taken = take(*datagram); !taken)
            return fail(std::move(taken.error()));
    }
    return true;
}

Result<> Feed::restart(std::unique_ptr<Source> source) {
    source_ = std::move(source);
    whole_ = false;
    return begin();
}

Result<> Feed::refresh() {
    return stage_ == Stage::idle ? begin() : Result<>{};
}

Result<> Feed::begin() {
    table_.begin_dump();
    spoilt_ = false;
    stage_ = Stage::sas;
    return source_->ask(Dump::sas);
}

Result<> Feed::take(const Datagram& datagram) {
    if (datagram.kind == Datagram::Kind::lost)
        return lose();
    Bytes bytes = datagram.bytes;
    for (auto message = take_message(bytes); !message.empty(); message = take_message(bytes)) {
        if (datagram.kind == Datagram::Kind::notice)
            hear(message);
        else if (auto taken = take_answer(message); !taken)
            return taken;
    }
    return {};
}

void Feed::hear(Bytes message) {
    const auto change = read(message);
    if (!change)
        return;
    spoilt_ |= std::holds_alternative<SasFlushed>(*change) ||
               std::holds_alternative<PoliciesFlushed>(*change);
    table_.hear(*change);
}

Result<> Feed::take_answer(Bytes message) {
    const auto head = load<nlmsghdr>(message);
    if (stage_ == Stage::idle)
        return {};
    spoilt_ |= (head->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
    if (head->nlmsg_type == NLMSG_DONE || head->nlmsg_type == NLMSG_ERROR)
        return end_stage(tells_error(message));
    if (const auto change = read(message))
        table_.dump(*change);
    return {};
}

// A dump that failed is not asked for again before the next refresh().
Result<> Feed::end_stage(bool failed) {
    const auto ended = std::exchange(stage_, Stage::idle);
    if (failed)
        return {};
    if (spoilt_)
        return begin();
    if (ended == Stage::sas) {
        table_.end_dump_of_sas();
        stage_ = Stage::policies;
        return source_->ask(Dump::policies);
    }
    table_.end_dump_of_policies();
    whole_ = true;
    return {};
}

Result<> Feed::lose() {
    ++losses_;
    whole_ = false;
    spoilt_ = true;
    return refresh();
}

} // namespace gmguard::xfrm
