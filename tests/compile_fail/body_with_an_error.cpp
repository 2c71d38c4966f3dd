// expect: 'sizee'
// The mistake in the body comes first, not what follows from it.
#include <weir/weir.hpp>

const auto t = weir::task(
    "t", [](const std::string& s) { return s.sizee(); }, weir::arg("s"));
