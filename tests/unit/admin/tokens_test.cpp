// SPDX-License-Identifier: BSD-2-Clause
#include "admin/tokens.hpp"
#include "unit/admin/scratch.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include <sys/stat.h>

namespace gmguard::admin {
namespace {

using testing::HasSubstr;

const std::string kDigest(64, 'a');

TEST(TokenLine, ReadsWhatItWrites) {
    const TokenEntry entry{"ops", Role::admin, digest_of("gmg_x"),
                           std::chrono::sys_seconds(std::chrono::seconds(1'800'000'000))};
    const auto read = parse_token_line(token_line(entry));
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(read->name, "ops");
    EXPECT_EQ(read->role, Role::admin);
    EXPECT_EQ(read->digest, entry.digest);
    EXPECT_EQ(read->expires, entry.expires);
    EXPECT_THAT(token_line(entry), testing::EndsWith(" 2027-01-15T08:00:00Z"));
}

TEST(TokenLine, IsTheSha256OfTheToken) {
    const auto entry = TokenEntry{"x", Role::viewer, digest_of("abc"), {}};
    EXPECT_EQ(token_line(entry),
              "x viewer ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f"
              "20015ad"); // FIPS 180-2, B.1
}

TEST(TokenLine, TellsWhatIsWrong) {
    const std::pair<std::string, const char*> rows[] = {
        {"ops admin", "2 words"},
        {"ops admin " + kDigest + " x y", "5 words"},
        {"o/s admin " + kDigest, "\"o/s\" is no name"},
        {"o\x1b[2Js admin " + kDigest, "\"o\\x1b[2Js\" is no name"},
        {std::string(65, 'n') + " admin " + kDigest, "is no name"},
        {"ops root " + kDigest, "\"root\" is no role"},
        {"ops admin " + kDigest.substr(1), "no SHA-256"},
        {"ops admin " + std::string(64, 'A'), "lower case"},
        {"ops admin " + kDigest + " tomorrow", "no time"},
        {"ops admin " + kDigest + " 2027-01-01T00:00:00Zx", "no time"},
    };
    for (const auto& [line, told] : rows) {
        const auto entry = parse_token_line(line);
        ASSERT_FALSE(entry) << line;
        EXPECT_THAT(entry.error().text(), HasSubstr(told));
    }
}

TEST(Token, IsNeverTheSame) {
    EXPECT_NE(new_token().value(), new_token().value());
    EXPECT_EQ(new_token()->size(), 4u + 64u);
}

class TokenFileTest : public testing::Test {
  protected:
    Scratch scratch_;
    std::string path_ = scratch_.path("tokens");
    std::string complaint_;

    void write(const std::string& text, mode_t mode = 0600) {
        std::ofstream(path_) << text;
        chmod(path_.c_str(), mode);
    }
    static std::string line(const std::string& name) {
        return token_line({name, Role::viewer, digest_of("gmg_" + name), {}}) + "\n";
    }
};

TEST_F(TokenFileTest, KnowsItsTokens) {
    write("# who may look\n\n" + line("a") + line("b"));
    auto file = TokenFile::open(path_);
    ASSERT_TRUE(file) << file.error().text();
    EXPECT_EQ(file->find("gmg_a", complaint_)->name, "a");
    EXPECT_EQ(file->find("gmg_b", complaint_)->name, "b");
    EXPECT_FALSE(file->find("gmg_c", complaint_));
    EXPECT_FALSE(file->find("", complaint_));
    EXPECT_EQ(complaint_, "");
}

TEST_F(TokenFileTest, FollowsTheFile) {
    write(line("a") + line("b"));
    auto file = TokenFile::open(path_);
    ASSERT_TRUE(file);
    write(line("b"));
    EXPECT_FALSE(file->find("gmg_a", complaint_)) << "it was taken out";
    EXPECT_TRUE(file->find("gmg_b", complaint_));
    write("b admin\n");
    EXPECT_FALSE(file->find("gmg_b", complaint_)) << "while the file is wrong, nobody";
    EXPECT_THAT(complaint_, HasSubstr(path_ + ":1: 2 words"));
    complaint_.clear();
    EXPECT_FALSE(file->find("gmg_b", complaint_));
    EXPECT_EQ(complaint_, "") << "told once";
    write(line("b"));
    EXPECT_TRUE(file->find("gmg_b", complaint_)) << "mended";
    std::remove(path_.c_str());
    EXPECT_FALSE(file->find("gmg_b", complaint_));
}

TEST_F(TokenFileTest, IsForItsOwnerAlone) {
    for (const mode_t mode : {0640, 0604, 0620, 0644}) {
        write(line("a"), mode);
        EXPECT_THAT(TokenFile::open(path_).error().text(), HasSubstr("chmod 600")) << mode;
    }
}

TEST_F(TokenFileTest, HasEveryNameOnce) {
    write(line("a") + "a admin " + kDigest + "\n");
    EXPECT_THAT(TokenFile::open(path_).error().text(), HasSubstr(path_ + ":2: a second token a"));
    EXPECT_EQ(TokenFile::open(path_ + ".none").error().kind, ErrorKind::not_found);
}

} // namespace
} // namespace gmguard::admin
