# SPDX-License-Identifier: BSD-2-Clause
"""A certification authority of one run, made with the openssl command."""
from lab.processes import run

_CONFIG = """
[ca]
default_ca = own
[own]
dir = {folder}
database = $dir/index.txt
serial = $dir/serial
crlnumber = $dir/crlnumber
new_certs_dir = $dir
certificate = $dir/ca.pem
private_key = $dir/ca.key
default_md = sha256
default_crl_days = 30
policy = any
unique_subject = no
copy_extensions = copy
[any]
commonName = supplied
"""
_NOW = ("-days", 30)
_LONG_AGO = ("-startdate", "20200101000000Z", "-enddate", "20210101000000Z")


class Authority:
    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        self.ca, self.crl = folder / "ca.pem", folder / "crl.pem"
        self._config = folder / "openssl.cnf"
        self._config.write_text(_CONFIG.format(folder=folder), encoding="ascii")
        (folder / "index.txt").touch()
        for name in ("serial", "crlnumber"):
            (folder / name).write_text("01\n", encoding="ascii")
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-keyout", folder / "ca.key", "-out", self.ca, "-subj", f"/CN={folder.name}",
            "-days", 30)
        self._list_revoked()

    def certify(self, name, names="", expired=False):
        """Certificate and key (paths) for a common name; names: its subjectAltName."""
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        request = self.folder / f"{name}.csr"
        also = ["-addext", f"subjectAltName={names}"] if names else []
        run("openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-keyout", key, "-out", request, "-subj", f"/CN={name}", *also)
        self._ca("-in", request, "-out", certificate, "-notext",
                 *(_LONG_AGO if expired else _NOW))
        return certificate, key

    def revoke(self, name):
        self._ca("-revoke", self.folder / f"{name}.pem")
        self._list_revoked()

    def _list_revoked(self):
        self._ca("-gencrl", "-out", self.crl)

    def _ca(self, *words):
        run("openssl", "ca", "-batch", "-config", self._config, *words)
