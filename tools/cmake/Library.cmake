# One static library per folder of controller/. What a library links is what it may include: the
# link lists are the dependency rule of the project (base <- sip <- binding <- kernel, admin <- app).

find_package(PkgConfig REQUIRED)

add_library(gmguard_warnings INTERFACE)
target_compile_options(gmguard_warnings INTERFACE -Wall -Wextra -Wpedantic
  $<$<BOOL:${GMGUARD_WERROR}>:-Werror>)
if(GMGUARD_SANITIZE)
  target_compile_options(gmguard_warnings INTERFACE -fsanitize=${GMGUARD_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(gmguard_warnings INTERFACE -fsanitize=${GMGUARD_SANITIZE})
endif()

# The layouts and the decoders that the kernel and the host share.
add_library(gmguard_include INTERFACE)
target_include_directories(gmguard_include INTERFACE ${PROJECT_SOURCE_DIR}/include)

# Compiles the sources of a target several at once, which takes half the time; those of `apart`
# alone, as the names in their anonymous namespaces are others' too.
function(gm_compile_together target apart)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 6)
  set_source_files_properties(${apart} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# gm_library(NAME SOURCES a.cpp ... LINKS other ... [APART b.cpp ...]) makes gmguard_NAME of the
# files beside it; APART: gm_compile_together().
function(gm_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINKS;APART" ${ARGN})
  add_library(gmguard_${name} STATIC ${arg_SOURCES} ${arg_APART})
  gm_compile_together(gmguard_${name} "${arg_APART}")
  target_include_directories(gmguard_${name} PUBLIC ${PROJECT_SOURCE_DIR}/controller)
  target_link_libraries(gmguard_${name} PUBLIC gmguard_include ${arg_LINKS} PRIVATE gmguard_warnings)
endfunction()
