// SPDX-License-Identifier: BSD-2-Clause
#include "doctor/listening.hpp"

#include <gmock/gmock.h>

namespace gmguard::doctor {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::uint64_t kPcscf = 7, kElsewhere = 8;

Endpoint at(const char* text) {
    return *Endpoint::parse(text);
}

config::Config guarded_ports() {
    config::Config config;
    config.listeners.resize(1);
    config.listeners[0].address = *Address::parse("192.0.2.1");
    config.listeners[0].unprotected_ports = {5060};
    config.listeners[0].protected_ports = {6100, 6101};
    config.core.listeners = {at("198.51.100.1:5060")};
    return config;
}

std::vector<std::string> texts(const std::vector<Endpoint>& endpoints) {
    std::vector<std::string> out;
    for (const auto& each : endpoints)
        out.push_back(each.text());
    return out;
}

TEST(NotConfigured, AreSipPortsThatNobodyNames) {
    const kernel::Socket sockets[] = {{at("192.0.2.1:5060"), kPcscf},
                                      {at("192.0.2.9:5060"), kElsewhere},
                                      {at("198.51.100.1:5060"), kPcscf},
                                      {at("127.0.0.1:5060"), kPcscf},
                                      {at("[::1]:5060"), kPcscf}};
    EXPECT_THAT(texts(not_configured(guarded_ports(), sockets)), ElementsAre("192.0.2.9:5060"));
}

TEST(NotConfigured, AreThoseBesideANamedOne_WhateverTheirPort) {
    const kernel::Socket sockets[] = {{at("192.0.2.1:6100"), kPcscf},
                                      {at("192.0.2.1:6200"), kPcscf},
                                      {at("192.0.2.1:6200"), kPcscf},
                                      {at("192.0.2.1:53"), kElsewhere},
                                      {at("192.0.2.1:0"), kPcscf}};
    EXPECT_THAT(texts(not_configured(guarded_ports(), sockets)), ElementsAre("192.0.2.1:6200"));
}

TEST(NotConfigured, IsNothing_WhereTheCgroupIsNotKnown) {
    const kernel::Socket sockets[] = {{at("192.0.2.1:5060"), 0}, {at("192.0.2.1:53"), 0}};
    EXPECT_THAT(not_configured(guarded_ports(), sockets), IsEmpty());
}

TEST(NobodyListens, NamesThePortsWithoutASocket) {
    const auto config = guarded_ports();
    const kernel::Socket sockets[] = {{at("0.0.0.0:6100"), kPcscf},
                                      {at("192.0.2.9:5060"), kPcscf},
                                      {at("192.0.2.1:6101"), kPcscf}};
    EXPECT_THAT(texts(nobody_listens(config.listeners[0], sockets)), ElementsAre("192.0.2.1:5060"));
}

} // namespace
} // namespace gmguard::doctor
