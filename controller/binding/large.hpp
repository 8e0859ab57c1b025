// SPDX-License-Identifier: BSD-2-Clause
// Memory for what a million bindings fill. The kernel is asked for huge pages: each small one costs
// a fault when it is first written, and a walk of the page tables at most look-ups.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <memory_resource>
#include <new>
#include <vector>

namespace gmguard::binding {

inline constexpr std::size_t kHugePage = std::size_t{2} << 20;

template <typename T> struct LargeAllocator {
    using value_type = T;

    LargeAllocator() = default;
    template <typename U> explicit LargeAllocator(const LargeAllocator<U>& /*other*/) {}

    [[nodiscard]] T* allocate(std::size_t count) {
        const std::size_t bytes = count * sizeof(T);
        void* const memory = bytes < kHugePage ? std::malloc(bytes) : huge(bytes);
        if (memory == nullptr)
            throw std::bad_alloc();
        return static_cast<T*>(memory);
    }
    void deallocate(T* memory, std::size_t /*count*/) { std::free(memory); }

    friend bool operator==(LargeAllocator, LargeAllocator) { return true; }

  private:
    static void* huge(std::size_t bytes) {
        const std::size_t whole = (bytes + kHugePage - 1) / kHugePage * kHugePage;
        void* const memory = std::aligned_alloc(kHugePage, whole);
        if (memory != nullptr)
            (void)::madvise(memory, whole, MADV_HUGEPAGE); // refused: small ones do as well
        return memory;
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
