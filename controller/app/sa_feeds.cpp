// SPDX-License-Identifier: BSD-2-Clause
#include "app/sa_feeds.hpp"

#include <spdlog/spdlog.h>
#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace gmguard::app {
namespace {

Result<> watch(const kernel::Fd& epoll, int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event) != 0)
        return fail(system_error(errno, "XFRM", "cannot wait for it"));
    return {};
}

Result<> start(std::optional<xfrm::Feed>& feed, std::unique_ptr<xfrm::Source> source) {
    if (feed)
        return feed->restart(std::move(source));
    auto opened = xfrm::Feed::over(std::move(source));
    if (!opened)
        return fail(std::move(opened.error()));
    feed = std::move(*opened);
    return {};
}

} // namespace

SaFeeds::SaFeeds(Handler handler)
    : handler_(std::move(handler)), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}

void SaFeeds::follow(const Netns& wanted) {
    for (auto at = all_.begin(); at != all_.end();) {
        const bool stays = wanted.contains(at->first);
        if (!stays)
            close(at->first, at->second);
        at = stays ? std::next(at) : all_.erase(at);
    }
    for (const auto& [netns, name] : wanted) {
        auto& followed = all_[netns];
        followed.name = name;
        if (!followed.feed || followed.error)
            open(followed);
    }
}

// The source that is replaced leaves the epoll with its last descriptor.
void SaFeeds::open(Followed& followed) {
    auto source = xfrm::open_netlink(followed.name);
    if (!source)
        return fail(followed, std::move(source.error()));
    const int fd = (*source)->fd();
    auto started = start(followed.feed, std::move(*source));
    if (started)
        started = watch(epoll_, fd);
    if (!started)
        return fail(followed, std::move(started.error()));
    followed.error.reset();
}

void SaFeeds::close(std::uint64_t netns, Followed& followed) {
    if (followed.feed)
        followed.feed->table().for_each([&](const xfrm::Sa& sa) {
            handler_({netns, sa.key}, {xfrm::SaNews::What::removed, sa}, false);
        });
}

// Said once, until it is another one.
void SaFeeds::fail(Followed& followed, Error error) {
    if (!followed.error || followed.error->text() != error.text())
        spdlog::warn("{}", error.text());
    if (followed.feed && !followed.error)
        (void)::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, followed.feed->fd(), nullptr);
    followed.error = std::move(error);
}

bool SaFeeds::consume() {
    bool more = false;
    for (auto& [netns, followed] : all_)
        if (followed.feed && !followed.error)
            more |= consume(netns, followed);
    return more;
}

bool SaFeeds::consume(std::uint64_t netns, Followed& followed) {
    auto consumed = followed.feed->consume();
    hand_on(netns, followed);
    if (consumed)
        return *consumed;
    fail(followed, std::move(consumed.error()));
    return false;
}

void SaFeeds::hand_on(std::uint64_t netns, Followed& followed) {
    for (const auto& news : followed.feed->take_news())
        handler_({netns, news.sa.key}, news, !followed.was_whole);
    followed.was_whole |= followed.feed->is_whole();
}

void SaFeeds::refresh() {
    for (auto& [netns, followed] : all_)
        if (followed.feed && !followed.error)
            if (auto asked = followed.feed->refresh(); !asked)
                fail(followed, std::move(asked.error()));
}

bool SaFeeds::see_all() const {
    return !all_.empty() && std::ranges::all_of(all_, [](const auto& entry) {
        return entry.second.was_whole && !entry.second.error;
    });
}

std::vector<std::string> SaFeeds::problems() const {
    std::vector<std::string> out;
    for (const auto& [netns, followed] : all_)
        if (followed.error)
            out.push_back(followed.error->text());
    return out;
}

std::uint64_t SaFeeds::losses() const {
    std::uint64_t sum = 0;
    for (const auto& [netns, followed] : all_)
        sum += followed.feed ? followed.feed->losses() : 0;
    return sum;
}

const xfrm::Table* SaFeeds::table(std::uint64_t netns) const {
    const auto at = all_.find(netns);
    return at == all_.end() || !at->second.feed ? nullptr : &at->second.feed->table();
}

const xfrm::Sa* SaFeeds::find(const SaPlace& place) const {
    const auto* there = table(place.netns);
    return there == nullptr ? nullptr : there->find(place.key);
}

std::vector<std::uint64_t> SaFeeds::all() const {
    std::vector<std::uint64_t> out;
    for (const auto& [netns, followed] : all_)
        out.push_back(netns);
    return out;
}

std::string SaFeeds::name(std::uint64_t netns) const {
    const auto at = all_.find(netns);
    return at == all_.end() ? "" : at->second.name;
}

} // namespace gmguard::app
