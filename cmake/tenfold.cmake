# SPDX-License-Identifier: GPL-3.0-or-later
# What every target shares: the warnings, the sanitizer, where binaries go, how tests and folders register.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE}")
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
target_compile_definitions(tenfold_flags INTERFACE
  TENFOLD_VERSION="${PROJECT_VERSION}" TENFOLD_SOURCE_ASSETS="${CMAKE_SOURCE_DIR}/assets")
if(TENFOLD_SANITIZE)
  target_compile_options(tenfold_flags INTERFACE
    -fsanitize=${TENFOLD_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(tenfold_flags INTERFACE -fsanitize=${TENFOLD_SANITIZE})
  target_compile_definitions(tenfold_flags INTERFACE TENFOLD_SANITIZED=1)
  if(TENFOLD_SANITIZE MATCHES "thread")
    # GCC's TSan does not model atomic_thread_fence, which Asio uses once per strand; -Wtsan says so.
    target_compile_options(tenfold_flags INTERFACE -Wno-tsan)
  endif()
endif()

# tenfold_library(<target> SOURCES … LIBS …)
function(tenfold_library target)
  cmake_parse_arguments(A "" "" "SOURCES;LIBS" ${ARGN})
  add_library(${target} STATIC ${A_SOURCES})
  target_link_libraries(${target} PUBLIC tenfold_flags ${A_LIBS})
endfunction()

# tenfold_test(<name> SOURCES … LIBS … [LABELS live|threads] [TIMEOUT seconds])
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
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/test-bin")
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
