// SPDX-License-Identifier: BSD-2-Clause
#include "commands.hpp"

#include "admin/tokens.hpp"

#include <fmt/format.h>

namespace gmguard::cli {
namespace {

// The line of the token file.
Result<std::string> line_of(const TokenOptions& options, const std::string& token, Time now) {
    admin::TokenEntry entry{options.name,
                            options.role == "admin" ? admin::Role::admin : admin::Role::viewer,
                            admin::digest_of(token), std::nullopt};
    if (options.expires_h > 0)
        entry.expires =
            std::chrono::floor<std::chrono::seconds>(now) + std::chrono::hours(options.expires_h);
    auto line = admin::token_line(entry);
    const auto read = admin::parse_token_line(line); // as the daemon will
    if (!read)
        return fail(ErrorKind::invalid, options.name, read.error().what,
                    "a name is 1 to 64 letters, digits, '.', '_', '-' or '@'");
    return line;
}

} // namespace

Exit token_new(Session& session, const TokenOptions& options) {
    const auto token = admin::new_token();
    if (!token)
        return session.out.fail(failure(token.error()));
    const auto line = line_of(options, *token, session.now);
    if (!line)
        return session.out.fail(failure(line.error()));
    if (!session.out.is_table()) {
        session.out.value(boost::json::object{
            {"name", options.name}, {"role", options.role}, {"token", *token}, {"line", *line}});
        return Exit::ok;
    }
    session.out.line(*token);
    session.out.line(*line);
    session.out.remark("The first line is the token, shown this once: keep it in a file of mode "
                       "0600. The second goes into [admin] token_file.");
    return Exit::ok;
}

} // namespace gmguard::cli
