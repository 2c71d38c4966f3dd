// expect: weir: a hook is a function of const weir::run_info&
#include <weir/weir.hpp>

const auto t = weir::task("t", {.on_failure = [](const std::string& name) { weir::log::info("{}", name); }}, [] {});
