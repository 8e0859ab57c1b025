// SPDX-License-Identifier: BSD-2-Clause
#include "unit/admin/asking.hpp"

#include <gmock/gmock.h>

namespace gmguard::admin {
namespace {

using testing::ElementsAre;

class ExplainApi : public ApiTest {
  protected:
    Response explain(const std::string& body) { return ask("POST", "/v1/explain", body); }
};

TEST_F(ExplainApi, HandsTheMessageOnAndTheAnswerBack) {
    const Response response = explain(
        R"({"sip":"REGISTER sip:ims.test SIP/2.0\r\n\r\n\u0000","from":"192.0.2.7:5060","to":"192.0.2.1:5060"})");
    EXPECT_EQ(response.status, 200u);
    EXPECT_EQ(json_of(response).at("reason"), "contact_mismatch");
    EXPECT_EQ(guard_.question_asked.sip,
              std::string("REGISTER sip:ims.test SIP/2.0\r\n\r\n\0", 34));
    EXPECT_EQ(guard_.question_asked.from, Endpoint::parse("192.0.2.7:5060"));
    EXPECT_EQ(guard_.question_asked.to, Endpoint::parse("192.0.2.1:5060"));
}

struct ApiExplainRow {
    const char* body;
    std::vector<std::string> pointers;
};

const ApiExplainRow kWrong[] = {
    {"{}", {"/sip", "/from", "/to"}},
    {R"({"sip":"x","from":"192.0.2.7","to":"192.0.2.1:5060"})", {"/from"}},
    {R"({"sip":"x","from":"192.0.2.7:5060","to":"2001:db8::1:5060"})", {"/to"}},
    {R"({"sip":"x","from":"192.0.2.7:5060","to":"[2001:db8::1]:5060"})", {"/to"}},
    {R"({"sip":"","from":"192.0.2.7:1","to":"192.0.2.1:1"})", {"/sip"}},
    {R"({"sip":["x"],"from":"192.0.2.7:1","to":"192.0.2.1:1","proto":"udp"})", {"/sip", "/proto"}},
};

TEST_F(ExplainApi, RefusesWhatIsNoQuestion) {
    for (const ApiExplainRow& row : kWrong) {
        const Response response = explain(row.body);
        EXPECT_EQ(response.status, 422u) << row.body;
        EXPECT_EQ(pointers_of(response), row.pointers) << row.body;
    }
}

TEST_F(ExplainApi, RefusesMoreThanADatagramHolds) {
    const auto body = [](std::size_t size) {
        return R"({"from":"192.0.2.7:1","to":"192.0.2.1:1","sip":")" + std::string(size, 'x') +
               "\"}";
    };
    EXPECT_EQ(explain(body(65'507)).status, 200u);
    EXPECT_THAT(pointers_of(explain(body(65'508))), ElementsAre("/sip"));
}

} // namespace
} // namespace gmguard::admin
