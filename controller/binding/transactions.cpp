// SPDX-License-Identifier: BSD-2-Clause
#include "binding/transactions.hpp"

#include "binding/selector.hpp"

namespace gmguard::binding {

Transactions::Place Transactions::place_of(const gm_selector& selector) {
    return {selector.address, selector.port, selector.bits};
}

Transactions::Opened Transactions::open(const Transaction& transaction) {
    const Alike alike = this->alike(transaction);
    if (alike.itself)
        return Opened::absorbed;
    if (alike.many >= kAlike)
        return Opened::too_many;
    if (transaction.is_protected) {
        const auto open = open_.find(place_of(transaction.selector));
        if (open != open_.end() && open->second >= open_per_selector_)
            return Opened::too_many;
    }
    Queue& queue = transaction.is_protected ? protected_ : clear_;
    if (queue.size() >= limit_)
        forget_oldest(queue);
    const Slot slot = all_.take();
    Known& known = all_[slot];
    known = {transaction.key,    transaction.selector, transaction.source,      transaction.seen,
             transaction.due_ns, waiting_.take(),      transaction.is_protected};
    waiting_[known.open] = transaction;
    waiting_[known.open].known = slot;
    count_open(known, +1);
    queue.push_back(slot);
    index_.insert(hash_of(known.key), slot);
    return Opened::yes;
}

Transactions::Alike Transactions::alike(const Transaction& transaction) const {
    Alike alike;
    index_.find(hash_of(transaction.key), [&](Slot each) {
        const Known& known = all_[each];
        if (known.key == transaction.key && known.is_protected == transaction.is_protected) {
            ++alike.many;
            alike.itself |= equal(known.selector, transaction.selector);
        }
        return alike.itself;
    });
    return alike;
}

void Transactions::finish(Transaction& transaction) {
    Known& known = all_[transaction.known];
    count_open(known, -1);
    waiting_.give_back(known.open);
    known.open = kNoSlot;
}

void Transactions::reform(const SelectorOf& selector_of) {
    open_.clear();
    for (const Queue* queue : {&clear_, &protected_})
        for (const Slot slot : *queue) {
            Known& known = all_[slot];
            known.selector = selector_of(known.source);
            if (known.open == kNoSlot)
                continue;
            waiting_[known.open].selector = known.selector;
            count_open(known, +1);
        }
}

void Transactions::count_open(const Known& known, int change) {
    if (!known.is_protected)
        return;
    const auto open = open_.try_emplace(place_of(known.selector), 0).first;
    open->second += static_cast<std::size_t>(change);
    if (open->second == 0)
        open_.erase(open);
}

void Transactions::forget_oldest(Queue& queue) {
    const Slot oldest = queue.front();
    Known& known = all_[oldest];
    if (known.open != kNoSlot)
        finish(waiting_[known.open]);
    index_.erase(hash_of(known.key), oldest);
    all_.give_back(oldest);
    queue.pop_front();
}

std::vector<Transaction> Transactions::take_due(std::uint64_t now_ns) {
    std::vector<Transaction> unanswered;
    for (Queue* queue : {&clear_, &protected_}) {
        while (!queue->empty() && all_[queue->front()].due_ns <= now_ns) {
            const Slot open = all_[queue->front()].open;
            if (open != kNoSlot)
                unanswered.push_back(waiting_[open]);
            forget_oldest(*queue);
        }
    }
    return unanswered;
}

} // namespace gmguard::binding
