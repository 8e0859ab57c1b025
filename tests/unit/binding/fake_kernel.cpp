// SPDX-License-Identifier: BSD-2-Clause
#include "unit/binding/fake_kernel.hpp"

#include <algorithm>

namespace gmguard::binding {
namespace {

FakeKernel::Key key_of(const gm_selector& s) {
    return {s.address, s.port, s.bits};
}

bool is_second(const FakeKernel::Key& key, const gm_binding& value) {
    const std::uint16_t port = std::get<1>(key);
    return port != 0 && port == value.server_port && port != value.client_port;
}

struct Apply {
    FakeKernel& kernel;

    void operator()(const PutBinding& put) { kernel.bindings[key_of(put.key)] = put.value; }
    void operator()(const EraseBinding& gone) { kernel.bindings.erase(key_of(gone.key)); }
    void operator()(const PutIdentity& put) {
        kernel.identities[{put.key.identity, put.key.subscriber}] = put.value;
    }
    void operator()(const EraseIdentity& gone) {
        kernel.identities.erase({gone.key.identity, gone.key.subscriber});
    }
    void operator()(const PutOwner& put) { kernel.owners[put.identity] = put.value; }
    void operator()(const EraseOwner& gone) { kernel.owners.erase(gone.identity); }
    void operator()(const PutChallenge& put) {
        kernel.challenges[{put.key.address, put.key.nonce}] = put.value;
    }
    void operator()(const EraseChallenge& gone) {
        kernel.challenges.erase({gone.key.address, gone.key.nonce});
    }
    void operator()(const PutSpi& put) { kernel.spis[{put.key.address, put.key.spi}] = put.value; }
    void operator()(const EraseSpi& gone) { kernel.spis.erase({gone.key.address, gone.key.spi}); }
};

} // namespace

void FakeKernel::apply(const std::vector<Operation>& operations) {
    for (const auto& operation : operations) {
        std::visit(Apply{*this}, operation);
        for (const auto& [key, binding] : bindings) {
            if (binding.impi[0] != '\0' && !has_identities(binding.subscriber))
                complain(std::string("no identities: ") + binding.selector);
            if (binding.identity != 0 &&
                !identities.contains({binding.identity, binding.subscriber}))
                complain(std::string("another's default identity: ") + binding.selector);
            if (binding.impu[0] != '\0' && binding.identity == 0)
                complain(std::string("a default identity without its hash: ") + binding.selector);
        }
    }
}

bool FakeKernel::has_identities(std::uint64_t subscriber) const {
    return std::ranges::any_of(identities,
                               [&](const auto& entry) { return entry.first.second == subscriber; });
}

// Whether its client port has an entry that is the same.
bool FakeKernel::has_first(Key key, const gm_binding& second) const {
    std::get<1>(key) = second.client_port;
    const auto first = bindings.find(key);
    return first != bindings.end() && first->second.subscriber == second.subscriber &&
           first->second.user == second.user && first->second.state == second.state &&
           first->second.expires_ns == second.expires_ns &&
           first->second.server_port == second.server_port;
}

void FakeKernel::check(std::uint64_t now_ns) {
    std::map<std::uint64_t, const gm_binding*> holders;
    for (const auto& [key, binding] : bindings) {
        if (is_second(key, binding)) {
            if (!has_first(key, binding))
                complain("a second selector that differs from its first");
            continue;
        }
        if (!holders.emplace(binding.subscriber, &binding).second)
            complain("two bindings of one subscriber number");
        if (binding.state != GM_STATE_BOUND && binding.state != GM_STATE_ADOPTED &&
            binding.state != GM_STATE_COOLDOWN && binding.state != GM_STATE_LAPSED)
            complain("a state that is not the kernel's");
    }
    for (const auto& [pair, identity] : identities)
        if (!holders.contains(pair.second))
            complain("an identity of nobody");
    for (const auto& [identity, owner] : owners) {
        const auto holder = holders.find(owner.subscriber);
        if (holder == holders.end() || !identities.contains({identity, owner.subscriber}))
            complain("an owner that holds nothing");
        else if (holder->second->state != GM_STATE_BOUND ||
                 holder->second->expires_ns != owner.expires_ns)
            complain("an owner that is not live");
    }
    for (const auto& [pair, identity] : identities)
        if (const gm_binding& b = *holders.at(pair.second);
            b.state == GM_STATE_BOUND && b.expires_ns > now_ns && !owners.contains(pair.first))
            complain("a live identity that nobody owns");
    for (const auto& [pair, spi] : spis)
        if (spi.subscriber != 0 && !holders.contains(spi.subscriber))
            complain("an SPI of nobody");
}

} // namespace gmguard::binding
