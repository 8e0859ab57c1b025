// SPDX-License-Identifier: BSD-2-Clause
// Preloaded: gm_inside reaches the kernel as a program that its verifier must refuse. Its first
// instruction reads a register that has no value.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <linux/bpf.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

typedef long Syscall(long, ...);

// The attributes of a load of gm_inside, else NULL.
static union bpf_attr* load_of_gm_inside(long number, const long* arguments) {
    union bpf_attr* attributes = (union bpf_attr*)arguments[1];
    if (number != SYS_bpf || arguments[0] != BPF_PROG_LOAD)
        return NULL;
    return strncmp(attributes->prog_name, "gm_inside", 9) == 0 ? attributes : NULL;
}

static long load_spoilt(Syscall* real, const long* arguments, union bpf_attr* attributes) {
    const size_t size = attributes->insn_cnt * sizeof(struct bpf_insn);
    const __u64 right = attributes->insns;
    struct bpf_insn* spoilt = malloc(size);
    memcpy(spoilt, (const void*)right, size);
    spoilt[0] = (struct bpf_insn){.code = BPF_ALU64 | BPF_MOV | BPF_X, .src_reg = BPF_REG_9};
    attributes->insns = (__u64)spoilt;
    const long result = real(SYS_bpf, arguments[0], arguments[1], arguments[2]);
    attributes->insns = right;
    free(spoilt);
    return result;
}

long syscall(long number, ...) {
    Syscall* real = (Syscall*)dlsym(RTLD_NEXT, "syscall");
    long a[6];
    va_list more;
    va_start(more, number);
    for (int i = 0; i < 6; ++i)
        a[i] = va_arg(more, long);
    va_end(more);
    union bpf_attr* attributes = load_of_gm_inside(number, a);
    if (attributes)
        return load_spoilt(real, a, attributes);
    return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
