// SPDX-License-Identifier: BSD-2-Clause
#include "admin/journal.hpp"
#include "unit/admin/asking.hpp"

namespace gmguard::admin {
namespace {

Event life_event(EventType type, const std::string& impi, const std::string& binding,
                 const std::string& source, const std::string& selector) {
    Event event;
    event.type = type;
    event.source = Endpoint::parse(source);
    event.sip = EventSip{"", 0, "", impi, "", ""};
    event.bound_to = EventHolder{impi, std::nullopt, binding, selector};
    return event;
}

class History : public ApiTest {
  protected:
    History() {
        const std::string pair = "192.0.2.9:5060";
        const std::string prefix = "2001:db8:1:2::/64";
        log_.append(life_event(EventType::bound, "bob@ims.test", "b_7", pair, pair));
        log_.append(drop_event());
        log_.append(life_event(EventType::released, "bob@ims.test", "b_7", pair, pair));
        log_.append(life_event(EventType::bound, "carol@ims.test", "b_8", "[2001:db8:1:2::5]:6000",
                               prefix));
        log_.append(life_event(EventType::bound, "bob@ims.test", "b_9", "192.0.2.9:6000",
                               "192.0.2.9:6000"));
        Journal(log_, store_).flush();
    }
    std::string ids(const std::string& target) {
        std::string list;
        const Response response = ask("GET", "/v1/bindings/" + target);
        EXPECT_EQ(response.status, 200u) << response.body;
        const auto page = json_of(response);
        for (const auto& item : page.at("items").as_array())
            list += std::to_string(item.at("id").to_number<int>()) + " ";
        return list;
    }
};

TEST_F(History, OfABindingThatIsGone_NewestFirst) {
    EXPECT_EQ(ids("b_7/history"), "3 1 ");
    EXPECT_EQ(ask("GET", "/v1/bindings/b_none/history").status, 404u);
    EXPECT_EQ(ids("b_1/history"), "") << "it is there, and nothing happened to it";
}

TEST_F(History, OfASource) {
    EXPECT_EQ(ids("192.0.2.9:5060/history"), "3 1 ");
    EXPECT_EQ(ids("192.0.2.9/history"), "5 3 1 ") << "any port";
    EXPECT_EQ(ids("[2001:db8:1:2::99]:7000/history"), "4 ") << "its prefix was bound";
    EXPECT_EQ(ids("2001:db8:1:3::99/history"), "");
    EXPECT_EQ(ids("192.0.2.7:5060/history"), "") << "drops are no history";
}

TEST_F(History, OfASubscriber) {
    EXPECT_EQ(ids("history?impi=bob@ims.test"), "5 3 1 ");
    EXPECT_EQ(ids("history?impi=nobody"), "");
    EXPECT_EQ(ask("GET", "/v1/bindings/history").status, 400u);
}

TEST_F(History, IsPaged) {
    const auto page = json_of(ask("GET", "/v1/bindings/history?impi=bob@ims.test&limit=2"));
    EXPECT_EQ(page.at("next_cursor"), "3");
    EXPECT_EQ(ids("history?impi=bob@ims.test&limit=2&cursor=3"), "1 ");
    EXPECT_EQ(ids("b_7/history?cursor=1"), "");
}

} // namespace
} // namespace gmguard::admin
