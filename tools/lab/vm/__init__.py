# SPDX-License-Identifier: BSD-2-Clause
"""Virtual machines for what a network namespace cannot show: other kernels, a boot. QEMU emulates
in software, so that it runs where a lab runs; what takes time is built outside."""
