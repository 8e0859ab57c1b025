# SPDX-License-Identifier: BSD-2-Clause
"""One run of the IMS lab."""
import itertools

from ..kamailio import Kamailio
from ..lab import Lab
from ..network import UNPROTECTED
from ..processes import netns_path, run
from .core import Core

_MODULES = ("esp4", "esp6", "xfrm_user", "veth", "af_packet")
# One association of each kind: the kernel loads an algorithm when it is first used, for seconds.
_WARM_UP = "".join(
    f"xfrm state add src 192.0.2.8 dst 192.0.2.9 proto esp spi {spi} mode transport "
    f"auth-trunc {auth} 0x00 96 enc {encryption}\n"
    for spi, (auth, encryption) in enumerate(itertools.product(
        ("hmac(sha1)", "hmac(md5)"),
        ('ecb(cipher_null) ""', f"cbc(aes) 0x{bytes(16).hex()}")), 256))


class ImsLab(Lab):
    """As Lab, with a P-CSCF that ends ESP and a core that does AKA. `sets`: how many sets of
    associations there can be at a time."""

    client_port, server_port, sets, first_spi = 5100, 6100, 24, 4096
    protection = "esp"
    answering = UNPROTECTED,
    patience_s, start_s = 3, 120  # an emulated machine takes its time

    @property
    def protected_ports(self):
        return [first + number for first in (self.client_port, self.server_port)
                for number in range(self.sets)]

    def up(self):
        for module in _MODULES:
            run("modprobe", module)
        super().up()

    def serve(self):
        self.network.ip("ue", "-batch", "-", input=_WARM_UP)
        self.network.ip("ue", "xfrm", "state", "flush")
        self.core = Core(self.network)
        self.pcscf = Kamailio(
            self, "pcscf", "ims/pcscf.cfg", self.network.mw, start_s=self.start_s,
            IPSEC_CLIENT=self.client_port, IPSEC_SERVER=self.server_port, IPSEC_SETS=self.sets,
            IPSEC_SPI=self.first_spi)
        self.restart()

    def xfrm_errors(self):
        """What the P-CSCF's XFRM refused so far, by the kernel's names."""
        text = self._proc_net("xfrm_stat")
        return {name: int(count) for name, count in map(str.split, text.splitlines())}

    def reassembled(self):
        """How many datagrams the P-CSCF's kernel has put together from fragments."""
        v4 = [line.split() for line in self._proc_net("snmp").splitlines()
              if line.startswith("Ip: ")]
        v6 = dict(map(str.split, self._proc_net("snmp6").splitlines()))
        return int(dict(zip(*v4))["ReasmOKs"]) + int(v6["Ip6ReasmOKs"])

    def _proc_net(self, name):
        return run("nsenter", f"--net={netns_path(self.network.name('pcscf'))}", "--",
                   "cat", f"/proc/net/{name}")
