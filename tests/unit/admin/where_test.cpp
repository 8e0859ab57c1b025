// SPDX-License-Identifier: BSD-2-Clause
#include "admin/where.hpp"

#include <gtest/gtest.h>

namespace gmguard::admin {
namespace {

using Kind = Where::Kind;

TEST(Where, IsAPathThatIsAbsoluteAndFits) {
    EXPECT_EQ(Where::parse("unix:/run/gmguard/admin.sock")->path, "/run/gmguard/admin.sock");
    EXPECT_TRUE(Where::parse("unix:/" + std::string(106, 'a')));
    for (const std::string& wrong :
         {"unix:/" + std::string(107, 'a'), std::string("unix:admin.sock"), std::string("unix:")})
        EXPECT_EQ(Where::parse(wrong).error().kind, ErrorKind::invalid) << wrong;
}

TEST(Where, IsSchemeHostAndPort) {
    const auto v4 = Where::parse("http://127.0.0.1:8480");
    ASSERT_TRUE(v4);
    EXPECT_EQ(v4->kind, Kind::http);
    EXPECT_EQ(v4->port, 8480);
    EXPECT_EQ(v4->address(), Address::parse("127.0.0.1"));
    const auto v6 = Where::parse("https://[2001:db8::1]:8480/");
    ASSERT_TRUE(v6);
    EXPECT_EQ(v6->kind, Kind::https);
    EXPECT_EQ(v6->host, "2001:db8::1");
    EXPECT_EQ(Where::parse("https://guard.example:8480")->host, "guard.example");
}

TEST(Where, IsNothingElse) {
    for (const char* wrong :
         {"", "127.0.0.1:8480", "https://", "https://host", "ftp://host:21", "https://u:p@host:1",
          "https://host:8480/v1", "https://host:8480?x", "https://host:99999", "http:/host:80"})
        EXPECT_EQ(Where::parse(wrong).error().kind, ErrorKind::invalid) << wrong;
}

} // namespace
} // namespace gmguard::admin
