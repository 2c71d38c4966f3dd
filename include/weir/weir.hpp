// Everything that a program which writes and runs flows needs. Not in here: spdlog.hpp and testing/testing.hpp.

#pragma once

#include <weir/artifact.hpp>
#include <weir/cache.hpp>
#include <weir/clock.hpp>
#include <weir/codec.hpp>
#include <weir/context.hpp>
#include <weir/error.hpp>
#include <weir/executor.hpp>
#include <weir/fwd.hpp>
#include <weir/json_text.hpp>
#include <weir/log.hpp>
#include <weir/options.hpp>
#include <weir/outcome.hpp>
#include <weir/retry.hpp>
#include <weir/runtime.hpp>
#include <weir/state.hpp>
#include <weir/store.hpp>
#include <weir/task.hpp>
#include <weir/time.hpp>
#include <weir/version.hpp>
