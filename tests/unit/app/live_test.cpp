// SPDX-License-Identifier: BSD-2-Clause
#include "app/live.hpp"

#include "unit/binding/fake_hasher.hpp"

#include <gmock/gmock.h>

namespace gmguard::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Live : public testing::Test {
  protected:
    Live()
        : policy_(hasher_,
                  [](const Address&) { return gm_key_form{.bits = 128, .with_port = 1}; }) {
        for (const auto& [port, user] : {std::pair{5060, "alice"}, {5061, "bob"}, {5062, "carol"}})
            if (const auto added = policy_.add({kNow,
                                                at(static_cast<std::uint16_t>(port)),
                                                std::string(user) + "@ims.test",
                                                {"sip:" + std::string(user) + "@ims.test"},
                                                60 * binding::kSecond});
                !added)
                throw std::runtime_error(added.error().text());
    }
    static Endpoint at(std::uint16_t port) { return {*Address::parse("192.0.2.7"), port}; }
    static std::string message(const std::string& from) {
        return "MESSAGE sip:dave@ims.test SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1\r\n"
               "From: <sip:" +
               from +
               "@ims.test>;tag=1\r\nTo: <sip:dave@ims.test>\r\n"
               "Call-ID: 1\r\nCSeq: 1 MESSAGE\r\n\r\n";
    }
    std::vector<std::string> asked(std::uint16_t port, const std::string& text,
                                   std::uint64_t now_ns = kNow) const {
        std::vector<std::string> out;
        for (const auto& add : live_bindings(policy_, {text, at(port), at(5070)}, now_ns))
            out.push_back(add.impi + " at " + add.source.text() + " for " +
                          std::to_string(add.lifetime_ns / binding::kSecond));
        return out;
    }

    static constexpr std::uint64_t kNow = 1000 * binding::kSecond;
    binding::FakeHasher hasher_;
    binding::Policy policy_;
};

TEST_F(Live, AreTheSourcesOwn_AndThoseOfTheIdentities) {
    EXPECT_THAT(asked(5060, message("alice")),
                ElementsAre("alice@ims.test at 192.0.2.7:5060 for 60"));
    EXPECT_THAT(asked(5060, message("bob"), kNow + 20 * binding::kSecond),
                ElementsAre("alice@ims.test at 192.0.2.7:5060 for 40",
                            "bob@ims.test at 192.0.2.7:5061 for 40"));
    EXPECT_THAT(asked(5999, message("carol")),
                ElementsAre("carol@ims.test at 192.0.2.7:5062 for 60"));
}

TEST_F(Live, AreNone_WhereNobodyIsBound) {
    EXPECT_THAT(asked(5999, message("dave")), IsEmpty());
    EXPECT_THAT(asked(5999, "no SIP"), IsEmpty());
}

} // namespace
} // namespace gmguard::app
