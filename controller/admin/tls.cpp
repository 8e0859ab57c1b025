// SPDX-License-Identifier: BSD-2-Clause
#include "admin/tls.hpp"

#include "base/address.hpp"
#include "base/text.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <memory>

namespace gmguard::admin {
namespace {

namespace ssl = boost::asio::ssl;

constexpr std::size_t kNameBytes = 64; // of a certificate, as far as it is told

Result<> used(Code error, const std::string& file, const char* as_what) {
    if (!error)
        return {};
    return fail(ErrorKind::invalid, file,
                std::string("cannot be used as ") + as_what + ": " + error.message(),
                "it has to be a PEM file");
}

TlsContext new_context(ssl::context::method method) {
    auto context = std::make_shared<ssl::context>(method);
    SSL_CTX* raw = context->native_handle();
    SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
    SSL_CTX_set_options(raw, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE);
    // Every connection proves itself anew, so that a revocation counts at once.
    SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(raw, 0);
    return context;
}

Result<> show_certificate(ssl::context& context, const std::string& certificate,
                          const std::string& key) {
    Code error;
    context.use_certificate_chain_file(certificate, error);
    if (auto done = used(error, certificate, "a certificate"); !done)
        return done;
    context.use_private_key_file(key, ssl::context::pem, error);
    return used(error, key, "the key of the certificate");
}

Result<> check_key_is_private(const std::string& key) {
    struct stat there{};
    if (stat(key.c_str(), &there) == 0 && (there.st_mode & S_IRWXO) != 0)
        return fail(ErrorKind::invalid, key, "everybody may read this key", "chmod 600 " + key);
    return {};
}

Result<> take_revocations(ssl::context& context, const std::string& crl) {
    X509_STORE* store = SSL_CTX_get_cert_store(context.native_handle());
    X509_LOOKUP* lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
    if (!lookup || X509_load_crl_file(lookup, crl.c_str(), X509_FILETYPE_PEM) <= 0) {
        ERR_clear_error();
        return fail(ErrorKind::invalid, crl, "cannot be used as a list of revoked certificates",
                    "it has to be a PEM file");
    }
    X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
    return {};
}

Result<> ask_clients(ssl::context& context, const ServerFiles& files) {
    Code error;
    context.load_verify_file(files.client_ca, error);
    if (auto done = used(error, files.client_ca, "the CA of the clients"); !done)
        return done;
    // The names of the CA help a client to choose among its certificates.
    SSL_CTX_set_client_CA_list(context.native_handle(),
                               SSL_load_client_CA_file(files.client_ca.c_str()));
    context.set_verify_mode(ssl::verify_peer |
                            (files.client_must ? ssl::verify_fail_if_no_peer_cert : 0));
    return files.crl.empty() ? Result<>{} : take_revocations(context, files.crl);
}

Result<TlsContext> server_context(const ServerFiles& files) {
    const TlsContext context = new_context(ssl::context::tls_server);
    if (auto done = check_key_is_private(files.key); !done)
        return fail(done.error());
    if (auto done = show_certificate(*context, files.certificate, files.key); !done)
        return fail(done.error());
    if (files.client_ca.empty())
        return context;
    if (auto done = ask_clients(*context, files); !done)
        return fail(done.error());
    return context;
}

Result<> trust(ssl::context& context, const std::string& ca) {
    Code error;
    if (ca.empty())
        context.set_default_verify_paths(error);
    else
        context.load_verify_file(ca, error);
    return used(error, ca, "a CA");
}

// A reason of OpenSSL, and what it means to the client. Numbers of alerts are those of RFC 8446 6,
// and 1000.
struct Reason {
    int reason;
    const char* what;
    const char* hint;
};
constexpr const char* kShow = "give one with --cert-file and --key-file";
constexpr const char* kShowOther = "show another one with --cert-file and --key-file";
constexpr std::array kReasons{
    Reason{SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED, "the server asks for a client certificate",
           kShow},
    Reason{SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE,
           "the server refused the handshake: it may ask for a client certificate", kShow},
    Reason{SSL_R_TLSV1_ALERT_UNKNOWN_CA, "the server does not trust the CA of the certificate",
           kShowOther},
    Reason{SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED, "the client certificate has expired", kShowOther},
    Reason{SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED, "the client certificate was revoked", kShowOther},
    Reason{SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, "the server refused the client certificate",
           kShowOther},
    Reason{SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN, "the server refused the client certificate",
           kShowOther},
    Reason{SSL_R_WRONG_VERSION_NUMBER, "the server speaks no TLS", "is it http:// there?"},
};

Error of_verification(long result, std::string subject) {
    switch (result) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return {ErrorKind::unavailable, 0, std::move(subject),
                "the certificate of the server has expired", "renew it on the server"};
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return {ErrorKind::unavailable, 0, std::move(subject),
                "the certificate of the server is for another name",
                "ask for the server by a name that is in its certificate"};
    default:
        return {ErrorKind::unavailable, 0, std::move(subject),
                std::string("the certificate of the server is not trusted: ") +
                    X509_verify_cert_error_string(result),
                "name the CA that has signed it: --ca-file"};
    }
}

} // namespace

Result<ServerTls> ServerTls::open(ServerFiles files) {
    ServerTls tls(std::move(files));
    tls.read_ = tls.stamps();
    if (auto done = tls.read(); !done)
        return fail(done.error());
    return tls;
}

std::vector<FileStamp> ServerTls::stamps() const {
    std::vector<FileStamp> stamps;
    for (const auto* file : {&files_.certificate, &files_.key, &files_.client_ca, &files_.crl})
        stamps.push_back(FileStamp::of(*file));
    return stamps;
}

Result<> ServerTls::read() {
    auto context = server_context(files_);
    if (!context)
        return fail(std::move(context.error()));
    context_ = std::move(*context);
    return {};
}

TlsContext ServerTls::context(std::string& complaint) {
    auto now = stamps();
    if (now == read_)
        return context_;
    read_ = std::move(now);
    if (const auto done = read(); !done)
        complaint = done.error().text() + "; what was read before stays in force";
    return context_;
}

Result<TlsContext> client_tls(const ClientFiles& files) {
    const TlsContext context = new_context(ssl::context::tls_client);
    if (auto done = trust(*context, files.ca); !done)
        return fail(done.error());
    context->set_verify_mode(ssl::verify_peer);
    if (files.certificate.empty())
        return context;
    const std::string& key = files.key.empty() ? files.certificate : files.key;
    if (auto done = show_certificate(*context, files.certificate, key); !done)
        return fail(done.error());
    return context;
}

void expect_host(SSL* tls, const std::string& host) {
    if (Address::parse(host)) {
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), host.c_str());
        return;
    }
    SSL_set_tlsext_host_name(tls, host.c_str());
    SSL_set1_host(tls, host.c_str());
}

std::string certificate_name(SSL* tls) {
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(SSL_get1_peer_certificate(tls),
                                                                  &X509_free);
    if (!certificate || SSL_get_verify_result(tls) != X509_V_OK)
        return {};
    const X509_NAME* subject = X509_get_subject_name(certificate.get());
    const int place = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
    if (place < 0)
        return {};
    unsigned char* text = nullptr;
    const int size =
        ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, place)));
    if (size < 0)
        return {};
    std::string name(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
    OPENSSL_free(text);
    return printable(name, kNameBytes);
}

std::string handshake_failure(Code error, SSL* tls) {
    const long result = SSL_get_verify_result(tls);
    if (result != X509_V_OK)
        return std::string("client certificate: ") + X509_verify_cert_error_string(result);
    return error.message();
}

Error connection_failure(Code error, SSL* tls, std::string subject) {
    if (const long result = SSL_get_verify_result(tls); result != X509_V_OK)
        return of_verification(result, std::move(subject));
    const int reason = ERR_GET_REASON(static_cast<unsigned long>(error.value()));
    if (error.category() == boost::asio::error::get_ssl_category())
        for (const Reason& known : kReasons)
            if (known.reason == reason)
                return {ErrorKind::unavailable, 0, std::move(subject), known.what, known.hint};
    return {ErrorKind::unavailable, 0, std::move(subject),
            "the connection ended: " + error.message(), ""};
}

} // namespace gmguard::admin
