// Quoted by docs/guide/retries.md.

#include "support/catch2.hpp"
#include "support/runtime.hpp"

#include <stdexcept>

using namespace std::chrono_literals;

namespace {

std::string http_get(const std::string& url) {
  static int requests = 0;
  if (++requests % 3 != 0) throw std::runtime_error("503");
  return "body of " + url;
}

// [retries]
const auto fetch = weir::task(
    "fetch", {.retries = 3, .retry_delay = 250ms}, [](const std::string& url) { return http_get(url); },
    weir::arg("url"));
// [retries]

// [retry-after]
struct rate_limited : std::runtime_error {
  using runtime_error::runtime_error;
  std::chrono::seconds retry_after{30};
};

weir::duration when_the_server_says(const weir::attempt_info& failed) {
  try {
    std::rethrow_exception(failed.error);
  } catch (const rate_limited& e) {
    return e.retry_after;
  } catch (...) {
    return failed.number * 1s;
  }
}
// [retry-after]

// [retry-if]
struct http_error : std::runtime_error {
  int status;
  explicit http_error(int code) : runtime_error("status " + std::to_string(code)), status(code) {}
};

const weir::retry_condition by_type = weir::retry_on<rate_limited, http_error>();
const weir::retry_condition by_status = [](const http_error& e) { return e.status >= 500; };
const weir::retry_condition by_anything = [](const std::exception_ptr& e) { return e != nullptr; };
// [retry-if]

}  // namespace

TEST_CASE("a task that fails twice and then succeeds says so in its history", "[docs]") {
  weir_test::virtual_runtime t;
  weir::runtime_scope scope(t.runtime);
  CHECK(fetch("a") == "body of a");
  CHECK(weir::testing::history(t.store(), t.only("fetch").id) ==
        "Pending, Running, AwaitingRetry, Retrying, AwaitingRetry, Retrying, Completed");
  CHECK(t.executor->waits() == std::vector<weir::duration>{250ms, 250ms});
}

TEST_CASE("each kind of delay can be written down", "[docs]") {
  // [delays]
  const weir::delay_schedule same = 250ms;              // before every retry
  const weir::delay_schedule listed = {1s, 10s, 1min};  // one after the other; the last one repeats
  const weir::delay_schedule growing = weir::exponential_backoff(1s, {.factor = 3, .max = 1min});  // 1, 3, 9, 27, 60
  const weir::delay_schedule by_number = [](int failed) { return failed * 100ms; };  // the attempt that failed, from 1
  const weir::delay_schedule by_exception = when_the_server_says;                    // and what it threw
  // [delays]
  const auto waits = [](const weir::delay_schedule& d, int attempt) {
    return d.delay_after({attempt, std::make_exception_ptr(rate_limited("429"))});
  };
  CHECK(waits(same, 9) == 250ms);
  CHECK(waits(listed, 4) == 1min);
  CHECK(waits(growing, 4) == 27s);
  CHECK(waits(growing, 5) == 1min);
  CHECK(waits(by_number, 2) == 200ms);
  CHECK(waits(by_exception, 2) == 30s);
}

TEST_CASE("a condition decides by type, by value, or by the exception itself", "[docs]") {
  const auto thrown = [](auto e) { return std::make_exception_ptr(e); };
  CHECK(by_type(thrown(rate_limited("429"))));
  CHECK_FALSE(by_type(thrown(std::logic_error("no"))));
  CHECK(by_status(thrown(http_error(503))));
  CHECK_FALSE(by_status(thrown(http_error(404))));
  CHECK_FALSE(by_status(thrown(rate_limited("429"))));
  CHECK(by_anything(thrown(1)));
}

TEST_CASE("a flow that is retried runs its body again", "[docs]") {
  weir_test::virtual_runtime t;
  weir::runtime_scope scope(t.runtime);
  int started = 0;
  const auto prepare = [&] {
    if (++started == 1) throw std::runtime_error("no space");
  };
  int loaded = 0;
  const auto load = weir::task("load", [&] { return ++loaded; });
  // [flow-retries]
  const auto import = weir::flow("import", {.retries = 1, .retry_delay = 1min}, [&] {
    load();
    if (weir::this_run::attempt() > 1) weir::log::info("second try");
    prepare();
  });
  // [flow-retries]
  import();
  CHECK(started == 2);
  CHECK(loaded == 1);
  CHECK(t.only("load").name == "load-0");  // one row, also after two attempts
}
