# What weir is built on: installed packages where there are any, else fetched at these versions.

include(FetchContent)
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

# Fetched libraries are ours alone: they bring no tests and are not installed.
FetchContent_Declare(fmt URL https://github.com/fmtlib/fmt/archive/refs/tags/9.1.0.tar.gz FIND_PACKAGE_ARGS 9.1)
FetchContent_Declare(spdlog URL https://github.com/gabime/spdlog/archive/refs/tags/v1.10.0.tar.gz FIND_PACKAGE_ARGS 1.10)
FetchContent_Declare(nlohmann_json URL https://github.com/nlohmann/json/archive/refs/tags/v3.11.2.tar.gz FIND_PACKAGE_ARGS 3.11)
FetchContent_Declare(SQLiteCpp URL https://github.com/SRombauts/SQLiteCpp/archive/refs/tags/3.2.1.tar.gz FIND_PACKAGE_ARGS)
set(CMAKE_POLICY_DEFAULT_CMP0077 NEW)  # their options heed what is set here
set(SPDLOG_FMT_EXTERNAL ON)
set(SQLITECPP_RUN_CPPLINT OFF)
set(SQLITECPP_RUN_CPPCHECK OFF)
# What the host of this build has made itself is taken as it is.
foreach(target fmt::fmt spdlog::spdlog nlohmann_json::nlohmann_json SQLiteCpp)
  if(NOT TARGET ${target})
    string(REGEX REPLACE "::.*" "" name ${target})
    FetchContent_MakeAvailable(${name})
    string(TOLOWER ${name} name)
    if(${name}_SOURCE_DIR)
      set_property(DIRECTORY ${${name}_SOURCE_DIR} PROPERTY EXCLUDE_FROM_ALL ON)
    endif()
  endif()
endforeach()
if(NOT TARGET SQLite::SQLite3)
  if(TARGET sqlite3)
    add_library(SQLite::SQLite3 ALIAS sqlite3)
  else()
    find_package(SQLite3 REQUIRED)
  endif()
endif()

# xxHash is one header here (src/core/hash.cpp compiles it in): nothing is linked, and nothing of it is installed.
find_path(WEIR_XXHASH_INCLUDE_DIR xxhash.h DOC "Where xxhash.h is")
if(NOT WEIR_XXHASH_INCLUDE_DIR)
  FetchContent_Declare(xxhash URL https://github.com/Cyan4973/xxHash/archive/refs/tags/v0.8.1.tar.gz SOURCE_SUBDIR no_build_of_its_own)
  FetchContent_MakeAvailable(xxhash)
  set(WEIR_XXHASH_INCLUDE_DIR ${xxhash_SOURCE_DIR} CACHE PATH "Where xxhash.h is" FORCE)
endif()
