// Catch2, whichever of its versions is there. Tests include this and nothing else of it.

#pragma once

#if WEIR_CATCH2_MAJOR >= 3
#include <catch2/catch_all.hpp>
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;
#else
#include <catch2/catch.hpp>
namespace Catch::Matchers {
inline auto ContainsSubstring(const std::string& part) { return Contains(part); }
}  // namespace Catch::Matchers
using Catch::Matchers::ContainsSubstring;
#endif

/// Ends a case that cannot run here, where everybody sees why.
#define WEIR_SKIP(why)          \
  do {                          \
    WARN("skipped: " << (why)); \
    return;                     \
  } while (false)
