// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/features.hpp"
#include "kernel/pins.hpp"
#include "sandbox.hpp"

#include <bpf/bpf.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>

namespace gmguard::kernel {
namespace {

using testing::HasSubstr;

class Pins : public Sandbox {};

bool exists(const std::string& path) {
    return ::access(path.c_str(), F_OK) == 0;
}

TEST_F(Pins, HoldEveryMap_WhenOpened) {
    const auto objects = open();
    EXPECT_FALSE(objects.adopted());
    for (const auto* map :
         {"gm_listeners", "gm_pools",      "gm_peers",     "gm_ifaces",    "gm_bindings",
          "gm_owners",    "gm_challenges", "gm_spis",      "gm_graces",    "gm_flows",
          "gm_flow_text", "gm_buckets",    "gm_pinholes",  "gm_probes",    "gm_settings",
          "gm_counters",  "gm_losses",     "gm_sip_clear", "gm_sip_inner", "gm_sip_core",
          "gm_events"})
        EXPECT_TRUE(exists(map_pin(pins, map))) << map;
    struct stat status{};
    ASSERT_EQ(::stat(pins.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0700u);
}

TEST_F(Pins, LeaveScratchOut_WhenOpened) {
    const auto objects = open();
    EXPECT_FALSE(exists(map_pin(pins, "gm_work")));
}

TEST_F(Pins, LoadWithoutAWord_WhenAllIsWell) {
    const auto objects = open();
    if (!is_shown(objects))
        GTEST_SKIP() << kNotShown;
    EXPECT_EQ(objects.load_log(), "");
}

TEST_F(Pins, AreAdopted_WhenOpenedAgain) {
    gm_selector key{};
    key.port = 5060;
    gm_binding binding{};
    binding.subscriber = 7;
    {
        const auto first = open();
        ASSERT_TRUE(first.maps().bindings.put(key, binding));
    }
    const auto second = open();
    EXPECT_TRUE(second.adopted());
    const auto found = second.maps().bindings.lookup(key);
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->subscriber, 7u);
}

TEST_F(Pins, AreRefused_WhenTheirSizeIsAnother) {
    {
        const auto first = open();
    }
    const auto second = Objects::open_pinned(pins, Sizes::of(kBindings * 2));
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, ErrorKind::conflict);
    EXPECT_THAT(second.error().text(), HasSubstr("is pinned with 64 entries, not 128"));
    EXPECT_THAT(second.error().hint, HasSubstr("detach"));
}

TEST_F(Pins, AreRefused_WhenTheirSchemaIsAnother) {
    {
        const auto first = open();
        gm_settings settings{};
        settings.schema = GM_SCHEMA + 1;
        ASSERT_TRUE(first.maps().settings.put(0, settings));
    }
    const auto second = Objects::open_pinned(pins, Sizes::of(kBindings));
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, ErrorKind::conflict);
    EXPECT_THAT(second.error().text(), HasSubstr("schema " + std::to_string(GM_SCHEMA + 1)));
    EXPECT_TRUE(exists(map_pin(pins, "gm_bindings")));
}

TEST_F(Pins, AreRefused_WhenThePathIsNoBpffs) {
    const auto objects = Objects::open_pinned("/tmp/" + unique("gmgtest-"), Sizes::of(kBindings));
    ASSERT_FALSE(objects);
    EXPECT_EQ(objects.error().kind, ErrorKind::invalid);
    EXPECT_THAT(objects.error().hint, HasSubstr("mount -t bpf"));
}

std::uint32_t id_of(const Objects& objects, Program program) {
    const auto info = objects.info(program);
    return info ? info->id : 0;
}

constexpr std::array kKept = {Program::front, Program::inside, Program::stream, Program::answers};

TEST_F(Pins, GiveProgramsToTheNext_WhenItIsTheSameBuild) {
    std::array<std::uint32_t, kKept.size()> first{};
    {
        const auto objects = open();
        std::ranges::transform(kKept, first.begin(), [&](auto p) { return id_of(objects, p); });
    }
    const auto second = open();
    for (std::size_t i = 0; i < kKept.size(); ++i)
        EXPECT_EQ(id_of(second, kKept[i]), first[i]) << name(kKept[i]);
    EXPECT_EQ(second.reads_associations(), may_tell_associations());
}

TEST_F(Pins, GiveNoProgramOfOtherMaps) {
    std::uint32_t first = 0;
    {
        const auto objects = open();
        first = id_of(objects, Program::front);
        for (const auto& map : names_in(pins + "/maps"))
            ASSERT_TRUE(unpin(map_pin(pins, map)));
    }
    EXPECT_FALSE(names_in(pins + "/programs").empty());
    const auto second = open();
    EXPECT_NE(id_of(second, Program::front), first);
}

TEST_F(Pins, LetGoOfProgramsOfAnotherBuild) {
    {
        const auto objects = open();
    }
    const auto there = names_in(pins + "/programs");
    const auto front =
        std::ranges::find_if(there, [](const auto& name) { return name.starts_with("gm_front_"); });
    ASSERT_NE(front, there.end());
    ASSERT_EQ(
        std::rename(program_pin(pins, *front).c_str(), program_pin(pins, "gm_front_ab").c_str()),
        0);
    std::uint32_t other = 0;
    {
        const auto kept = open_pin(program_pin(pins, "gm_front_ab"));
        ASSERT_TRUE(kept && kept->valid());
        bpf_prog_info info{};
        __u32 length = sizeof info;
        ASSERT_EQ(bpf_obj_get_info_by_fd(kept->get(), &info, &length), 0);
        other = info.id;
    }
    const auto objects = open();
    EXPECT_NE(id_of(objects, Program::front), other);
    EXPECT_EQ(names_in(pins + "/programs"), there);
}

TEST_F(Pins, AreGone_WhenAllIsRemoved) {
    {
        const auto objects = open();
        ASSERT_TRUE(pin_show(objects));
    }
    ASSERT_TRUE(remove_all(pins));
    EXPECT_FALSE(exists(pins));
    EXPECT_TRUE(remove_all(pins)) << "again is no error";
}

TEST_F(Pins, ShowBindingsAsText_WhenNoControllerRuns) {
    {
        const auto objects = open();
        if (!is_shown(objects))
            GTEST_SKIP() << kNotShown;
        ASSERT_TRUE(pin_show(objects));
        gm_binding binding{};
        std::string("192.0.2.7:5060").copy(binding.selector, sizeof binding.selector - 1);
        std::string("001@ims.test").copy(binding.impi, sizeof binding.impi - 1);
        binding.state = GM_STATE_BOUND;
        ASSERT_TRUE(objects.maps().bindings.put({}, binding));
    }
    std::ifstream file(show_pin(pins));
    std::stringstream text;
    text << file.rdbuf();
    EXPECT_THAT(text.str(), HasSubstr("192.0.2.7:5060"));
    EXPECT_THAT(text.str(), HasSubstr("001@ims.test"));
    EXPECT_EQ(text.str().rfind("SELECTOR"), 0u) << "one head, at the top";
}

TEST_F(Pins, HoldNoTable_WhenTheKernelRefusesIt) {
    const auto objects = open();
    if (is_shown(objects))
        GTEST_SKIP() << "this kernel takes gm_show";
    EXPECT_TRUE(pin_show(objects)) << "the guard goes on";
    EXPECT_FALSE(exists(show_pin(pins)));
    EXPECT_THAT(objects.load_log(), HasSubstr("gm_show"));
}

TEST_F(Pins, ShowTheSameTable_WhenPinnedAgain) {
    const auto objects = open();
    if (!is_shown(objects))
        GTEST_SKIP() << kNotShown;
    ASSERT_TRUE(pin_show(objects));
    EXPECT_TRUE(pin_show(objects));
    EXPECT_EQ(names_in(pins + "/show"), std::vector<std::string>{"bindings"});
}

TEST_F(Pins, AreRefusedToASecondController_WhenLocked) {
    const auto first = PinLock::take(pins);
    ASSERT_TRUE(first) << first.error().text();
    const auto second = PinLock::take(pins);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, ErrorKind::conflict);
    EXPECT_THAT(second.error().text(), HasSubstr("another gmguardd"));
}

TEST_F(Pins, AreFree_WhenTheLockIsGone) {
    {
        const auto first = PinLock::take(pins);
    }
    EXPECT_TRUE(PinLock::take(pins));
}

TEST_F(Pins, DoNotExist_WhenTheInstanceIsPrivate) {
    const auto objects = Objects::open_private(Sizes::of(kBindings));
    ASSERT_TRUE(objects) << objects.error().text();
    EXPECT_EQ(objects->pin_path(), "");
    EXPECT_FALSE(exists(pins));
}

TEST_F(Pins, SayWhatWasVerified_WhenLoaded) {
    const auto objects = open();
    for (const auto program :
         {Program::front, Program::inside, Program::stream, Program::onward, Program::answers}) {
        const auto info = objects.info(program);
        ASSERT_TRUE(info) << info.error().text();
        EXPECT_GT(info->verified_instructions, 5u) << name(program);
    }
}

} // namespace
} // namespace gmguard::kernel
