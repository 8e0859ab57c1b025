// SPDX-License-Identifier: BSD-2-Clause
#include "abi/btf_layout.hpp"

#include <bpf/btf.h>

#include <algorithm>
#include <optional>

namespace gmguard::abi {
namespace {

std::optional<Layout> layout_in(const btf* types, const std::string& name) {
    const auto id = btf__find_by_name_kind(types, name.c_str(), BTF_KIND_STRUCT);
    if (id < 0)
        return std::nullopt;
    const auto* type = btf__type_by_id(types, static_cast<__u32>(id));
    Layout layout{name, type->size, {}};
    const auto* members = btf_members(type);
    for (__u32 i = 0; i < btf_vlen(type); ++i) {
        const auto size = btf__resolve_size(types, members[i].type);
        layout.fields.push_back({btf__name_by_offset(types, members[i].name_off),
                                 btf_member_bit_offset(type, i) / 8,
                                 static_cast<std::size_t>(std::max<__s64>(size, 0))});
    }
    return layout;
}

std::string text(const Field& field) {
    return field.name + " at " + std::to_string(field.offset) + ", " + std::to_string(field.size) +
           " bytes";
}

bool same(const Field& one, const Field& other) {
    return one.name == other.name && one.offset == other.offset && one.size == other.size;
}

} // namespace

std::vector<std::string> differences(const btf* types, const Layout& host) {
    const auto bpf = layout_in(types, host.name);
    if (!bpf)
        return {host.name + ": the object has no such struct"};
    std::vector<std::string> out;
    if (bpf->size != host.size)
        out.push_back(host.name + ": BPF " + std::to_string(bpf->size) + " bytes, host " +
                      std::to_string(host.size));
    for (std::size_t i = 0; i < std::max(bpf->fields.size(), host.fields.size()); ++i) {
        const auto in_bpf = i < bpf->fields.size() ? text(bpf->fields[i]) : "nothing";
        const auto in_host = i < host.fields.size() ? text(host.fields[i]) : "nothing";
        if (i >= bpf->fields.size() || i >= host.fields.size() ||
            !same(bpf->fields[i], host.fields[i]))
            out.push_back(host.name + ": BPF " + in_bpf + ", host " + in_host);
    }
    return out;
}

} // namespace gmguard::abi
