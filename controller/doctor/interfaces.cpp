// SPDX-License-Identifier: BSD-2-Clause
#include "doctor/doctor.hpp"
#include "doctor/drivers.hpp"

#include "kernel/device.hpp"
#include "kernel/hooked.hpp"
#include "kernel/netns.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace gmguard::doctor {
namespace {

// A frame must fit into one page beside XDP's headroom and the kernel's own room at its end.
constexpr unsigned kLargestMtu = 3498;

bool is_ours(const kernel::Hooked& hooked) {
    return hooked.name.starts_with("gm_");
}

std::string words_of(const kernel::Hooked& hooked) {
    return hooked.id == 0 ? fmt::format("filter {}", hooked.name)
                          : fmt::format("program {} ({})", hooked.id, hooked.name);
}

class Examination {
  public:
    Examination(const config::Interface& interface, Findings& out)
        : interface_(interface), subject_("interface " + interface.name), out_(out) {}

    void run() {
        const auto in = kernel::InNetns::enter(interface_.netns);
        const auto device = in ? kernel::device(interface_.name) : fail(in.error());
        if (!device) {
            add(Grade::fail, device.error().text(),
                "name one that is there (ip link), and its network namespace");
            return;
        }
        examine_link(*device);
        if (interface_.side != GM_SIDE_GM)
            return;
        if (interface_.xdp_mode == config::XdpMode::native)
            examine_native(*device);
        else
            add(Grade::warn, "XDP in generic mode, as configured: slower",
                "xdp_mode = \"native\" where its driver can");
        examine_features(*device);
        if (const auto ifindex = kernel::ifindex_of(interface_.name))
            examine_hooks(kernel::hooked_on(*ifindex));
    }

  private:
    void add(Grade grade, std::string what, std::string hint = {}) {
        out_.push_back({grade, subject_, std::move(what), std::move(hint)});
    }

    void examine_link(const kernel::Device& device) {
        if (device.up)
            add(Grade::ok, fmt::format("is up, MTU {}, driver {}", device.mtu,
                                       device.driver.empty() ? "unknown" : device.driver));
        else
            add(Grade::fail, "is down", "ip link set dev " + interface_.name + " up");
    }

    void examine_native(const kernel::Device& device) {
        if (has_native_xdp(device.driver))
            add(Grade::ok, "its driver has native XDP");
        else
            add(Grade::warn,
                fmt::format("driver \"{}\" is not known to have native XDP", device.driver),
                "if attach says so, too: xdp_mode = \"generic\"");
        if (device.mtu > kLargestMtu)
            add(Grade::warn,
                fmt::format("MTU {} is more than {}: most drivers refuse native XDP", device.mtu,
                            kLargestMtu),
                fmt::format("ip link set dev {} mtu {}, or xdp_mode = \"generic\"", interface_.name,
                            kLargestMtu));
    }

    // Packets that the device has put together, or decrypted, are none that came so.
    void examine_features(const kernel::Device& device) {
        bool clean = true;
        for (const auto* feature : {"rx-lro", "rx-gro-hw", "esp-hw-offload"}) {
            if (std::ranges::find(device.features, feature) == device.features.end())
                continue;
            clean = false;
            add(Grade::warn,
                fmt::format("{} is on: gm_front does not see packets as they came", feature),
                fmt::format("ethtool -K {} {} off", interface_.name, feature));
        }
        if (clean)
            add(Grade::ok, "no offload stands before gm_front");
    }

    void examine_hooks(const std::vector<kernel::Hooked>& all) {
        bool alone = true;
        bool seen_ours = false; // of this point, so far
        auto point = kernel::HookPoint::xdp;
        for (const auto& each : all) {
            if (each.point != point)
                seen_ours = false;
            point = each.point;
            seen_ours = seen_ours || is_ours(each);
            if (is_ours(each))
                continue;
            alone = false;
            examine_stranger(each, !seen_ours);
        }
        if (alone)
            add(Grade::ok, "no program but gmguard's hangs there");
    }

    void examine_stranger(const kernel::Hooked& stranger, bool is_before) {
        const auto where = kernel::name(stranger.point);
        if (stranger.point == kernel::HookPoint::xdp)
            add(Grade::fail, fmt::format("its XDP slot is taken by {}", words_of(stranger)),
                stranger.name == "xdp_dispatcher"
                    ? "it is libxdp's: unload its programs (xdp-loader unload), one XDP program "
                      "fits"
                    : "end the program that holds it, or ip link set dev " + interface_.name +
                          " xdp off");
        else if (stranger.point == kernel::HookPoint::tc_ingress)
            add(Grade::ok, fmt::format("{} at {} runs behind gm_front", words_of(stranger), where));
        else
            add(Grade::warn,
                fmt::format("{} at {} {}", words_of(stranger), where,
                            is_before ? "runs before gm_answers and can keep answers from it"
                                      : "runs beside gm_answers"),
                "see that it lets SIP pass on: gm_answers learns by what leaves");
    }

    const config::Interface& interface_;
    std::string subject_;
    Findings& out_;
};

} // namespace

Findings examine_interfaces(const config::Config& config) {
    Findings out;
    for (const auto& interface : config.interfaces)
        Examination(interface, out).run();
    if (std::ranges::none_of(config.interfaces,
                             [](const auto& each) { return each.side == GM_SIDE_GM; }))
        out.push_back({Grade::warn, "interfaces", "none of Gm is configured: nothing is judged",
                       "name it in [[interface]], or gmguard attach INTERFACE"});
    return out;
}

} // namespace gmguard::doctor
