// SPDX-License-Identifier: BSD-2-Clause
// The layouts as clang made them for BPF are those that g++ made for the controller.
#include "abi/layouts.hpp"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include "gm_answers.skel.h"
#include "gm_front.skel.h"
#include "gm_inside.skel.h"
#include "gm_onward.skel.h"
#include "gm_show.skel.h"
#include "gm_stream.skel.h"

#include <memory>
#include <set>

namespace gmguard::abi {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Object = std::unique_ptr<bpf_object, void (*)(bpf_object*)>;

// From the bytes that are in the skeleton, thus in the controller; nothing is loaded.
template <typename T> Object opened() {
    std::size_t size = 0;
    const void* bytes = T::elf_bytes(&size);
    return {bpf_object__open_mem(bytes, size, nullptr), bpf_object__close};
}

struct Source {
    const char* name;
    Object (*open)();
};
void PrintTo(const Source& source, std::ostream* out) {
    *out << source.name;
}
constexpr Source kFront{"gm_front", opened<gm_front>};
constexpr Source kInside{"gm_inside", opened<gm_inside>};
constexpr Source kStream{"gm_stream", opened<gm_stream>};
constexpr Source kOnward{"gm_onward", opened<gm_onward>};
constexpr Source kAnswers{"gm_answers", opened<gm_answers>};
constexpr Source kShow{"gm_show", opened<gm_show>};

std::string name_of(const testing::TestParamInfo<Source>& info) {
    return info.param.name;
}

// Name of a struct; empty where the type is something else.
std::string struct_name(const btf* types, __u32 id) {
    const auto* type = id == 0 ? nullptr : btf__type_by_id(types, id);
    return type && btf_is_struct(type) ? btf__name_by_offset(types, type->name_off) : "";
}

// Names of the structs in layouts.hpp, and of the programs' scratch, which the host never sees.
std::set<std::string> known_structs() {
    std::set<std::string> known{"", "gm_work", "gm_sender", "gm_arrived", "gm_found"};
    for (const auto& layout : all_layouts())
        known.insert(layout.name);
    return known;
}

class Layouts : public testing::TestWithParam<Source> {};

TEST_P(Layouts, AreThoseOfTheHost) {
    const auto object = GetParam().open();
    ASSERT_TRUE(object);
    const auto* types = bpf_object__btf(object.get());
    ASSERT_TRUE(types);
    for (const auto& layout : all_layouts())
        EXPECT_THAT(differences(types, layout), IsEmpty());
}

// So that a map's new key or value cannot be left out of layouts.hpp.
TEST_P(Layouts, AreThoseOfEveryMap) {
    const auto object = GetParam().open();
    ASSERT_TRUE(object);
    const auto* types = bpf_object__btf(object.get());
    const auto known = known_structs();
    const bpf_map* map = nullptr;
    bpf_object__for_each_map(map, object.get()) {
        const auto key = struct_name(types, bpf_map__btf_key_type_id(map));
        const auto value = struct_name(types, bpf_map__btf_value_type_id(map));
        EXPECT_TRUE(known.contains(key)) << bpf_map__name(map) << " " << key;
        EXPECT_TRUE(known.contains(value)) << bpf_map__name(map) << " " << value;
    }
}

// gm_show has no maps, and of the layouts only gm_binding, which only it copies.
INSTANTIATE_TEST_SUITE_P(Of, Layouts, testing::Values(kFront, kInside, kStream, kOnward, kAnswers),
                         name_of);

class MapNames : public testing::TestWithParam<Source> {};

TEST_P(MapNames, AreWholeInTheKernel) {
    const auto object = GetParam().open();
    ASSERT_TRUE(object);
    const bpf_map* map = nullptr;
    bpf_object__for_each_map(map, object.get()) {
        const std::string name = bpf_map__name(map);
        if (bpf_map__is_internal(map)) // clang's .rodata and .bss
            continue;
        EXPECT_LT(name.size(), BPF_OBJ_NAME_LEN) << name;
        EXPECT_EQ(name.substr(0, 3), "gm_") << name;
    }
}

INSTANTIATE_TEST_SUITE_P(Of, MapNames,
                         testing::Values(kFront, kInside, kStream, kOnward, kAnswers, kShow),
                         name_of);

// The comparison itself: each kind of difference, and none.
class Differences : public testing::Test {
  protected:
    std::vector<std::string> with(const Layout& host) {
        return differences(bpf_object__btf(object_.get()), host);
    }
    const Object object_ = kFront.open();
};

TEST_F(Differences, AreNone_WhenTheLayoutsAgree) {
    EXPECT_THAT(with({"gm_owner", 16, {{"subscriber", 0, 8}, {"expires_ns", 8, 8}}}), IsEmpty());
}
TEST_F(Differences, NameTheStruct_WhenItIsNotThere) {
    EXPECT_THAT(with({"gm_nobody", 4, {}}),
                ElementsAre("gm_nobody: the object has no such struct"));
}
TEST_F(Differences, NameTheSize_WhenItIsAnother) {
    EXPECT_THAT(with({"gm_owner", 24, {{"subscriber", 0, 8}, {"expires_ns", 8, 8}}}),
                ElementsAre("gm_owner: BPF 16 bytes, host 24"));
}
TEST_F(Differences, NameTheField_WhenItIsElsewhere) {
    EXPECT_THAT(with({"gm_owner", 16, {{"subscriber", 0, 8}, {"expires_ns", 12, 8}}}),
                ElementsAre("gm_owner: BPF expires_ns at 8, 8 bytes, host expires_ns at 12, "
                            "8 bytes"));
}
TEST_F(Differences, NameTheField_WhenItHasAnotherSize) {
    EXPECT_THAT(with({"gm_owner", 16, {{"subscriber", 0, 4}, {"expires_ns", 8, 8}}}),
                ElementsAre("gm_owner: BPF subscriber at 0, 8 bytes, host subscriber at 0, "
                            "4 bytes"));
}
TEST_F(Differences, NameTheField_WhenOneIsMissing) {
    EXPECT_THAT(with({"gm_owner", 16, {{"subscriber", 0, 8}}}),
                ElementsAre("gm_owner: BPF expires_ns at 8, 8 bytes, host nothing"));
}

} // namespace
} // namespace gmguard::abi
