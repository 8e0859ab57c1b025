// SPDX-License-Identifier: BSD-2-Clause
// A file for a store, and things to put into it.
#pragma once

#include "store/store.hpp"
#include "unit/admin/scratch.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace gmguard::store {

inline const Time kNow = Time(std::chrono::hours(24 * 365 * 56));

inline Entry entry(std::uint64_t id, Kind kind = Kind::life,
                   const std::string& impi = "alice@ims.test") {
    return {id,
            kNow + std::chrono::seconds(id),
            kind,
            kind == Kind::chatter ? "drop" : "bound",
            "",
            impi,
            "",
            "b_1",
            "192.0.2.7:5060",
            "192.0.2.7",
            "{\"id\":" + std::to_string(id) + "}"};
}

inline Change change(const std::string& target = "/v1/mode") {
    Change made;
    made.time = kNow;
    made.caller = "uid 0 gid 0 pid 1";
    made.method = "PATCH";
    made.target = target;
    made.before = "{\"default\":\"monitor\"}";
    return made;
}

class StoreTest : public testing::Test {
  protected:
    admin::Scratch scratch_;
    std::string path_ = scratch_.path("state/gmguard.db");
    std::optional<Store> store_;

    Store& open(Retention retention = {}) {
        store_.reset();
        store_.emplace(Options{path_, retention});
        return *store_;
    }
    void fill(std::uint64_t entries) {
        std::vector<Entry> list;
        for (std::uint64_t id = 1; id <= entries; ++id)
            list.push_back(entry(id, id % 2 == 0 ? Kind::chatter : Kind::life));
        ASSERT_TRUE(store_->write(list, 0));
        const auto begun = store_->begin(change());
        ASSERT_TRUE(begun);
        store_->settle(*begun, 200, "{\"default\":\"off\"}");
    }
    std::vector<std::uint64_t> ids(const EntryQuery& query = {}) {
        std::vector<std::uint64_t> out;
        const auto page = store_->entries(query);
        EXPECT_TRUE(page) << (page ? "" : page.error().text());
        for (const auto& shown : page.value_or(EntryPage{}).items)
            out.push_back(shown.id);
        return out;
    }
    std::vector<Change> changes(const ChangeQuery& query = {}) {
        const auto page = store_->changes(query);
        EXPECT_TRUE(page) << (page ? "" : page.error().text());
        return page.value_or(ChangePage{}).items;
    }
};

inline std::string read_bytes(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_bytes(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

} // namespace gmguard::store
