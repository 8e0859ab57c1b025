// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/attached_map.hpp"

#include "kernel/pins.hpp"

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include <cerrno>
#include <memory>

namespace gmguard::kernel {
namespace {

constexpr const char* kName = "gm_attached";

struct FreeBtf {
    void operator()(btf* types) const { btf__free(types); }
};

// The layouts for bpftool, which prints the map by them.
struct Types {
    std::unique_ptr<btf, FreeBtf> types{btf__new_empty()};
    int key = 0;
    int value = 0;

    int text(int character, int index, unsigned length) {
        return btf__add_array(types.get(), index, character, length);
    }
    void field(const char* name, int type, std::size_t offset) {
        btf__add_field(types.get(), name, type, static_cast<__u32>(offset * 8), 0);
    }
    void describe();
};

void Types::describe() {
    btf* t = types.get();
    const int u32 = btf__add_int(t, "unsigned int", 4, 0);
    const int u64 = btf__add_int(t, "unsigned long", 8, 0);
    const int character = btf__add_int(t, "char", 1, BTF_INT_SIGNED);
    const int name = text(character, u32, sizeof AttachedValue::name);
    const int netns = text(character, u32, sizeof AttachedValue::netns);
    key = btf__add_struct(t, "gm_attached_key", sizeof(AttachedKey));
    field("netns", u64, offsetof(AttachedKey, netns));
    field("ifindex", u32, offsetof(AttachedKey, ifindex));
    field("pad", u32, offsetof(AttachedKey, pad));
    value = btf__add_struct(t, "gm_attached", sizeof(AttachedValue));
    field("name", name, offsetof(AttachedValue, name));
    field("netns", netns, offsetof(AttachedValue, netns));
    field("generic", u32, offsetof(AttachedValue, generic));
    field("clsact_made", u32, offsetof(AttachedValue, clsact_made));
}

} // namespace

Result<AttachedMap> make_attached_map(const std::string& pins) {
    auto there = open_attached_map(pins);
    if (there || there.error().kind != ErrorKind::not_found)
        return there;
    Types types;
    types.describe();
    if (btf__load_into_kernel(types.types.get()) != 0)
        return fail(system_error(errno, "map gm_attached", "cannot describe"));
    LIBBPF_OPTS(bpf_map_create_opts, options);
    options.btf_fd = static_cast<__u32>(btf__fd(types.types.get()));
    options.btf_key_type_id = static_cast<__u32>(types.key);
    options.btf_value_type_id = static_cast<__u32>(types.value);
    Fd fd(bpf_map_create(BPF_MAP_TYPE_HASH, kName, sizeof(AttachedKey), sizeof(AttachedValue),
                         kAttachedEntries, &options));
    if (!fd.valid())
        return fail(system_error(errno, "map gm_attached", "cannot make"));
    if (auto pinned = pin(fd, map_pin(pins, kName)); !pinned)
        return fail(std::move(pinned.error()));
    return AttachedMap::adopt(std::move(fd));
}

Result<AttachedMap> open_attached_map(const std::string& pins) {
    return AttachedMap::open_pinned(map_pin(pins, kName));
}

} // namespace gmguard::kernel
