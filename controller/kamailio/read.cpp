// SPDX-License-Identifier: BSD-2-Clause
#include "kamailio/read.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>

namespace gmguard::kamailio {
namespace {

namespace fs = std::filesystem;

constexpr std::uint16_t kSip = 5060, kSips = 5061;
constexpr std::string_view kIpsec = "ims_ipsec_pcscf";

// As the module has them where the configuration does not say.
constexpr unsigned kClientPort = 5062, kServerPort = 5063, kConnections = 2;

struct Value {
    std::string text;
    Place place;
};
using Parameters = std::map<std::string, Value, std::less<>>; // of ims_ipsec_pcscf

std::string unquoted(const std::string& text) {
    const bool quoted = text.size() > 1 && text.front() == '"' && text.back() == '"';
    return quoted ? text.substr(1, text.size() - 2) : text;
}

std::optional<unsigned> number_of(std::string_view text) {
    unsigned value = 0;
    const auto* end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, value);
    return error == std::errc{} && stopped == end ? std::optional(value) : std::nullopt;
}

std::optional<std::uint16_t> port_of(std::string_view text) {
    const auto number = number_of(text);
    return number && *number >= 1 && *number <= 65535
               ? std::optional(static_cast<std::uint16_t>(*number))
               : std::nullopt;
}

std::unexpected<Error> wrong(const Place& place, std::string what) {
    return fail(ErrorKind::invalid, place.text(), std::move(what));
}

bool is_transport(std::string_view word) {
    return word == "udp" || word == "tcp" || word == "tls" || word == "sctp" || word == "ws" ||
           word == "wss";
}

// "5060", "5060-5069" or "5060/5069"
bool read_ports(std::string_view text, Socket& socket) {
    const auto between = text.find_first_of("-/");
    const auto first = port_of(text.substr(0, between));
    const auto last = between == std::string_view::npos ? first : port_of(text.substr(between + 1));
    if (!first || !last || *first > *last)
        return false;
    socket.first = *first;
    socket.last = *last;
    return true;
}

// Takes "[2001:db8::1]" or "192.0.2.1" from the front.
std::string take_host(std::string_view& text) {
    const bool bracketed = text.starts_with('[');
    const auto end = bracketed ? text.find(']') : text.find(':');
    if (bracketed && end == std::string_view::npos)
        return {};
    const std::string host(bracketed ? text.substr(1, end - 1) : text.substr(0, end));
    text.remove_prefix(std::min(text.size(), bracketed ? end + 1 : end));
    return host;
}

// "udp:192.0.2.1:5060", "[2001:db8::1]", "udp:eth0:5060-5061"
Result<Socket> socket_of(std::string_view text, std::uint16_t otherwise, const Place& place) {
    Socket socket;
    socket.place = place;
    const std::string whole(text);
    const auto colon = text.find(':');
    const auto word = text.substr(0, colon);
    if (colon != std::string_view::npos && is_transport(word)) {
        socket.transport = word == "udp" ? Transport::udp : Transport::stream;
        socket.first = socket.last = word == "tls" || word == "wss" ? kSips : otherwise;
        text.remove_prefix(colon + 1);
    } else {
        socket.first = socket.last = otherwise;
    }
    socket.host = take_host(text);
    const bool good = !socket.host.empty() &&
                      (text.empty() || (text.front() == ':' && read_ports(text.substr(1), socket)));
    return good ? Result<Socket>(std::move(socket))
                : wrong(place, "is no socket to listen on: " + whole);
}

class Reader {
  public:
    void line(const Line& line);
    Result<Pcscf> take();

  private:
    [[nodiscard]] Result<unsigned> parameter(const char* name, unsigned otherwise) const;
    [[nodiscard]] Result<> open_protected(const char* address);
    void add_protected(const Value& host, unsigned first, unsigned count, const Place& place);

    Pcscf out_;
    std::vector<std::pair<std::string, Place>> listens_;
    std::uint16_t port_ = kSip;
    Parameters ipsec_;
};

void Reader::line(const Line& line) {
    static const std::regex setting(R"re(^(listen|bind|port|alias)\s*=\s*("[^"]*"|[^\s;]+).*)re");
    static const std::regex module(R"re(^loadmodule\s*\(?\s*"([^"]*)".*)re");
    static const std::regex param(
        R"re(^modparam\s*\(\s*"([^"]*)"\s*,\s*"([^"]*)"\s*,\s*("[^"]*"|[^\s)]+)\s*\).*)re");
    std::smatch match;
    if (std::regex_match(line.text, match, setting)) {
        const auto value = unquoted(match[2]);
        if (match[1] == "alias")
            out_.aliases.push_back({value.substr(0, value.find(':')), line.place});
        else if (match[1] == "port")
            port_ = port_of(value).value_or(port_);
        else
            listens_.emplace_back(value, line.place);
    } else if (std::regex_match(line.text, match, module)) {
        if (match[1].str().find(kIpsec) != std::string::npos)
            out_.ipsec = line.place;
    } else if (std::regex_match(line.text, match, param)) {
        if (match[1].str().find(kIpsec) != std::string::npos)
            ipsec_.insert_or_assign(match[2], Value{unquoted(match[3]), line.place});
    }
}

Result<unsigned> Reader::parameter(const char* name, unsigned otherwise) const {
    const auto found = ipsec_.find(name);
    if (found == ipsec_.end())
        return otherwise;
    const auto number = number_of(found->second.text);
    if (!number)
        return wrong(found->second.place,
                     fmt::format("{} is {}, no number", name, found->second.text));
    return *number;
}

void Reader::add_protected(const Value& host, unsigned first, unsigned count, const Place& place) {
    Socket socket;
    socket.host = host.text;
    socket.first = static_cast<std::uint16_t>(first);
    socket.last = static_cast<std::uint16_t>(first + count - 1);
    socket.is_protected = true;
    socket.place = place;
    out_.sockets.push_back(std::move(socket));
}

// The module opens as many client and as many server ports as it takes connections.
Result<> Reader::open_protected(const char* address) {
    const auto host = ipsec_.find(address);
    if (host == ipsec_.end() || host->second.text.empty())
        return {};
    const auto count = parameter("ipsec_max_connections", kConnections);
    if (!count)
        return fail(count.error());
    for (const auto& [name, otherwise] :
         {std::pair{"ipsec_client_port", kClientPort}, {"ipsec_server_port", kServerPort}}) {
        const auto first = parameter(name, otherwise);
        if (!first)
            return fail(first.error());
        const auto said = ipsec_.find(name);
        const auto& place = said == ipsec_.end() ? host->second.place : said->second.place;
        if (*first == 0 || *count == 0 || *first + *count > 65536)
            return wrong(place, fmt::format("{} and ipsec_max_connections give no ports", name));
        add_protected(host->second, *first, *count, place);
    }
    return {};
}

Result<Pcscf> Reader::take() {
    for (const auto& [text, place] : listens_) {
        auto socket = socket_of(text, port_, place);
        if (!socket)
            return fail(std::move(socket.error()));
        out_.sockets.push_back(std::move(*socket));
    }
    if (out_.ipsec)
        for (const auto* address : {"ipsec_listen_addr", "ipsec_listen_addr6"})
            if (auto opened = open_protected(address); !opened)
                return fail(std::move(opened.error()));
    return std::move(out_);
}

bool is_first_file(const fs::path& path) {
    std::ifstream in(path);
    std::string line;
    std::getline(in, line);
    return line.starts_with("#!KAMAILIO") || line.starts_with("#!SER") ||
           line.starts_with("#!OPENSER") || line.starts_with("#!ALL");
}

Result<std::string> first_file(const fs::path& directory) {
    std::error_code none;
    for (const auto* name : {"kamailio.cfg", "kamailio_pcscf.cfg"})
        if (fs::exists(directory / name, none))
            return (directory / name).string();
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(directory, none))
        if (entry.path().extension() == ".cfg" && is_first_file(entry.path()))
            found.push_back(entry.path().string());
    std::ranges::sort(found);
    if (found.size() == 1)
        return found.front();
    return fail(ErrorKind::not_found, directory.string(),
                found.empty() ? "has no kamailio.cfg, nor a file that begins with #!KAMAILIO"
                              : fmt::format("has several: {}", fmt::join(found, ", ")),
                "name the file that Kamailio is started with");
}

} // namespace

Result<Pcscf> read(const std::string& path, const Defines& defines) {
    std::error_code none;
    const auto file = fs::is_directory(path, none) ? first_file(path) : Result<std::string>(path);
    if (!file)
        return fail(file.error());
    const auto lines = preprocess(*file, defines);
    if (!lines)
        return fail(lines.error());
    Reader reader;
    for (const auto& line : *lines)
        reader.line(line);
    auto out = reader.take();
    if (out)
        out->file = *file;
    return out;
}

} // namespace gmguard::kamailio
