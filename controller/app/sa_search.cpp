// SPDX-License-Identifier: BSD-2-Clause
// Questions about SAs. Filters see them as of their last audit; what is shown is audited anew.
#include "app/sa_watch.hpp"

#include "app/sa_view.hpp"

#include <fmt/format.h>

#include <netinet/in.h>

#include <algorithm>

namespace gmguard::app {
namespace {

template <typename T> bool allows(const std::optional<T>& wanted, const T& there) {
    return !wanted || *wanted == there;
}

std::optional<admin::EventHolder> holder_of(const SaOwner& owner) {
    if (owner.impi.empty() && owner.binding.empty())
        return std::nullopt;
    admin::EventHolder holder{owner.impi, std::nullopt, owner.binding, owner.selector};
    if (owner.since_ns != 0)
        holder.since = feeds::Moment::now().wall_at(owner.since_ns);
    return holder;
}

} // namespace

std::string SaWatch::id_of(const SaPlace& place) const {
    const auto& key = place.key;
    auto id = fmt::format("{:#010x}@{}", key.spi, key.destination.text());
    if (key.protocol != IPPROTO_ESP)
        id += fmt::format(",protocol={}", key.protocol);
    if (key.mark.mask != 0)
        id += fmt::format(",mark={:#x}:{:#x}", key.mark.value, key.mark.mask);
    if (const auto netns = feeds_.name(place.netns); !netns.empty())
        id += ",netns=" + netns;
    return id;
}

admin::Sa SaWatch::show(const SaPlace& place, const Record& record) const {
    const auto& sa = *feeds_.find(place);
    const auto owner =
        record.direction == admin::SaDirection::other ? SaOwner{} : owner_now(record, sa);
    admin::Sa out;
    out.id = id_of(place);
    out.spi = place.key.spi;
    out.direction = record.direction;
    out.state = state_of(record.direction, owner.standing);
    out.netns = feeds_.name(place.netns);
    out.source = sa.source;
    out.destination = place.key.destination;
    out.installed = shown(sa, feeds_.table(place.netns)->policies_of(sa));
    if (owner.agreed)
        out.agreed = shown(*owner.agreed);
    out.holder = holder_of(owner);
    for (const auto& deviation : deviations_of(record, sa, owner))
        out.deviations.push_back({std::string(name(deviation.fault)), deviation.text});
    return out;
}

bool SaWatch::matches(const SaPlace& place, const Record& record,
                      const admin::SaQuery& query) const {
    const auto* sa = feeds_.find(place);
    if (sa == nullptr || !allows(query.spi, place.key.spi) ||
        !allows(query.direction, record.direction) || !allows(query.deviates, record.faults.any()))
        return false;
    if (!query.impi.empty() && query.impi != record.impi)
        return false;
    if (query.prefix && !query.prefix->contains(sa->source) &&
        !query.prefix->contains(place.key.destination))
        return false;
    const auto has = [&query](const xfrm::Ports& ports) {
        return ports.is_one() && ports.port == *query.port;
    };
    if (query.port && !has(sa->selector.source_ports) && !has(sa->selector.destination_ports))
        return false;
    return allows(query.state, state_of(record.direction, record.standing));
}

Result<admin::SaPage> SaWatch::find(const admin::SaQuery& query) const {
    const auto from = query.cursor.empty() ? SaPlace{} : place_of(query.cursor);
    if (!from)
        return fail(ErrorKind::invalid, "cursor", "is none that a page gave");
    admin::SaPage page;
    for (const auto& [place, record] : records_) {
        if (!matches(place, record, query))
            continue;
        ++page.total;
        if (place < *from || !page.next_cursor.empty())
            continue;
        if (page.items.size() < query.limit)
            page.items.push_back(show(place, record));
        else
            page.next_cursor = cursor_of(place);
    }
    return page;
}

Result<admin::Sa> SaWatch::find(std::string_view id) const {
    const auto spi = spi_of(id.substr(0, id.find('@')));
    const bool alone = id.find('@') == std::string_view::npos;
    std::vector<Records::const_iterator> found;
    for (auto at = records_.begin(); spi && at != records_.end(); ++at)
        if (at->first.key.spi == *spi && (alone || id_of(at->first) == id) &&
            feeds_.find(at->first) != nullptr)
            found.push_back(at);
    const auto subject = "SA " + std::string(id);
    if (found.empty())
        return fail(ErrorKind::not_found, subject, "is not there");
    if (found.size() > 1)
        return fail(ErrorKind::conflict, subject,
                    fmt::format("is one of {} of this SPI", found.size()),
                    "name one by its id, as " + id_of(found.front()->first));
    return show(found.front()->first, found.front()->second);
}

admin::SaCounts SaWatch::counts() const {
    admin::SaCounts out;
    for (const auto& [place, record] : records_)
        ++out[{record.direction, state_of(record.direction, record.standing)}];
    return out;
}

} // namespace gmguard::app
