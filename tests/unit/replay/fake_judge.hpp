// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "replay/frame.hpp"
#include "replay/judge.hpp"

#include <string>
#include <vector>

namespace gmguard::replay {

// Says what it is told to, and remembers what it was asked.
class FakeJudge : public Judge {
  public:
    Judgement front_says, inside_says, answers_say;
    std::optional<sip::SecurityMechanism> negotiated;
    std::vector<std::string> asked;
    std::vector<gm_host_socket> sockets; // of each segment, as it came
    std::uint64_t now_ns = 0;
    bool broken = false;

    Result<> set_clock(std::uint64_t now) override {
        now_ns = now;
        return {};
    }
    Result<Judgement> front(View packet) override { return answer("front", packet, front_says); }
    Result<Judgement> inside(View packet, gm_side side, const kernel::Opened& opened) override {
        return answer(opened.spi != 0      ? "opened"
                      : side == GM_SIDE_GM ? "inside"
                                           : "core",
                      packet, inside_says);
    }
    Result<Spoken> stream(View packet, gm_side side, const kernel::Opened& opened,
                          kernel::HostSocket& socket) override {
        const auto said = answer(opened.spi != 0      ? "opened stream"
                                 : side == GM_SIDE_GM ? "stream"
                                                      : "core stream",
                                 packet, inside_says);
        if (!said)
            return fail(said.error());
        sockets.push_back(socket.raw());
        if (said->reason == GM_REASON_tcp_poisoned)
            socket.raw().flow.state = GM_FLOW_POISONED;
        if (const auto at = layers(packet);
            said->verdict != GM_VERDICT_DROP && socket.raw().state == GM_HOST_ESTABLISHED) {
            const auto header = tcp_header(packet, *at);
            socket.raw().flow.state = GM_FLOW_OPEN;
            socket.raw().flow.after = header->sequence + static_cast<std::uint32_t>(header->size);
        }
        return Spoken{*said, {}};
    }
    std::optional<sip::SecurityMechanism> association(Address, std::uint32_t) override {
        return negotiated;
    }
    Result<Judgement> answers(View packet) override {
        return answer("answers", packet, answers_say);
    }
    Result<> onward(View packet) override {
        asked.push_back("onward " + std::to_string(packet.size()));
        return {};
    }

  private:
    Result<Judgement> answer(const char* hook, View packet, Judgement says) {
        asked.push_back(std::string(hook) + " " + std::to_string(packet.size()));
        if (broken)
            return fail(ErrorKind::system, "program", "cannot run");
        return says;
    }
};

} // namespace gmguard::replay
