// SPDX-License-Identifier: BSD-2-Clause
// The files of a run, and the lines it writes of them.
#include "replay/scene.hpp"

namespace gmguard::test {
namespace {

class ReplayFiles : public Replay {};

Result<replay::Summary> run_files(const std::vector<std::string>& files, Lines& lines) {
    return replay::run(config::default_guard(), files, [&](const replay::Finding& finding) {
        lines.push_back(replay::json(finding));
    });
}

TEST_F(ReplayFiles, AreToldByTheContract_ToTheLetter) {
    Scene scene;
    scene.phone_says(Register{.contact = "192.0.2.9:5060", .expires = "3600"}.text());
    const TemporaryFile file(scene.capture().pcap());
    Lines lines;
    ASSERT_TRUE(run_files({file.path()}, lines));
    const std::string user = "001010000000001@ims.mnc001.mcc001.3gppnetwork.org";
    EXPECT_EQ(
        lines,
        Lines{R"({"frame":1,"time":"2026-01-02T03:04:05.000000Z","hook":"front",)"
              R"("src":"192.0.2.7","sport":5060,"dst":"192.0.2.1","dport":5060,"proto":"udp",)"
              R"("verdict":"drop","reason":"contact_mismatch","sip":{"kind":"request",)"
              R"("method":"REGISTER","status":null,"class":"initial","impi":")" +
              user + R"(","impu":"sip:)" + user + R"(","from":"sip:)" + user +
              R"(","contact":{"host":"192.0.2.9","port":5060},"contacts":1,)"
              R"("call_id":"call-1","cseq":1,"expires":3600,"nonce":"empty",)"
              R"("response":"empty","auts":false,"security_client":[{"mechanism":"ipsec-3gpp",)"
              R"("alg":"hmac-sha-1-96","ealg":"aes-cbc","spi_c":1001,"spi_s":1002,)"
              R"("port_c":5062,"port_s":5063}]}})"});
}

TEST_F(ReplayFiles, ShowWhatTheScannerReads_WhereverTheVerdictFell) {
    Scene scene;
    scene.phone_says(Request{}.text()).phone_says(Answer{.status = 401, .nonce = "n"}.text());
    const auto findings = scene.findings();
    ASSERT_EQ(findings.size(), 2u);
    ASSERT_TRUE(findings[0].sip && findings[1].sip);
    EXPECT_EQ(findings[0].sip->method, "INVITE");
    EXPECT_EQ(findings[1].sip->status, 401);
}

TEST_F(ReplayFiles, ThatEndTooSoon_AreToldAsFarAsTheyGo) {
    Scene scene;
    scene.phone_says(Register{}.text()).phone_says(Request{}.text());
    Bytes cut = scene.capture().pcap();
    cut.resize(cut.size() - 100);
    const TemporaryFile file(cut);
    Lines lines;
    const auto summary = run_files({file.path()}, lines);
    ASSERT_FALSE(summary);
    EXPECT_EQ(summary.error().kind, ErrorKind::invalid);
    EXPECT_EQ(summary.error().subject, file.path());
    EXPECT_EQ(lines.size(), 1u);
}

TEST_F(ReplayFiles, ThatAreNone_AreNamed) {
    Lines lines;
    const auto summary = run_files({"/nonexistent/a.pcap"}, lines);
    ASSERT_FALSE(summary);
    EXPECT_EQ(summary.error().kind, ErrorKind::not_found);
}

TEST_F(ReplayFiles, OfEveryLinkType_AreJudged) {
    const Bytes packet = bytes(Ipv4{} / Udp{} / Request{}.text());
    const std::pair<LinkType, Bytes> links[] = {
        {LinkType::raw, {}},
        {LinkType::null, {2, 0, 0, 0}},
        {LinkType::linux_cooked, {0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 7, 0, 0, 8, 0}},
        {LinkType::linux_cooked_2, {8, 0, 0, 0, 0, 0, 0, 3, 0, 1, 4, 6, 2, 0, 0, 0, 0, 7, 0, 0}}};
    for (const auto& [link, header] : links) {
        Capture capture(link);
        Bytes frame = header;
        wire::append(frame, packet);
        capture.add(frame);
        const TemporaryFile file(capture.pcapng());
        Lines lines;
        ASSERT_TRUE(run_files({file.path()}, lines));
        ASSERT_EQ(lines.size(), 1u);
        EXPECT_NE(lines[0].find(R"("verdict":"drop","reason":"not_register")"), std::string::npos)
            << static_cast<int>(link);
    }
}

} // namespace
} // namespace gmguard::test
