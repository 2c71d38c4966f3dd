# Our warnings, for our own targets only.

if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(weir_ccache ccache)
  if(weir_ccache)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${weir_ccache})
  endif()
endif()

function(weir_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
  if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
    target_compile_options(${target} PRIVATE -Werror=reorder-init-list)  # designators out of order: g++ refuses them by itself
  endif()
  if(WEIR_WARNINGS_AS_ERRORS)
    set_target_properties(${target} PROPERTIES COMPILE_WARNING_AS_ERROR ON)
  endif()
endfunction()
