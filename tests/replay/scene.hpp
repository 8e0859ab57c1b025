// SPDX-License-Identifier: BSD-2-Clause
// A capture, packet by packet, and what replay says of it, one line a packet.
#pragma once

#include "config/config.hpp"
#include "harness/pcap.hpp"
#include "harness/temporary_file.hpp"
#include "kernel/objects.hpp"
#include "replay/messages.hpp"
#include "replay/replay.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gmguard::test {

using replay::name;

using Lines = std::vector<std::string>;

inline Endpoint endpoint(const std::string& text) {
    return Endpoint::parse(text).value();
}

inline const Endpoint kPhone = endpoint("192.0.2.7:5060"), kPcscf = endpoint("192.0.2.1:5060");
inline const Endpoint kPcscfProtected = endpoint("192.0.2.1:6100");

// One datagram with a message in it.
inline Packet message(const Endpoint& from, const Endpoint& to, const std::string& text) {
    const Udp udp{.source = from.port, .destination = to.port};
    if (from.address.is_v4())
        return Ethernet{} / Ipv4{.source = from.address.text(), .destination = to.address.text()} /
               udp / text;
    return Ethernet{} / Ipv6{.source = from.address.text(), .destination = to.address.text()} /
           udp / text;
}

class Scene {
  public:
    // Seconds pass.
    Scene& wait(std::uint64_t seconds) {
        now_ += seconds;
        return *this;
    }
    Scene& add(const Bytes& frame) {
        capture_.add(frame, now_);
        frames_.push_back(frame);
        return *this;
    }
    Scene& add(const Packet& packet) { return add(bytes(packet)); }
    Scene& say(const Endpoint& from, const Endpoint& to, const std::string& text) {
        return add(message(from, to, text));
    }
    Scene& phone_says(const std::string& text) { return say(kPhone, kPcscf, text); }
    Scene& pcscf_says(const std::string& text) { return say(kPcscf, kPhone, text); }

    // Packets so far: the frame number of the last.
    [[nodiscard]] std::size_t size() const { return capture_.size(); }
    [[nodiscard]] const Capture& capture() const { return capture_; }
    [[nodiscard]] const std::vector<Bytes>& frames() const { return frames_; }

    [[nodiscard]] std::vector<replay::Finding>
    findings(const config::Config& config = config::default_guard()) const {
        const TemporaryFile file(capture_.pcap());
        std::vector<replay::Finding> out;
        const std::vector<std::string> files = {file.path()};
        const auto summary = replay::run(
            config, files, [&](const replay::Finding& finding) { out.push_back(finding); });
        EXPECT_TRUE(summary) << summary.error().text();
        return out;
    }

    // "frame hook verdict[ reason]"
    [[nodiscard]] Lines lines(const config::Config& config = config::default_guard()) const {
        Lines out;
        for (const auto& finding : findings(config))
            out.push_back(line(finding));
        return out;
    }

    [[nodiscard]] static std::string line(const replay::Finding& finding) {
        return std::to_string(finding.frame) + " " + std::string(name(finding.hook)) + " " +
               verdict(finding);
    }
    [[nodiscard]] static std::string verdict(const replay::Finding& finding) {
        const auto& judgement = finding.judgement;
        std::string out(name(judgement.verdict));
        if (judgement.reason != GM_REASON_none)
            out += " " + std::string(name(judgement.reason));
        return out;
    }

  private:
    Capture capture_;
    std::vector<Bytes> frames_;
    std::uint64_t now_ = 1767323045;
};

// One listener with an unprotected and a protected port, IPsec ended before it.
inline config::Config terminated() {
    config::Config config = config::default_guard();
    config.listeners[0].protected_ports = {6100};
    config.listeners[0].protection = GM_PROTECTION_TERMINATED;
    return config;
}

inline config::Config with_pool(config::Config config, const std::string& prefix, unsigned bits,
                                bool with_port) {
    config.pools.push_back({"pool", Prefix::parse(prefix).value(), bits, with_port});
    return config;
}

// Skips, by name, where programs cannot be loaded; fails there instead where GMGUARD_REQUIRE_BPF
// is set.
class Replay : public testing::Test {
  protected:
    void SetUp() override {
        static const auto loaded =
            kernel::Objects::open_private(kernel::Sizes::of(16), kernel::Streams::without);
        if (loaded)
            return;
        if (std::getenv("GMGUARD_REQUIRE_BPF"))
            FAIL() << loaded.error().text();
        GTEST_SKIP() << loaded.error().text();
    }
};

} // namespace gmguard::test
