// SPDX-License-Identifier: BSD-2-Clause
// A struct's layout as one compiler sees it, and how it differs from what a BPF object's BTF says.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

struct btf;

namespace gmguard::abi {

struct Field {
    std::string name;
    std::size_t offset; // bytes
    std::size_t size;   // bytes
};

struct Layout {
    std::string name; // of the struct, without "struct"
    std::size_t size; // bytes
    std::vector<Field> fields;
};

// One line for each difference, in the order of the fields: a struct that the object does not have,
// another size, a field too many or too few, elsewhere, or of another size. Empty: they agree.
[[nodiscard]] std::vector<std::string> differences(const btf* types, const Layout& host);

} // namespace gmguard::abi
