// SPDX-License-Identifier: BSD-2-Clause
// The one file that knows libarchive.
#include "archive.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <unistd.h>

namespace gmguard::cli {
namespace {

using Writer = std::unique_ptr<archive, decltype(&archive_write_free)>;
using Head = std::unique_ptr<archive_entry, decltype(&archive_entry_free)>;

bool put(archive* out, const Entry& entry, std::time_t now) {
    const Head head(archive_entry_new(), &archive_entry_free);
    archive_entry_set_pathname(head.get(), entry.name.c_str());
    archive_entry_set_size(head.get(), static_cast<la_int64_t>(entry.text.size()));
    archive_entry_set_filetype(head.get(), AE_IFREG);
    archive_entry_set_perm(head.get(), 0600);
    archive_entry_set_mtime(head.get(), now, 0);
    return archive_write_header(out, head.get()) == ARCHIVE_OK &&
           archive_write_data(out, entry.text.data(), entry.text.size()) ==
               static_cast<la_ssize_t>(entry.text.size());
}

bool write_all(archive* out, int fd, const std::vector<Entry>& entries) {
    if (archive_write_add_filter_gzip(out) != ARCHIVE_OK ||
        archive_write_set_format_pax_restricted(out) != ARCHIVE_OK ||
        archive_write_open_fd(out, fd) != ARCHIVE_OK)
        return false;
    const auto now = std::time(nullptr);
    for (const auto& entry : entries)
        if (!put(out, entry, now))
            return false;
    return archive_write_close(out) == ARCHIVE_OK;
}

Result<> written(const std::string& path, int fd, const std::vector<Entry>& entries) {
    const Writer out(archive_write_new(), &archive_write_free);
    if (write_all(out.get(), fd, entries))
        return {};
    const char* why = archive_error_string(out.get());
    return fail(ErrorKind::system, path, std::string("cannot write: ") + (why ? why : "no memory"));
}

} // namespace

Result<> write_archive(const std::string& path, const std::vector<Entry>& entries) {
    std::string beside = path + ".XXXXXX";
    const int fd = ::mkstemp(beside.data()); // mode 0600
    if (fd < 0)
        return fail(system_error(errno, path, "cannot make"));
    auto result = written(path, fd, entries);
    if (::close(fd) != 0 && result)
        result = fail(system_error(errno, path, "cannot write"));
    if (result && ::rename(beside.c_str(), path.c_str()) != 0)
        result = fail(system_error(errno, path, "cannot put in place"));
    if (!result)
        (void)::unlink(beside.c_str());
    return result;
}

} // namespace gmguard::cli
