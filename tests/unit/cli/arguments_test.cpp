// SPDX-License-Identifier: BSD-2-Clause
// From words to commands, wrong usage and help.
#include "arguments.hpp"
#include "fake_server.hpp"

#include "gmguard/abi/checks.h"

#include <gtest/gtest.h>

#include <cstdlib>

using namespace gmguard;
using namespace gmguard::cli;
using Words = std::vector<std::string>;

namespace {

Words words_of(const std::string& line) {
    std::istringstream in(line);
    return {std::istream_iterator<std::string>(in), {}};
}

std::string error_of(const std::string& line) {
    const auto arguments = read_arguments(words_of(line));
    const auto* wrong = std::get_if<WrongUsage>(&arguments);
    return wrong ? wrong->text : "(none)";
}

std::string help_of(const std::string& line) {
    const auto arguments = read_arguments(words_of(line));
    const auto* help = std::get_if<Help>(&arguments);
    return help ? help->text : "(none)";
}

Globals globals_of(const std::string& line) {
    const auto arguments = read_arguments(words_of(line));
    if (const auto* command = std::get_if<Command>(&arguments))
        return command->globals;
    ADD_FAILURE() << error_of(line);
    return {};
}

// The first thing that a command asks of the daemon.
std::string question_of(const std::string& line) {
    const auto arguments = read_arguments(words_of(line));
    const auto* command = std::get_if<Command>(&arguments);
    if (!command)
        return error_of(line);
    FakeSession fake;
    (void)command->run(fake.session);
    return fake.server.asked.empty() ? "(none)" : fake.server.questions().front();
}

} // namespace

TEST(Arguments, NameACommand) {
    const std::pair<const char*, const char*> rows[] = {
        {"status", "GET /v1/status"},
        {"interfaces", "GET /v1/interfaces"},
        {"attach eth0 --netns x --xdp-mode generic", "GET /v1/interfaces/eth0"},
        {"detach eth0", "GET /v1/interfaces/eth0"},
        {"detach --all", "GET /v1/interfaces"},
        {"mode", "GET /v1/mode"},
        {"mode get", "GET /v1/mode"},
        {"mode set all enforce", "GET /v1/mode"},
        {"mode set side off --listener gm", "GET /v1/mode"},
        {"bindings list --state bound", "GET /v1/bindings?state=bound&limit=100"},
        {"bindings find alice", "GET /v1/bindings?q=alice&limit=100"},
        {"bindings find --addr 192.0.2.7", "GET /v1/bindings?addr=192.0.2.7&limit=100"},
        {"bindings show b_1", "GET /v1/bindings/b_1"},
        {"bindings add 192.0.2.7:5060 --impi a --impu b --impu c --expires 2h",
         "GET /v1/bindings/192.0.2.7%3A5060"},
        {"bindings release b_1", "GET /v1/bindings/b_1"},
        {"bindings history b_1", "GET /v1/bindings/b_1/history?limit=50"},
        {"bindings history --impi a@b --limit 0", "GET /v1/bindings/history?impi=a%40b&limit=1000"},
        {"audit list --path /v1/mode --limit 5", "GET /v1/audit?path=%2Fv1%2Fmode&limit=5"},
        {"drops", "GET /v1/drops?nonzero=true"},
        {"events --after 5 --limit 3", "GET /v1/events?after=5&limit=3"},
    };
    for (const auto& [line, question] : rows)
        EXPECT_EQ(question_of(line), question) << line;
}

TEST(Arguments, TakeGlobalOptionsBeforeAndBehindTheCommand) {
    EXPECT_EQ(globals_of("-o json status").format, Format::json);
    EXPECT_EQ(globals_of("status -o jsonl").format, Format::jsonl);
    EXPECT_EQ(globals_of("bindings list --output=json").format, Format::json);
    EXPECT_EQ(globals_of("mode set all off -ojson").format, Format::json);
    EXPECT_EQ(globals_of("status").format, Format::table);
    EXPECT_TRUE(globals_of("drops --no-color -q").no_color);
    EXPECT_TRUE(globals_of("drops --no-color -q").quiet);
}

TEST(Arguments, FindTheDaemon) {
    unsetenv("GMGUARD_SERVER");
    EXPECT_EQ(globals_of("status").remote.where, "unix:/run/gmguard/admin.sock");
    setenv("GMGUARD_SERVER", "unix:/env.sock", 1);
    setenv("GMGUARD_PINS", "/sys/fs/bpf/lab", 1);
    EXPECT_EQ(globals_of("status").remote.where, "unix:/env.sock");
    EXPECT_EQ(globals_of("status").pins, "/sys/fs/bpf/lab");
    EXPECT_EQ(globals_of("status --server unix:/x.sock").remote.where, "unix:/x.sock");
    unsetenv("GMGUARD_SERVER");
    unsetenv("GMGUARD_PINS");
}

TEST(Arguments, FindTheFilesOfTls) {
    setenv("GMGUARD_CA_FILE", "/env/ca.pem", 1);
    const auto remote = globals_of("status --token-file /t --cert-file /c --key-file /k").remote;
    EXPECT_EQ(remote.token_file, "/t");
    EXPECT_EQ(remote.files.ca, "/env/ca.pem");
    EXPECT_EQ(remote.files.certificate, "/c");
    EXPECT_EQ(remote.files.key, "/k");
    unsetenv("GMGUARD_CA_FILE");
}

TEST(Arguments, ReadLifetimes) {
    const std::pair<const char*, const char*> rows[] = {{"", "3600"},
                                                        {"--expires 90", "90"},
                                                        {"--expires 90m", "5400"},
                                                        {"--expires 2h", "7200"},
                                                        {"--expires 1d", "86400"}};
    for (const auto& [option, seconds] : rows) {
        const auto arguments = read_arguments(
            words_of(std::string("bindings add 192.0.2.7:5060 --impi a --impu b ") + option));
        ASSERT_TRUE(std::holds_alternative<Command>(arguments)) << option;
        FakeSession fake;
        fake.server.answer(404, R"({"status":404,"title":"Not found"})");
        (void)std::get<Command>(arguments).run(fake.session);
        EXPECT_EQ(text(boost::json::parse(fake.server.asked.back().body), "expires_s"), seconds);
    }
}

TEST(WrongUsage, IsTold) {
    const std::pair<const char*, const char*> rows[] = {
        {"", "A subcommand is required; see gmguard --help"},
        {"stauts", "\"stauts\" is no command; did you mean \"status\"?"},
        {"-o json bindings lst", "\"lst\" is no command; did you mean \"list\"?"},
        {"attach", "INTERFACE is required; see gmguard attach --help"},
        {"mode set all", "MODE is required; see gmguard mode set --help"},
        {"mode set all off --confirm soon", "--confirm: soon unit not recognized. Allowed values: "
                                            "{d,h,m,s}; see gmguard mode set --help"},
        {"mode set all on",
         "MODE: on not in {off,monitor,enforce,default}; see gmguard mode set --help"},
        {"bindings find", "a text or a filter: what to find is required; see gmguard bindings find "
                          "--help"},
        {"events --limit 0", "--limit: Value 0 not in range 1 to 1000; see gmguard events --help"},
    };
    for (const auto& [line, text] : rows)
        EXPECT_EQ(error_of(line), text) << line;
}

TEST(WrongUsage, IsToldOfWhatExcludesEachOther) {
    EXPECT_NE(error_of("detach"), "(none)");
    EXPECT_NE(error_of("detach eth0 --all"), "(none)");
    EXPECT_NE(error_of("explain --sip x --from a --to b --live --config c"), "(none)");
    EXPECT_NE(error_of("explain --sip x --from 192.0.2.1:1"), "(none)");
    EXPECT_NE(error_of("bindings history"), "(none)");
    EXPECT_NE(error_of("bindings history b_1 --impi a"), "(none)");
    EXPECT_NE(error_of("audit"), "(none)");
    EXPECT_NE(error_of("replay"), "(none)");
    EXPECT_NE(error_of("status --colour"), "(none)");
    EXPECT_NE(error_of("-o yaml status"), "(none)");
}

TEST(WrongUsage, ObeysTheFormat_WhereverItStands) {
    for (const auto* line : {"-o json attach", "attach -o json", "attach --output=json",
                             "attach --bad -ojson", "--output json bad"}) {
        const auto arguments = read_arguments(words_of(line));
        ASSERT_TRUE(std::holds_alternative<WrongUsage>(arguments)) << line;
        EXPECT_EQ(std::get<WrongUsage>(arguments).globals.format, Format::json) << line;
    }
}

TEST(Help, Teaches_ForEveryCommand) {
    EXPECT_NE(help_of("--help").find("Start here:"), std::string::npos);
    for (const auto* line :
         {"status",        "interfaces",   "attach",           "detach",        "mode",
          "mode get",      "mode set",     "bindings",         "bindings list", "bindings find",
          "bindings show", "bindings add", "bindings release", "drops",         "events",
          "confirm",       "doctor",       "support",          "support dump",  "completion",
          "explain",       "replay",       "config",           "config check",  "config show",
          "config init",   "config diff",  "config reload"}) {
        const auto help = help_of(std::string(line) + " --help");
        EXPECT_NE(help.find("Example"), std::string::npos) << line << "\n" << help;
    }
    EXPECT_EQ(help_of("--version").find("gmguard "), 0U);
}

TEST(Help, NamesEveryCheck) {
    const auto help = help_of("mode set --help");
#define GM_CHECK_IN_HELP(number, name, text)                                                       \
    EXPECT_NE(help.find(#name), std::string::npos) << #name;
    GM_CHECKS(GM_CHECK_IN_HELP)
#undef GM_CHECK_IN_HELP
}
