# Builds the consumer and runs it, as a user would from a shell.
#
#   INSTALL_FROM   a build folder of weir: is installed, and found from there
#   HOSTED         the sources of weir: become a part of the consumer's build, shared and with install rules

cmake_minimum_required(VERSION 3.25)

# run(COMMAND...): stops the test where that fails, and shows what it said.
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE failed OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(failed)
    list(JOIN ARGN " " command)
    message(NOTICE "${said}")
    message(FATAL_ERROR "failed: ${command}")
  endif()
  set(said ${said} PARENT_SCOPE)
endfunction()

# What an earlier run left must not be found. The build itself may stay, so that a repeated test is quick.
file(REMOVE_RECURSE ${FOLDER}/installed ${FOLDER}/moved ${FOLDER}/run ${FOLDER}/build/CMakeCache.txt)
set(configure ${CMAKE_COMMAND} -S ${SOURCE} -B ${FOLDER}/build -G ${GENERATOR}
  -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER})

if(HOSTED)
  run(${configure} -DWEIR_SOURCE=${HOSTED})
  run(${CMAKE_COMMAND} --install ${FOLDER}/build --prefix ${FOLDER}/installed)
  file(GLOB_RECURSE installed ${FOLDER}/installed/*)
  if(installed)
    message(FATAL_ERROR "A host that did not ask for it installs weir: ${installed}")
  endif()
  run(${configure} -DWEIR_SOURCE=${HOSTED} -DBUILD_SHARED_LIBS=ON -DWEIR_INSTALL=ON)
else()
  # Installed in one place and used from another: nothing in the package may know where it was put first.
  run(${CMAKE_COMMAND} --install ${INSTALL_FROM} --prefix ${FOLDER}/installed)
  file(RENAME ${FOLDER}/installed ${FOLDER}/moved)
  run(${configure} -DCMAKE_PREFIX_PATH=${FOLDER}/moved)
endif()

cmake_host_system_information(RESULT processors QUERY NUMBER_OF_LOGICAL_CORES)
run(${CMAKE_COMMAND} --build ${FOLDER}/build --parallel ${processors})

if(HOSTED)
  # A host may have SQLiteCpp, too, in another version: nobody's functions but ours may be seen. (Weak symbols are
  # instances of the standard library's templates, which are the same everywhere.)
  file(GLOB_RECURSE library ${FOLDER}/build/libweir.so)
  run(nm --dynamic --demangle --defined-only ${library})
  string(REGEX MATCHALL "[0-9a-f]+ [TDRB] [^\n]+" shown "${said}")
  list(FILTER shown EXCLUDE REGEX "weir::v[0-9]+::")
  if(shown)
    list(JOIN shown "\n" shown)
    message(NOTICE "${shown}")
    message(FATAL_ERROR "the shared library shows symbols that are not weir's")
  endif()
endif()

file(MAKE_DIRECTORY ${FOLDER}/run)
run(${CMAKE_COMMAND} -E chdir ${FOLDER}/run ${FOLDER}/build/consumer)
file(READ ${SOURCE}/expected.txt expected)
if(NOT said STREQUAL expected)
  message(NOTICE "expected:\n${expected}printed:\n${said}")
  message(FATAL_ERROR "the consumer did not print what ${SOURCE}/expected.txt says")
endif()
