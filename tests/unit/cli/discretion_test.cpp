// SPDX-License-Identifier: BSD-2-Clause
#include "discretion.hpp"

#include <gtest/gtest.h>

using namespace gmguard::cli;
namespace json = boost::json;

namespace {

const Discretion discreet({1, 2}, false);

TEST(Discretion, HashesTheSameNameAlike_AndAnotherOtherwise) {
    EXPECT_EQ(discreet.hashed("alice@ims.test"), discreet.hashed("alice@ims.test"));
    EXPECT_NE(discreet.hashed("alice@ims.test"), discreet.hashed("bob@ims.test"));
    EXPECT_NE(discreet.hashed("alice@ims.test"), Discretion({1, 3}, false).hashed("alice@ims.test"))
        << "by the key";
    EXPECT_EQ(discreet.hashed("alice@ims.test").size(), 21U);
    EXPECT_EQ(discreet.hashed(""), "");
}

TEST(Discretion, DrawsItsKeyAnew) {
    EXPECT_NE(Discretion(false).hashed("alice"), Discretion(false).hashed("alice"));
}

TEST(Discretion, FindsNamesInASentence) {
    for (const auto* name : {"sip:alice@ims.test", "SIPS:alice@ims.test", "tel:+15551234",
                             "alice@ims.test", "001010123456789", "sip:[2001:db8::7]:5060"}) {
        const auto said = discreet.text("a name, " + std::string(name) + "; and no more");
        EXPECT_EQ(said, "a name, " + discreet.hashed(name) + "; and no more") << name;
    }
}

TEST(Discretion, LeavesTheRest) {
    for (const auto* text : {"192.0.2.7:5060", "[2001:db8::7]:5060 is bound", "map gm_bindings",
                             "2026-01-02T03:04:05.678901Z", "listener gm, 16 of 100000", ""})
        EXPECT_EQ(discreet.text(text), text);
}

TEST(Discretion, HashesMembersThatAreNames_WhateverTheyLookLike) {
    const auto shown = discreet.document(json::parse(
        R"({"sip":{"impi":"odd one","method":"REGISTER","call_id":"x"},"impus":["tel:+1","odd"],)"
        R"("detail":"from sip:a@b","count":3,"bound_to":null})"));
    EXPECT_EQ(shown.at("sip").at("impi").as_string(), discreet.hashed("odd one"));
    EXPECT_EQ(shown.at("sip").at("call_id").as_string(), discreet.hashed("x"));
    EXPECT_EQ(shown.at("sip").at("method"), "REGISTER");
    EXPECT_EQ(shown.at("impus").at(1).as_string(), discreet.hashed("odd"));
    EXPECT_EQ(shown.at("detail").as_string(), "from " + discreet.hashed("sip:a@b"));
    EXPECT_EQ(shown.at("count"), 3);
    EXPECT_EQ(shown.at("bound_to"), nullptr);
}

TEST(Discretion, LeavesNamesThatAreWanted) {
    const Discretion open(true);
    EXPECT_EQ(open.text("sip:a@b"), "sip:a@b");
    const auto document = json::parse(R"({"impi":"a@b","impus":["sip:a@b"]})");
    EXPECT_EQ(open.document(document), document);
}

} // namespace
