// SPDX-License-Identifier: BSD-2-Clause
// Follows the SAs and policies of one network namespace. It never changes them: that is the
// P-CSCF's.
//
// A dump comes first, then the kernel's notices. Where notices were lost, a dump was interrupted,
// or a flush came into one, another dump follows, and only one that was whole says what is gone.
#pragma once

#include "xfrm/source.hpp"
#include "xfrm/table.hpp"

#include <memory>
#include <string>
#include <vector>

namespace gmguard::xfrm {

class Feed {
  public:
    // Starts the first dump. Errors as of open_netlink().
    [[nodiscard]] static Result<Feed> open(const std::string& netns);
    [[nodiscard]] static Result<Feed> over(std::unique_ptr<Source> source);

    // Readable: call consume().
    [[nodiscard]] int fd() const { return source_->fd(); }

    // Reads up to `share` datagrams. True: there may be more to read at once. After an error only
    // restart() helps.
    [[nodiscard]] Result<bool> consume(std::size_t share = 64);
    // Goes on with another source: a dump from there says what is gone.
    [[nodiscard]] Result<> restart(std::unique_ptr<Source> source);
    // What is known of SAs changed so, since the last call.
    [[nodiscard]] std::vector<SaNews> take_news() { return table_.take_news(); }

    // Dumps again, for the usage that no notice tells. Nothing where a dump is under way.
    [[nodiscard]] Result<> refresh();
    // A whole dump has ended, and nothing was lost since: what the table lacks is not there.
    [[nodiscard]] bool is_whole() const { return whole_; }

    [[nodiscard]] const Table& table() const { return table_; }
    // How often notices were lost.
    [[nodiscard]] std::uint64_t losses() const { return losses_; }

  private:
    enum class Stage : std::uint8_t { idle, sas, policies };

    explicit Feed(std::unique_ptr<Source> source) : source_(std::move(source)) {}
    [[nodiscard]] Result<> begin();
    [[nodiscard]] Result<> take(const Datagram& datagram);
    [[nodiscard]] Result<> take_answer(std::span<const std::byte> message);
    [[nodiscard]] Result<> end_stage(bool failed);
    [[nodiscard]] Result<> lose();
    void hear(std::span<const std::byte> message);

    std::unique_ptr<Source> source_;
    Table table_;
    Stage stage_ = Stage::idle;
    bool spoilt_ = false; // the dump under way does not tell what is gone
    bool whole_ = false;
    std::uint64_t losses_ = 0;
};

} // namespace gmguard::xfrm
