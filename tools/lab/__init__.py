# SPDX-License-Identifier: BSD-2-Clause
"""The lab: a P-CSCF, a core and phones of other people's making, in network namespaces of their
own. The demo (tools/demo) and the end-to-end tests (tests/e2e/run) both play in it."""
