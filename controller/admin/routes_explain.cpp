// SPDX-License-Identifier: BSD-2-Clause
#include "admin/json_read.hpp"
#include "admin/routes.hpp"

#include <boost/json.hpp>

namespace gmguard::admin {
namespace {

constexpr std::size_t kDatagram = 65'507; // payload of the largest UDP datagram

Endpoint read_endpoint(ObjectReader& reader, const char* member) {
    const std::optional<std::string> text = reader.text(member);
    const std::optional<Endpoint> endpoint = text ? Endpoint::parse(*text) : std::nullopt;
    if (text && !endpoint)
        reader.flaw(member, "must be ADDR:PORT, as 192.0.2.7:5060 or [2001:db8::7]:5060");
    return endpoint.value_or(Endpoint{});
}

Question read_question(const boost::json::value& body, std::vector<Flaw>& flaws) {
    ObjectReader reader(body, "", flaws);
    Question question;
    question.sip = reader.raw_text("sip", kDatagram).value_or("");
    question.from = read_endpoint(reader, "from");
    question.to = read_endpoint(reader, "to");
    if (flaws.empty() && question.from.address.is_v4() != question.to.address.is_v4())
        reader.flaw("to", "must be of the same IP version as from");
    reader.refuse_others();
    return question;
}

Response explain(Guard& guard, const Request& request) {
    const auto body = read_body(request);
    if (!body)
        return respond(body.error(), request);
    std::vector<Flaw> flaws;
    const Question question = read_question(*body, flaws);
    if (!flaws.empty())
        return respond(invalid_body(std::move(flaws)), request);
    const Result<std::string> answer = guard.explain(question);
    if (!answer)
        return respond(answer.error(), request);
    Response response;
    response.content_type = "application/json";
    response.body = *answer;
    return response;
}

} // namespace

void add_explain_route(Router& router, Guard& guard) {
    router.add({.method = "POST", .pattern = "/v1/explain", .parameters = {}, .only_asks = true},
               [&guard](Call& call) { return explain(guard, call.request); });
}

} // namespace gmguard::admin
