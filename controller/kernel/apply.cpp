// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/apply.hpp"

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
    Result<> operator()(const binding::PutOwner& put) const {
        return maps.owners.put(put.identity, put.value);
    }
    Result<> operator()(const binding::EraseOwner& gone) const {
        return maps.owners.erase(gone.identity);
    }
    Result<> operator()(const binding::PutShared& put) const { return maps.shared.put(put.key, 1); }
    Result<> operator()(const binding::EraseShared& gone) const {
        return maps.shared.erase(gone.key);
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

} // namespace

Result<> apply(const Maps& maps, std::span<const binding::Operation> operations) {
    Result<> result;
    for (const auto& operation : operations)
        if (auto done = std::visit(Apply{maps}, operation); !done && result)
            result = std::move(done);
    return result;
}

} // namespace gmguard::kernel
