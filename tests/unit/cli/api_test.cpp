// SPDX-License-Identifier: BSD-2-Clause
// The commands against the real routes, over a guard in memory: both sides mean the same.
#include "commands.hpp"

#include "admin/api.hpp"
#include "unit/admin/fake_guard.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

using namespace gmguard;
using namespace gmguard::cli;
namespace json = boost::json;

namespace {

// No transport between.
class ApiServer : public Server {
  public:
    admin::FakeGuard guard;
    admin::EventLog log{100};
    store::Store store{{}};
    admin::Api api{guard, log, store};

    [[nodiscard]] std::string name() const override { return "api"; }
    [[nodiscard]] Result<admin::Response> exchange(const admin::Request& request) override {
        return api.handle(request);
    }
    // What is there now; then the daemon ends.
    [[nodiscard]] Result<admin::Response> follow(const admin::Request& request,
                                                 const OnLine& on_line) override {
        auto response = api.handle(request);
        if (response.stream) {
            std::istringstream lines(response.stream->take());
            for (std::string line; std::getline(lines, line);)
                on_line(line);
        }
        return response;
    }
};

class CliApi : public testing::Test {
  protected:
    ApiServer server_;
    std::ostringstream out_, err_;

    // Runs a command with output in JSON and gives what it wrote.
    template <typename Command> json::value run(Command command, Exit wanted = Exit::ok) {
        out_.str("");
        err_.str("");
        Output output(out_, err_, {.format = Format::json, .color = false, .quiet = false});
        Session session{server_, output, "/nowhere/pins", std::chrono::system_clock::now(),
                        [] { return false; }};
        const Exit exit = command(session);
        EXPECT_EQ(exit, wanted) << out_.str() << err_.str();
        std::error_code none;
        auto value = json::parse(exit == Exit::ok ? out_.str() : err_.str(), none);
        return none ? json::value() : value;
    }
    // The same as a table: its text.
    template <typename Command> std::string table(Command command) {
        out_.str("");
        Output output(out_, err_, {.format = Format::table, .color = false, .quiet = false});
        Session session{server_, output, "/nowhere/pins", std::chrono::system_clock::now(),
                        [] { return false; }};
        EXPECT_EQ(command(session), Exit::ok) << err_.str();
        return out_.str();
    }
    json::value set_mode(const ModeSetOptions& options, Exit wanted = Exit::ok) {
        return run([&](Session& session) { return mode_set(session, options); }, wanted);
    }
    [[nodiscard]] bool is_everywhere(gm_mode mode) const {
        const auto& listeners = server_.guard.modes_now.listeners;
        return std::ranges::all_of(listeners, [&](const auto& listener) {
            return listener.effective.side == mode && listener.effective.limits == mode;
        });
    }
};

} // namespace

TEST_F(CliApi, Status_NamesListenersInterfacesAndModes) {
    EXPECT_EQ(text(run(status), "version"), "0.1.0");
    const auto shown = table(status);
    EXPECT_NE(shown.find("gm0        pcscf  gm    native  front, answers"), std::string::npos)
        << shown;
    EXPECT_NE(shown.find("gm        192.0.2.1  5060         6100-6101  annex-d  esp    monitor"),
              std::string::npos)
        << shown;
    EXPECT_NE(shown.find("bindings      1 bound\n"), std::string::npos) << shown;
}

TEST_F(CliApi, Bindings_AreListedPageByPage) {
    for (int i = 0; i < 1500; ++i)
        server_.guard.bindings_now.push_back(admin::binding_of(
            "b_" + std::to_string(i + 2), "x@ims.test",
            {*Address::parse("192.0.2.8"), static_cast<std::uint16_t>(1000 + i)}));
    BindingsQuery query;
    query.limit = 0;
    const auto all = run([&](Session& session) { return bindings_list(session, query); });
    EXPECT_EQ(list(all, "items").size(), 1501U);
}

TEST_F(CliApi, Bindings_AreFoundByEveryFilter) {
    BindingsQuery query;
    query.impi = "a@b";
    query.impu = "tel:+1555";
    query.address = "192.0.2.7";
    query.prefix = "192.0.2.0/24";
    query.state = "bound";
    query.text = "alice";
    run([&](Session& session) { return bindings_list(session, query); });
    const auto& asked = server_.guard.query_asked;
    EXPECT_EQ(asked.impi, "a@b");
    EXPECT_EQ(asked.impu, "tel:+1555");
    EXPECT_EQ(asked.address, Address::parse("192.0.2.7"));
    EXPECT_EQ(asked.prefix, Prefix::parse("192.0.2.0/24"));
    EXPECT_EQ(asked.state, GM_STATE_BOUND);
    EXPECT_EQ(asked.text, "alice");
    query.state = "bond";
    run([&](Session& session) { return bindings_list(session, query); }, Exit::usage);
}

TEST_F(CliApi, Audit_ShowsWhoChangedWhat) {
    set_mode({"limits", "off", ""});
    const auto changes = run([](Session& session) { return audit_list(session, {}); });
    ASSERT_EQ(list(changes, "items").size(), 1U);
    EXPECT_EQ(text(list(changes, "items")[0], "target"), "/v1/mode");
    EXPECT_EQ(text(member(list(changes, "items")[0], "before"), "default"), "monitor");
    const auto shown = table([](Session& session) { return audit_list(session, {}); });
    EXPECT_NE(shown.find("PATCH /v1/mode  200      1\n"), std::string::npos) << shown;
}

TEST_F(CliApi, History_IsOfABindingThatIsThere_OrWas) {
    store::Entry event{1,
                       {},
                       store::Kind::life,
                       "released",
                       "",
                       "alice@ims.test",
                       "",
                       "b_gone",
                       "192.0.2.9:5060",
                       "192.0.2.9",
                       R"({"type":"released"})"};
    ASSERT_TRUE(server_.store.write({&event, 1}, 0));
    const auto history = [&](const std::string& id, const std::string& impi, Exit wanted) {
        const auto document = run(
            [&](Session& session) { return bindings_history(session, {id, impi, 50}); }, wanted);
        return wanted == Exit::ok ? list(document, "items").size() : 0;
    };
    EXPECT_EQ(history("b_gone", "", Exit::ok), 1U);
    EXPECT_EQ(history("b_1", "", Exit::ok), 0U);
    EXPECT_EQ(history("b_never", "", Exit::not_found), 0U);
    EXPECT_EQ(history("192.0.2.9:5060", "", Exit::ok), 1U);
    EXPECT_EQ(history("", "alice@ims.test", Exit::ok), 1U);
    const auto shown =
        table([](Session& session) { return bindings_history(session, {"b_gone", "", 50}); });
    EXPECT_NE(shown.find("released"), std::string::npos) << shown;
}

TEST_F(CliApi, Bindings_AreShownByIdAndBySource) {
    const auto show = [&](const std::string& id) {
        return run([&](Session& session) { return bindings_show(session, id); });
    };
    EXPECT_EQ(text(show("b_1"), "impi"), "alice@ims.test");
    EXPECT_EQ(show("192.0.2.7:5060"), show("b_1"));
    run([](Session& session) { return bindings_show(session, "b_9"); }, Exit::not_found);
}

TEST_F(CliApi, Bindings_AreMadeRenewedAndReleased) {
    const auto add = [&](BindingsAddOptions options, Exit wanted) {
        return run([&](Session& session) { return bindings_add(session, options); }, wanted);
    };
    const auto made =
        add({"[2001:db8::7]:5060", "bob@ims.test", {"sip:bob@ims.test"}, 60}, Exit::ok);
    EXPECT_EQ(text(made, "selector"), "[2001:db8::7]:5060");
    EXPECT_EQ(server_.guard.binding_asked.expires_s, 60U);
    const auto renewed =
        add({"[2001:db8::7]:5060", "bob@ims.test", {"sip:b2@ims.test", "tel:+1"}, 90}, Exit::ok);
    EXPECT_EQ(text(renewed, "id"), text(made, "id"));
    EXPECT_EQ(joined(renewed, "impus"), "sip:b2@ims.test, tel:+1");
    add({"[2001:db8::7]:5060", "eve@ims.test", {"sip:eve@ims.test"}, 60}, Exit::conflict);
    add({"2001:db8::/129", "eve@ims.test", {"sip:eve@ims.test"}, 60}, Exit::usage);

    const auto id = text(made, "id");
    run([&](Session& session) { return bindings_release(session, id); });
    run([&](Session& session) { return bindings_release(session, id); }, Exit::not_found);
}

TEST_F(CliApi, Interfaces_AreAttachedChangedAndDetached) {
    const auto attach_gm1 = [&](const AttachOptions& options) {
        return run([&](Session& session) { return attach(session, options); });
    };
    EXPECT_EQ(text(attach_gm1({"gm1", "lab", "gm", "generic"}), "netns"), "lab");
    EXPECT_EQ(text(attach_gm1({"gm1", "", "gm", "native"}), "xdp_mode"), "native");
    EXPECT_EQ(server_.guard.interfaces_now.size(), 2U);
    run([](Session& session) { return detach(session, {"gm1", false}); });
    run([](Session& session) { return detach(session, {"gm1", false}); }, Exit::not_found);
    EXPECT_EQ(server_.guard.interfaces_now.size(), 1U);
    run([](Session& session) { return detach(session, {"", true}); });
    EXPECT_TRUE(server_.guard.interfaces_now.empty());
}

TEST_F(CliApi, Mode_IsSetForAllEverywhere) {
    set_mode({"limits", "off", "gm"});
    set_mode({"all", "enforce", ""});
    EXPECT_TRUE(is_everywhere(GM_MODE_ENFORCE));
    set_mode({"all", "off", ""});
    EXPECT_TRUE(is_everywhere(GM_MODE_OFF)) << "also where a listener had a mode of its own";
}

TEST_F(CliApi, Mode_IsSetForACheckAndForAListener) {
    const auto& listeners = server_.guard.modes_now.listeners;
    set_mode({"side", "off", ""});
    EXPECT_EQ(listeners[0].effective.side, GM_MODE_OFF);
    EXPECT_EQ(listeners[1].effective.side, GM_MODE_OFF);
    set_mode({"side", "default", "gm-v6"});
    EXPECT_EQ(listeners[0].effective.side, GM_MODE_OFF);
    EXPECT_EQ(listeners[1].effective.side, GM_MODE_ENFORCE);
    set_mode({"all", "default", "gm-v6"});
    EXPECT_EQ(listeners[1].effective.side, GM_MODE_MONITOR);
}

TEST_F(CliApi, Drops_LeaveOutWhatNeverHappened) {
    EXPECT_EQ(list(run(drops), "items").size(), 2U);
    EXPECT_NE(table(drops).find("gm        front  contact_mismatch        3           0"),
              std::string::npos)
        << out_.str();
}

TEST_F(CliApi, Events_AreListedFilteredAndFollowed) {
    for (int i = 0; i < 3; ++i)
        server_.log.append(admin::drop_event());
    EventsOptions options;
    options.type = "drop,would_drop";
    options.reason = "selector_taken";
    options.limit = 2;
    const auto past = run([&](Session& session) { return events(session, options); });
    EXPECT_EQ(list(past, "items").size(), 2U);
    options.reason = "selector_tken";
    run([&](Session& session) { return events(session, options); }, Exit::usage);

    options = {};
    options.follow = true;
    options.after = "1";
    options.limit = 1;
    run([&](Session& session) { return events(session, options); }, Exit::degraded);
    std::string ids;
    std::istringstream lines(out_.str());
    for (std::string line; std::getline(lines, line);)
        ids += text(json::parse(line), "id") + " ";
    EXPECT_EQ(ids, "2 3 ") << "one of the past, the next from the stream";
}

TEST_F(CliApi, ConfigReload_SaysWhatChanged) {
    server_.guard.reloaded_now = {
        true, {{"listener[gm].mode", "\"off\"", "\"enforce\""}}, {"listener[gm].mode"}, 2};
    const auto reload = [](bool dry_run, bool drop_bindings) {
        return [=](Session& session) {
            return config_reload(session, {.dry_run = dry_run, .drop_bindings = drop_bindings});
        };
    };
    const auto done = run(reload(false, true));
    EXPECT_TRUE(server_.guard.reload_asked.drop_bindings);
    EXPECT_EQ(text(list(done, "changes").at(0), "key"), "listener[gm].mode");
    EXPECT_NE(table(reload(false, true)).find("reloaded: 1 value changed"), std::string::npos);
    EXPECT_NE(table(reload(true, false)).find("\"enforce\""), std::string::npos);
    EXPECT_TRUE(server_.guard.reload_asked.dry_run);
    EXPECT_EQ(table(config_diff), table(reload(true, false)));
}

TEST_F(CliApi, ConfigReload_IsRefusedWithPlaces) {
    const auto reload = [](Session& session) { return config_reload(session, {}); };
    server_.guard.failure = Error{ErrorKind::invalid, 0, "gm.toml", "1 problem", ""};
    server_.guard.problems_now = {{"gm.toml", 3, 1, "unknown key", "did you mean"}};
    const auto problem = run(reload, Exit::failed);
    EXPECT_EQ(number(list(problem, "errors").at(0), "line"), 3U);
    server_.guard.failure->kind = ErrorKind::conflict;
    run(reload, Exit::conflict);
    run(config_diff, Exit::conflict);
}

TEST_F(CliApi, ConfigShow_AsksTheRunningGuard_WhereItIsToldTo) {
    const auto shown = run(config_show_live);
    EXPECT_EQ(text(list(shown, "items").at(0), "origin"), "gm.toml:1");
    EXPECT_NE(table(config_show_live).find("gm.toml:1"), std::string::npos);
}

TEST_F(CliApi, Explain_AsksTheRunningGuard_WhereItIsToldTo) {
    const auto path = testing::TempDir() + "gmguard-explain-test.txt";
    std::ofstream(path) << "REGISTER sip:ims.test SIP/2.0\r\n\r\n";
    const ExplainOptions options{path, "[2001:db8::7]:5060", "[2001:db8::1]:5060", "", true};
    const auto told = run([&](Session& session) { return explain(session, options); });
    std::remove(path.c_str());
    EXPECT_EQ(text(told, "reason"), "contact_mismatch");
    EXPECT_EQ(server_.guard.question_asked.sip, "REGISTER sip:ims.test SIP/2.0\r\n\r\n");
    EXPECT_EQ(server_.guard.question_asked.from, Endpoint::parse("[2001:db8::7]:5060"));
}
