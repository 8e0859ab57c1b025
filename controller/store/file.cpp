// SPDX-License-Identifier: BSD-2-Clause
#include "store/file.hpp"

#include "store/schema.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <limits>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace gmguard::store {
namespace {

constexpr const char* kWal = "-wal"; // what SQLite appends to the name for its log

// A full disk is told as one, whoever finds it out.
std::unexpected<Error> system_failed(const std::string& path, const char* what) {
    auto error = system_error(errno, path, what);
    error.kind = errno == ENOSPC || errno == EDQUOT ? ErrorKind::exhausted : ErrorKind::unavailable;
    return fail(std::move(error));
}

std::string directory_of(const std::string& path) {
    return std::filesystem::path(path).parent_path();
}

// Those above it are the system's, and get its usual mode.
Result<> make_directory(const std::string& directory) {
    std::error_code ignored;
    std::filesystem::create_directories(std::filesystem::path(directory).parent_path(), ignored);
    if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
        return system_failed(directory, "cannot make the directory");
    return {};
}

Result<> rename_file(const std::string& from, const std::string& to) {
    if (std::rename(from.c_str(), to.c_str()) != 0 && errno != ENOENT)
        return system_failed(from, "cannot be renamed");
    return {};
}

Result<> make_empty(const std::string& path) {
    const int fd = ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0)
        return system_failed(path, "cannot be made");
    ::close(fd);
    return {};
}

// SQLite gives its log the mode of the file.
Result<> fill_new(const std::string& path) {
    if (auto made = make_empty(path); !made)
        return made;
    auto database = Database::create(path);
    if (!database)
        return fail(std::move(database.error()));
    if (auto made = make_schema(*database); !made)
        return made;
    return database->run("PRAGMA journal_mode=WAL");
}

void sync_directory(const std::string& directory) {
    const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    ::fsync(fd);
    ::close(fd);
}

// Under its name there is never half a file. The log of another file of that name must not be taken
// for its own.
Result<> make_file(const std::string& path) {
    if (auto made = make_directory(directory_of(path)); !made)
        return made;
    if (auto aside = move_aside(path); !aside)
        return fail(std::move(aside.error()));
    const std::string fresh = path + ".new";
    std::remove((fresh + "-journal").c_str());
    auto done = fill_new(fresh);
    if (done)
        done = rename_file(fresh, path);
    if (!done)
        std::remove(fresh.c_str());
    else
        sync_directory(directory_of(path));
    return done;
}

Result<> be_there(const std::string& path) {
    struct stat there{};
    if (::lstat(path.c_str(), &there) != 0)
        return errno == ENOENT || errno == ENOTDIR ? make_file(path)
                                                   : system_failed(path, "cannot be looked at");
    if (!S_ISREG(there.st_mode))
        return fail(ErrorKind::unavailable, path, "is no file");
    if (there.st_size == 0) // SQLite would take it for a new one
        return fail(ErrorKind::invalid, path, "is empty");
    if (::access(path.c_str(), R_OK | W_OK) != 0)
        return system_failed(path, "cannot be written");
    ::chmod(path.c_str(), 0600);
    return {};
}

Result<Database> open_checked(const std::string& path) {
    auto database = Database::open(path);
    if (!database)
        return database;
    const auto usable = path.empty() ? make_schema(*database) : check(*database);
    if (!usable)
        return fail(usable.error());
    return database;
}

} // namespace

Result<Database> open_file(const std::string& path) {
    if (!path.empty())
        if (auto there = be_there(path); !there)
            return fail(std::move(there.error()));
    auto database = open_checked(path);
    if (!database && database.error().subject.empty())
        database.error().subject = path;
    return database;
}

Result<std::string> move_aside(const std::string& path) {
    const auto now =
        std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const auto aside = fmt::format("{}.corrupt-{:%Y%m%dT%H%M%S}Z", path, now);
    for (const char* end : {"", kWal})
        if (auto moved = rename_file(path + end, aside + end); !moved)
            return fail(std::move(moved.error()));
    return aside;
}

std::uint64_t room_at(const std::string& path) {
    struct statvfs where{};
    if (path.empty() || ::statvfs(directory_of(path).c_str(), &where) != 0)
        return std::numeric_limits<std::uint64_t>::max();
    return std::uint64_t{where.f_bavail} * where.f_frsize;
}

std::uint64_t bytes_of(const std::string& path) {
    std::uint64_t sum = 0;
    for (const char* end : {"", kWal}) {
        std::error_code error;
        const auto bytes = std::filesystem::file_size(path + end, error);
        sum += error ? 0 : bytes;
    }
    return sum;
}

} // namespace gmguard::store
