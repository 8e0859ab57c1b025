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
    void operator()(const PutOwner& put) { kernel.owners[put.identity] = put.value; }
    void operator()(const EraseOwner& gone) { kernel.owners.erase(gone.identity); }
    void operator()(const PutShared& put) { kernel.shared.insert({put.identity, put.subscriber}); }
    void operator()(const EraseShared& gone) {
        kernel.shared.erase({gone.identity, gone.subscriber});
    }
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
            if (binding.identity != 0 && !has_identity(binding.identity, binding.subscriber))
                complain(std::string("another's default identity: ") + binding.selector);
            if (binding.impu[0] != '\0' && binding.identity == 0)
                complain(std::string("a default identity without its hash: ") + binding.selector);
        }
    }
}

bool FakeKernel::has_identities(std::uint64_t subscriber) const {
    return std::ranges::any_of(identities(),
                               [&](const Pair& pair) { return pair.second == subscriber; });
}

std::set<FakeKernel::Pair> FakeKernel::identities() const {
    std::set<Pair> all = shared;
    for (const auto& [identity, owner] : owners)
        all.insert({identity, owner.subscriber});
    return all;
}

bool FakeKernel::has_identity(gm_u128 identity, std::uint64_t subscriber) const {
    const auto owner = owners.find(identity);
    return (owner != owners.end() && owner->second.subscriber == subscriber) ||
           shared.contains({identity, subscriber});
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
    const auto holds = [&](const gm_binding& binding) {
        return binding.state == GM_STATE_BOUND && binding.expires_ns > now_ns;
    };
    for (const auto& [identity, owner] : owners) {
        const auto holder = holders.find(owner.subscriber);
        if (holder == holders.end())
            complain("an owner that is nobody");
        else if (owner.expires_ns != holder->second->expires_ns &&
                 (owner.expires_ns != GM_OWNER_OVER || holds(*holder->second)))
            complain("an owner with another end than his binding's");
        else if (owner.expires_ns > now_ns && holder->second->state != GM_STATE_BOUND)
            complain("a live owner whose binding excludes nobody");
    }
    for (const auto& [identity, subscriber] : shared) {
        const auto owner = owners.find(identity);
        if (!holders.contains(subscriber))
            complain("an identity of nobody");
        else if (owner == owners.end() || owner->second.subscriber == subscriber)
            complain("an identity that is shared with no owner");
        else if (holds(*holders.at(subscriber)) && owner->second.expires_ns == GM_OWNER_OVER)
            complain("an owner who is not live beside one who is");
    }
    for (const auto& [pair, spi] : spis)
        if (spi.subscriber != 0 && !holders.contains(spi.subscriber))
            complain("an SPI of nobody");
}

} // namespace gmguard::binding
