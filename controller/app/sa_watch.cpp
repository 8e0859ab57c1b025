// SPDX-License-Identifier: BSD-2-Clause
#include "app/sa_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace gmguard::app {
namespace {

using admin::SaDirection;
using xfrm::Standing;

// A P-CSCF installs SAs before the 401 leaves that tells whose they are.
constexpr std::uint64_t kGrace = 5 * binding::kSecond;
constexpr std::size_t kAuditsPerTick = 2000;
constexpr unsigned kMinute = 60; // ticks
constexpr unsigned kAlarms = 20; // a minute; more are counted

bool is_of_gm(SaDirection direction) {
    return direction != SaDirection::other;
}

} // namespace

SaWatch::SaWatch(const config::Config& config, Engine& engine, const Interfaces& interfaces)
    : config_(config), engine_(engine), interfaces_(interfaces),
      feeds_([this](const SaPlace& place, const xfrm::SaNews& news, bool at_first) {
          on_news(place, news, at_first);
      }) {}

void SaWatch::settle(const std::vector<Address>& hosts) {
    SaFeeds::Netns wanted;
    if (wants_sas(config_))
        for (const auto& side : interfaces_.all())
            if (side.interface.side == GM_SIDE_GM)
                wanted.try_emplace(side.key.netns, side.interface.netns);
    const bool same = hosts_ == hosts && listeners_ == config_.listeners;
    hosts_ = hosts;
    listeners_ = config_.listeners;
    feeds_.follow(wanted);
    if (!same)
        sort_anew();
}

void SaWatch::on_news(const SaPlace& place, const xfrm::SaNews& news, bool at_first) {
    switch (news.what) {
    case xfrm::SaNews::What::added:
    case xfrm::SaNews::What::changed:
        add(place, news.sa, at_first);
        break;
    case xfrm::SaNews::What::removed:
        remove(place, news.sa);
        break;
    case xfrm::SaNews::What::aged:
        break;
    }
}

void SaWatch::add(const SaPlace& place, const xfrm::Sa& sa, bool at_first) {
    auto [at, is_new] = records_.try_emplace(place);
    Record& record = at->second;
    if (is_new) {
        record.since_ns = feeds::Moment::now().ns;
        record.early = at_first && is_older_than_guard(sa);
        record.direction = direction_of(config_, hosts_, sa);
    }
    enter(place, record, sa);
}

void SaWatch::remove(const SaPlace& place, const xfrm::Sa& sa) {
    const auto at = records_.find(place);
    if (at == records_.end())
        return;
    Record record = std::move(at->second);
    records_.erase(at);
    leave(place, record, sa);
}

// By the second, of which the kernel tells.
bool SaWatch::is_older_than_guard(const xfrm::Sa& sa) const {
    const feeds::WallTime added{std::chrono::seconds(sa.usage.added)};
    return added + std::chrono::seconds(1) < feeds::Moment::now().wall_at(engine_.since_ns());
}

// To be told again where it has changed.
void SaWatch::enter(const SaPlace& place, Record& record, const xfrm::Sa& sa) {
    if (record.direction != SaDirection::in || sa.protocol != xfrm::Protocol::esp)
        return;
    const auto port = phone_port(sa, SaDirection::in);
    inbound_.erase({sa.source, record.phone_port, place});
    inbound_.insert({sa.source, port, place});
    record.phone_port = port;
    const auto& ports = sa.selector.destination_ports;
    const bool blind = sa.encapsulation && !tells_associations();
    const bool adoptable = record.early && !blind;
    engine_.learn(binding::SaInstalled{feeds::Moment::now().ns,
                                       sa.key.destination,
                                       sa.key.spi,
                                       {sa.source, port},
                                       static_cast<std::uint16_t>(ports.is_one() ? ports.port : 0),
                                       record.early,
                                       adoptable ? engine_.adopts_by_association_until() : 0,
                                       blind,
                                       sa.mode == xfrm::Mode::tunnel});
    record.told = true;
}

// Whether it is known which SA decrypted a message.
bool SaWatch::tells_associations() const {
    return engine_.objects().reads_associations();
}

// There may be another SA under this SPI and address, of another mark or namespace: then it is not
// gone.
void SaWatch::leave(const SaPlace& place, Record& record, const xfrm::Sa& sa) {
    inbound_.erase({sa.source, record.phone_port, place});
    attribute(record, {}); // it counts no more
    record.faults.reset();
    if (!std::exchange(record.told, false) || is_told(sa.key))
        return;
    engine_.learn(binding::SaRemoved{feeds::Moment::now().ns, sa.key.destination, sa.key.spi});
}

bool SaWatch::is_told(const xfrm::SaKey& key) const {
    for (const auto netns : feeds_.all())
        for (auto at = records_.lower_bound({netns, {key.destination, key.spi, 0, {}}});
             at != records_.end() && at->first.netns == netns && at->first.key.spi == key.spi &&
             at->first.key.destination == key.destination;
             ++at)
            if (at->second.told)
                return true;
    return false;
}

// Which SAs are of the Gm interface is another question than before.
void SaWatch::sort_anew() {
    for (auto& [place, record] : records_) {
        const auto* sa = feeds_.find(place);
        if (sa == nullptr)
            continue;
        const auto direction = direction_of(config_, hosts_, *sa);
        if (direction == record.direction)
            continue;
        leave(place, record, *sa);
        record.direction = direction;
        enter(place, record, *sa);
    }
}

void SaWatch::tick() {
    if (ticks_++ % kMinute == 0) {
        alarms_ = 0;
        feeds_.refresh();
    }
    audit_some();
}

// All in turn: whose an SA is changes without a word from the kernel.
void SaWatch::audit_some() {
    auto at = records_.lower_bound(next_);
    for (auto left = std::min(kAuditsPerTick, records_.size()); left != 0; --left) {
        if (at == records_.end())
            at = records_.begin();
        if (is_of_gm(at->second.direction))
            audit(at->first, at->second);
        ++at;
    }
    next_ = at == records_.end() ? SaPlace{} : at->first;
}

void SaWatch::audit(const SaPlace& place, Record& record) {
    const auto* sa = feeds_.find(place);
    if (sa == nullptr)
        return;
    const auto owner = owner_now(record, *sa);
    attribute(record, owner);
    Faults faults;
    for (const auto& deviation : deviations_of(record, *sa, owner)) {
        const auto bit = static_cast<std::size_t>(deviation.fault);
        faults.set(bit);
        if (!record.faults.test(bit))
            tell(deviation, *sa, owner);
    }
    record.faults = faults;
}

// The inbound SA of the same user, from the port that this one goes to; nullptr: there is none.
const xfrm::Sa* SaWatch::sibling_of(const xfrm::Sa& outbound) const {
    const auto phone = outbound.key.destination;
    const auto port = phone_port(outbound, SaDirection::out);
    const auto at = inbound_.lower_bound({phone, port, {}});
    const bool found =
        at != inbound_.end() && std::get<0>(*at) == phone && std::get<1>(*at) == port;
    return found ? feeds_.find(std::get<2>(*at)) : nullptr;
}

// Nobody, as long as it may still turn out who; gone, where somebody was.
SaOwner SaWatch::owner_now(const Record& record, const xfrm::Sa& sa) const {
    const auto now_ns = feeds::Moment::now().ns;
    const auto* inbound = record.direction == SaDirection::in ? &sa : sibling_of(sa);
    auto owner = inbound == nullptr ? SaOwner{} : owner_of(engine_.policy(), *inbound, now_ns);
    const bool was_held = record.standing == Standing::bound || record.standing == Standing::gone;
    if (owner.standing == Standing::nobody && was_held)
        owner.standing = Standing::gone;
    if (owner.standing == Standing::gone && owner.impi.empty()) {
        owner.impi = record.impi;
        owner.binding = record.binding;
    }
    if (owner.standing == Standing::nobody && (record.early || now_ns < record.since_ns + kGrace))
        owner.standing = Standing::unattributed;
    return owner;
}

void SaWatch::attribute(Record& record, const SaOwner& owner) {
    if (record.impi != owner.impi) {
        const std::pair before(record.impi, record.direction);
        if (!record.impi.empty() && --of_user_[before] == 0)
            of_user_.erase(before);
        if (!owner.impi.empty())
            ++of_user_[{owner.impi, record.direction}];
        record.impi = owner.impi;
    }
    record.binding = owner.binding;
    record.standing = owner.standing;
}

std::vector<xfrm::Deviation> SaWatch::deviations_of(const Record& record, const xfrm::Sa& sa,
                                                    const SaOwner& owner) const {
    if (!is_of_gm(record.direction))
        return {};
    xfrm::Expected expected;
    expected.inbound = record.direction == SaDirection::in;
    expected.standing = owner.standing;
    expected.told_apart = tells_associations();
    expected.pcscf = expected.inbound ? sa.key.destination : sa.source;
    expected.holder = owner.prefix;
    expected.phone_ports = owner.phone_ports;
    expected.agreed = owner.agreed;
    expected.doubted = owner.doubted;
    if (const auto at = of_user_.find({owner.impi, record.direction}); at != of_user_.end())
        expected.of_user = at->second;
    return xfrm::audit(sa, expected);
}

void SaWatch::tell(const xfrm::Deviation& deviation, const xfrm::Sa& sa, const SaOwner& owner) {
    ++deviations_[std::string(name(deviation.fault))];
    if (alarms_ == kAlarms) {
        ++unheard_;
        return;
    }
    ++alarms_;
    const auto unheard = std::exchange(unheard_, 0);
    engine_.alarm(fmt::format("SA {:#010x} from {} to {}{}{} deviates ({}): {}{}", sa.key.spi,
                              sa.source.text(), sa.key.destination.text(),
                              owner.impi.empty() ? "" : " of ", owner.impi, name(deviation.fault),
                              deviation.text,
                              unheard == 0 ? "" : fmt::format("; {} more before", unheard)));
}

std::vector<std::string> SaWatch::warnings() const {
    std::vector<std::string> out;
    for (const auto& problem : feeds_.problems())
        out.push_back("security associations are not seen: " + problem);
    return out;
}

std::map<std::string, std::uint64_t> SaWatch::deviations() const {
    auto out = deviations_;
    for (std::size_t fault = 0; fault < xfrm::kFaults; ++fault)
        out.try_emplace(std::string(name(static_cast<xfrm::Fault>(fault))), 0);
    return out;
}

} // namespace gmguard::app
