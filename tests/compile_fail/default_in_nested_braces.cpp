// expect: weir: a default in braces of several levels or types needs its own type before them
#include <weir/weir.hpp>

#include <map>

const auto t = weir::task(
    "t", [](std::map<std::string, int> m) { return m.size(); }, weir::arg("m") = {{"a", 1}});
