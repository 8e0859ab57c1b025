// SPDX-License-Identifier: BSD-2-Clause
// TLS 1.2 and 1.3 (RFC 8446, BCP 195) from PEM files, and its failures in words.
#pragma once

#include "admin/file_stamp.hpp"
#include "admin/wire.hpp"
#include "base/error.hpp"

#include <string>
#include <vector>

namespace gmguard::admin {

struct ServerFiles {
    std::string certificate;  // with its chain
    std::string key;          // not for others to read
    std::string client_ca;    // empty: no certificate is asked of clients
    std::string crl;          // revoked certificates of that CA; empty: none
    bool client_must = false; // have a certificate; else it may
};

// The server's side. Its files may be replaced while it runs.
class ServerTls {
  public:
    // Error: invalid, with the file that cannot be used.
    [[nodiscard]] static Result<ServerTls> open(ServerFiles files);

    // For one connection to come. Reads the files anew where they have changed; what is wrong with
    // them then goes to `complaint`, and what was read last stays in force.
    [[nodiscard]] TlsContext context(std::string& complaint);

  private:
    explicit ServerTls(ServerFiles files) : files_(std::move(files)) {}
    [[nodiscard]] std::vector<FileStamp> stamps() const;
    [[nodiscard]] Result<> read();

    ServerFiles files_;
    std::vector<FileStamp> read_;
    TlsContext context_;
};

struct ClientFiles {
    std::string ca;          // empty: those of the system
    std::string certificate; // empty: none is shown
    std::string key;
};

// Error: invalid, with the file that cannot be used.
[[nodiscard]] Result<TlsContext> client_tls(const ClientFiles& files);
// The name or address that the certificate of the server must have. To be called before the
// handshake.
void expect_host(SSL* tls, const std::string& host);

// The common name of the verified certificate of the other side, printable; empty: none.
[[nodiscard]] std::string certificate_name(SSL* tls);

// Why a client's handshake failed, as the server saw it.
[[nodiscard]] std::string handshake_failure(Code error, SSL* tls);
// Why a server could not be talked to over TLS, and what to do about it. `error` is of a handshake,
// or of a first read: only then a server of TLS 1.3 tells what it thinks of a client certificate.
[[nodiscard]] Error connection_failure(Code error, SSL* tls, std::string subject);

} // namespace gmguard::admin
