// SPDX-License-Identifier: BSD-2-Clause
#include "kamailio/read.hpp"
#include "unit/kamailio/folder.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace gmguard::kamailio {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kData = GMGUARD_KAMAILIO_DATA;

std::string text(const Socket& socket) {
    return fmt::format("{} {} {}-{}{} {}", socket.transport == Transport::udp ? "udp" : "stream",
                       socket.host, socket.first, socket.last, socket.is_protected ? " ipsec" : "",
                       socket.place.text());
}

std::vector<std::string> texts(const Result<Pcscf>& pcscf) {
    if (!pcscf)
        return {pcscf.error().text()};
    std::vector<std::string> out;
    for (const auto& socket : pcscf->sockets)
        out.push_back(text(socket));
    return out;
}

std::vector<std::string> sockets_of(const std::string& config) {
    const Folder folder;
    return texts(read(folder.write("kamailio.cfg", config)));
}

TEST(Kamailio, ListensWhereItSays) {
    EXPECT_THAT(
        sockets_of("listen=udp:192.0.2.1:5060\nlisten=udp:[2001:db8::1]:5070\n"
                   "listen=\"udp:192.0.2.2\"\nlisten=192.0.2.3\nlisten=tls:192.0.2.1\n"
                   "listen=udp:192.0.2.4:5080 advertise 203.0.113.1:5060\n"
                   "listen=udp:eth0:5060-5063\nlisten=udp:192.0.2.5:5060/5061\n"),
        ElementsAre(
            "udp 192.0.2.1 5060-5060 kamailio.cfg:1", "udp 2001:db8::1 5070-5070 kamailio.cfg:2",
            "udp 192.0.2.2 5060-5060 kamailio.cfg:3", "udp 192.0.2.3 5060-5060 kamailio.cfg:4",
            "stream 192.0.2.1 5061-5061 kamailio.cfg:5", "udp 192.0.2.4 5080-5080 kamailio.cfg:6",
            "udp eth0 5060-5063 kamailio.cfg:7", "udp 192.0.2.5 5060-5061 kamailio.cfg:8"));
}

TEST(Kamailio, HasThePortThatIsSaidForAll_WhereverThatStands) {
    EXPECT_THAT(sockets_of("listen=udp:192.0.2.1\nport=5090\n"),
                ElementsAre("udp 192.0.2.1 5090-5090 kamailio.cfg:1"));
}

TEST(Kamailio, ReadsTheBlockForm) {
    EXPECT_THAT(sockets_of("socket = {\n  bind = udp:192.0.2.1:5060;\n  name = \"gm\";\n}\n"),
                ElementsAre("udp 192.0.2.1 5060-5060 kamailio.cfg:2"));
}

TEST(Kamailio, OpensAsManyProtectedPortsAsConnections) {
    const std::string load = "loadmodule \"ims_ipsec_pcscf.so\"\n";
    const std::string address =
        "modparam(\"ims_ipsec_pcscf\", \"ipsec_listen_addr\", \"192.0.2.1\")\n";
    EXPECT_THAT(sockets_of(load + address),
                ElementsAre("udp 192.0.2.1 5062-5063 ipsec kamailio.cfg:2",
                            "udp 192.0.2.1 5063-5064 ipsec kamailio.cfg:2"))
        << "the module's own numbers";
    EXPECT_THAT(sockets_of(load + address +
                           "modparam(\"ims_ipsec_pcscf\", \"ipsec_client_port\", 5100)\n"
                           "modparam(\"ims_ipsec_pcscf\", \"ipsec_server_port\", 6100)\n"
                           "modparam(\"ims_ipsec_pcscf\", \"ipsec_max_connections\", 10)\n"),
                ElementsAre("udp 192.0.2.1 5100-5109 ipsec kamailio.cfg:3",
                            "udp 192.0.2.1 6100-6109 ipsec kamailio.cfg:4"));
    EXPECT_THAT(sockets_of(address), IsEmpty()) << "parameters of what is not loaded";
}

TEST(Kamailio, SaysWhatIsWrong_AndWhere) {
    const std::string ipsec =
        "loadmodule \"ims_ipsec_pcscf.so\"\n"
        "modparam(\"ims_ipsec_pcscf\", \"ipsec_listen_addr\", \"192.0.2.1\")\n";
    EXPECT_THAT(sockets_of("\nlisten=udp:192.0.2.1:99999\n"),
                ElementsAre(HasSubstr("kamailio.cfg:2: is no socket to listen on")));
    EXPECT_THAT(sockets_of("listen=udp:[2001:db8::1:5060\n"), ElementsAre(HasSubstr("no socket")));
    EXPECT_THAT(sockets_of("listen=udp:192.0.2.1:5070-5060\n"),
                ElementsAre(HasSubstr("no socket")));
    EXPECT_THAT(
        sockets_of(ipsec + "modparam(\"ims_ipsec_pcscf\", \"ipsec_client_port\", \"many\")\n"),
        ElementsAre(HasSubstr("kamailio.cfg:3: ipsec_client_port is many, no number")));
    EXPECT_THAT(
        sockets_of(ipsec + "modparam(\"ims_ipsec_pcscf\", \"ipsec_max_connections\", 65000)\n"),
        ElementsAre(HasSubstr("give no ports")));
}

// As deployments are that have it all in containers: features by #!define, names for addresses.
TEST(Kamailio, IsReadFromItsDirectory) {
    const auto pcscf = read(kData + "/features");
    EXPECT_THAT(texts(pcscf), ElementsAre("udp 192.0.2.1 5060-5060 sockets.cfg:4",
                                          "stream 192.0.2.1 5060-5060 sockets.cfg:5",
                                          "udp 198.51.100.1 5060-5060 sockets.cfg:7",
                                          "udp 192.0.2.1 5100-5109 ipsec kamailio_pcscf.cfg:13",
                                          "udp 192.0.2.1 6100-6109 ipsec kamailio_pcscf.cfg:14"));
    ASSERT_TRUE(pcscf);
    ASSERT_EQ(pcscf->aliases.size(), 1U);
    EXPECT_EQ(pcscf->aliases[0].host, "pcscf.ims.example");
    EXPECT_EQ(pcscf->aliases[0].place.text(), "sockets.cfg:10");
    EXPECT_EQ(pcscf->ipsec->text(), "kamailio_pcscf.cfg:9");
    EXPECT_THAT(texts(read(kData + "/features", {{"WITH_V6", ""}})),
                testing::Contains("udp 2001:db8::1 5060-5060 sockets.cfg:13"));
}

TEST(Kamailio, IsFoundByItsFirstLine_WhereItHasAnotherName) {
    const Folder folder;
    folder.write("pcscf.cfg", "#!KAMAILIO\nlisten=udp:192.0.2.1:5060\n");
    folder.write("part.cfg", "listen=udp:192.0.2.9:5060\n");
    EXPECT_THAT(texts(read(folder.path())), ElementsAre("udp 192.0.2.1 5060-5060 pcscf.cfg:2"));
    folder.write("icscf.cfg", "#!KAMAILIO\n");
    EXPECT_THAT(texts(read(folder.path())), ElementsAre(HasSubstr("has several")));
}

TEST(Kamailio, IsNotThere) {
    const Folder folder;
    EXPECT_THAT(texts(read(folder.path())), ElementsAre(HasSubstr("has no kamailio.cfg")));
    EXPECT_EQ(read(folder.path() + "/none").error().kind, ErrorKind::not_found);
}

} // namespace
} // namespace gmguard::kamailio
