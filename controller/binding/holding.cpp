// SPDX-License-Identifier: BSD-2-Clause
// A block: its size, the IMPI, the number of registrations; then per registration its address of
// record, its end and the number of its identities; then these. A text is: its form, the number of
// its suffix, and what is left between its scheme and its suffix, by its length, each unless the
// text before has the same: many identities of a subscriber differ in nothing else. An identity
// without text is the form kHashAlone and 16 bytes. Sizes and numbers are written in seven bits a
// byte, the lowest first; a byte of 0x80 or more says that another one follows.
#include "binding/holding.hpp"

#include "binding/large.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory_resource>

namespace gmguard::binding {
namespace {

constexpr std::size_t kMostSuffixes = 0xffff;

// Forms: the number of a scheme, and which of its parts are as before.
constexpr std::array<std::string_view, 4> kSchemes{"", "sip:", "tel:", "sips:"};
constexpr std::uint8_t kSameMiddle = 0x80, kSameSuffix = 0x40;
constexpr std::uint8_t kHashAlone = 0xff;

std::uint8_t scheme_of(std::string_view text) {
    for (std::uint8_t number = 1; number < kSchemes.size(); ++number)
        if (text.starts_with(kSchemes[number]))
            return number;
    return 0;
}

// Where all blocks are: there may be a million, of a few sizes. Never taken down, as some of them
// may outlive any order of ends.
std::pmr::memory_resource& blocks() {
    static LargeMemory memory;
    constexpr std::pmr::pool_options options{.max_blocks_per_chunk = 1 << 17}; // of huge pages
    static auto* const pool = new std::pmr::unsynchronized_pool_resource(options, &memory);
    return *pool;
}

constexpr unsigned kSeven = 7;

// Moves `at` behind the number.
std::size_t read_number(const char*& at) {
    std::size_t number = 0;
    for (unsigned shift = 0;; shift += kSeven) {
        const auto byte = static_cast<unsigned char>(*at++);
        number |= std::size_t{byte & 0x7fU} << shift;
        if (byte < 0x80)
            return number;
    }
}

void write_number(std::string& out, std::size_t number) {
    for (; number >= 0x80; number >>= kSeven)
        out.push_back(static_cast<char>(number | 0x80));
    out.push_back(static_cast<char>(number));
}

// The size of what follows is what a block begins with.
const char* begin_of(const char* block) {
    (void)read_number(block);
    return block;
}

std::size_t size_of(const char* block) {
    const char* at = block;
    const std::size_t size = read_number(at);
    return size + static_cast<std::size_t>(at - block);
}

class Writer {
  public:
    Writer() { bytes_.clear(); }
    template <typename T> void put(T value) {
        bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
    }
    void put_text(std::string_view text, Suffixes& suffixes) {
        const auto at = text.rfind('@');
        const std::uint16_t suffix =
            at == std::string_view::npos ? 0 : suffixes.number(text.substr(at));
        const std::uint8_t scheme = scheme_of(text);
        auto middle = suffix == 0 ? text : text.substr(0, at);
        middle.remove_prefix(kSchemes[scheme].size());
        const bool same_middle = middle == middle_, same_suffix = suffix == suffix_;
        put(static_cast<std::uint8_t>(scheme | (same_middle ? kSameMiddle : 0) |
                                      (same_suffix ? kSameSuffix : 0)));
        if (!same_suffix)
            put_number(suffix);
        if (!same_middle) {
            put_number(middle.size());
            bytes_.append(middle);
        }
        middle_ = middle;
        suffix_ = suffix;
    }
    void put_number(std::size_t number) { write_number(bytes_, number); }
    [[nodiscard]] char* block() const {
        std::string head;
        write_number(head, bytes_.size());
        auto* const block = static_cast<char*>(blocks().allocate(head.size() + bytes_.size(), 1));
        std::memcpy(block, head.data(), head.size());
        std::memcpy(block + head.size(), bytes_.data(), bytes_.size());
        return block;
    }

  private:
    static thread_local std::string bytes_; // its room is kept
    std::string_view middle_;               // of the caller's text before
    std::uint16_t suffix_ = 0;
};

thread_local std::string Writer::bytes_;

class Reader {
  public:
    explicit Reader(const char* at) : at_(at) {}
    template <typename T> T get() {
        T value;
        std::memcpy(&value, at_, sizeof(value));
        at_ += sizeof(value);
        return value;
    }
    std::size_t get_number() { return read_number(at_); }
    std::string get_text(std::uint8_t form, const Suffixes& suffixes) {
        if ((form & kSameSuffix) == 0)
            suffix_ = static_cast<std::uint16_t>(get_number());
        if ((form & kSameMiddle) == 0) {
            const auto size = get_number();
            middle_ = {at_, size};
            at_ += size;
        }
        std::string text(kSchemes[form & (kSchemes.size() - 1)]);
        return text.append(middle_).append(suffixes.text(suffix_));
    }

  private:
    const char* at_;
    std::string_view middle_;
    std::uint16_t suffix_ = 0;
};

Identity read_identity(Reader& in, const Suffixes& suffixes, const Hasher& hasher) {
    const auto form = in.get<std::uint8_t>();
    if (form == kHashAlone)
        return {in.get<gm_u128>(), {}};
    std::string text = in.get_text(form, suffixes);
    const gm_u128 hash = hasher.identity(text);
    return {hash, std::move(text)};
}

void write_identity(Writer& out, const Identity& identity, Suffixes& suffixes) {
    if (!identity.text.empty())
        return out.put_text(identity.text, suffixes);
    out.put(kHashAlone);
    out.put(identity.hash);
}

} // namespace

std::vector<Identity> Holding::identities() const {
    std::vector<Identity> all;
    each_identity([&all](const Identity& identity) { all.push_back(identity); });
    return all;
}

bool Holding::was_named(std::vector<Registration>::const_iterator of,
                        std::vector<Identity>::const_iterator at) const {
    return std::find_if(of->identities.begin(), at,
                        [at](const Identity& earlier) { return earlier.hash == at->hash; }) != at ||
           std::any_of(registrations.begin(), of,
                       [at](const Registration& earlier) { return earlier.names(at->hash); });
}

std::uint64_t Holding::expires_ns() const {
    std::uint64_t latest = 0;
    for (const auto& registration : registrations)
        latest = std::max(latest, registration.expires_ns);
    return latest;
}

void Holding::put(Registration registration) {
    std::erase_if(registrations, [&](const Registration& old) {
        return registration.aor == 0 || old.aor == 0 || old.aor == registration.aor;
    });
    registrations.push_back(std::move(registration));
    if (registrations.size() > kMostRegistrations)
        registrations.erase(std::ranges::min_element(registrations, {}, &Registration::expires_ns));
}

bool Holding::erase(gm_u128 to) {
    return std::erase_if(registrations, [to](const Registration& old) {
               return old.aor == 0 || old.aor == aor_of(to) || old.names(to);
           }) > 0;
}

void Holding::drop_expired(std::uint64_t now_ns) {
    std::erase_if(registrations, [now_ns](const auto& r) { return r.expires_ns <= now_ns; });
}

std::uint16_t Suffixes::number(std::string_view suffix) {
    if (last_ != 0 && text(last_) == suffix)
        return last_;
    if (const auto known = numbers_.find(suffix); known != numbers_.end())
        return last_ = known->second;
    if (texts_.size() >= kMostSuffixes)
        return 0;
    texts_.push_back(std::make_unique<std::string>(suffix));
    last_ = static_cast<std::uint16_t>(texts_.size());
    numbers_.emplace(*texts_.back(), last_);
    return last_;
}

std::string_view Suffixes::text(std::uint16_t number) const {
    return number == 0 ? std::string_view{} : *texts_[number - 1U];
}

Packed::Packed(const Holding& holding, Suffixes& suffixes) {
    Writer out;
    out.put_text(holding.impi, suffixes);
    out.put(static_cast<std::uint8_t>(holding.registrations.size()));
    for (const auto& registration : holding.registrations) {
        out.put(registration.aor);
        out.put(registration.expires_ns);
        out.put_number(registration.identities.size());
        for (const auto& identity : registration.identities)
            write_identity(out, identity, suffixes);
    }
    block_.reset(out.block());
}

void Packed::Free::operator()(char* block) const {
    blocks().deallocate(block, size_of(block), 1);
}

Holding Packed::unpack(const Suffixes& suffixes, const Hasher& hasher) const {
    Holding holding;
    if (!block_)
        return holding;
    Reader in(begin_of(block_.get()));
    const auto form = in.get<std::uint8_t>();
    holding.impi = in.get_text(form, suffixes);
    holding.registrations.resize(in.get<std::uint8_t>());
    for (auto& registration : holding.registrations) {
        registration.aor = in.get<std::uint64_t>();
        registration.expires_ns = in.get<std::uint64_t>();
        registration.identities.resize(in.get_number());
        for (auto& identity : registration.identities)
            identity = read_identity(in, suffixes, hasher);
    }
    return holding;
}

std::string Packed::impi(const Suffixes& suffixes) const {
    if (!block_)
        return {};
    Reader in(begin_of(block_.get()));
    const auto form = in.get<std::uint8_t>();
    return in.get_text(form, suffixes);
}

std::size_t Packed::bytes() const {
    return block_ ? size_of(block_.get()) : 0;
}

} // namespace gmguard::binding
