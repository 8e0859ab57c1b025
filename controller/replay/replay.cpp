// SPDX-License-Identifier: BSD-2-Clause
#include "replay/replay.hpp"

#include "replay/capture.hpp"
#include "replay/private_guard.hpp"

namespace gmguard::replay {
namespace {

void count(Summary& summary, const Finding& finding) {
    ++summary.told;
    summary.dropped += finding.judgement.verdict == GM_VERDICT_DROP;
    summary.would_drop += finding.judgement.verdict == GM_VERDICT_WOULD_DROP;
}

Result<> walk_file(Walk& walk, const std::string& path, Summary& summary) {
    auto file = CaptureFile::open(path);
    if (!file)
        return fail(file.error());
    walk.enter(path);
    for (;;) {
        const auto frame = file->next();
        if (!frame)
            return fail(frame.error());
        if (!*frame)
            return {};
        ++summary.frames;
        if (auto taken = walk.take(**frame); !taken)
            return taken;
    }
}

} // namespace

Result<Summary> run(const config::Config& config, std::span<const std::string> files,
                    const Sink& sink) {
    const auto guard = PrivateGuard::open(config, config.limits.bindings);
    if (!guard)
        return fail(guard.error());
    Summary summary;
    const Sink counting = [&](const Finding& finding) {
        count(summary, finding);
        sink(finding);
    };
    Walk walk(config, **guard, counting);
    for (const std::string& path : files)
        if (const auto walked = walk_file(walk, path, summary); !walked)
            return fail(walked.error());
    return summary;
}

} // namespace gmguard::replay
