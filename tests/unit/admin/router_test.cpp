// SPDX-License-Identifier: BSD-2-Clause
#include "admin/router.hpp"

#include <gtest/gtest.h>

namespace gmguard::admin {
namespace {

RouteHandler says(const char* text) {
    return [text](Call& call) {
        Response response;
        response.body = text;
        for (const auto& [name, value] : call.path)
            response.body += " " + name + "=" + value;
        if (const auto q = call.query.text("q"))
            response.body += " q=" + *q;
        return response;
    };
}

class RouterTest : public testing::Test {
  protected:
    RouterTest() {
        router_.add({"GET", "/things", {"q"}}, says("list"));
        router_.add({"GET", "/things/{id}", {}}, says("get"));
        router_.add({"PUT", "/things/{id}", {}}, says("put"));
        router_.add({"GET", "/things/special", {}}, says("special"));
        router_.add({"POST", "/act", {}}, says("act"));
    }
    Response ask(const char* method, const char* target) {
        return router_.handle({method, target, {}, "", "r-1"}).response;
    }
    Router router_;
};

struct RouterRow {
    const char* method;
    const char* target;
    unsigned status;
    const char* body; // nullptr: any
};

constexpr RouterRow kRouterRows[] = {
    {"GET", "/things", 200, "list"},
    {"HEAD", "/things", 200, "list"},
    {"GET", "/things?", 200, "list"},
    {"GET", "/things?=1", 400, nullptr},
    {"GET", "/things?q=sip:+4930", 200, "list q=sip:+4930"},
    {"GET", "/things?q=a%26b%20c", 200, "list q=a&b c"},
    {"GET", "/things/192.0.2.7:5060", 200, "get id=192.0.2.7:5060"},
    {"GET", "/things/%5B2001:db8::7%5D:5060", 200, "get id=[2001:db8::7]:5060"},
    {"GET", "/things/[2001:db8::7]:5060", 200, "get id=[2001:db8::7]:5060"},
    {"GET", "/things/2001:db8::%2F64", 200, "get id=2001:db8::/64"},
    {"GET", "/things/special", 200, "special"},
    {"PUT", "/things/special", 405, nullptr},
    {"PUT", "/things/x", 200, "put id=x"},
    {"DELETE", "/things", 405, nullptr},
    {"HEAD", "/act", 405, nullptr},
    {"BREW", "/things", 405, nullptr},
    {"get", "/things", 405, nullptr},
    {"GET", "/things/", 404, nullptr},
    {"GET", "/things/x/y", 404, nullptr},
    {"GET", "//things", 404, nullptr},
    {"GET", "/", 404, nullptr},
    {"GET", "/things/..", 200, "get id=.."},
    {"GET", "/THINGS", 404, nullptr},
    {"GET", "things", 400, nullptr},
    {"GET", "*", 400, nullptr},
    {"GET", "", 400, nullptr},
    {"GET", "http://gmguard/things", 400, nullptr},
    {"GET", "/things/%zz", 400, nullptr},
    {"GET", "/things#fragment", 400, nullptr},
    {"GET", "/things?unknown=1", 400, nullptr},
    {"GET", "/things?q=1&q=2", 400, nullptr},
    {"GET", "/things/x?q=1", 400, nullptr},
};

TEST_F(RouterTest, FindsTheHandlerOrSaysWhyNot) {
    for (const RouterRow& row : kRouterRows) {
        const Response response = ask(row.method, row.target);
        EXPECT_EQ(response.status, row.status) << row.method << " " << row.target;
        if (row.body) {
            EXPECT_EQ(response.body, row.body) << row.method << " " << row.target;
        }
    }
}

TEST_F(RouterTest, ListsTheMethodsThatWouldDo) {
    EXPECT_EQ(ask("DELETE", "/things/x").header("Allow"), "GET, HEAD, PUT");
    EXPECT_EQ(ask("GET", "/act").header("Allow"), "POST");
}

TEST_F(RouterTest, TellsThePatternForTheMetrics) {
    EXPECT_EQ(router_.handle({"GET", "/things/x", {}, "", ""}).pattern, "/things/{id}");
    EXPECT_EQ(router_.handle({"POST", "/things/x", {}, "", ""}).pattern, "/things/{id}");
    EXPECT_EQ(router_.handle({"GET", "/nothing", {}, "", ""}).pattern, "");
}

TEST(Query, ReadsNumbersFlagsAndLists) {
    Query query({{"n", "10"}, {"f", "true"}, {"l", "a,b"}}, {"n", "f", "l"});
    EXPECT_EQ(query.number("n", 1, 10), 10u);
    EXPECT_EQ(query.flag("f"), true);
    EXPECT_EQ(query.list("l"), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(query.text("absent"), std::nullopt);
    EXPECT_TRUE(query.flaws().empty());
}

TEST(Query, ReportsWhatIsWrong) {
    for (const char* number : {"0", "11", "-1", "1x", "", "99999999999999999999"}) {
        Query query({{"n", number}}, {"n"});
        (void)query.number("n", 1, 10);
        EXPECT_FALSE(query.flaws().empty()) << number;
        EXPECT_EQ(query.flaws().front().pointer, "?n");
    }
    Query query({{"f", "yes"}}, {"f"});
    (void)query.flag("f");
    EXPECT_EQ(query.flaws().size(), 1u);
}

} // namespace
} // namespace gmguard::admin
