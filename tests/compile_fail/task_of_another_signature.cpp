// expect g++: conversion from
// expect clang++: no viable conversion from
#include <weir/weir.hpp>

const auto t = weir::task("t", [](int n) { return n; });
const weir::task_of<int(std::string)> u = t;
