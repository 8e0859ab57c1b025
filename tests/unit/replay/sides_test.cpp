// SPDX-License-Identifier: BSD-2-Clause
#include "replay/sides.hpp"

#include <gtest/gtest.h>

namespace gmguard::replay {
namespace {

Endpoint at(const char* text) {
    return Endpoint::parse(text).value();
}

const Endpoint kPhone = at("192.0.2.7:5060"), kOther = at("192.0.2.8:5060");
const Endpoint kPcscf = at("192.0.2.1:5060"), kCore = at("198.51.100.2:5060");

sip::Message heard_register(std::size_t vias = 1) {
    sip::Message message;
    message.request = true;
    message.method = "REGISTER";
    message.vias.resize(vias);
    return message;
}

class SidesOfAnyAddress : public testing::Test {
  protected:
    config::Config config = config::default_guard();
    Sides sides{config};
};

TEST_F(SidesOfAnyAddress, TakeEverythingToAGuardedPortForGm_WhileNothingIsKnown) {
    EXPECT_EQ(sides.way(kPhone, kPcscf), Way::from_gm);
    EXPECT_EQ(sides.way(kPcscf, kPhone), Way::from_gm);
    EXPECT_EQ(sides.way(kPhone, at("192.0.2.1:5061")), Way::none);
}

TEST_F(SidesOfAnyAddress, KnowThePcscf_OnceARegisterWentToIt) {
    sides.learn(heard_register(), kPhone, kPcscf);
    EXPECT_EQ(sides.way(kPcscf, kPhone), Way::to_gm);
    EXPECT_EQ(sides.way(kPcscf, at("192.0.2.7:1025")), Way::to_gm);
    EXPECT_EQ(sides.way(at("192.0.2.1:6060"), kPhone), Way::to_gm) << "answers from another port";
    EXPECT_EQ(sides.way(at("192.0.2.1:53"), at("192.0.2.9:53")), Way::none);
    EXPECT_EQ(sides.way(kPhone, kPcscf), Way::from_gm);
    EXPECT_EQ(sides.way(kOther, kPhone), Way::from_gm) << "no phone may say what a P-CSCF says";
}

TEST_F(SidesOfAnyAddress, LearnNothing_FromAnythingElse) {
    sip::Message invite = heard_register(), answer = heard_register();
    invite.method = "INVITE";
    answer.request = false;
    sides.learn(invite, kPhone, kPcscf);
    sides.learn(answer, kPhone, kPcscf);
    sides.learn(heard_register(), kPhone, at("192.0.2.1:5061"));
    EXPECT_EQ(sides.way(kPcscf, kPhone), Way::from_gm);
}

TEST_F(SidesOfAnyAddress, StillJudgeAPhone_ThatAnAttackerSentARegister) {
    sides.learn(heard_register(), kOther, kPhone);
    sides.learn(heard_register(), kPhone, kPcscf);
    EXPECT_EQ(sides.way(kPhone, kPcscf), Way::from_gm);
    EXPECT_EQ(sides.way(kPcscf, kPhone), Way::to_gm);
}

TEST_F(SidesOfAnyAddress, StillKnowThePcscf_WhenItForwardsTheRegister) {
    sides.learn(heard_register(), kPhone, kPcscf);
    sides.learn(heard_register(2), kPcscf, kCore);
    EXPECT_EQ(sides.way(kPcscf, kPhone), Way::to_gm);
    EXPECT_EQ(sides.way(kCore, kPhone), Way::from_gm);
}

TEST_F(SidesOfAnyAddress, TellByPort_WhereBothEndsHaveOneAddress) {
    const Endpoint phone = at("127.0.0.1:5070"), pcscf = at("127.0.0.1:5060");
    sides.learn(heard_register(), phone, pcscf);
    EXPECT_EQ(sides.way(phone, pcscf), Way::from_gm);
    EXPECT_EQ(sides.way(pcscf, phone), Way::to_gm);
}

class SidesAsConfigured : public testing::Test {
  protected:
    SidesAsConfigured() {
        config = config::default_guard();
        config.listeners[0].address = kPcscf.address;
        config.core.peers = {Prefix::parse("198.51.100.0/24").value()};
        config.core.listeners = {at("198.51.100.1:5060")};
    }
    config::Config config;
    Sides sides{config};
};

TEST_F(SidesAsConfigured, NeedNoRegister) {
    EXPECT_EQ(sides.way(kPhone, kPcscf), Way::from_gm);
    EXPECT_EQ(sides.way(kPcscf, kPhone), Way::to_gm);
    EXPECT_EQ(sides.way(kCore, at("198.51.100.1:5060")), Way::from_core);
    EXPECT_EQ(sides.way(at("198.51.100.1:5060"), kCore), Way::to_core);
    EXPECT_EQ(sides.way(kPcscf, kCore), Way::to_core) << "whichever of its addresses it uses";
}

TEST_F(SidesAsConfigured, JudgeWhatClaimsToBeTheCore_OnAGuardedPort) {
    EXPECT_EQ(sides.way(kCore, kPcscf), Way::from_gm);
}

TEST_F(SidesAsConfigured, JudgeWhatGmSendsToTheMwSide) {
    EXPECT_EQ(sides.way(kPhone, at("198.51.100.1:5060")), Way::from_gm);
}

} // namespace
} // namespace gmguard::replay
