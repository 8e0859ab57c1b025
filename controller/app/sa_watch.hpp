// SPDX-License-Identifier: BSD-2-Clause
// Security associations at work: what the kernel tells of them goes to the policy, each is audited
// (D.1, 2.2, 3), and what deviates is an alarm. Nothing here changes an SA: that is the P-CSCF's.
#pragma once

#include "admin/sa.hpp"
#include "app/engine.hpp"
#include "app/interfaces.hpp"
#include "app/sa_feeds.hpp"
#include "app/sa_owner.hpp"

#include <bitset>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace gmguard::app {

class SaWatch {
  public:
    // All outlive it.
    SaWatch(const config::Config& config, Engine& engine, const Interfaces& interfaces);
    SaWatch(const SaWatch&) = delete;
    SaWatch& operator=(const SaWatch&) = delete;

    // Follows the namespaces of the Gm interfaces, where a listener has IPsec; `hosts` are their
    // addresses. To be called at the start, and whenever any of this may have changed.
    void settle(const std::vector<Address>& hosts);
    // Readable: call consume().
    [[nodiscard]] int epoll_fd() const { return feeds_.epoll_fd(); }
    // True: there is more to read at once.
    bool consume() { return feeds_.consume(); }
    // Once a second.
    void tick();

    // Error: the cursor is none (invalid).
    [[nodiscard]] Result<admin::SaPage> find(const admin::SaQuery& query) const;
    // By its id, or by its SPI where only one has it: a number, 0x before hexadecimal. not_found;
    // conflict, several have this SPI.
    [[nodiscard]] Result<admin::Sa> find(std::string_view id) const;

    // All SAs of the Gm interface are known.
    [[nodiscard]] bool sees_all() const { return feeds_.see_all(); }
    // Why SAs are not seen, one sentence each.
    [[nodiscard]] std::vector<std::string> warnings() const;
    [[nodiscard]] admin::SaCounts counts() const;
    // Deviations found so far, by the name of the fault.
    [[nodiscard]] std::map<std::string, std::uint64_t> deviations() const;

  private:
    using Faults = std::bitset<xfrm::kFaults>;

    // What is remembered of an SA beside what the feeds have.
    struct Record {
        admin::SaDirection direction = admin::SaDirection::other;
        bool early = false; // it was there before the guard: nobody need be known to hold it
        bool told = false;  // the policy knows of it
        std::uint16_t phone_port = 0;
        std::uint64_t since_ns = 0;
        xfrm::Standing standing = xfrm::Standing::unattributed;
        std::string impi;    // of the last who held it
        std::string binding; // its id
        Faults faults;       // as of the last audit
    };
    using Records = std::map<SaPlace, Record>;

    void on_news(const SaPlace& place, const xfrm::SaNews& news, bool at_first);
    void add(const SaPlace& place, const xfrm::Sa& sa, bool at_first);
    void remove(const SaPlace& place, const xfrm::Sa& sa);
    void enter(const SaPlace& place, Record& record, const xfrm::Sa& sa);
    [[nodiscard]] bool tells_associations() const;
    void leave(const SaPlace& place, Record& record, const xfrm::Sa& sa);
    [[nodiscard]] bool is_older_than_guard(const xfrm::Sa& sa) const;
    // The policy was told of an SA at this address with this SPI.
    [[nodiscard]] bool is_told(const xfrm::SaKey& key) const;
    void sort_anew();

    void audit_some();
    void audit(const SaPlace& place, Record& record);
    void attribute(Record& record, const SaOwner& owner);
    [[nodiscard]] const xfrm::Sa* sibling_of(const xfrm::Sa& outbound) const;
    [[nodiscard]] SaOwner owner_now(const Record& record, const xfrm::Sa& sa) const;
    [[nodiscard]] std::vector<xfrm::Deviation>
    deviations_of(const Record& record, const xfrm::Sa& sa, const SaOwner& owner) const;
    void tell(const xfrm::Deviation& deviation, const xfrm::Sa& sa, const SaOwner& owner);

    [[nodiscard]] admin::Sa show(const SaPlace& place, const Record& record) const;
    [[nodiscard]] std::string id_of(const SaPlace& place) const;
    [[nodiscard]] bool matches(const SaPlace& place, const Record& record,
                               const admin::SaQuery& query) const;

    const config::Config& config_;
    Engine& engine_;
    const Interfaces& interfaces_;
    SaFeeds feeds_;
    std::vector<Address> hosts_;
    std::vector<config::Listener> listeners_; // by which SAs were sorted
    Records records_;
    std::set<std::tuple<Address, std::uint16_t, SaPlace>> inbound_; // by the phone's address, port
    std::map<std::pair<std::string, admin::SaDirection>, std::size_t> of_user_;
    std::map<std::string, std::uint64_t> deviations_;
    SaPlace next_; // to be audited
    unsigned ticks_ = 0;
    unsigned alarms_ = 0; // in this minute
    std::uint64_t unheard_ = 0;
};

} // namespace gmguard::app
