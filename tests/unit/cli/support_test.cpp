// SPDX-License-Identifier: BSD-2-Clause
// `support dump` and `doctor` without a daemon and with one of paper; the archive itself.
#include "archive.hpp"
#include "commands.hpp"
#include "fake_server.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

using namespace gmguard;
using namespace gmguard::cli;
namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

class Support : public testing::Test {
  protected:
    fs::path folder_ = fs::path(testing::TempDir()) / ("gmguard-" + std::to_string(::getpid()));
    std::string path_ = folder_ / "dump.tar.gz";

    void SetUp() override { fs::create_directories(folder_); }
    void TearDown() override { fs::remove_all(folder_); }

    [[nodiscard]] unsigned mode() const {
        struct stat status{};
        return ::stat(path_.c_str(), &status) == 0 ? status.st_mode & 0777 : 0;
    }
    [[nodiscard]] std::size_t files() const {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
    }
    void write(const std::string& text) const { std::ofstream(path_) << text; }
};

TEST_F(Support, ArchiveIsForItsOwnerAlone_AlsoWhereAnotherWas) {
    write("an older one");
    ::chmod(path_.c_str(), 0644);
    ASSERT_TRUE(write_archive(path_, {{"a.json", "{}\n"}, {"b/c.txt", std::string(100'000, 'x')}}));
    EXPECT_EQ(mode(), 0600U);
    EXPECT_LT(fs::file_size(path_), 10'000U) << "compressed";
    EXPECT_EQ(files(), 1U);
}

TEST_F(Support, ArchiveThatCannotBeWritten_LeavesNothing) {
    const auto written = write_archive((folder_ / "none" / "x.tar.gz").string(), {{"a", "b"}});
    ASSERT_FALSE(written);
    EXPECT_NE(written.error().text().find("x.tar.gz: cannot make"), std::string::npos);
    EXPECT_EQ(files(), 0U);
}

TEST_F(Support, DumpSaysWhatIsMissing_WithoutTheDaemon) {
    FakeSession fake(Format::json);
    EXPECT_EQ(support_dump(fake.session, {path_, "/nowhere.toml", false}), Exit::ok);
    const auto told = json::parse(fake.out.str());
    EXPECT_EQ(text(told, "file"), path_);
    std::string missing;
    for (const auto& each : list(told, "missing"))
        missing += text(each, "entry") + " ";
    for (const auto* entry : {"config.json", "status.json", "modes.json", "events.jsonl"})
        EXPECT_NE(missing.find(entry), std::string::npos) << entry << " of " << missing;
    EXPECT_EQ(mode(), 0600U);
}

TEST_F(Support, DoctorFindsTheDaemonsComplaints) {
    FakeSession fake(Format::json);
    fake.server.answer(200, R"({"version":"0.1.0","warnings":["no core peers"],)"
                            R"("readiness":{"ready":false,"reasons":["gm0 is gone"]}})");
    EXPECT_EQ(examine(fake.session, "/nowhere.toml"), Exit::failed);
    const auto told = json::parse(fake.out.str());
    EXPECT_EQ(text(told, "worst"), "fail");
    std::map<std::string, std::string> grades;
    for (const auto& each : list(told, "items"))
        grades[text(each, "what")] = text(each, "grade");
    EXPECT_EQ(grades["gm0 is gone"], "fail");
    EXPECT_EQ(grades["no core peers"], "warn");
    EXPECT_EQ(grades["0.1.0 answers at unix:/fake.sock"], "ok");
}

TEST_F(Support, DoctorGoesOn_WithoutDaemonAndConfiguration) {
    FakeSession fake;
    EXPECT_NE(examine(fake.session, "/nowhere.toml"), Exit::ok);
    EXPECT_NE(fake.out.str().find("/nowhere.toml"), std::string::npos);
    EXPECT_NE(fake.out.str().find("privileges"), std::string::npos) << fake.out.str();
}

} // namespace
