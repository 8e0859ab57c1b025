// SPDX-License-Identifier: BSD-2-Clause
#include "binding/transactions.hpp"

#include "binding/selector.hpp"

namespace gmguard::binding {

Transactions::Place Transactions::place_of(const gm_selector& selector) {
    return {selector.address, selector.port, selector.bits};
}

Transactions::Opened Transactions::open(const Transaction& transaction) {
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
    const Slot slot = all_.take();
    all_[slot] = transaction;
    queue.push_back(slot);
    index_.insert(hash_of(transaction.key), slot);
    return Opened::yes;
}

bool Transactions::is_known(const Transaction& transaction) const {
    const Slot slot = index_.find(hash_of(transaction.key), [&](Slot each) {
        const Transaction& known = all_[each];
        return known.key == transaction.key && known.is_protected == transaction.is_protected &&
               equal(known.selector, transaction.selector);
    });
    return slot != kNoSlot;
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
    for (const Queue* queue : {&clear_, &protected_})
        for (const Slot slot : *queue) {
            Transaction& transaction = all_[slot];
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
    const Slot oldest = queue.front();
    if (!all_[oldest].done)
        count_open(all_[oldest], -1);
    index_.erase(hash_of(all_[oldest].key), oldest);
    all_.give_back(oldest);
    queue.pop_front();
}

std::vector<Transaction> Transactions::take_due(std::uint64_t now_ns) {
    std::vector<Transaction> unanswered;
    for (Queue* queue : {&clear_, &protected_}) {
        while (!queue->empty() && all_[queue->front()].due_ns <= now_ns) {
            if (!all_[queue->front()].done)
                unanswered.push_back(all_[queue->front()]);
            forget_oldest(*queue);
        }
    }
    return unanswered;
}

} // namespace gmguard::binding
