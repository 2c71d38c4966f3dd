# Install rules: the library, its headers, and the package files by which find_package(weir) finds them.
#
# What is installed can be moved: the package files name everything from where they lie. A static library needs the
# libraries it is built on wherever it is linked, a shared one only those whose headers ours include.

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

# A fetched library is built for us alone and is not installed, so nobody who finds weir would find it.
foreach(target fmt::fmt nlohmann_json::nlohmann_json spdlog::spdlog SQLiteCpp)
  get_target_property(imported ${target} IMPORTED)
  if(NOT imported)
    list(APPEND fetched ${target})
  endif()
endforeach()
if(fetched)
  list(JOIN fetched ", " fetched)
  message(STATUS "weir: no install rules, because these are not installed packages: ${fetched}")
  return()
endif()

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/weir)
install(TARGETS weir EXPORT weirTargets
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT weirTargets NAMESPACE weir:: DESTINATION ${package_folder})

get_target_property(type weir TYPE)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/weirConfig.cmake.in ${PROJECT_BINARY_DIR}/weirConfig.cmake
  INSTALL_DESTINATION ${package_folder} NO_SET_AND_CHECK_MACRO)
# Before 1.0 a minor version may break its users: 0.2 is not taken where 0.1 was asked for.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/weirConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/weirConfig.cmake ${PROJECT_BINARY_DIR}/weirConfigVersion.cmake
  DESTINATION ${package_folder})

foreach(document LICENSE README.md CHANGELOG.md docs)
  if(IS_DIRECTORY ${PROJECT_SOURCE_DIR}/${document})
    install(DIRECTORY ${PROJECT_SOURCE_DIR}/${document}/ DESTINATION ${CMAKE_INSTALL_DOCDIR})
  elseif(EXISTS ${PROJECT_SOURCE_DIR}/${document})
    install(FILES ${PROJECT_SOURCE_DIR}/${document} DESTINATION ${CMAKE_INSTALL_DOCDIR})
  endif()
endforeach()
