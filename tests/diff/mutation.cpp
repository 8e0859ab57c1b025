// SPDX-License-Identifier: BSD-2-Clause
#include "mutation.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace gmguard::test {
namespace {

constexpr std::size_t kLongest = 8192;

// clang-format off
constexpr std::array kTokens = {
    "\r\n", "\r\n ", "\r\n\t", "\n", "\r", " ", "\t", ":", ";", ",", "=", "<", ">", "\"", "\\", "\\\"",
    "@", "[", "]", "?", "%", "%61", "*", ".", "::", "[::1]", "[2001:db8::192.0.2.1]", "192.0.2.7", "0",
    ":5060", ":05060", ":65536", "sip:", "SIPS:", "tel:+15550100", "sip:a@b@c", ";tag=1", ";alias=x",
    ";maddr=192.0.2.9", ";received=192.0.2.9", ";rport=1", ";rport", ";expires=0", ";lr",
    "nonce=\"a\"", ",nonce=\"\"", ",auts=\"AAAA\"", "response=\"\"", ",username=b", "Digest ", "digest",
    ",integrity-protected=\"yes\"", "REGISTER", "register", " SIP/2.0", "SIP/2.0 200 OK\r\n",
    "Contact: <sip:a@192.0.2.7>\r\n", "m: *\r\n", "t: <sip:a@b>\r\n", "Content-Length : 4\r\n",
    "CSeq: 1 REGISTER\r\n", "P-Preferred-Identity: \"a, <b>\" <sip:c@d>\r\n", "x:\r\n"};
// clang-format on

const char* const kRegister =
    "REGISTER sip:ims.test SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK1;rport\r\n"
    "From: \"A, \\\"B\\\"\" <sip:alice@ims.test>;tag=5f0a\r\n"
    "To: <sip:alice@ims.test>\r\n"
    "Call-ID: 17@192.0.2.7\r\nCSeq: 1 REGISTER\r\nMax-Forwards: 70\r\n"
    "Contact: <sip:alice@[2001:db8::7]:5060;transport=udp>;+sip.instance=\"<urn:x>\";expires=60, "
    "sip:b@192.0.2.7\r\n"
    "Authorization: Digest username=\"alice@ims.test\", realm=\"ims.test\",uri=\"sip:ims.test\","
    "nonce=\"UvIm==\",response=\"\",algorithm=AKAv1-MD5,qop=auth , nc=00000001\r\n"
    "Expires: 600000\r\nP-Preferred-Identity: <sip:alice@ims.test>, tel:+15550100\r\n"
    "Content-Length: 0\r\n\r\n";

const char* const kChallenge =
    "SIP/2.0 401 Unauthorized\r\nv: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK2, SIP/2.0/UDP 192.0.2.7"
    ";received=192.0.2.7;branch=z9hG4bK1\r\nf: sip:alice@ims.test;tag=1\r\n"
    "t: Alice <sips:alice@ims.test:5061>;tag=2\r\ni: 17\r\nCSeq: 1 REGISTER\r\n"
    "WWW-Authenticate: Digest realm=\"ims.test\",nonce=\"UvIm==\",ck=\"00\",ik=\"11\"\r\nl: "
    "0\r\n\r\n";

} // namespace

Mutation::Mutation(std::uint64_t seed, std::vector<std::string> messages)
    : state_(seed * 2 + 1), messages_(std::move(messages)) {}

std::uint64_t Mutation::random(std::uint64_t below) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return below ? state_ % below : 0;
}

void Mutation::change_bytes(std::string& text) {
    const auto at = place(text);
    switch (random(4)) {
    case 0:
        if (at < text.size())
            text[at] = static_cast<char>(random(256));
        break;
    case 1:
        if (at < text.size())
            text[at] = static_cast<char>(text[at] ^ 0x20);
        break;
    case 2:
        text.erase(at, random(8) + 1);
        break;
    default:
        text.resize(at);
    }
}

void Mutation::change_lines(std::string& text) {
    const auto from = text.find("\r\n", place(text));
    if (from == std::string::npos)
        return;
    const auto to = text.find("\r\n", from + 2);
    const auto line = text.substr(from, to == std::string::npos ? to : to - from);
    switch (random(4)) {
    case 0:
        text.insert(from, line);
        break;
    case 1:
        text.erase(from, line.size());
        break;
    case 2:
        text.insert(std::min(text.find("\r\n", place(text)), text.size()), line);
        break;
    default:
        text.insert(from + 2, std::string(random(600), "a \t;,x"[random(6)]));
    }
}

void Mutation::change_tokens(std::string& text) {
    const std::string_view token = kTokens[random(kTokens.size())];
    const auto at = place(text);
    if (random(2))
        text.insert(at, token);
    else
        text.replace(at, std::min<std::size_t>(token.size(), text.size() - at), token);
}

void Mutation::change(std::string& text) {
    switch (random(4)) {
    case 0:
        return change_bytes(text);
    case 1:
        return change_lines(text);
    default:
        return change_tokens(text);
    }
}

std::string Mutation::next() {
    std::string text = messages_[random(messages_.size())];
    for (auto left = random(6) + 1; left > 0; --left)
        change(text);
    if (random(200) == 0)
        text.insert(place(text), std::string(random(8000), 'y'));
    text.resize(std::min(text.size(), kLongest));
    return text.empty() ? "\r\n" : text;
}

std::vector<std::string> seed_messages() {
    std::vector<std::string> messages = {kRegister, kChallenge};
    const std::filesystem::path corpus =
        std::filesystem::path(GMGUARD_SOURCE_DIR).parent_path() / "shared/corpus/open";
    if (!std::filesystem::is_directory(corpus))
        return messages;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(corpus)) {
        if (entry.path().extension() != ".sip")
            continue;
        std::ifstream file(entry.path(), std::ios::binary);
        messages.emplace_back(std::istreambuf_iterator<char>(file),
                              std::istreambuf_iterator<char>());
    }
    std::ranges::sort(messages); // a directory has no order
    return messages;
}

} // namespace gmguard::test
