// SPDX-License-Identifier: BSD-2-Clause
#include "store/store.hpp"

#include "store/audit.hpp"
#include "store/file.hpp"
#include "store/journal.hpp"

#include <algorithm>
#include <utility>

namespace gmguard::store {
namespace {

// Free before a disk that was full counts as one with room again.
constexpr std::uint64_t kRoom = 256 * 1024;

} // namespace

struct Store::Parts {
    struct Settlement {
        std::uint64_t id;
        unsigned status;
        std::string after;
    };

    Options options;
    std::optional<Database> database;
    std::optional<Error> problem;
    std::string moved_aside;
    journal::Rows events;
    std::int64_t changes = 0;
    std::int64_t newest = 0;
    std::uint64_t lost = 0;
    std::vector<Settlement> waiting;

    void open();
    Result<> open_once();
    Result<> count();
    Error trouble(Error error);
    template <typename Action> Result<> change(Durability durability, Action action);
    template <typename Read> auto read(Read read) const -> decltype(read(*database));
    Result<> settle(const Settlement& settlement);
    void settle_waiting();
    void look_for_room();
    void remove_old(Time now);
};

// After this, what needs the database waits for tick(). A full disk may have room again, and what
// is there can be read; all else needs a new look at the file.
Error Store::Parts::trouble(Error error) {
    if (error.kind != ErrorKind::exhausted) {
        error.kind = ErrorKind::unavailable;
        database.reset();
    }
    if (error.subject.empty())
        error.subject = options.path;
    if (error.hint.empty() && error.kind == ErrorKind::exhausted)
        error.hint = "make room on its file system";
    problem = error;
    return error;
}

Result<> Store::Parts::count() {
    const auto rows = journal::count(*database);
    const auto newest_id = journal::newest(*database);
    const auto all_changes = audit::count(*database);
    if (!rows || !newest_id || !all_changes)
        return fail(!rows ? rows.error() : !newest_id ? newest_id.error() : all_changes.error());
    events = *rows;
    newest = std::max(newest, *newest_id);
    changes = *all_changes;
    return {};
}

Result<> Store::Parts::open_once() {
    auto opened = open_file(options.path);
    if (!opened)
        return fail(std::move(opened.error()));
    database = std::move(*opened);
    return count();
}

void Store::Parts::open() {
    auto opened = open_once();
    if (!opened && opened.error().kind == ErrorKind::invalid) {
        database.reset();
        auto aside = move_aside(options.path);
        if (aside)
            moved_aside = std::move(*aside);
        opened = aside ? open_once() : Result<>(fail(aside.error()));
    }
    if (opened)
        problem.reset();
    else
        trouble(std::move(opened.error()));
}

template <typename Action> Result<> Store::Parts::change(Durability durability, Action action) {
    if (problem)
        return fail(*problem);
    const auto rows = events;
    const auto run = [&]() -> Result<> {
        auto transaction = Transaction::begin(*database, durability);
        if (!transaction)
            return fail(std::move(transaction.error()));
        if (auto done = action(*database); !done)
            return done;
        return transaction->commit();
    };
    auto done = run();
    if (done)
        return done;
    events = rows;
    return fail(trouble(std::move(done.error())));
}

template <typename Read> auto Store::Parts::read(Read read) const -> decltype(read(*database)) {
    if (!database)
        return fail(*problem);
    auto found = read(*database);
    if (!found && found.error().subject.empty()) {
        found.error().subject = options.path;
        found.error().kind = ErrorKind::unavailable;
    }
    return found;
}

Result<> Store::Parts::settle(const Settlement& settlement) {
    return change(Durability::power_loss, [&](Database& open) -> Result<> {
        auto found = audit::find(open, settlement.id);
        if (!found)
            return fail(std::move(found.error()));
        if (!*found)
            return {};
        Change& settled = **found;
        settled.status = settlement.status;
        settled.after = settlement.after;
        settled.settled = true;
        return audit::put(open, settled);
    });
}

void Store::Parts::settle_waiting() {
    while (!waiting.empty() && settle(waiting.front()))
        waiting.erase(waiting.begin());
}

void Store::Parts::look_for_room() {
    if (room_at(options.path) < kRoom)
        return;
    problem.reset();
    (void)change(Durability::power_loss, [](Database& open) {
        return open.run("CREATE TABLE probe(x); INSERT INTO probe VALUES(zeroblob(65536));"
                        "DROP TABLE probe");
    });
}

void Store::Parts::remove_old(Time now) {
    const Retention& kept = options.retention;
    (void)change(Durability::process, [&](Database& open) -> Result<> {
        if (auto done = journal::remove_before(open, now - kept.events_age, events); !done)
            return done;
        const auto removed = audit::keep(open, kept.changes, now - kept.changes_age);
        if (!removed)
            return fail(removed.error());
        changes -= *removed;
        return {};
    });
}

Store::Store(Options options) : parts_(std::make_unique<Parts>()) {
    parts_->options = std::move(options);
    if (parts_->options.path.empty()) {
        auto& most = parts_->options.retention.events;
        most = std::min(most, kInMemory);
    }
    parts_->open();
}

Store::~Store() = default;

const std::optional<Error>& Store::problem() const {
    return parts_->problem;
}

std::string Store::take_moved_aside() {
    return std::exchange(parts_->moved_aside, {});
}

const std::string& Store::path() const {
    return parts_->options.path;
}

Size Store::size() const {
    const auto rows = parts_->events.chatter + parts_->events.others;
    return {static_cast<std::uint64_t>(rows), static_cast<std::uint64_t>(parts_->changes),
            bytes_of(parts_->options.path), parts_->lost};
}

void Store::tick(Time now) {
    if (!parts_->database)
        parts_->open();
    else if (parts_->problem)
        parts_->look_for_room();
    if (parts_->problem)
        return;
    parts_->settle_waiting();
    parts_->remove_old(now);
}

Result<> Store::write(std::span<const Entry> entries, std::uint64_t lost) {
    if (entries.empty())
        return {};
    auto done = parts_->change(Durability::process, [&](Database& open) -> Result<> {
        if (auto added = journal::add(open, entries, lost, parts_->events); !added)
            return added;
        return journal::keep_at_most(open, parts_->options.retention.events, parts_->events);
    });
    if (done) {
        parts_->newest = static_cast<std::int64_t>(entries.back().id);
        parts_->lost += lost;
    }
    return done;
}

Result<EntryPage> Store::entries(const EntryQuery& query) const {
    return parts_->read([&](const Database& open) { return journal::find(open, query); });
}

std::uint64_t Store::lost(std::uint64_t after, std::uint64_t last) const {
    return static_cast<std::uint64_t>(
        parts_->read([&](const Database& open) { return journal::lost(open, after, last); })
            .value_or(0));
}

std::uint64_t Store::newest() const {
    return static_cast<std::uint64_t>(parts_->newest);
}

Result<std::uint64_t> Store::begin(const Change& change) {
    std::int64_t id = 0;
    auto begun = parts_->change(Durability::power_loss, [&](Database& open) -> Result<> {
        auto put = audit::put(open, change);
        id = open.last_row();
        return put;
    });
    if (!begun)
        return fail(std::move(begun.error()));
    ++parts_->changes;
    return static_cast<std::uint64_t>(id);
}

void Store::settle(std::uint64_t id, unsigned status, std::string after) {
    parts_->waiting.push_back({id, status, std::move(after)});
    parts_->settle_waiting();
}

Result<ChangePage> Store::changes(const ChangeQuery& query) const {
    return parts_->read([&](const Database& open) { return audit::find(open, query); });
}

std::vector<Change> Store::unsettled() const {
    return parts_->read([](const Database& open) { return audit::unsettled(open); })
        .value_or(std::vector<Change>{});
}

} // namespace gmguard::store
