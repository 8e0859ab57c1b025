// SPDX-License-Identifier: BSD-2-Clause
#include "doctor/drivers.hpp"

#include <algorithm>
#include <array>

namespace gmguard::doctor {
namespace {

// By the names that they give in ETHTOOL_GDRVINFO. In order, for the search.
constexpr std::array<std::string_view, 42> kNative = {"atlantic",
                                                      "bnxt_en",
                                                      "bonding",
                                                      "cpsw",
                                                      "cpsw-switch",
                                                      "dpaa2-eth",
                                                      "dpaa2_eth",
                                                      "ena",
                                                      "fsl_dpaa",
                                                      "fsl_dpaa2_eth",
                                                      "fsl_enetc",
                                                      "fsl_enetc_vf",
                                                      "funeth",
                                                      "hv_netvsc",
                                                      "i40e",
                                                      "iavf",
                                                      "ice",
                                                      "igb",
                                                      "igc",
                                                      "ixgbe",
                                                      "ixgbevf",
                                                      "mana",
                                                      "mlx4_en",
                                                      "mlx5_core",
                                                      "mvneta",
                                                      "mvpp2",
                                                      "netdevsim",
                                                      "netsec",
                                                      "nfp",
                                                      "nicvf",
                                                      "octeontx2-nicpf",
                                                      "octeontx2-nicvf",
                                                      "qede",
                                                      "sfc",
                                                      "st_gmac",
                                                      "stmmac",
                                                      "thunder-nicvf",
                                                      "tsnep",
                                                      "tun",
                                                      "veth",
                                                      "vif",
                                                      "virtio_net"};
static_assert(std::ranges::is_sorted(kNative));

} // namespace

bool has_native_xdp(std::string_view driver) {
    return std::ranges::binary_search(kNative, driver);
}

} // namespace gmguard::doctor
