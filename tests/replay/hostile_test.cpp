// SPDX-License-Identifier: BSD-2-Clause
// Captures that somebody made up: read to their end, one finding a packet at most, in their order.
#include "replay/connection.hpp"

#include <boost/json.hpp>

#include <random>

namespace gmguard::test {
namespace {

class ReplayHostile : public Replay {};

// What the replay follows, each in clear, in ESP and in fragments.
std::vector<Bytes> seeds() {
    Scene scene;
    Connection clear(scene, kPhone, kPcscf);
    clear.open().says_in(64, Register{}.text()).hears(Answer{.status = 401, .nonce = "n"}.text());
    clear.says(Request{.body = std::string(200, 'b')}.text());
    std::vector<Bytes> out = scene.frames();
    for (std::size_t k = 0, plain = out.size(); k < plain; ++k) {
        const Bytes transport(out[k].begin() + 34, out[k].end());
        const auto tcp = ip(kPhone, kPcscf) / Raw{transport, kProtocolTcp};
        const Packet inner(tcp.begin() + 1, tcp.end());
        const auto esp = ip(kPhone, kPcscf) / Raw{clear_esp(4096, inner), kProtocolEsp};
        out.push_back(bytes(esp));
        for (const auto& whole : {tcp, esp})
            for (auto& piece : fragments(whole, 40, static_cast<std::uint32_t>(k)))
                out.push_back(std::move(piece));
    }
    return out;
}

Bytes mutated(Bytes frame, std::mt19937& random) {
    const auto below = [&](std::size_t n) { return random() % std::max<std::size_t>(n, 1); };
    for (std::size_t k = below(4); k > 0; --k)
        frame[14 + below(std::min<std::size_t>(frame.size() - 14, 80))] ^=
            static_cast<std::uint8_t>(1u << below(8));
    if (below(8) == 0)
        frame.resize(14 + below(frame.size() - 14));
    return frame;
}

TEST_F(ReplayHostile, CapturesAreReadToTheirEnd) {
    std::mt19937 random(20260102);
    const auto all = seeds();
    Scene scene;
    for (int k = 0; k < 20000; ++k)
        scene.add(mutated(all[random() % all.size()], random));
    std::uint64_t last = 0;
    std::size_t refused = 0;
    for (const auto& finding : scene.findings(ends_esp())) {
        // Fragments wait for the first of their datagram, and are told with it.
        if (finding.hook != GM_HOOK_FRONT || finding.sip) {
            EXPECT_GT(finding.frame, last);
            last = finding.frame;
        }
        refused += finding.judgement.verdict == GM_VERDICT_DROP;
        EXPECT_TRUE(boost::json::parse(replay::json(finding)).is_object());
    }
    EXPECT_GT(last, 19000u);
    EXPECT_GT(refused, 1000u);
}

// Neither memory nor time grows with what is never completed.
TEST_F(ReplayHostile, ConnectionsThatNeverEnd_CostNoMoreThanOthers) {
    Scene scene;
    const std::string piece(1400, 'x');
    for (std::uint32_t k = 0; k < 9000; ++k) {
        const Endpoint phone{Address(Address::parse("198.18.0.0")->value() + k),
                             static_cast<std::uint16_t>(1024 + k % 3)};
        Connection connection(scene, phone, kPcscf);
        scene.add(connection.arriving(k, "", kSyn)).add(connection.arriving(k + 2, piece));
    }
    const auto findings = scene.findings(ends_esp());
    ASSERT_EQ(findings.size(), 18000u);
    EXPECT_EQ(Scene::verdict(findings.back()), "drop tcp_order");
}

} // namespace
} // namespace gmguard::test
