// SPDX-License-Identifier: BSD-2-Clause
// A block: its size, the IMPI, the number of registrations; then per registration its address of
// record, its end and the number of its identities; then these. A text is: number of its suffix,
// length of the rest, the rest. An identity without text is suffix kHashAlone and 16 bytes.
#include "binding/holding.hpp"

#include <algorithm>
#include <cstring>

namespace gmguard::binding {
namespace {

constexpr std::uint16_t kHashAlone = 0xffff;

class Writer {
  public:
    Writer() { bytes_.reserve(kUsual); }
    template <typename T> void put(T value) {
        bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
    }
    void put_text(std::string_view text, Suffixes& suffixes) {
        const auto at = text.rfind('@');
        const std::uint16_t suffix =
            at == std::string_view::npos ? 0 : suffixes.number(text.substr(at));
        const auto rest = suffix == 0 ? text : text.substr(0, at);
        put(suffix);
        put(static_cast<std::uint16_t>(rest.size()));
        bytes_.append(rest);
    }
    [[nodiscard]] std::unique_ptr<char[]> block() const {
        const auto size = static_cast<std::uint32_t>(bytes_.size() + sizeof(std::uint32_t));
        auto block = std::make_unique_for_overwrite<char[]>(size);
        std::memcpy(block.get(), &size, sizeof(size));
        std::memcpy(block.get() + sizeof(size), bytes_.data(), bytes_.size());
        return block;
    }

  private:
    static constexpr std::size_t kUsual = 256; // beyond, it grows

    std::string bytes_;
};

class Reader {
  public:
    explicit Reader(const char* at) : at_(at) {}
    template <typename T> T get() {
        T value;
        std::memcpy(&value, at_, sizeof(value));
        at_ += sizeof(value);
        return value;
    }
    std::string get_rest(std::uint16_t suffix, const Suffixes& suffixes) {
        const auto size = get<std::uint16_t>();
        std::string text(at_, size);
        at_ += size;
        return text.append(suffixes.text(suffix));
    }

  private:
    const char* at_;
};

Identity read_identity(Reader& in, const Suffixes& suffixes, const Hasher& hasher) {
    const auto suffix = in.get<std::uint16_t>();
    if (suffix == kHashAlone)
        return {in.get<gm_u128>(), {}};
    std::string text = in.get_rest(suffix, suffixes);
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
    if (const auto known = numbers_.find(suffix); known != numbers_.end())
        return known->second;
    if (texts_.size() + 1 >= kHashAlone)
        return 0;
    texts_.push_back(std::make_unique<std::string>(suffix));
    const auto number = static_cast<std::uint16_t>(texts_.size());
    numbers_.emplace(*texts_.back(), number);
    return number;
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
        out.put(static_cast<std::uint16_t>(registration.identities.size()));
        for (const auto& identity : registration.identities)
            write_identity(out, identity, suffixes);
    }
    block_ = out.block();
}

Holding Packed::unpack(const Suffixes& suffixes, const Hasher& hasher) const {
    Holding holding;
    if (!block_)
        return holding;
    Reader in(block_.get() + sizeof(std::uint32_t));
    const auto suffix = in.get<std::uint16_t>();
    holding.impi = in.get_rest(suffix, suffixes);
    holding.registrations.resize(in.get<std::uint8_t>());
    for (auto& registration : holding.registrations) {
        registration.aor = in.get<std::uint64_t>();
        registration.expires_ns = in.get<std::uint64_t>();
        registration.identities.resize(in.get<std::uint16_t>());
        for (auto& identity : registration.identities)
            identity = read_identity(in, suffixes, hasher);
    }
    return holding;
}

std::string Packed::impi(const Suffixes& suffixes) const {
    if (!block_)
        return {};
    Reader in(block_.get() + sizeof(std::uint32_t));
    const auto suffix = in.get<std::uint16_t>();
    return in.get_rest(suffix, suffixes);
}

std::size_t Packed::bytes() const {
    std::uint32_t size = 0;
    if (block_)
        std::memcpy(&size, block_.get(), sizeof(size));
    return size;
}

} // namespace gmguard::binding
