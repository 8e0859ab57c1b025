// SPDX-License-Identifier: BSD-2-Clause
#include "unit/admin/asking.hpp"

#include <gmock/gmock.h>

namespace gmguard::admin {
namespace {

class ConflictsApi : public ApiTest {
  protected:
    ConflictsApi() { guard_.bindings_now.push_back(mallory()); }

    Response resolve(const std::string& keep, const std::string& tag) {
        return ask("POST", "/v1/conflicts/b_s1:resolve", R"({"keep":")" + keep + R"("})",
                   {{"Content-Type", "application/json"}, {"If-Match", tag}});
    }
};

TEST_F(ConflictsApi, ShowsBothSides) {
    const auto list = json_of(ask("GET", "/v1/conflicts"));
    ASSERT_EQ(list.at("total"), 1);
    const auto& conflict = list.at("items").at(0);
    EXPECT_EQ(conflict.at("id"), "b_s1");
    EXPECT_EQ(conflict.at("selector"), "192.0.2.7:5060");
    EXPECT_EQ(conflict.at("newcomer").at("impi"), "mallory@ims.test");
    EXPECT_EQ(conflict.at("holder").at("impi"), "alice@ims.test");
    EXPECT_EQ(json_of(ask("GET", "/v1/conflicts/b_s1")), conflict);
}

TEST_F(ConflictsApi, HasNoHolder_WhenThatOneLeft) {
    guard_.bindings_now.erase(guard_.bindings_now.begin());
    EXPECT_EQ(json_of(ask("GET", "/v1/conflicts/b_s1")).at("holder"), nullptr);
    EXPECT_EQ(problem_of(resolve("holder", "*")), "conflict") << "nobody is left to keep";
    EXPECT_EQ(json_of(resolve("newcomer", "*")).at("impi"), "mallory@ims.test");
}

TEST_F(ConflictsApi, KeepsTheHolder) {
    EXPECT_EQ(json_of(resolve("holder", etag("/v1/conflicts/b_s1"))).at("id"), "b_1");
    EXPECT_EQ(json_of(ask("GET", "/v1/conflicts")).at("total"), 0);
    EXPECT_EQ(json_of(ask("GET", "/v1/bindings/192.0.2.7:5060")).at("impi"), "alice@ims.test");
}

TEST_F(ConflictsApi, HandsOverToTheNewcomer) {
    EXPECT_EQ(json_of(resolve("newcomer", etag("/v1/conflicts/b_s1"))).at("impi"),
              "mallory@ims.test");
    EXPECT_EQ(json_of(ask("GET", "/v1/bindings/192.0.2.7:5060")).at("impi"), "mallory@ims.test");
}

// What was looked at is not what is there now.
TEST_F(ConflictsApi, IsNotResolved_WhenTheHolderChanged) {
    const std::string tag = etag("/v1/conflicts/b_s1");
    guard_.bindings_now.front().impi = "bob@ims.test";
    EXPECT_EQ(problem_of(resolve("newcomer", tag)), "precondition_failed");
}

class TransferApi : public ApiTest {};

TEST_F(TransferApi, ImportsWhatItExported) {
    const auto exported = json_of(ask("GET", "/v1/bindings:export"));
    ASSERT_EQ(exported.at("items").as_array().size(), 1u);
    EXPECT_EQ(exported.at("items").at(0).at("source"), "192.0.2.7:5060");
    const boost::json::object body{{"items", exported.at("items")}};
    guard_.bindings_now.clear();
    const auto imported = json_of(ask("POST", "/v1/bindings:import", boost::json::serialize(body),
                                      {{"Content-Type", "application/json"}}));
    EXPECT_EQ(imported.at("bound"), 1);
    EXPECT_EQ(guard_.bindings_now.at(0).impi, "alice@ims.test");
}

TEST_F(TransferApi, LeavesOutWhatItKnowsByHashAlone) {
    guard_.bindings_now.front().impus.emplace_back("");
    const auto exported = json_of(ask("GET", "/v1/bindings:export"));
    EXPECT_EQ(exported.at("items").as_array().size(), 0u);
    EXPECT_EQ(exported.at("left_out"), 1);
}

TEST_F(TransferApi, TellsEachFlaw_AndBindsNothing) {
    const auto response = ask("POST", "/v1/bindings:import",
                              R"({"items":[{"source":"192.0.2.8:5060","impi":"b@x","impus":["s:b"],
                                  "expires_s":1},{"source":"x","impi":"","impus":[],"y":1}]})",
                              {{"Content-Type", "application/json"}});
    EXPECT_EQ(problem_of(response), "invalid");
    std::vector<std::string> pointers;
    const auto problem = json_of(response);
    for (const auto& error : problem.at("errors").as_array())
        pointers.emplace_back(error.at("pointer").as_string());
    EXPECT_THAT(pointers,
                testing::UnorderedElementsAre("/items/1/source", "/items/1/impi", "/items/1/impus",
                                              "/items/1/expires_s", "/items/1/y"));
    EXPECT_EQ(guard_.bindings_now.size(), 1u);
}

} // namespace
} // namespace gmguard::admin
