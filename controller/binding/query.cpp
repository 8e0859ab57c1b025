// SPDX-License-Identifier: BSD-2-Clause
// Questions about bindings. A cursor is the kind in its top byte and the next slot or number.
#include "binding/ids.hpp"
#include "binding/parts.hpp"
#include "binding/selector.hpp"

#include <algorithm>

namespace gmguard::binding {
namespace {

constexpr unsigned kKindShift = 56;

std::uint64_t cursor_of(IdKind kind, std::uint64_t position) {
    return std::uint64_t{std::to_underlying(kind)} << kKindShift | position;
}

BindingView view_of(const Table& table, Slot slot) {
    const Binding& binding = table.at(slot);
    const Holding holding = table.holding(slot);
    BindingView view;
    view.id = Id{IdKind::binding, slot, binding.subscriber}.text();
    view.selector = binding.selector();
    view.state = static_cast<gm_binding_state>(binding.state);
    view.origin = binding.origin;
    view.subscriber = binding.subscriber;
    view.impi = holding.impi;
    for (auto& identity : holding.identities())
        view.impus.push_back(std::move(identity.text));
    view.since_ns = binding.since_ns;
    view.expires_ns = binding.expires_ns;
    return view;
}

BindingView view_of(const Pending& pending) {
    BindingView view;
    view.id = Id{IdKind::pending, kNoSlot, pending.number}.text();
    view.selector = pending.selector;
    view.state = GM_STATE_PENDING;
    view.impi = pending.impi;
    view.since_ns = pending.since_ns;
    view.expires_ns = pending.expires_ns;
    return view;
}

BindingView view_of(const Shadow& shadow) {
    BindingView view;
    view.id = Id{IdKind::shadow, kNoSlot, shadow.number}.text();
    view.selector = shadow.selector;
    view.state = GM_STATE_SHADOW;
    view.impi = shadow.impi;
    view.impus = shadow.impus;
    view.since_ns = shadow.since_ns;
    view.expires_ns = shadow.expires_ns;
    return view;
}

bool contains(std::string_view text, std::string_view part) {
    const auto same = [](char a, char b) {
        const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; };
        return lower(a) == lower(b);
    };
    return !std::ranges::search(text, part, same).empty() || part.empty();
}

// A query with its names hashed, and the page it fills.
class Search {
  public:
    Search(const Query& query, const Hasher& hasher) : query_(query), hasher_(hasher) {
        if (!query.impi.empty())
            user_ = hasher.impi(query.impi);
        if (!query.impu.empty())
            identity_ = hasher.identity(query.impu);
    }

    void bindings(const Table& table) {
        if (query_.state == GM_STATE_PENDING || query_.state == GM_STATE_SHADOW)
            return;
        if (!user_ && !identity_) {
            for (Slot slot = 0; slot < table.end(); ++slot)
                binding(table, slot);
            return;
        }
        auto slots = user_ ? table.of_user(*user_) : table.with_identity(*identity_);
        std::ranges::sort(slots);
        for (const Slot slot : slots)
            binding(table, slot);
    }

    void pendings(const Challenges& challenges) {
        if (!wants(GM_STATE_PENDING) || identity_)
            return;
        challenges.each([&](const Pending& pending) {
            if ((!user_ || pending.user == *user_) && lies_in(pending.selector))
                offer(cursor_of(IdKind::pending, pending.number), [&] { return view_of(pending); });
        });
    }

    void shadows(const Shadows& shadows) {
        if (!wants(GM_STATE_SHADOW))
            return;
        for (const auto& [number, shadow] : shadows.all())
            if ((!user_ || shadow.user == *user_) && has_identity(shadow) &&
                lies_in(shadow.selector))
                offer(cursor_of(IdKind::shadow, number), [&] { return view_of(shadow); });
    }

    [[nodiscard]] Page take() { return std::move(page_); }

  private:
    void binding(const Table& table, Slot slot) {
        const Binding& b = table.at(slot);
        if (b.subscriber == 0 || !wants(static_cast<gm_binding_state>(b.state)) ||
            !lies_in(b.selector()))
            return;
        if (user_ && identity_ && !has_identity(table.holding(slot).identities()))
            return;
        offer(cursor_of(IdKind::binding, slot), [&] { return view_of(table, slot); });
    }

    [[nodiscard]] bool wants(gm_binding_state state) const {
        return !query_.state || *query_.state == state;
    }
    [[nodiscard]] bool lies_in(const gm_selector& selector) const {
        const Address address(selector.address);
        if (query_.address && query_.address->masked(selector.bits) != address)
            return false;
        return !query_.prefix ||
               (query_.prefix->bits <= selector.bits && query_.prefix->contains(address));
    }
    [[nodiscard]] bool has_identity(const std::vector<Identity>& identities) const {
        return std::ranges::find(identities, *identity_, &Identity::hash) != identities.end();
    }
    [[nodiscard]] bool has_identity(const Shadow& shadow) const {
        return !identity_ || std::ranges::any_of(shadow.impus, [&](const std::string& impu) {
            return hasher_.identity(impu) == *identity_;
        });
    }
    [[nodiscard]] bool has_text(const BindingView& view) const {
        return contains(text(view.selector), query_.text) || contains(view.impi, query_.text) ||
               std::ranges::any_of(view.impus, [&](const std::string& impu) {
                   return contains(impu, query_.text);
               });
    }

    // A match but for the text. Makes the view only if it is shown or its text is asked for.
    template <typename MakeView> void offer(std::uint64_t cursor, MakeView&& make_view) {
        const bool here = cursor >= query_.cursor && page_.items.size() < query_.limit;
        if (here || !query_.text.empty()) {
            BindingView view = make_view();
            if (!has_text(view))
                return;
            if (here)
                page_.items.push_back(std::move(view));
        }
        ++page_.total;
        if (!here && cursor >= query_.cursor && page_.next == 0)
            page_.next = cursor;
    }

    const Query& query_;
    const Hasher& hasher_;
    std::optional<gm_u128> user_, identity_;
    Page page_;
};

} // namespace

std::optional<BindingView> Policy::holder(const Endpoint& source, std::uint64_t now_ns) const {
    const gm_selector selector = make_selector(source, parts_->forms(source.address));
    const Slot slot = parts_->life.holder(selector, now_ns);
    return slot == kNoSlot ? std::nullopt : std::optional(view_of(parts_->life.table(), slot));
}

std::optional<BindingView> Policy::find(std::string_view text) const {
    const auto id = Id::parse(text);
    if (!id)
        return std::nullopt;
    if (id->kind == IdKind::binding) {
        const Table& table = parts_->life.table();
        const bool there = id->slot < table.end() && id->number != 0 &&
                           table.at(id->slot).subscriber == id->number;
        return there ? std::optional(view_of(table, id->slot)) : std::nullopt;
    }
    if (id->kind == IdKind::pending) {
        const Pending* pending = parts_->challenges.find(id->number);
        return pending != nullptr ? std::optional(view_of(*pending)) : std::nullopt;
    }
    const Shadow* shadow = parts_->shadows.find(id->number);
    return shadow != nullptr ? std::optional(view_of(*shadow)) : std::nullopt;
}

Page Policy::find(const Query& query) const {
    Search search(query, parts_->hasher);
    search.bindings(parts_->life.table());
    search.pendings(parts_->challenges);
    search.shadows(parts_->shadows);
    return search.take();
}

Counts Policy::counts() const {
    const Table& table = parts_->life.table();
    Counts counts;
    counts.pending = parts_->challenges.size();
    counts.bound = table.in_state(GM_STATE_BOUND);
    counts.shadow = parts_->shadows.all().size();
    counts.adopted = table.in_state(GM_STATE_ADOPTED);
    counts.lapsed = table.in_state(GM_STATE_LAPSED);
    counts.cooldown = table.in_state(GM_STATE_COOLDOWN);
    counts.selectors = table.selectors();
    counts.identities = table.identities();
    counts.transactions = parts_->registrar.transactions();
    return counts;
}

std::size_t Policy::bytes() const {
    return parts_->life.table().bytes();
}

} // namespace gmguard::binding
