// SPDX-License-Identifier: BSD-2-Clause
// A phone's TCP connection to the P-CSCF, in a scene.
#pragma once

#include "replay/scene.hpp"

namespace gmguard::test {

// A packet of that protocol between two endpoints, which the IP header alone has.
inline Packet ip(const Endpoint& from, const Endpoint& to) {
    if (from.address.is_v4())
        return Ethernet{} / Ipv4{.source = from.address.text(), .destination = to.address.text()};
    return Ethernet{} / Ipv6{.source = from.address.text(), .destination = to.address.text()};
}

class Connection {
  public:
    Connection(Scene& scene, const Endpoint& phone, const Endpoint& pcscf)
        : scene_(scene), phone_(phone), pcscf_(pcscf) {}

    // Three packets.
    Connection& open() {
        scene_.add(arriving(sent_++, "", kSyn));
        scene_.add(leaving(heard_++, "", kSyn | kAck));
        scene_.add(arriving(sent_, "", kAck));
        return *this;
    }
    Connection& says(const std::string& text, std::uint8_t flags = kPushAck) {
        scene_.add(arriving(sent_, text, flags));
        return skips(text);
    }
    // In segments of `size` bytes.
    Connection& says_in(std::size_t size, const std::string& text) {
        for (std::size_t at = 0; at < text.size(); at += size)
            says(text.substr(at, size));
        return *this;
    }
    // What it would have said; the P-CSCF takes it for said.
    Connection& skips(const std::string& text) {
        sent_ += static_cast<std::uint32_t>(text.size());
        return *this;
    }
    Connection& hears(const std::string& text) {
        scene_.add(leaving(heard_, text, kPushAck));
        heard_ += static_cast<std::uint32_t>(text.size());
        return *this;
    }
    Connection& acknowledges() {
        scene_.add(leaving(heard_, "", kAck));
        return *this;
    }

    // A segment of its own, that changes nothing here.
    [[nodiscard]] Packet arriving(std::uint32_t sequence, const std::string& text,
                                  std::uint8_t flags = kPushAck) const {
        return segment(phone_, pcscf_, sequence, heard_, flags, text);
    }
    [[nodiscard]] std::uint32_t sent() const { return sent_; }

  private:
    [[nodiscard]] Packet leaving(std::uint32_t sequence, const std::string& text,
                                 std::uint8_t flags) const {
        return segment(pcscf_, phone_, sequence, sent_, flags, text);
    }
    [[nodiscard]] static Packet segment(const Endpoint& from, const Endpoint& to,
                                        std::uint32_t sequence, std::uint32_t acknowledgement,
                                        std::uint8_t flags, const std::string& text) {
        return ip(from, to) /
               Tcp{.source = from.port,
                   .destination = to.port,
                   .sequence = sequence,
                   .acknowledgement = acknowledgement,
                   .flags = flags} /
               text;
    }

    Scene& scene_;
    Endpoint phone_, pcscf_;
    std::uint32_t sent_ = 1000, heard_ = 5000;
};

// The listener is at the P-CSCF's address alone; and small tables are loaded sooner.
inline config::Config at_pcscf(config::Config config) {
    config.listeners[0].address = kPcscf.address;
    config.limits.bindings = 64;
    return config;
}

// IPsec ends at the P-CSCF.
inline config::Config ends_esp() {
    auto config = at_pcscf(terminated());
    config.listeners[0].protection = GM_PROTECTION_ESP;
    return config;
}

// The verdicts from that frame on, without the hooks: "7 drop not_register".
inline Lines verdicts(const std::vector<replay::Finding>& findings, std::uint64_t from) {
    Lines out;
    for (const auto& finding : findings)
        if (finding.frame >= from)
            out.push_back(std::to_string(finding.frame) + " " + Scene::verdict(finding));
    return out;
}
inline Lines verdicts(const Scene& scene, const config::Config& config, std::uint64_t from) {
    return verdicts(scene.findings(config), from);
}

inline Lines lines(const std::vector<replay::Finding>& findings) {
    Lines out;
    for (const auto& finding : findings)
        out.push_back(Scene::line(finding));
    return out;
}

} // namespace gmguard::test
