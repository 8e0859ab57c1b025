# SPDX-License-Identifier: BSD-2-Clause
# BPF programs as C++: one object and one skeleton header a source, both in the build tree.

find_program(GMGUARD_BPFTOOL bpftool REQUIRED PATHS /usr/sbin /sbin)
find_program(GMGUARD_LLVM_STRIP NAMES llvm-strip-19 llvm-strip REQUIRED)

# The kernel's uapi headers need <asm/...> of the host, which -target bpf does not find by itself.
execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-multiarch
  OUTPUT_VARIABLE GMGUARD_MULTIARCH OUTPUT_STRIP_TRAILING_WHITESPACE)

set(GMGUARD_BPF_FLAGS -g -O2 -target bpf -mcpu=v3 -Wall -Werror
  -I${PROJECT_SOURCE_DIR}/include -I${PROJECT_SOURCE_DIR}/bpf
  -idirafter /usr/include/${GMGUARD_MULTIARCH})

# gm_bpf_object(NAME SOURCE name.bpf.c) makes the INTERFACE target gmguard_bpf_NAME, for
# #include "NAME.skel.h": struct NAME with its programs and maps by name. With VARIANT other FLAGS
# -Dx=y the target is gmguard_bpf_NAME_other, of the same header name and compiled with more flags.
function(gm_bpf_object name)
  cmake_parse_arguments(arg "" "SOURCE;VARIANT" "FLAGS" ${ARGN})
  set(target gmguard_bpf_${name})
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${name})
  if(arg_VARIANT)
    string(APPEND target _${arg_VARIANT})
    string(APPEND folder _${arg_VARIANT})
  endif()
  cmake_path(ABSOLUTE_PATH arg_SOURCE BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} OUTPUT_VARIABLE source)
  set(object ${folder}/${name}.bpf.o)
  set(skeleton ${folder}/${name}.skel.h)
  file(MAKE_DIRECTORY ${folder})
  add_custom_command(OUTPUT ${object}
    COMMAND ${GMGUARD_CLANG} ${GMGUARD_BPF_FLAGS} ${arg_FLAGS} -MD -MF ${object}.d -MT ${object}
      -c ${source} -o ${object}
    COMMAND ${GMGUARD_LLVM_STRIP} -g ${object}
    DEPENDS ${source} DEPFILE ${object}.d VERBATIM
    COMMENT "BPF ${name}")
  # Through a second file: a failed bpftool must not leave a skeleton that looks new.
  add_custom_command(OUTPUT ${skeleton}
    COMMAND sh -c "'${GMGUARD_BPFTOOL}' gen skeleton '${object}' name ${name} > '${skeleton}.new'"
    COMMAND ${CMAKE_COMMAND} -E rename ${skeleton}.new ${skeleton}
    DEPENDS ${object} VERBATIM)
  add_custom_target(${target}_skeleton DEPENDS ${skeleton})
  add_library(${target} INTERFACE)
  add_dependencies(${target} ${target}_skeleton)
  target_include_directories(${target} SYSTEM INTERFACE ${folder})
endfunction()
