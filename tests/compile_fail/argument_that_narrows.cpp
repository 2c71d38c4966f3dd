// expect g++: conversion from 'double' to 'int' may change value
// expect clang++: implicit conversion turns floating-point number into integer
#include <weir/weir.hpp>

const auto t = weir::task("t", [](int n) { return n; });
int f(double x) { return t(x); }
