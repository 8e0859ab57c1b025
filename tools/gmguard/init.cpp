// SPDX-License-Identifier: BSD-2-Clause
#include "commands.hpp"

#include "proposal.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <memory>
#include <unistd.h>

namespace gmguard::cli {
namespace {

namespace json = boost::json;

kamailio::Defines defines_of(const std::vector<std::string>& words) {
    kamailio::Defines defines;
    for (const auto& word : words) {
        const auto equals = word.find('=');
        defines[word.substr(0, equals)] =
            equals == std::string::npos ? "" : word.substr(equals + 1);
    }
    return defines;
}

Result<config::Draft> draft_of(const ConfigInitOptions& options) {
    auto host = this_host();
    if (!host)
        return fail(std::move(host.error()));
    if (options.kamailio.empty())
        return propose(*host);
    const auto pcscf = kamailio::read(options.kamailio, defines_of(options.defines));
    return pcscf ? Result<config::Draft>(propose(*pcscf, *host)) : fail(pcscf.error());
}

// A file that is there stays, unless it is to go.
Result<> write(const std::string& path, const std::string& text, bool force) {
    const int how = O_WRONLY | O_CREAT | O_CLOEXEC | (force ? O_TRUNC : O_EXCL);
    const int fd = ::open(path.c_str(), how, 0640);
    if (fd < 0 && errno == EEXIST)
        return fail(ErrorKind::conflict, path, "is there already",
                    "--force overwrites it; or write to another file");
    if (fd < 0)
        return fail(system_error(errno, path, "cannot write"));
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(::fdopen(fd, "w"), &std::fclose);
    const bool whole = std::fwrite(text.data(), 1, text.size(), file.get()) == text.size() &&
                       std::fflush(file.get()) == 0;
    return whole ? Result<>{} : fail(system_error(errno, path, "cannot write"));
}

void show(Output& out, const std::string& text) {
    if (!out.is_table())
        out.value(json::object{{"toml", text}});
    else
        out.composed_line(text.substr(0, text.size() - 1)); // its last line end
}

} // namespace

Exit config_init(Session& session, const ConfigInitOptions& options) {
    const auto draft = draft_of(options);
    if (!draft)
        return session.out.fail(file_failure(draft.error()));
    const auto text = config::text_of(*draft);
    if (options.output.empty()) {
        show(session.out, text);
        return Exit::ok;
    }
    if (const auto written = write(options.output, text, options.force); !written)
        return session.out.fail(file_failure(written.error()));
    if (!session.out.is_table())
        session.out.value(json::object{{"file", options.output}});
    session.out.remark("next: look at " + options.output + ", then gmguard config check " +
                       options.output);
    return Exit::ok;
}

} // namespace gmguard::cli
