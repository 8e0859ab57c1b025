// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/device.hpp"

#include "kernel/fd.hpp"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

namespace gmguard::kernel {
namespace {

class Asking {
  public:
    Asking(const Fd& socket, const std::string& interface) : socket_(socket) {
        interface.copy(request_.ifr_name, sizeof request_.ifr_name - 1);
    }
    // errno tells why not.
    bool ask(unsigned long what) { return ::ioctl(socket_.get(), what, &request_) == 0; }
    bool ask_driver(void* command) {
        request_.ifr_data = static_cast<char*>(command);
        return ask(SIOCETHTOOL);
    }
    [[nodiscard]] const ifreq& answer() const { return request_; }

  private:
    const Fd& socket_;
    ifreq request_{};
};

// The kernel's structures end in arrays: room for them, aligned for their members.
template <typename Command> class Tailed {
  public:
    Tailed(std::uint32_t command, std::size_t tail)
        : words_((sizeof(Command) + tail) / sizeof(std::uint64_t) + 1) {
        get()->cmd = command;
    }
    Command* get() { return reinterpret_cast<Command*>(words_.data()); }

  private:
    std::vector<std::uint64_t> words_;
};

std::string driver_of(Asking& asking) {
    ethtool_drvinfo info{};
    info.cmd = ETHTOOL_GDRVINFO;
    return asking.ask_driver(&info) ? std::string(info.driver, ::strnlen(info.driver, 32)) : "";
}

std::vector<std::string> feature_names(Asking& asking) {
    Tailed<ethtool_sset_info> sets(ETHTOOL_GSSET_INFO, sizeof(std::uint32_t));
    sets.get()->sset_mask = 1ULL << ETH_SS_FEATURES;
    if (!asking.ask_driver(sets.get()) || sets.get()->sset_mask == 0)
        return {};
    const auto count = sets.get()->data[0];
    Tailed<ethtool_gstrings> strings(ETHTOOL_GSTRINGS, std::size_t{count} * ETH_GSTRING_LEN);
    strings.get()->string_set = ETH_SS_FEATURES;
    strings.get()->len = count;
    std::vector<std::string> names;
    if (!asking.ask_driver(strings.get()))
        return names;
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto* name =
            reinterpret_cast<const char*>(strings.get()->data) + std::size_t{i} * ETH_GSTRING_LEN;
        names.emplace_back(name, ::strnlen(name, ETH_GSTRING_LEN));
    }
    return names;
}

std::vector<std::string> active_features(Asking& asking) {
    const auto names = feature_names(asking);
    const auto blocks = (names.size() + 31) / 32;
    Tailed<ethtool_gfeatures> features(ETHTOOL_GFEATURES,
                                       blocks * sizeof(ethtool_get_features_block));
    features.get()->size = static_cast<std::uint32_t>(blocks);
    std::vector<std::string> out;
    if (names.empty() || !asking.ask_driver(features.get()))
        return out;
    for (std::size_t i = 0; i < names.size(); ++i)
        if (((features.get()->features[i / 32].active >> (i % 32)) & 1) != 0)
            out.push_back(names[i]);
    return out;
}

} // namespace

Result<Device> device(const std::string& interface) {
    const std::string subject = "interface " + interface;
    const Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    if (!socket.valid())
        return fail(system_error(errno, subject, "cannot ask"));
    Asking asking(socket, interface);
    if (!asking.ask(SIOCGIFFLAGS))
        return errno == ENODEV ? fail(ErrorKind::not_found, subject, "is not there")
                               : fail(system_error(errno, subject, "cannot ask"));
    Device out;
    out.up = (asking.answer().ifr_flags & IFF_UP) != 0;
    if (asking.ask(SIOCGIFMTU))
        out.mtu = static_cast<unsigned>(asking.answer().ifr_mtu);
    out.driver = driver_of(asking);
    out.features = active_features(asking);
    return out;
}

} // namespace gmguard::kernel
