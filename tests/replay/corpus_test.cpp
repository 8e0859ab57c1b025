// SPDX-License-Identifier: BSD-2-Clause
// Messages that this project did not write (../shared/corpus/open), where they are present.
#include "replay/scene.hpp"

#include <boost/json.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace gmguard::test {
namespace {

namespace json = boost::json;

const std::filesystem::path kCorpus = GMGUARD_CORPUS;

using Row = std::map<std::string, std::string>;

std::vector<std::string> columns(const std::string& line) {
    std::vector<std::string> out;
    std::string::size_type from = 0;
    for (auto tab = line.find('\t'); tab != std::string::npos; tab = line.find('\t', from)) {
        out.push_back(line.substr(from, tab - from));
        from = tab + 1;
    }
    out.push_back(line.substr(from));
    return out;
}

std::vector<Row> table(const std::string& file) {
    std::ifstream in(kCorpus / file);
    std::string line;
    std::getline(in, line);
    const auto names = columns(line);
    std::vector<Row> rows;
    while (std::getline(in, line)) {
        const auto values = columns(line);
        Row row;
        for (std::size_t i = 0; i < names.size() && i < values.size(); ++i)
            row[names[i]] = values[i];
        rows.push_back(std::move(row));
    }
    return rows;
}

std::string contents(const std::string& file) {
    std::ifstream in(kCorpus / file, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

// Where the payload comes from: the address and port of its Contact.
Endpoint source_of(const std::string& text) {
    const auto reading = sip::read(text);
    if (!reading || reading->message.contacts.empty())
        return kPhone;
    const sip::Uri& uri = reading->message.contacts.front().uri;
    if (!uri.address || uri.address->is_any())
        return kPhone;
    const std::uint16_t usual = uri.scheme == "sips" ? 5061 : 5060;
    return {*uri.address, uri.port.value_or(usual)};
}

Endpoint pcscf_for(const Endpoint& phone) {
    return endpoint(phone.address.is_v4() ? "203.0.113.1:5060" : "[2001:db8:ffff::1]:5060");
}

// The registration that a failure REGISTER answers, up to the challenge.
void add_challenge(Scene& scene, const sip::Message& failure, const Endpoint& phone) {
    const std::string via = phone.text();
    const auto head = [&](const std::string& start, const std::string& more) {
        return start + "Via: SIP/2.0/UDP " + via + ";branch=z9hG4bK-challenge\r\n" +
               "Max-Forwards: 70\r\nFrom: <" + failure.from->text.string() + ">;tag=f\r\nTo: <" +
               failure.to->text.string() + ">" + (more.empty() ? "" : ";tag=t") +
               "\r\nCall-ID: challenge\r\nCSeq: 1 REGISTER\r\n" + more;
    };
    scene
        .say(phone, pcscf_for(phone),
             head("REGISTER " + failure.request_uri->text.string() + " SIP/2.0\r\n", "") +
                 "Contact: <sip:a@" + via + ">\r\nAuthorization: Digest username=\"" +
                 failure.authorization->username->string() + "\",nonce=\"\",response=\"\"\r\n\r\n")
        .say(pcscf_for(phone), phone,
             head("SIP/2.0 401 Unauthorized\r\n", "WWW-Authenticate: Digest realm=\"r\",nonce=\"" +
                                                      failure.authorization->nonce->string() +
                                                      "\"\r\n\r\n"));
}

// One capture with all files, a minute apart: what is said of each.
std::map<std::string, replay::Finding> judged(const std::vector<std::string>& files) {
    Scene scene;
    std::map<std::uint64_t, std::string> frames;
    for (const std::string& file : files) {
        const std::string text = contents(file);
        const Endpoint phone = source_of(text);
        const auto reading = sip::read(text);
        scene.wait(60);
        if (reading && reading->message.register_class == sip::RegisterClass::sync_failure)
            add_challenge(scene, reading->message, phone);
        scene.say(phone, pcscf_for(phone), text);
        frames[scene.size()] = file;
    }
    std::map<std::string, replay::Finding> out;
    for (auto& finding : scene.findings())
        if (frames.contains(finding.frame))
            out[frames[finding.frame]] = std::move(finding);
    return out;
}

class ReplayCorpus : public Replay {
  protected:
    void SetUp() override {
        if (!std::filesystem::exists(kCorpus / "INDEX.tsv"))
            GTEST_SKIP() << "no corpus at " << kCorpus;
        Replay::SetUp();
    }
};

// Rows where the guard's own rules are stricter than the proposed verdict, and which rule it is.
constexpr const char* kHexAuts = "malformed: AUTS is 14 bytes, 20 characters of base64 (RFC 3310 "
                                 "3.4); SIPp writes them in 28 of hex";

const std::map<std::string, std::string> kStricter = {
    {"pcap-payloads/sv_tcp_f004.sip",
     "malformed: a TCP segment that ends before its header section does; a datagram is whole"},
    {"tools/sipp_resync6_002.sip", kHexAuts},
    {"tools/sipp_resync6_004.sip", kHexAuts},
    {"tools/sipp_resync_002.sip", kHexAuts},
    {"tools/sipp_resync_004.sip", kHexAuts},
};

// Rows that cannot come in a datagram.
const std::set<std::string> kNoDatagram = {"osip/sip87.sip"};

std::vector<std::string> files_with_a_verdict(const std::vector<Row>& rows) {
    std::vector<std::string> out;
    for (const Row& row : rows)
        if (row.at("verdict") != "-" && !kNoDatagram.contains(row.at("file")))
            out.push_back(row.at("file"));
    return out;
}

TEST_F(ReplayCorpus, HasTheProposedVerdicts) {
    const auto rows = table("INDEX.tsv");
    const auto findings = judged(files_with_a_verdict(rows));
    std::map<std::string, std::size_t> seen;
    for (const Row& row : rows) {
        const std::string& file = row.at("file");
        const std::string& proposed = row.at("verdict");
        if (proposed == "-" || kNoDatagram.contains(file))
            continue;
        ASSERT_TRUE(findings.contains(file)) << file;
        const auto& finding = findings.at(file);
        const bool allow = proposed == "allow" && !kStricter.contains(file);
        EXPECT_EQ(finding.judgement.verdict, allow ? GM_VERDICT_PASS : GM_VERDICT_DROP)
            << file << ": " << name(finding.judgement.reason) << ", proposed: " << proposed << ", "
            << row.at("reason");
        ++seen[proposed];
    }
    EXPECT_EQ(seen["allow"], 22u);
    EXPECT_EQ(seen["drop"], 228u);
}

std::string text_of(const json::value& value) {
    if (value.is_null())
        return {};
    if (value.is_string())
        return std::string(value.as_string());
    return json::serialize(value);
}

std::string presence(const std::string& oracle) {
    if (oracle == "nonempty")
        return "present";
    return oracle == "no-header" ? "absent" : oracle;
}

std::string class_name(const std::string& oracle) {
    if (oracle == "auth-response")
        return "clear_response";
    if (oracle == "other-auth-scheme")
        return "other_scheme";
    return oracle == "sync-failure" ? "sync_failure" : oracle;
}

// What the oracle says, in our names.
std::map<std::string, std::string> expected_of(const Row& row) {
    const auto at = [&](const char* column) { return row.at(column); };
    const std::string cseq = at("cseq");
    return {{"class", class_name(at("class"))},
            {"method", at("method")},
            {"impu", at("impu_to")},
            {"from", at("impu_from")},
            {"impi", at("impi")},
            {"nonce", presence(at("nonce"))},
            {"response", presence(at("response"))},
            {"auts", at("auts") == "present" ? "true" : "false"},
            {"contact.host", at("contact_host")},
            {"contact.port", at("contact_port")},
            {"contacts", at("n_contacts")},
            {"call_id", at("call_id")},
            {"cseq", cseq.substr(0, cseq.find(' '))},
            {"expires", at("expires").empty() ? at("contact_expires") : at("expires")},
            {"mechanisms", at("n_security_client")},
            {"mechanism", at("sec_mech")},
            {"spi_c", at("spi_c")},
            {"spi_s", at("spi_s")},
            {"port_c", at("port_c")},
            {"port_s", at("port_s")}};
}

std::map<std::string, std::string> ours_of(const json::object& sip) {
    std::map<std::string, std::string> out;
    for (const char* field : {"class", "method", "impu", "from", "impi", "nonce", "response",
                              "auts", "contacts", "call_id", "cseq", "expires"})
        out[field] = text_of(sip.at(field));
    for (const char* field : {"host", "port"})
        out[std::string("contact.") + field] =
            sip.at("contact").is_null() ? "" : text_of(sip.at("contact").at(field));
    const json::value& list = sip.at("security_client");
    out["mechanisms"] = std::to_string(list.is_null() ? 0 : list.as_array().size());
    for (const char* field : {"mechanism", "spi_c", "spi_s", "port_c", "port_s"})
        out[field] = list.is_null() ? "" : text_of(list.as_array().front().at(field));
    return out;
}

TEST_F(ReplayCorpus, IsReadAsFourEstablishedParsersDo) {
    std::vector<Row> rows;
    std::vector<std::string> files;
    for (Row& row : table("expected_fields.tsv"))
        if (row.at("all_agree") == "yes") {
            files.push_back(row.at("file"));
            rows.push_back(std::move(row));
        }
    EXPECT_EQ(rows.size(), 66u);
    const auto findings = judged(files);
    for (const Row& row : rows) {
        const std::string& file = row.at("file");
        ASSERT_TRUE(findings.contains(file)) << file;
        const auto line = json::parse(replay::json(findings.at(file))).as_object();
        ASSERT_FALSE(line.at("sip").is_null()) << file;
        const auto ours = ours_of(line.at("sip").as_object());
        for (const auto& [field, value] : expected_of(row))
            EXPECT_EQ(ours.at(field), value) << file << ": " << field;
    }
}

struct InTheField {
    std::string file;
    Endpoint phone;
    Endpoint pcscf;
};

// The guard's verdicts on the REGISTERs of phones, each from the address it was sent from.
Lines verdicts_of(gm_profile profile, const std::vector<InTheField>& rows) {
    auto config = terminated();
    config.listeners[0].profile = profile;
    Scene scene;
    std::map<std::uint64_t, std::string> frames;
    for (const auto& [file, phone, pcscf] : rows) {
        scene.wait(60).say(phone, pcscf, contents(file));
        frames[scene.size()] = file;
    }
    Lines out;
    for (const auto& finding : scene.findings(config))
        if (frames.contains(finding.frame))
            out.push_back(frames[finding.frame] + " " + Scene::verdict(finding));
    return out;
}

// The first one's packet leaves from its port-c and its Contact names its port-s.
TEST_F(ReplayCorpus, PhonesInTheFieldRegister_UnderTs33203) {
    const std::vector<InTheField> rows = {
        {"ims/huawei_register_protected.sip", endpoint("[2001:683:890:1942:1::9e0b:baea]:31100"),
         endpoint("[2001:db8:ffff::1]:6100")},
        {"ims/doubango_imsaka_L27.sip", endpoint("192.168.16.82:2851"), kPcscf},
        {"ims/simims_unit_L339.sip", endpoint("10.0.0.1:5060"), kPcscfProtected},
    };
    EXPECT_EQ(verdicts_of(GM_PROFILE_TS33203, rows),
              (Lines{rows[0].file + " pass", rows[1].file + " pass", rows[2].file + " pass"}));
    EXPECT_EQ(verdicts_of(GM_PROFILE_ANNEX_D, rows),
              (Lines{rows[0].file + " drop contact_mismatch", rows[1].file + " pass",
                     rows[2].file + " pass"}));
}

// Captures of others, as they are: read to their end, and every line is JSON.
TEST_F(ReplayCorpus, HasCapturesThatAreReadToTheirEnd) {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(kCorpus / "pcap"))
        files.push_back(entry.path());
    ASSERT_EQ(files.size(), 5u);
    for (const std::string& file : files) {
        const auto summary = replay::run(
            config::default_guard(), std::vector{file},
            [](const replay::Finding& finding) { (void)json::parse(replay::json(finding)); });
        ASSERT_TRUE(summary) << summary.error().text();
        EXPECT_GT(summary->frames, 0u) << file;
    }
}

} // namespace
} // namespace gmguard::test
