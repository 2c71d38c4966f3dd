# Apache Arrow with its Parquet reader, as the target weir_parquet: the installed one, else the headers and libraries inside
# the pyarrow wheel, as Arrow's documentation describes for C++ ("Using pyarrow from C++").

set(WEIR_PYARROW_VERSION 26.0.1)
set(WEIR_PYARROW_DIR ${PROJECT_BINARY_DIR}/_deps/pyarrow CACHE PATH "Where the pyarrow wheel is unpacked")

# Without a version here: Arrow's package files take one to mean that major version alone.
find_package(Arrow CONFIG QUIET)
find_package(Parquet CONFIG QUIET)
if(Arrow_FOUND AND Parquet_FOUND AND Arrow_VERSION VERSION_GREATER_EQUAL 24)
  add_library(weir_parquet INTERFACE)
  target_link_libraries(weir_parquet INTERFACE Parquet::parquet_shared Arrow::arrow_shared)
  return()
endif()

set(wheel ${WEIR_PYARROW_DIR}/${WEIR_PYARROW_VERSION})
if(NOT EXISTS ${wheel}/pyarrow/include/arrow/api.h)
  find_program(weir_python3 python3)
  if(NOT weir_python3)
    message(FATAL_ERROR "The taxi example needs Apache Arrow: install python3 and python3-pip, or Arrow's own packages, or set WEIR_BUILD_TAXI=OFF")
  endif()
  message(STATUS "weir: fetching pyarrow ${WEIR_PYARROW_VERSION} for its Arrow libraries")
  file(REMOVE_RECURSE ${wheel}.part)
  execute_process(
    COMMAND ${weir_python3} -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps --only-binary=:all:
            --target ${wheel}.part pyarrow==${WEIR_PYARROW_VERSION}
    RESULT_VARIABLE failed OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(failed)
    message(FATAL_ERROR "pip could not install pyarrow ${WEIR_PYARROW_VERSION}; install python3-pip and look at the network, or set WEIR_BUILD_TAXI=OFF\n${said}")
  endif()
  file(REMOVE_RECURSE ${wheel})
  file(RENAME ${wheel}.part ${wheel})  # whole or not at all
endif()

# By full path: the wheel's libraries have a version in their names and no link without it.
file(GLOB arrow_library ${wheel}/pyarrow/libarrow.so.*)
file(GLOB parquet_library ${wheel}/pyarrow/libparquet.so.*)
if(NOT arrow_library OR NOT parquet_library)
  message(FATAL_ERROR "There are no Arrow libraries in ${wheel}: remove this folder, so that it is fetched again")
endif()
add_library(weir_parquet INTERFACE)
target_include_directories(weir_parquet SYSTEM INTERFACE ${wheel}/pyarrow/include)
target_link_libraries(weir_parquet INTERFACE ${parquet_library} ${arrow_library})
