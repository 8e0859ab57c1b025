// SPDX-License-Identifier: BSD-2-Clause
#include "app/live.hpp"

#include "sip/message.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <utility>

namespace gmguard::app {
namespace {

struct Named {
    std::string impi;
    std::vector<std::string> impus;
};

Named named_in(std::string_view sip) {
    const auto reading = sip::read(sip);
    if (!reading)
        return {};
    const sip::Message& message = reading->message;
    Named names{message.impi(), {}};
    for (const auto& uri : {message.from, message.to})
        if (uri)
            names.impus.push_back(uri->text.string());
    for (const auto* header : {&message.preferred_identities, &message.asserted_identities})
        for (const auto& uri : *header)
            names.impus.push_back(uri.text.string());
    return names;
}

// Live bindings by their ids, with their names in clear as far as they are known.
using Found = std::map<std::string, binding::BindingView>;

binding::BindingView& note(Found& found, binding::BindingView view) {
    const auto id = view.id;
    return found.try_emplace(id, std::move(view)).first->second;
}

void find_names(const binding::Policy& policy, const Named& names, Found& found) {
    if (!names.impi.empty())
        for (auto& view : policy.find({.impi = names.impi, .state = GM_STATE_BOUND}).items)
            (void)note(found, std::move(view));
    for (const auto& impu : names.impus)
        for (auto& view : policy.find({.impu = impu, .state = GM_STATE_BOUND}).items)
            note(found, std::move(view)).impus.push_back(impu);
}

binding::Add as_added(const binding::BindingView& view, std::uint64_t now_ns) {
    binding::Add add;
    add.source = {Address(view.selector.address), view.selector.port};
    add.impi = view.impi;
    std::ranges::copy_if(view.impus, std::back_inserter(add.impus),
                         [](const auto& impu) { return !impu.empty(); });
    add.lifetime_ns = view.expires_ns > now_ns ? view.expires_ns - now_ns : 1;
    return add;
}

} // namespace

std::vector<binding::Add> live_bindings(const binding::Policy& policy,
                                        const admin::Question& question, std::uint64_t now_ns) {
    Found found;
    if (auto view = policy.holder(question.from, now_ns))
        (void)note(found, std::move(*view));
    find_names(policy, named_in(question.sip), found);
    std::vector<binding::Add> out;
    for (const auto& [id, view] : found)
        if (auto add = as_added(view, now_ns); !add.impi.empty() && !add.impus.empty())
            out.push_back(std::move(add));
    return out;
}

} // namespace gmguard::app
