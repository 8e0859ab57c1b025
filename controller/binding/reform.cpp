// SPDX-License-Identifier: BSD-2-Clause
// Other forms of keys while the table is in use: what is under an old form is found by nobody.
#include "binding/parts.hpp"
#include "binding/selector.hpp"

#include <utility>
#include <vector>

namespace gmguard::binding {
namespace {

bool is_misfit(const gm_selector& selector, const KeyForms& forms) {
    return !has_form(selector, forms(Address(selector.address)));
}

std::vector<Slot> misfit_slots(const Table& table, const KeyForms& forms) {
    std::vector<Slot> slots;
    for (Slot slot = 0; slot < table.end(); ++slot)
        if (table.at(slot).subscriber != 0 && is_misfit(table.at(slot).selector(), forms))
            slots.push_back(slot);
    return slots;
}

} // namespace

std::size_t Policy::misfits(const KeyForms& forms) const {
    std::size_t count = 0;
    const Table& table = parts_->life.table();
    for (const Slot slot : misfit_slots(table, forms))
        count += table.at(slot).state != GM_STATE_COOLDOWN ? 1U : 0U;
    return count;
}

Outcome Policy::reform(std::uint64_t now_ns) {
    Outcome out;
    for (const Slot slot : misfit_slots(parts_->life.table(), parts_->forms)) {
        parts_->life.release(slot, now_ns, out);
        out.notices.back().detail = "its selector has another form now";
    }
    std::vector<std::uint64_t> lost;
    for (const auto& [number, shadow] : parts_->shadows.all())
        if (is_misfit(shadow.selector, parts_->forms))
            lost.push_back(number);
    for (const auto number : lost)
        (void)parts_->shadows.erase(number);
    parts_->registrar.reform(out);
    parts_->associations.reform();
    parts_->associations.settle(now_ns, out);
    return out;
}

} // namespace gmguard::binding
