# SPDX-License-Identifier: BSD-2-Clause
"""The lab with IMS access security: phones that authenticate with AKA and speak inside ESP, a
P-CSCF with ims_ipsec_pcscf, and a core that challenges and answers. Needs a kernel with esp4 and
esp6; where the host's has none, a virtual machine has (tests/vm)."""
