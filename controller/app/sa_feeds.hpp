// SPDX-License-Identifier: BSD-2-Clause
// The SAs of all network namespaces that phones reach, each followed by a feed of its own.
#pragma once

#include "kernel/fd.hpp"
#include "xfrm/feed.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace gmguard::app {

// An SA of one of the namespaces, which go by their numbers: names may be given anew.
struct SaPlace {
    std::uint64_t netns = 0;
    xfrm::SaKey key;
    friend constexpr auto operator<=>(const SaPlace&, const SaPlace&) = default;
};

class SaFeeds {
  public:
    using Netns = std::map<std::uint64_t, std::string>; // number to name; "": the daemon's own

    // What is told of an SA. `at_first`: it was there when its namespace came to be followed.
    using Handler =
        std::function<void(const SaPlace& place, const xfrm::SaNews& news, bool at_first)>;

    explicit SaFeeds(Handler handler);

    // Follows these namespaces and no others. SAs of one that is no longer followed are told as
    // removed. What cannot be followed is tried again with every call.
    void follow(const Netns& wanted);

    // Readable: call consume().
    [[nodiscard]] int epoll_fd() const { return epoll_.get(); }
    // True: there may be more to read at once.
    bool consume();
    // Has the usage of all told anew.
    void refresh();

    // Of every namespace all SAs are known, or will be when what was lost is made up for.
    [[nodiscard]] bool see_all() const;
    // Why namespaces are not followed, one sentence each.
    [[nodiscard]] std::vector<std::string> problems() const;
    [[nodiscard]] std::uint64_t losses() const;

    // Owned by the feeds; nullptr: there is none.
    [[nodiscard]] const xfrm::Sa* find(const SaPlace& place) const;
    [[nodiscard]] const xfrm::Table* table(std::uint64_t netns) const;
    // The numbers of those that are followed.
    [[nodiscard]] std::vector<std::uint64_t> all() const;
    // Its name; empty where it is the daemon's own, or not followed.
    [[nodiscard]] std::string name(std::uint64_t netns) const;

  private:
    struct Followed {
        std::string name;
        std::optional<xfrm::Feed> feed; // none: it could not be opened yet
        bool was_whole = false;         // since then nothing is there at first
        std::optional<Error> error;     // it does not go on
    };

    void open(Followed& followed);
    void close(std::uint64_t netns, Followed& followed);
    void fail(Followed& followed, Error error);
    [[nodiscard]] bool consume(std::uint64_t netns, Followed& followed);
    void hand_on(std::uint64_t netns, Followed& followed);

    Handler handler_;
    kernel::Fd epoll_;
    std::map<std::uint64_t, Followed> all_;
};

} // namespace gmguard::app
