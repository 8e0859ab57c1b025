// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/apply.hpp"

#include <algorithm>
#include <vector>

namespace gmguard::kernel {
namespace {

struct Apply {
    const Maps& maps;

    Result<> operator()(const binding::PutBinding& put) const {
        auto value = put.value;
        if (value.last_seen_ns == 0)
            if (const auto there = maps.bindings.lookup(put.key); there && *there)
                value.last_seen_ns = (*there)->last_seen_ns;
        return maps.bindings.put(put.key, value);
    }
    Result<> operator()(const binding::EraseBinding& gone) const {
        return maps.bindings.erase(gone.key);
    }
    Result<> operator()(const binding::PutIdentity& put) const {
        return maps.identities.put(put.key, put.value);
    }
    Result<> operator()(const binding::EraseIdentity& gone) const {
        return maps.identities.erase(gone.key);
    }
    Result<> operator()(const binding::PutOwner& put) const {
        return maps.owners.put(put.identity, put.value);
    }
    Result<> operator()(const binding::EraseOwner& gone) const {
        return maps.owners.erase(gone.identity);
    }
    Result<> operator()(const binding::PutChallenge& put) const {
        return maps.challenges.put(put.key, put.value);
    }
    Result<> operator()(const binding::EraseChallenge& gone) const {
        return maps.challenges.erase(gone.key);
    }
    Result<> operator()(const binding::PutSpi& put) const {
        return maps.spis.put(put.key, put.value);
    }
    Result<> operator()(const binding::EraseSpi& gone) const { return maps.spis.erase(gone.key); }
};

// How many operations of one kind begin there.
template <typename Put> std::size_t run_of(std::span<const binding::Operation> operations) {
    const auto other = std::ranges::find_if_not(
        operations, [](const auto& operation) { return std::holds_alternative<Put>(operation); });
    return static_cast<std::size_t>(other - operations.begin());
}

Result<> put_identities(const Maps& maps, std::span<const binding::Operation> operations) {
    std::vector<gm_identity_key> keys;
    std::vector<gm_identity> values;
    for (const auto& operation : operations) {
        const auto& put = std::get<binding::PutIdentity>(operation);
        keys.push_back(put.key);
        values.push_back(put.value);
    }
    return maps.identities.put_all(keys, values);
}

Result<> put_owners(const Maps& maps, std::span<const binding::Operation> operations) {
    std::vector<gm_u128> keys;
    std::vector<gm_owner> values;
    for (const auto& operation : operations) {
        const auto& put = std::get<binding::PutOwner>(operation);
        keys.push_back(put.identity);
        values.push_back(put.value);
    }
    return maps.owners.put_all(keys, values);
}

} // namespace

// A subscriber's identities come one behind the other, and each call of the kernel costs.
Result<> apply(const Maps& maps, std::span<const binding::Operation> operations) {
    Result<> result;
    for (std::size_t at = 0, many = 1; at < operations.size(); at += many) {
        const auto rest = operations.subspan(at);
        const auto identities = run_of<binding::PutIdentity>(rest);
        const auto owners = run_of<binding::PutOwner>(rest);
        many = std::max<std::size_t>({identities, owners, 1});
        auto done = identities ? put_identities(maps, rest.first(many))
                    : owners   ? put_owners(maps, rest.first(many))
                               : std::visit(Apply{maps}, rest.front());
        if (!done && result)
            result = std::move(done);
    }
    return result;
}

} // namespace gmguard::kernel
