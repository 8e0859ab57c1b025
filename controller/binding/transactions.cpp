// SPDX-License-Identifier: BSD-2-Clause
#include "binding/transactions.hpp"

#include "binding/fold.hpp"
#include "binding/selector.hpp"

#include <utility>

namespace gmguard::binding {

std::uint32_t Transactions::hash_of(const gm_selector& selector) {
    return fold(selector.address, selector.port);
}

std::size_t Transactions::open_on(const gm_selector& selector) const {
    std::size_t many = 0;
    open_.find(hash_of(selector), [&](Slot slot) {
        many += equal(all_[slot].selector(), selector) ? 1U : 0U;
        return many >= open_per_selector_;
    });
    return many;
}

Transactions::Opened Transactions::open(Transaction&& transaction) {
    const Alike alike = this->alike(transaction);
    if (alike.itself)
        return Opened::absorbed;
    if (alike.many >= kAlike)
        return Opened::too_many;
    if (transaction.is_protected && open_on(transaction.selector) >= open_per_selector_)
        return Opened::too_many;
    Queue& queue = transaction.is_protected ? protected_ : clear_;
    if (queue.size() >= limit_)
        forget_oldest(queue);
    const Slot slot = all_.take();
    Known& known = all_[slot];
    known.key = transaction.key;
    known.source = transaction.source.address;
    known.seen = transaction.seen.address;
    known.due_ns = transaction.due_ns;
    known.open = waiting_.take();
    known.port = transaction.source.port;
    known.select(transaction.selector);
    known.is_protected = transaction.is_protected;
    opened_ = known.open;
    waiting_[known.open] = std::move(transaction);
    waiting_[known.open].known = slot;
    if (known.is_protected)
        open_.insert(hash_of(known.selector()), slot);
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
            alike.itself |= equal(known.selector(), transaction.selector);
        }
        return alike.itself;
    });
    return alike;
}

void Transactions::finish(Transaction& transaction) {
    Known& known = all_[transaction.known];
    if (known.is_protected)
        open_.erase(hash_of(known.selector()), transaction.known);
    waiting_.give_back(known.open);
    known.open = kNoSlot;
}

void Transactions::reform(const SelectorOf& selector_of) {
    open_ = {};
    for (const Queue* queue : {&clear_, &protected_})
        for (const Slot slot : *queue) {
            Known& known = all_[slot];
            const gm_selector selector = selector_of({known.source, known.port});
            known.select(selector);
            if (known.open == kNoSlot)
                continue;
            waiting_[known.open].selector = selector;
            if (known.is_protected)
                open_.insert(hash_of(selector), slot);
        }
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
