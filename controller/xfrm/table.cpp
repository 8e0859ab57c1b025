// SPDX-License-Identifier: BSD-2-Clause
#include "xfrm/table.hpp"

#include <algorithm>

namespace gmguard::xfrm {
namespace {

bool differs(Sa before, const Sa& now) {
    before.usage = now.usage;
    return before != now;
}

bool takes(const Template& wanted, const Sa& sa) {
    const auto allows = [](Address address, Address other) {
        return address.is_any() || address == other;
    };
    return wanted.protocol == sa.protocol && wanted.mode == sa.mode &&
           allows(wanted.source, sa.source) && allows(wanted.destination, sa.key.destination) &&
           (wanted.spi == 0 || wanted.spi == sa.key.spi) &&
           (wanted.reqid == 0 || wanted.reqid == sa.reqid);
}

// Calls the alternative's own overload.
template <typename... T> struct Overloaded : T... {
    using T::operator()...;
};

} // namespace

void Table::hear(const Change& change) {
    std::visit(Overloaded{
                   [this](const SaThere& c) {
                       ended_sas_.erase(c.sa.key);
                       put(c.sa);
                   },
                   [this](const SaUpdated& c) {
                       ended_sas_.erase(c.sa.key);
                       put(c.sa);
                   },
                   [this](const SaDeleted& c) { note_end(c.key); },
                   [this](const SaExpired& c) {
                       if (c.hard)
                           note_end(c.key);
                       else if (const Sa* sa = find(c.key))
                           tell(SaNews::What::aged, *sa);
                   },
                   [this](const SasFlushed& c) { flush(c); },
                   [this](const PolicyThere& c) {
                       ended_policies_.erase(c.policy.index);
                       put(c.policy);
                   },
                   [this](const PolicyDeleted& c) { remove_policy(c.index); },
                   [this](const PoliciesFlushed&) {
                       while (!policies_.empty())
                           remove_policy(policies_.begin()->first);
                   },
               },
               change);
}

void Table::begin_dump() {
    ++round_;
    ended_sas_.clear();
    ended_policies_.clear();
}

void Table::dump(const Change& change) {
    if (const auto* there = std::get_if<SaThere>(&change);
        there != nullptr && !ended_sas_.contains(there->sa.key))
        put(there->sa);
    if (const auto* there = std::get_if<PolicyThere>(&change);
        there != nullptr && !ended_policies_.contains(there->policy.index))
        put(there->policy);
}

void Table::end_dump_of_sas() {
    std::vector<SaKey> gone;
    for (const auto& [key, held] : sas_)
        if (held.round != round_)
            gone.push_back(key);
    for (const auto& key : gone)
        remove(key);
    ended_sas_.clear();
}

void Table::end_dump_of_policies() {
    std::vector<std::uint32_t> gone;
    for (const auto& [index, held] : policies_)
        if (held.round != round_)
            gone.push_back(index);
    for (const auto index : gone)
        remove_policy(index);
    ended_policies_.clear();
}

void Table::put(const Sa& sa) {
    if (sa.is_acquire())
        return;
    const auto [at, is_new] = sas_.try_emplace(sa.key, Held<Sa>{sa, round_});
    if (is_new)
        tell(SaNews::What::added, sa);
    else if (differs(at->second.thing, sa))
        tell(SaNews::What::changed, sa);
    at->second = {sa, round_};
}

void Table::remove(const SaKey& key) {
    const auto at = sas_.find(key);
    if (at == sas_.end())
        return;
    tell(SaNews::What::removed, at->second.thing);
    sas_.erase(at);
}

void Table::note_end(const SaKey& key) {
    ended_sas_.insert(key);
    remove(key);
}

void Table::flush(const SasFlushed& what) {
    std::vector<SaKey> gone;
    for (const auto& [key, held] : sas_)
        if (what.covers(key.protocol))
            gone.push_back(key);
    for (const auto& key : gone)
        note_end(key);
}

void Table::put(const Policy& policy) {
    if (const auto at = policies_.find(policy.index); at != policies_.end())
        forget(at->second.thing);
    policies_[policy.index] = {policy, round_};
    for (const auto& wanted : policy.templates)
        by_ends_[{wanted.source, wanted.destination}].insert(policy.index);
}

void Table::remove_policy(std::uint32_t index) {
    ended_policies_.insert(index);
    const auto at = policies_.find(index);
    if (at == policies_.end())
        return;
    forget(at->second.thing);
    policies_.erase(at);
}

void Table::forget(const Policy& policy) {
    for (const auto& wanted : policy.templates) {
        const auto at = by_ends_.find({wanted.source, wanted.destination});
        if (at != by_ends_.end() && at->second.erase(policy.index) != 0 && at->second.empty())
            by_ends_.erase(at);
    }
}

const Sa* Table::find(const SaKey& key) const {
    const auto at = sas_.find(key);
    return at == sas_.end() ? nullptr : &at->second.thing;
}

std::vector<Policy> Table::policies() const {
    std::vector<Policy> out;
    for (const auto& [index, held] : policies_)
        out.push_back(held.thing);
    return out;
}

std::vector<Policy> Table::policies_of(const Sa& sa) const {
    const auto is_for = [&sa](const Template& wanted) { return takes(wanted, sa); };
    std::set<std::uint32_t> found;
    for (const Address source : {Address{}, sa.source})
        for (const Address destination : {Address{}, sa.key.destination})
            if (const auto at = by_ends_.find({source, destination}); at != by_ends_.end())
                found.insert(at->second.begin(), at->second.end());
    std::vector<Policy> out;
    for (const auto index : found)
        if (const auto& policy = policies_.at(index).thing;
            std::ranges::any_of(policy.templates, is_for))
            out.push_back(policy);
    return out;
}

} // namespace gmguard::xfrm
