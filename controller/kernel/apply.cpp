// SPDX-License-Identifier: BSD-2-Clause
// Writes are gathered by map and written in one order of maps, until a key comes that is among them
// already: then what was gathered is written first.
#include "kernel/apply.hpp"

#include <algorithm>
#include <functional>
#include <vector>

namespace gmguard::kernel {
namespace {

void keep_first(Result<>& result, Result<> one) {
    if (!one && result)
        result = std::move(one);
}

template <typename Key, typename Value> struct Puts {
    std::vector<Key> keys;
    std::vector<Value> values;

    void add(const Key& key, const Value& value) {
        keys.push_back(key);
        values.push_back(value);
    }
    void write(const Map<Key, Value>& map, Result<>& result) {
        keep_first(result, map.put_all(keys, values));
        keys.clear();
        values.clear();
    }
};

template <typename Key> struct Erases {
    std::vector<Key> keys;

    void add(const Key& key) { keys.push_back(key); }
    template <typename Value> void write(const Map<Key, Value>& map, Result<>& result) {
        keep_first(result, map.erase_all(keys));
        keys.clear();
    }
};

// Keys that are to be written, by hashes of them and their maps. Where two have one hash, the
// second is taken for the first, and is written by itself: no harm.
class Written {
  public:
    Written() : cells_(4 * kMost) {}

    // False: it is there already, or there is no room.
    template <typename Key> bool add(std::uint64_t map, const Key& key) {
        const std::string_view bytes(reinterpret_cast<const char*>(&key), sizeof key);
        const std::uint64_t hash = (std::hash<std::string_view>{}(bytes) ^ map) | 1;
        std::size_t at = hash >> 1;
        while (cells_[at % cells_.size()] != 0 && cells_[at % cells_.size()] != hash)
            ++at;
        std::uint64_t& cell = cells_[at % cells_.size()];
        if (cell == hash || many_ == kMost)
            return false;
        cell = hash;
        ++many_;
        return true;
    }
    void clear() {
        if (many_ != 0)
            std::ranges::fill(cells_, 0);
        many_ = 0;
    }

  private:
    static constexpr std::size_t kMost = 512;

    std::vector<std::uint64_t> cells_; // by hash, or the next free one; 0: free
    std::size_t many_ = 0;
};

class Gathered {
  public:
    void operator()(const Maps& maps, const binding::PutBinding& put) {
        take(maps, maps.bindings, put.key);
        auto value = put.value;
        if (value.last_seen_ns == 0)
            if (const auto there = maps.bindings.lookup(put.key); there && *there)
                value.last_seen_ns = (*there)->last_seen_ns;
        bindings_.add(put.key, value);
    }
    void operator()(const Maps& maps, const binding::EraseBinding& gone) {
        take(maps, maps.bindings, gone.key);
        gone_bindings_.add(gone.key);
    }
    void operator()(const Maps& maps, const binding::PutOwner& put) {
        take(maps, maps.owners, put.identity);
        owners_.add(put.identity, put.value);
    }
    void operator()(const Maps& maps, const binding::EraseOwner& gone) {
        take(maps, maps.owners, gone.identity);
        gone_owners_.add(gone.identity);
    }
    void operator()(const Maps& maps, const binding::PutShared& put) {
        const auto key = gm_beside_owner(put.identity, put.subscriber);
        take(maps, maps.owners, key);
        owners_.add(key, {put.subscriber, GM_OWNER_BESIDE});
    }
    void operator()(const Maps& maps, const binding::EraseShared& gone) {
        const auto key = gm_beside_owner(gone.identity, gone.subscriber);
        take(maps, maps.owners, key);
        no_more_shared_.add(key);
    }
    void operator()(const Maps& maps, const binding::PutChallenge& put) {
        take(maps, maps.challenges, put.key);
        challenges_.add(put.key, put.value);
    }
    void operator()(const Maps& maps, const binding::EraseChallenge& gone) {
        take(maps, maps.challenges, gone.key);
        gone_challenges_.add(gone.key);
    }
    void operator()(const Maps& maps, const binding::PutSpi& put) {
        take(maps, maps.spis, put.key);
        spis_.add(put.key, put.value);
    }
    void operator()(const Maps& maps, const binding::EraseSpi& gone) {
        take(maps, maps.spis, gone.key);
        gone_spis_.add(gone.key);
    }

    // What goes makes room for what comes; but who owned an identity and now shares it, or the
    // other way, has it all the time.
    void write(const Maps& maps) {
        gone_bindings_.write(maps.bindings, result_);
        gone_owners_.write(maps.owners, result_);
        gone_spis_.write(maps.spis, result_);
        owners_.write(maps.owners, result_);
        no_more_shared_.write(maps.owners, result_);
        bindings_.write(maps.bindings, result_);
        challenges_.write(maps.challenges, result_);
        spis_.write(maps.spis, result_);
        gone_challenges_.write(maps.challenges, result_);
        written_.clear();
    }
    // Of all that was written since the last call.
    [[nodiscard]] Result<> result() { return std::exchange(result_, {}); }

  private:
    template <typename Map> void take(const Maps& maps, const Map& map, const Map::Key& key) {
        const auto name = static_cast<std::uint64_t>(map.raw().fd());
        if (written_.add(name, key))
            return;
        write(maps);
        written_.add(name, key);
    }

    Puts<gm_selector, gm_binding> bindings_;
    Puts<gm_u128, gm_owner> owners_;
    Puts<gm_challenge_key, gm_challenge> challenges_;
    Puts<gm_spi_key, gm_spi> spis_;
    Erases<gm_selector> gone_bindings_;
    Erases<gm_u128> gone_owners_;
    Erases<gm_u128> no_more_shared_;
    Erases<gm_challenge_key> gone_challenges_;
    Erases<gm_spi_key> gone_spis_;
    Written written_;
    Result<> result_;
};

} // namespace

Result<> apply(const Maps& maps, std::span<const binding::Operation> operations) {
    thread_local Gathered gathered; // its room is kept
    for (const auto& operation : operations)
        std::visit([&](const auto& one) { gathered(maps, one); }, operation);
    gathered.write(maps);
    return gathered.result();
}

} // namespace gmguard::kernel
