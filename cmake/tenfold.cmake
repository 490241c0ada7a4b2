# SPDX-License-Identifier: GPL-3.0-or-later
# What every target shares: the warnings, the sanitizer, where binaries go, how tests and folders register.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(CCACHE ccache)
if(CCACHE)
  # Without these it does not keep what uses a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    "${CMAKE_COMMAND}" -E env CCACHE_SLOPPINESS=pch_defines,time_macros "${CCACHE}")
  set(CMAKE_C_COMPILER_LAUNCHER "${CCACHE}")
endif()

set(TENFOLD_SANITIZE "" CACHE STRING "address,undefined or thread")

# The one interface target all of our own code links: include root, warnings as errors, sanitizers.
add_library(tenfold_flags INTERFACE)
target_include_directories(tenfold_flags INTERFACE "${CMAKE_SOURCE_DIR}" "${CMAKE_BINARY_DIR}/generated")
target_compile_options(tenfold_flags INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wold-style-cast
  # GCC 12 reports these inside Beast's and coroutines' own headers.
  -Wno-error=maybe-uninitialized -Wno-error=array-bounds -Wno-error=stringop-overflow
  -Wno-error=restrict -Wno-error=dangling-pointer -Wno-error=mismatched-new-delete)
# _FILE_OFFSET_BITS: cpp-httplib asks for it, and what is precompiled must suit all.
target_compile_definitions(tenfold_flags INTERFACE _FILE_OFFSET_BITS=64
  TENFOLD_VERSION="${PROJECT_VERSION}" TENFOLD_SOURCE_ASSETS="${CMAKE_SOURCE_DIR}/assets")
if(TENFOLD_SANITIZE)
  # What is left out of "undefined" doubles the compile time; a null pointer is stopped without it too.
  target_compile_options(tenfold_flags INTERFACE
    -fsanitize=${TENFOLD_SANITIZE} -fno-sanitize=null,alignment,vptr,object-size
    -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(tenfold_flags INTERFACE -fsanitize=${TENFOLD_SANITIZE})
  target_compile_definitions(tenfold_flags INTERFACE TENFOLD_SANITIZED=1)
  if(TENFOLD_SANITIZE MATCHES "thread")
    # GCC's TSan does not model atomic_thread_fence, which Asio uses once per strand; -Wtsan says so.
    target_compile_options(tenfold_flags INTERFACE -Wno-tsan)
  endif()
endif()

# Six files of a target in one: what they include is read once, and a build takes half the time. Every
# file still stands by itself; configure with -DTENFOLD_UNITY=OFF to see that it does.
option(TENFOLD_UNITY "Compile the files of a target together" ON)
set(CMAKE_UNITY_BUILD ${TENFOLD_UNITY})
set(CMAKE_UNITY_BUILD_BATCH_SIZE 6)
if(TENFOLD_UNITY)
  # A fixture of a test is in an unnamed namespace, its cases are not: GCC minds in an included file.
  target_compile_options(tenfold_flags INTERFACE -Wno-subobject-linkage)
endif()

# The headers that nearly every file reads, read once: a quarter of the time of a build. Every file still
# includes what it uses; configure with -DTENFOLD_PCH=OFF to see that it does.
option(TENFOLD_PCH "Precompile the headers that nearly every file includes" ON)
# A test's own code need not be fast: it compiles in two thirds of the time.
set(TENFOLD_TEST_OPTIMIZATION -O1)
if(TENFOLD_SANITIZE OR CMAKE_CXX_FLAGS_RELEASE MATCHES "-O0")
  set(TENFOLD_TEST_OPTIMIZATION -O0)
endif()
set(TENFOLD_COMMON_HEADERS
  <algorithm> <array> <chrono> <cmath> <cstdint> <filesystem> <fstream> <functional> <map> <memory>
  <optional> <stdexcept> <string> <string_view> <thread> <utility> <vector> <fmt/format.h>
  <nlohmann/json.hpp>)
file(WRITE "${CMAKE_BINARY_DIR}/generated/nothing.cpp" "")
function(tenfold_precompiled target)
  add_library(${target} OBJECT "${CMAKE_BINARY_DIR}/generated/nothing.cpp")
  target_link_libraries(${target} PRIVATE tenfold_flags fmt::fmt nlohmann_json::nlohmann_json)
  target_precompile_headers(${target} PRIVATE ${TENFOLD_COMMON_HEADERS} ${ARGN})
endfunction()
if(TENFOLD_PCH)
  tenfold_precompiled(tenfold_library_headers)
  if(TENFOLD_TESTS)
    tenfold_precompiled(tenfold_test_headers <gtest/gtest.h>)
    target_link_libraries(tenfold_test_headers PRIVATE GTest::gtest)
    target_compile_options(tenfold_test_headers PRIVATE ${TENFOLD_TEST_OPTIMIZATION})
  endif()
endif()

# tenfold_library(<target> [HOT] SOURCES … LIBS …)
# HOT: the inner loops of the simulator. Everything else waits for sockets and SQL, and compiles in two
# thirds of the time with -O2.
function(tenfold_library target)
  cmake_parse_arguments(A "HOT" "" "SOURCES;LIBS" ${ARGN})
  add_library(${target} STATIC ${A_SOURCES})
  target_link_libraries(${target} PUBLIC tenfold_flags ${A_LIBS})
  if(A_HOT)
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O3>)
  endif()
  # What is precompiled fits neither Qt, which compiles position independent, nor another level.
  if(TENFOLD_PCH AND NOT "${A_LIBS}" MATCHES "Qt6|tenfold_app")
    target_link_libraries(${target} PUBLIC fmt::fmt nlohmann_json::nlohmann_json)
    if(NOT A_HOT)
      target_precompile_headers(${target} REUSE_FROM tenfold_library_headers)
    endif()
  endif()
endfunction()

# Everything a thread sanitizer has something to say about.
add_custom_target(thread_tests)
# What the address sanitizer is built for: no whole systems, which start the same nodes by the dozen, no
# comparisons with theory, no studies, which simulate the same engine by the hour, no windows.
add_custom_target(unit_tests)

# tenfold_test(<name> SOURCES … LIBS … [LABELS live|theory|study|threads] [TIMEOUT seconds])
# Each GoogleTest case becomes a ctest case. Live systems are tested one at a time: two of them beside
# each other would measure each other.
function(tenfold_test name)
  if(NOT TENFOLD_TESTS)
    return()
  endif()
  cmake_parse_arguments(A "" "TIMEOUT" "SOURCES;LIBS;LABELS" ${ARGN})
  if(NOT A_TIMEOUT)
    set(A_TIMEOUT 120)
  endif()
  add_executable(${name} ${A_SOURCES})
  target_link_libraries(${name} PRIVATE tenfold_flags ${A_LIBS} GTest::gtest_main GTest::gmock)
  target_compile_definitions(${name} PRIVATE
    TENFOLD_BIN_DIR="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}" TENFOLD_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  target_compile_options(${name} PRIVATE ${TENFOLD_TEST_OPTIMIZATION})
  if(TENFOLD_PCH AND NOT "${A_LIBS}" MATCHES "Qt6|tenfold_app")
    target_precompile_headers(${name} REUSE_FROM tenfold_test_headers)
  endif()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/test-bin")
  if("threads" IN_LIST A_LABELS)
    add_dependencies(thread_tests ${name})
  endif()
  if(NOT A_LABELS MATCHES "live|theory|study" AND NOT "${A_LIBS}" MATCHES "Qt6|tenfold_app")
    add_dependencies(unit_tests ${name})
    list(APPEND A_LABELS unit)
  endif()
  set(lock)
  if("live" IN_LIST A_LABELS)
    set(lock RESOURCE_LOCK live_system)
  endif()
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 DISCOVERY_MODE PRE_TEST
    PROPERTIES TIMEOUT ${A_TIMEOUT} LABELS "${A_LABELS}" ${lock})
endfunction()

# folder_registry(<folder> <name>…): the folders that count are listed; a folder that is there but not
# listed stops the build, so nothing is half in.
function(folder_registry folder)
  file(GLOB found RELATIVE "${folder}" CONFIGURE_DEPENDS "${folder}/*")
  foreach(entry IN LISTS found)
    if(IS_DIRECTORY "${folder}/${entry}" AND NOT entry IN_LIST ARGN)
      message(FATAL_ERROR "${folder}/${entry} is not listed in ${folder}/CMakeLists.txt: list it or remove it")
    endif()
  endforeach()
  foreach(name IN LISTS ARGN)
    if(NOT IS_DIRECTORY "${folder}/${name}")
      message(FATAL_ERROR "${folder}/CMakeLists.txt lists ${name}, but there is no such folder")
    endif()
  endforeach()
endfunction()
