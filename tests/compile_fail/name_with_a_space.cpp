// expect: weir_arg_takes_letters_digits_underscore_and_hyphen
#include <weir/weir.hpp>

const auto t = weir::task(
    "t", [](int n) { return n; }, weir::arg("how many"));
