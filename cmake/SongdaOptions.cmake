# Flags of every target. SONGDA_SANITIZE: "", "address,undefined" or "thread".
set(SONGDA_SANITIZE "" CACHE STRING "sanitizers to build with")
option(SONGDA_WERROR "warnings are errors" ON)

add_library(songda_options INTERFACE)
target_include_directories(songda_options INTERFACE ${CMAKE_SOURCE_DIR})
# x86-64-v2: popcnt and SSE4.2 are worth a seventh of the issuing rate (bench/README.md).
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
    target_compile_options(songda_options INTERFACE -march=x86-64-v2)
endif()
target_compile_options(songda_options INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wnon-virtual-dtor
    -Woverloaded-virtual -Wsuggest-override -Wcast-align -Wformat=2)
if(SONGDA_WERROR)
    target_compile_options(songda_options INTERFACE -Werror)
endif()
# What programs link beside the rooms: an allocator that is faster than the C library's and lets threads alone
# (docs/decisions/libraries.md). Sanitizers bring their own.
add_library(songda_program INTERFACE)
if(NOT SONGDA_SANITIZE)
    target_link_libraries(songda_program INTERFACE PkgConfig::tcmalloc)
endif()
if(SONGDA_SANITIZE)
    target_compile_options(songda_options INTERFACE -fsanitize=${SONGDA_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(songda_options INTERFACE -fsanitize=${SONGDA_SANITIZE})
endif()
