// SPDX-License-Identifier: BSD-2-Clause
#include "binding/transactions.hpp"

#include "binding/selector.hpp"

#include <algorithm>
#include <utility>

namespace gmguard::binding {

Transactions::Place Transactions::place_of(const gm_selector& selector) {
    return {selector.address, selector.port, selector.bits};
}

Transactions::Opened Transactions::open(Transaction transaction) {
    if (is_known(transaction))
        return Opened::absorbed;
    if (transaction.is_protected) {
        const auto open = open_.find(place_of(transaction.selector));
        if (open != open_.end() && open->second >= open_per_selector_)
            return Opened::too_many;
    }
    Queue& queue = transaction.is_protected ? protected_ : clear_;
    if (queue.size() >= limit_)
        forget_oldest(queue);
    count_open(transaction, +1);
    queue.push_back(std::move(transaction));
    index_.emplace(queue.back().key, std::prev(queue.end()));
    return Opened::yes;
}

bool Transactions::is_known(const Transaction& transaction) const {
    const auto [first, last] = index_.equal_range(transaction.key);
    return std::any_of(first, last, [&](const auto& entry) {
        const Transaction& known = *entry.second;
        return known.is_protected == transaction.is_protected &&
               equal(known.selector, transaction.selector);
    });
}

std::vector<Transaction*> Transactions::find(gm_u128 key) {
    std::vector<Transaction*> found;
    const auto [first, last] = index_.equal_range(key);
    for (auto at = first; at != last; ++at)
        found.push_back(&*at->second);
    return found;
}

void Transactions::finish(Transaction& transaction) {
    if (transaction.done)
        return;
    count_open(transaction, -1);
    transaction.done = true;
    transaction.impi = {};
    transaction.own_vias = {};
}

void Transactions::reform(const SelectorOf& selector_of) {
    open_.clear();
    for (Queue* queue : {&clear_, &protected_})
        for (Transaction& transaction : *queue) {
            transaction.selector = selector_of(transaction.source);
            if (!transaction.done)
                count_open(transaction, +1);
        }
}

void Transactions::count_open(const Transaction& transaction, int change) {
    if (!transaction.is_protected)
        return;
    const auto open = open_.try_emplace(place_of(transaction.selector), 0).first;
    open->second += static_cast<std::size_t>(change);
    if (open->second == 0)
        open_.erase(open);
}

void Transactions::forget_oldest(Queue& queue) {
    const auto oldest = queue.begin();
    if (!oldest->done)
        count_open(*oldest, -1);
    const auto [first, last] = index_.equal_range(oldest->key);
    index_.erase(std::find_if(first, last, [&](const auto& e) { return e.second == oldest; }));
    queue.erase(oldest);
}

std::vector<Transaction> Transactions::take_due(std::uint64_t now_ns) {
    std::vector<Transaction> unanswered;
    for (Queue* queue : {&clear_, &protected_}) {
        while (!queue->empty() && queue->front().due_ns <= now_ns) {
            if (!queue->front().done)
                unanswered.push_back(queue->front());
            forget_oldest(*queue);
        }
    }
    return unanswered;
}

} // namespace gmguard::binding
