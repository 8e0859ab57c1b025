// SPDX-License-Identifier: BSD-2-Clause
// Tables that change while packets are judged by them, and numbers that stay with their names.
#include "kernel/tables.hpp"
#include "unit/kernel/sandbox.hpp"

#include <cstring>

namespace gmguard::kernel {
namespace {

constexpr HashKey kKey{1, 2};

config::Listener listener(const std::string& name, const char* address) {
    config::Listener out;
    out.name = name;
    out.address = *address ? *Address::parse(address) : Address{};
    out.unprotected_ports = {5060};
    return out;
}

config::Config guarded(std::vector<config::Listener> listeners) {
    config::Config config;
    config.listeners = std::move(listeners);
    return config;
}

class Fill : public Sandbox {
  protected:
    Objects objects_ = open();

    Result<> fill_with(const config::Config& config) {
        const auto ids = keep_ids(objects_.maps(), config);
        if (!ids)
            return fail(ids.error());
        return fill(objects_.maps(), tables(config, {}, kKey, *ids));
    }
    std::uint32_t id_of(const std::string& name) {
        const auto ids = ids_in(objects_.maps());
        return ids && ids->contains(name) ? ids->at(name) : 0;
    }
    std::optional<gm_listener> entry(const char* address, std::uint16_t port) {
        gm_listener_key key{};
        key.address = *address ? Address::parse(address)->value() : 0;
        key.port = port;
        key.protocol = GM_UDP;
        return objects_.maps().listeners.lookup(key).value_or(std::nullopt);
    }
    // As packets would leave it.
    void count(std::uint32_t id) {
        std::vector<gm_counters> values(cpus());
        for (auto& value : values)
            std::memset(&value, 1, sizeof value);
        ASSERT_TRUE(objects_.maps().counters.raw().put(&id, values.data()));
    }
    bool has_counted(std::uint32_t id) {
        const auto sum = objects_.maps().counters.sum(id);
        const gm_counters none{};
        return sum && std::memcmp(&*sum, &none, sizeof none) != 0;
    }
};

TEST_F(Fill, KeepsTheNumbersOfNames_WhereverTheyStand) {
    const auto a = listener("a", "192.0.2.1"), b = listener("b", "192.0.2.2");
    const auto c = listener("c", "192.0.2.3");
    ASSERT_TRUE(fill_with(guarded({a, b})));
    EXPECT_EQ(id_of("a"), 1U);
    EXPECT_EQ(id_of("b"), 2U);
    count(1);
    count(2);
    ASSERT_TRUE(fill_with(guarded({c, b, a})));
    EXPECT_EQ(id_of("a"), 1U);
    EXPECT_EQ(id_of("b"), 2U);
    EXPECT_EQ(id_of("c"), 3U);
    EXPECT_TRUE(has_counted(1));
    EXPECT_TRUE(has_counted(2));
}

TEST_F(Fill, GivesNobodysCountersToANewListener) {
    ASSERT_TRUE(fill_with(guarded({listener("a", "192.0.2.1")})));
    count(1);
    ASSERT_TRUE(fill_with(guarded({listener("b", "192.0.2.1")})));
    EXPECT_EQ(id_of("b"), 2U) << "while the old one was there";
    count(2);
    ASSERT_TRUE(fill_with(guarded({listener("c", "192.0.2.1")})));
    EXPECT_EQ(id_of("c"), 1U);
    EXPECT_FALSE(has_counted(1));
}

TEST_F(Fill, FindsANumber_WhenAllWereGiven) {
    std::vector<config::Listener> all, others;
    for (int i = 1; i < GM_LISTENERS; ++i) {
        all.push_back(listener("a" + std::to_string(i), ""));
        all.back().unprotected_ports = {static_cast<std::uint16_t>(5000 + i)};
        others.push_back(listener("b" + std::to_string(i), ""));
        others.back().unprotected_ports = all.back().unprotected_ports;
    }
    ASSERT_TRUE(fill_with(guarded(all)));
    ASSERT_TRUE(fill_with(guarded(others)));
    EXPECT_EQ(ids_in(objects_.maps())->size(), std::size_t{GM_LISTENERS - 1});
    EXPECT_NE(id_of("b1"), 0U);
    EXPECT_EQ(id_of("a1"), 0U);
}

TEST_F(Fill, TakesNothingAway_InItsFirstHalf) {
    ASSERT_TRUE(fill_with(guarded({listener("a", "")})));
    const auto wanted = guarded({listener("b", "192.0.2.1")});
    const auto tables_b = tables(wanted, {}, kKey, *keep_ids(objects_.maps(), wanted));
    ASSERT_TRUE(put(objects_.maps(), tables_b));
    EXPECT_STREQ(entry("192.0.2.1", 5060)->name, "b");
    ASSERT_TRUE(entry("", 0)) << "the mark of what no listener names";
    ASSERT_TRUE(erase_others(objects_.maps(), tables_b));
    EXPECT_EQ(entry("", 5060)->role, GM_ROLE_ELSEWHERE);
}

TEST_F(Fill, AddsPortsThatNobodyHas_AndChangesNone) {
    auto any = listener("any", "");
    ASSERT_TRUE(fill_with(guarded({any})));
    auto covered = listener("covered", "192.0.2.1"), fresh = listener("fresh", "192.0.2.1");
    covered.mode = GM_MODE_OFF;
    fresh.unprotected_ports = {5070};
    const auto wanted = guarded({covered, fresh});
    ASSERT_TRUE(
        add_ports(objects_.maps(), tables(wanted, {}, kKey, *keep_ids(objects_.maps(), wanted))));
    EXPECT_FALSE(entry("192.0.2.1", 5060)) << "guarded by the other one until then";
    ASSERT_TRUE(entry("192.0.2.1", 5070));
    EXPECT_STREQ(entry("192.0.2.1", 5070)->name, "fresh");
    EXPECT_STREQ(entry("", 5060)->name, "any");
}

// --- gm_settings, write by write

gm_settings homes(std::initializer_list<const char*> names) {
    gm_settings settings{};
    settings.schema = GM_SCHEMA;
    for (const auto* name : names) {
        auto& home = settings.home[settings.homes++];
        home.size = std::strlen(name);
        std::memcpy(home.name, name, home.size);
    }
    return settings;
}

bool is_home(const gm_settings& settings, std::string_view name) {
    for (std::size_t i = 0; i < settings.homes; ++i)
        if (name == std::string_view(settings.home[i].name, settings.home[i].size))
            return true;
    return settings.homes == 0;
}

TEST(SettingsSteps, KeepADomainWhereItIs) {
    const auto before = homes({"a.test", "b.test", "c.test"});
    for (const auto& step : steps_between(before, homes({"d.test", "c.test", "b.test"}))) {
        EXPECT_EQ(std::memcmp(&step.home[1], &before.home[1], sizeof(gm_home)), 0);
        EXPECT_EQ(std::memcmp(&step.home[2], &before.home[2], sizeof(gm_home)), 0);
        EXPECT_TRUE(is_home(step, "b.test"));
        EXPECT_TRUE(is_home(step, "c.test"));
    }
    const auto last = steps_between(before, homes({"d.test", "c.test", "b.test"})).back();
    EXPECT_TRUE(is_home(last, "d.test"));
    EXPECT_FALSE(is_home(last, "a.test"));
    EXPECT_FALSE(is_home(last, ""));
}

TEST(SettingsSteps, NameDomainsBeforeTheyCount) {
    const auto steps = steps_between(homes({}), homes({"a.test"}));
    ASSERT_EQ(steps.size(), 2U);
    EXPECT_EQ(steps[0].homes, 0U);
    EXPECT_EQ(steps[0].home[0].size, 6U);
    EXPECT_EQ(steps[1].homes, 1U);
    EXPECT_TRUE(is_home(steps_between(homes({"a.test"}), homes({})).back(), "any.test"));
}

TEST(SettingsSteps, GiveNoRateWithoutItsBurst) {
    auto before = homes({}), wanted = before;
    wanted.known = {5, 10};
    before.unknown = {7, 20};
    wanted.unknown = {3, 4};
    for (const auto& step : steps_between(before, wanted)) {
        EXPECT_TRUE(step.known.rate == 0 || step.known.burst >= 10);
        EXPECT_TRUE(step.unknown.rate == 7 ? step.unknown.burst == 20 : step.unknown.burst >= 4);
    }
    EXPECT_EQ(steps_between(before, wanted).back().unknown.burst, 4U);
}

TEST(SettingsSteps, AreOne_WhenNothingWasThere) {
    gm_settings nothing{};
    EXPECT_EQ(steps_between(nothing, homes({"a.test"})).size(), 1U);
}

} // namespace
} // namespace gmguard::kernel
