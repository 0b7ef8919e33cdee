# songda_room(NAME SRCS … DEPS rooms… LIBS foreign libraries…)
# A room is one library that sees only the rooms in DEPS; tools/tidy.py reads the same lines and refuses
# other includes. Foreign libraries are private: their headers stay behind the room's door.
function(songda_room name)
    cmake_parse_arguments(ROOM "" "" "SRCS;DEPS;LIBS" ${ARGN})
    set(target songda_${name})
    add_library(${target} STATIC ${ROOM_SRCS})
    add_library(songda::${name} ALIAS ${target})
    target_link_libraries(${target} PUBLIC songda_options)
    foreach(dep ${ROOM_DEPS})
        target_link_libraries(${target} PUBLIC songda::${dep})
    endforeach()
    target_link_libraries(${target} PRIVATE ${ROOM_LIBS})
endfunction()

# songda_test(NAME SRCS … DEPS rooms… LABELS unit|integration|slow  LIBS …): one GoogleTest program.
include(GoogleTest)
function(songda_test name)
    cmake_parse_arguments(TEST "" "FIXTURE" "SRCS;DEPS;LIBS;LABELS" ${ARGN})
    add_executable(${name} ${TEST_SRCS})
    target_link_libraries(${name} PRIVATE songda_options GTest::gtest_main ${TEST_LIBS})
    foreach(dep ${TEST_DEPS})
        target_link_libraries(${name} PRIVATE songda::${dep})
    endforeach()
    target_compile_definitions(${name} PRIVATE SONGDA_SOURCE_DIR="${CMAKE_SOURCE_DIR}" SONGDA_BINARY_DIR="${CMAKE_BINARY_DIR}")
    gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST PROPERTIES LABELS "${TEST_LABELS}" TIMEOUT 300
                         FIXTURES_REQUIRED "${TEST_FIXTURE}")
endfunction()
