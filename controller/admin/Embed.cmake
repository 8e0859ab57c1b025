# SPDX-License-Identifier: BSD-2-Clause
# cmake -DINPUT=file -DOUTPUT=file.cpp -P Embed.cmake: a source file that holds openapi_json().
file(READ ${INPUT} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
file(WRITE ${OUTPUT} "#include \"admin/openapi.hpp\"
namespace {
constexpr char kText[] = {${bytes}};
}
std::string_view gmguard::admin::openapi_json() { return {kText, sizeof kText}; }
")
