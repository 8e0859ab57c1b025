// SPDX-License-Identifier: BSD-2-Clause
// A kernel map with the types of its key and value. The layouts are those of gmguard/abi; they are
// compared with what the kernel says of the map when a Map is made, so no later call can misread.
#pragma once

#include "base/error.hpp"
#include "kernel/fd.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace gmguard::kernel {

// The map without types. Errors name the map: "map gm_bindings".
class RawMap {
  public:
    RawMap() = default;
    // Takes the descriptor. `value_size` is of one CPU where the map is per CPU. Fails (conflict)
    // where the kernel's sizes differ.
    [[nodiscard]] static Result<RawMap> adopt(Fd fd, std::size_t key_size, std::size_t value_size);
    [[nodiscard]] static Result<RawMap> open_pinned(const std::string& path, std::size_t key_size,
                                                    std::size_t value_size);

    [[nodiscard]] int fd() const { return fd_.get(); }
    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::uint32_t max_entries() const { return max_entries_; }

    // False where the key is not there. A per-CPU map fills cpus() values, each padded to 8 bytes.
    [[nodiscard]] Result<bool> lookup(const void* key, void* value) const;
    // Kind exhausted where the map is full.
    [[nodiscard]] Result<> put(const void* key, const void* value) const;
    // A key that is not there is no error.
    [[nodiscard]] Result<> erase(const void* key) const;
    // `count` of them, one behind the other, in one call where the map can. All are tried; the
    // first error.
    [[nodiscard]] Result<> put_all(const void* keys, const void* values, std::size_t count) const;
    [[nodiscard]] Result<> erase_all(const void* keys, std::size_t count) const;
    // Every entry once, but those that come or go meanwhile; in batches where the map can. The
    // callback may erase the entry it is shown. It must not throw.
    using Visit = std::function<void(const std::byte* key, const std::byte* value)>;
    [[nodiscard]] Result<> for_each(const Visit& visit) const;
    [[nodiscard]] Result<std::size_t> count() const;
    [[nodiscard]] Result<> clear() const;

  private:
    struct Batch {
        std::vector<std::byte> keys, values;
        std::uint32_t count = 0;
        std::uint32_t place = 0; // where the next one begins
        int why = 0;             // errno of the reading; ENOENT: it is the last one
    };
    // `after`: the place of the batch before; null: the first.
    void read_batch(Batch& batch, const std::uint32_t* after) const;
    [[nodiscard]] Result<> each_batch(const Visit& visit) const;
    [[nodiscard]] Result<> each_key(const Visit& visit) const;
    [[nodiscard]] Error error(int errno_value, const char* what) const;

    Fd fd_;
    std::string name_;
    std::uint32_t type_ = 0;
    std::uint32_t key_size_ = 0;
    std::uint32_t value_size_ = 0; // as user space sees it: all CPUs where the map is per CPU
    std::uint32_t max_entries_ = 0;
};

// CPUs whose values a per-CPU map has.
[[nodiscard]] unsigned cpus();

template <typename K, typename V> class Map {
    static_assert(std::is_trivially_copyable_v<K> && std::is_trivially_copyable_v<V>);

  public:
    using Key = K;
    using Value = V;

    Map() = default;
    [[nodiscard]] static Result<Map> adopt(Fd fd) {
        return typed(RawMap::adopt(std::move(fd), sizeof(K), sizeof(V)));
    }
    [[nodiscard]] static Result<Map> open_pinned(const std::string& path) {
        return typed(RawMap::open_pinned(path, sizeof(K), sizeof(V)));
    }

    [[nodiscard]] Result<std::optional<V>> lookup(const K& key) const {
        V value{};
        const auto found = raw_.lookup(&key, &value);
        if (!found)
            return fail(found.error());
        return *found ? std::optional<V>(value) : std::nullopt;
    }
    [[nodiscard]] Result<> put(const K& key, const V& value) const {
        return raw_.put(&key, &value);
    }
    [[nodiscard]] Result<> erase(const K& key) const { return raw_.erase(&key); }
    // REQUIRES: as many values as keys.
    [[nodiscard]] Result<> put_all(std::span<const K> keys, std::span<const V> values) const {
        return raw_.put_all(keys.data(), values.data(), keys.size());
    }
    [[nodiscard]] Result<> erase_all(std::span<const K> keys) const {
        return raw_.erase_all(keys.data(), keys.size());
    }
    // visit(const K&, const V&)
    template <typename F> [[nodiscard]] Result<> for_each(F&& visit) const {
        return raw_.for_each([&visit](const std::byte* key, const std::byte* value) {
            K k;
            V v;
            __builtin_memcpy(&k, key, sizeof k);
            __builtin_memcpy(&v, value, sizeof v);
            visit(k, v);
        });
    }
    [[nodiscard]] Result<std::size_t> count() const { return raw_.count(); }
    [[nodiscard]] Result<> clear() const { return raw_.clear(); }
    [[nodiscard]] const RawMap& raw() const { return raw_; }

  private:
    [[nodiscard]] static Result<Map> typed(Result<RawMap> raw) {
        if (!raw)
            return fail(std::move(raw.error()));
        Map map;
        map.raw_ = std::move(*raw);
        return map;
    }

    RawMap raw_;
};

// A per-CPU array of structs that are nothing but __u64 counters, read as their sums.
template <typename V> class PerCpuCounters {
    static_assert(std::is_trivially_copyable_v<V> && sizeof(V) % sizeof(std::uint64_t) == 0);

  public:
    PerCpuCounters() = default;
    [[nodiscard]] static Result<PerCpuCounters> adopt(Fd fd) {
        auto raw = RawMap::adopt(std::move(fd), sizeof(std::uint32_t), sizeof(V));
        if (!raw)
            return fail(std::move(raw.error()));
        PerCpuCounters map;
        map.raw_ = std::move(*raw);
        return map;
    }

    // REQUIRES: index < max_entries.
    [[nodiscard]] Result<V> sum(std::uint32_t index) const {
        constexpr std::size_t fields = sizeof(V) / sizeof(std::uint64_t);
        std::vector<std::uint64_t> values(fields * cpus());
        const auto found = raw_.lookup(&index, values.data());
        if (!found)
            return fail(found.error());
        std::uint64_t total[fields] = {};
        for (std::size_t i = 0; i < values.size(); ++i)
            total[i % fields] += values[i];
        V out;
        __builtin_memcpy(&out, total, sizeof out);
        return out;
    }
    // All CPUs to zero. Counters of what is still guarded are never reset.
    [[nodiscard]] Result<> zero(std::uint32_t index) const {
        const std::vector<std::uint64_t> values(sizeof(V) / sizeof(std::uint64_t) * cpus());
        return raw_.put(&index, values.data());
    }
    [[nodiscard]] const RawMap& raw() const { return raw_; }

  private:
    RawMap raw_;
};

} // namespace gmguard::kernel
