// SPDX-License-Identifier: BSD-2-Clause
// Phones behind NATs, which come by ESP in UDP: each is where its tunnel comes from, whatever
// address it has inside (H24). On the host's build: BPF_PROG_RUN opens no association.
#include "rows.hpp"

#include "kernel/host_run.hpp"

namespace gmguard::test {
namespace {

constexpr const char *kGm = "192.0.2.2", *kHomeAddress = "192.168.1.2";

// A phone as it is known at the P-CSCF; inside of its tunnel it has kHomeAddress.
struct Resident {
    Phone phone;
    std::uint64_t subscriber;
    std::uint32_t spi;
};
const Resident kAlice{{.address = "192.0.2.7"}, 1, 1001};
const Resident kBob{{.address = "192.0.2.8", .user = "001010000000002"}, 2, 2001};
// Behind alice's NAT; behind a third, with another port.
const Resident kCarol{{.address = "192.0.2.7", .port = 5070, .user = "001010000000003"}, 3, 3001};
const Resident kDave{{.address = "192.0.2.9", .port = 5080, .user = "001010000000004"}, 4, 4001};

Phone at_home(const Resident& of, const char* address = kHomeAddress) {
    Phone phone = of.phone;
    phone.address = address;
    return phone;
}

void register_all(Guard& guard, gm_key_form form = {128, 1}) {
    for (const auto& each : {kAlice, kBob, kCarol, kDave}) {
        if (!form.with_port && each.subscriber == kCarol.subscriber)
            continue; // nobody else has alice's address there
        guard.bind({.phone = each.phone, .subscriber = each.subscriber, .form = form});
        gm_spi spi{};
        spi.address = Address::parse(each.phone.address)->value();
        spi.bits = 128;
        spi.subscriber = each.subscriber;
        spi.state = GM_SPI_INSTALLED;
        guard.associate(kGm, each.spi, spi);
    }
}

// What becomes of a message by the association of `whose`, from that port and address inside.
struct Said {
    const Resident& whose;
    Phone inside;
    SipText message;
};

std::string judged(Guard& guard, const Said& said, bool tunnel = true) {
    const Bytes frame = bytes(datagram(said.inside, said.message.text(), kEsp, kGm));
    kernel::HostPacket packet;
    packet.bytes = std::as_bytes(std::span(frame).subspan(14));
    packet.device = value_of(kernel::own_device(kLoopback));
    packet.opened.spi = said.whose.spi;
    if (tunnel)
        packet.opened.tunnel = *Address::parse(said.whose.phone.address);
    std::string outcome = "pass";
    const auto code =
        value_of(kernel::host_run(guard.objects(), packet, [&](const kernel::Record& record) {
            if (record.ring == Ring::events)
                outcome = "drop " + std::string(reason_names()[record.head.reason]);
        }));
    EXPECT_EQ(kernel::passes(Program::inside, code), outcome == "pass") << outcome;
    return outcome;
}

SipText asks(const Resident& of) {
    return at_home(of).asks();
}

} // namespace

TEST(Tunnel, EachOfTwoPhonesWithOneAddressAndPort_SpeaksForItself) {
    auto& guard = Guard::fresh();
    register_all(guard);
    EXPECT_EQ(judged(guard, {kAlice, at_home(kAlice), asks(kAlice)}), "pass");
    EXPECT_EQ(judged(guard, {kBob, at_home(kBob), asks(kBob)}), "pass");
    EXPECT_EQ(judged(guard, {kBob, at_home(kBob), asks(kAlice)}), "drop identity_not_bound");
    EXPECT_EQ(judged(guard, {kAlice, at_home(kAlice), asks(kBob)}), "drop identity_not_bound");
}

TEST(Tunnel, NobodySpeaksFromAnothersPort) {
    auto& guard = Guard::fresh();
    register_all(guard);
    EXPECT_EQ(judged(guard, {kDave, at_home(kAlice), asks(kAlice)}), "drop unregistered");
    EXPECT_EQ(judged(guard, {kDave, at_home(kAlice), asks(kDave)}), "drop unregistered");
    EXPECT_EQ(judged(guard, {kDave, at_home(kDave), asks(kDave)}), "pass");
    // Behind one NAT the port is all that tells them apart, and the association.
    EXPECT_EQ(judged(guard, {kCarol, at_home(kAlice), asks(kAlice)}), "drop esp_wrong_source");
    EXPECT_EQ(judged(guard, {kCarol, at_home(kCarol, "192.168.1.3"), asks(kCarol)}), "pass");
}

// Nor with the address that another one is known by.
TEST(Tunnel, AnAddressInsideIsNobodysOwn) {
    auto& guard = Guard::fresh();
    register_all(guard);
    EXPECT_EQ(judged(guard, {kBob, kAlice.phone, kAlice.phone.asks()}), "drop identity_not_bound");
    EXPECT_EQ(judged(guard, {kBob, kAlice.phone, asks(kBob)}), "pass");
    EXPECT_EQ(judged(guard, {kBob, kAlice.phone, kAlice.phone.asks()}, false),
              "drop esp_wrong_source");
}

TEST(Tunnel, WhereTheAddressIsTheSelector_ItIsTheNats) {
    auto& guard = Guard::fresh();
    guard.configure([](config::Config& c) {
        c.pools.push_back({"whole", Prefix::parse("0.0.0.0/0").value(), 128, false, {}});
    });
    register_all(guard, {128, 0});
    EXPECT_EQ(judged(guard, {kAlice, at_home(kAlice), asks(kAlice)}), "pass");
    EXPECT_EQ(judged(guard, {kBob, at_home(kBob), asks(kBob)}), "pass");
    EXPECT_EQ(judged(guard, {kBob, at_home(kAlice), asks(kAlice)}), "drop identity_not_bound");
}

TEST(Tunnel, AContactIsTheAddressInside) {
    auto& guard = Guard::fresh();
    register_all(guard);
    EXPECT_EQ(judged(guard, {kBob, at_home(kBob), at_home(kBob).registers()}), "pass");
    EXPECT_EQ(judged(guard, {kBob, at_home(kBob), kBob.phone.registers()}),
              "drop contact_mismatch");
}

} // namespace gmguard::test
