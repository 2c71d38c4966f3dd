// Everything that a program which writes and runs flows needs. Not in here: testing/testing.hpp.

#pragma once

#include <weir/context.hpp>
#include <weir/fwd.hpp>
#include <weir/log.hpp>
#include <weir/runtime.hpp>
#include <weir/store.hpp>
#include <weir/task.hpp>
#include <weir/version.hpp>
