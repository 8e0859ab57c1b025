// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/map.hpp"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cerrno>
#include <future>
#include <utility>

namespace gmguard::kernel {
namespace {

constexpr std::uint32_t kBatch = 8192;
constexpr int kErrnoUnsupported = 524; // the kernel's ENOTSUPP, which it lets out

bool per_cpu(std::uint32_t type) {
    return type == BPF_MAP_TYPE_PERCPU_ARRAY || type == BPF_MAP_TYPE_PERCPU_HASH ||
           type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

bool has_batches(std::uint32_t type) {
    return type == BPF_MAP_TYPE_HASH || type == BPF_MAP_TYPE_LRU_HASH;
}

} // namespace

unsigned cpus() {
    static const int count = libbpf_num_possible_cpus();
    return count > 0 ? static_cast<unsigned>(count) : 1;
}

Result<RawMap> RawMap::adopt(Fd fd, std::size_t key_size, std::size_t value_size) {
    bpf_map_info info{};
    __u32 length = sizeof info;
    if (bpf_obj_get_info_by_fd(fd.get(), &info, &length) != 0)
        return fail(system_error(errno, "map", "cannot ask for its sizes"));
    RawMap map;
    map.name_ = info.name;
    map.type_ = info.type;
    map.key_size_ = info.key_size;
    map.max_entries_ = info.max_entries;
    map.value_size_ = per_cpu(info.type) ? (info.value_size + 7) / 8 * 8 * cpus() : info.value_size;
    map.fd_ = std::move(fd);
    if (info.key_size != key_size || info.value_size != value_size)
        return fail(ErrorKind::conflict, "map " + map.name_,
                    "has keys of " + std::to_string(info.key_size) + " and values of " +
                        std::to_string(info.value_size) + " bytes, not " +
                        std::to_string(key_size) + " and " + std::to_string(value_size));
    return map;
}

Result<RawMap> RawMap::open_pinned(const std::string& path, std::size_t key_size,
                                   std::size_t value_size) {
    Fd fd(bpf_obj_get(path.c_str()));
    if (!fd.valid() && errno == ENOENT)
        return fail(ErrorKind::not_found, path, "is not there");
    if (!fd.valid())
        return fail(system_error(errno, path, "cannot open"));
    return adopt(std::move(fd), key_size, value_size);
}

Error RawMap::error(int errno_value, const char* what) const {
    auto error = system_error(errno_value, "map " + name_, what);
    if (errno_value == E2BIG || errno_value == ENOSPC || errno_value == ENOMEM) {
        error.kind = ErrorKind::exhausted;
        error.what = "is full (" + std::to_string(max_entries_) + " entries)";
    }
    return error;
}

Result<bool> RawMap::lookup(const void* key, void* value) const {
    if (bpf_map_lookup_elem(fd(), key, value) == 0)
        return true;
    if (errno == ENOENT)
        return false;
    return fail(error(errno, "cannot look up"));
}

Result<> RawMap::put(const void* key, const void* value) const {
    if (bpf_map_update_elem(fd(), key, value, BPF_ANY) != 0)
        return fail(error(errno, "cannot write"));
    return {};
}

Result<> RawMap::erase(const void* key) const {
    if (bpf_map_delete_elem(fd(), key) != 0 && errno != ENOENT)
        return fail(error(errno, "cannot erase"));
    return {};
}

// Where the one call fails, somewhere on the way, each is written once more by itself.
Result<> RawMap::put_all(const void* keys, const void* values, std::size_t count) const {
    auto done = static_cast<__u32>(count);
    if (count > 1 && has_batches(type_) &&
        bpf_map_update_batch(fd(), keys, values, &done, nullptr) == 0)
        return {};
    const auto* key = static_cast<const std::byte*>(keys);
    const auto* value = static_cast<const std::byte*>(values);
    Result<> result;
    for (std::size_t i = 0; i < count; ++i)
        if (auto one = put(key + i * key_size_, value + i * value_size_); !one && result)
            result = std::move(one);
    return result;
}

// It ends at a key that is not there.
Result<> RawMap::erase_all(const void* keys, std::size_t count) const {
    auto done = static_cast<__u32>(count);
    if (count > 1 && has_batches(type_) && bpf_map_delete_batch(fd(), keys, &done, nullptr) == 0)
        return {};
    const auto* key = static_cast<const std::byte*>(keys);
    Result<> result;
    for (std::size_t i = 0; i < count; ++i)
        if (auto one = erase(key + i * key_size_); !one && result)
            result = std::move(one);
    return result;
}

Result<> RawMap::for_each(const Visit& visit) const {
    return has_batches(type_) ? each_batch(visit) : each_key(visit);
}

// ENOSPC: a hash bucket holds more than the batch; asked again with twice the room.
void RawMap::read_batch(Batch& batch, const std::uint32_t* after) const {
    std::uint32_t place = after == nullptr ? 0 : *after;
    for (std::uint32_t room = kBatch;; room *= 2) {
        batch.keys.resize(std::size_t{room} * key_size_);
        batch.values.resize(std::size_t{room} * value_size_);
        batch.count = room;
        const int failed =
            bpf_map_lookup_batch(fd(), after == nullptr ? nullptr : &place, &batch.place,
                                 batch.keys.data(), batch.values.data(), &batch.count, nullptr);
        batch.why = failed ? errno : 0;
        if (batch.why != ENOSPC || room >= max_entries_)
            return;
    }
}

// One batch is visited while the kernel copies the next.
Result<> RawMap::each_batch(const Visit& visit) const {
    Batch batch, next;
    read_batch(batch, nullptr);
    if (batch.why == kErrnoUnsupported || batch.why == EINVAL)
        return each_key(visit);
    for (;;) {
        if (batch.why != 0 && batch.why != ENOENT)
            return fail(error(batch.why, "cannot read"));
        std::future<void> reading;
        if (batch.why == 0)
            reading = std::async(std::launch::async, [&] { read_batch(next, &batch.place); });
        for (std::size_t i = 0; i < batch.count; ++i)
            visit(&batch.keys[i * key_size_], &batch.values[i * value_size_]);
        if (!reading.valid())
            return {};
        reading.get();
        std::swap(batch, next);
    }
}

// The next key is asked for before the callback can erase the present one: after an unknown key
// the kernel begins anew.
Result<> RawMap::each_key(const Visit& visit) const {
    std::vector<std::byte> key(key_size_), next(key_size_), value(value_size_);
    bool more = bpf_map_get_next_key(fd(), nullptr, key.data()) == 0;
    int why = more ? 0 : errno;
    while (more) {
        more = bpf_map_get_next_key(fd(), key.data(), next.data()) == 0;
        why = more ? 0 : errno;
        const auto found = lookup(key.data(), value.data());
        if (!found)
            return fail(found.error());
        if (*found)
            visit(key.data(), value.data());
        key.swap(next);
    }
    if (why != ENOENT)
        return fail(error(why, "cannot read"));
    return {};
}

Result<std::size_t> RawMap::count() const {
    std::size_t count = 0;
    const auto read = for_each([&count](const std::byte*, const std::byte*) { ++count; });
    if (!read)
        return fail(read.error());
    return count;
}

Result<> RawMap::clear() const {
    Result<> result;
    const auto read = for_each([&](const std::byte* key, const std::byte*) {
        if (auto erased = erase(key); !erased)
            result = std::move(erased);
    });
    return read ? result : read;
}

} // namespace gmguard::kernel
