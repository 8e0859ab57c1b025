// SPDX-License-Identifier: BSD-2-Clause
// Memory for what a million bindings fill. The kernel is asked for huge pages: each small one costs
// a fault when it is first written, and a walk of the page tables at most look-ups.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory_resource>
#include <new>
#include <vector>

namespace gmguard::binding {

inline constexpr std::size_t kSmallPage = 4096;
inline constexpr std::size_t kHugePage = std::size_t{2} << 20;

[[nodiscard]] constexpr std::size_t round_up(std::size_t bytes, std::size_t page) {
    return (bytes + page - 1) / page * page;
}

// Memory that begins with a huge page; behind the last whole one it has small ones. nullptr: there
// is no room. Not malloc's: it writes beside what it gives, and where a small page is there
// already, the kernel makes no huge one of it. REQUIRES: bytes is of whole small pages.
[[nodiscard]] inline void* map_huge(std::size_t bytes) {
    void* const room = ::mmap(nullptr, bytes + kHugePage, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room == MAP_FAILED)
        return nullptr;
    auto* const begin = static_cast<std::byte*>(room);
    const auto address = reinterpret_cast<std::uintptr_t>(room);
    const std::size_t before = round_up(address, kHugePage) - address;
    if (before != 0)
        ::munmap(begin, before);
    if (before != kHugePage)
        ::munmap(begin + before + bytes, kHugePage - before);
    // Refused: small ones do as well.
    (void)::madvise(begin + before, bytes / kHugePage * kHugePage, MADV_HUGEPAGE);
    return begin + before;
}

template <typename T> struct LargeAllocator {
    using value_type = T;

    LargeAllocator() = default;
    template <typename U> explicit LargeAllocator(const LargeAllocator<U>& /*other*/) {}

    [[nodiscard]] T* allocate(std::size_t count) {
        void* const memory =
            size_of(count) < kHugePage ? std::malloc(count * sizeof(T)) : map_huge(size_of(count));
        if (memory == nullptr)
            throw std::bad_alloc();
        return static_cast<T*>(memory);
    }
    void deallocate(T* memory, std::size_t count) {
        if (size_of(count) < kHugePage)
            std::free(memory);
        else
            ::munmap(memory, size_of(count));
    }

    friend bool operator==(LargeAllocator, LargeAllocator) { return true; }

  private:
    // In small pages.
    static std::size_t size_of(std::size_t count) {
        return round_up(count * sizeof(T), kSmallPage);
    }
};

// Has the processor fetch what is at this address. g++ 12 takes a function that does nothing but
// __builtin_prefetch() for one without effect, and drops calls of it.
inline void fetch_soon(const void* memory) {
    __builtin_prefetch(memory);
    asm volatile("");
}

// The same as a resource of pools.
class LargeMemory final : public std::pmr::memory_resource {
    void* do_allocate(std::size_t bytes, std::size_t /*alignment*/) override {
        return LargeAllocator<std::byte>().allocate(bytes);
    }
    void do_deallocate(void* memory, std::size_t bytes, std::size_t /*alignment*/) override {
        LargeAllocator<std::byte>().deallocate(static_cast<std::byte*>(memory), bytes);
    }
    [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override {
        return this == &other;
    }
};

template <typename T> using LargeVector = std::vector<T, LargeAllocator<T>>;

} // namespace gmguard::binding
