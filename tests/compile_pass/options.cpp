// Options in their braces: none at all, lists in one pair of braces or two, every kind of delay and condition.

#include <weir/weir.hpp>

#include <functional>

using namespace std::chrono_literals;

const auto none = weir::task("t", {}, [](int a) { return a; });
const auto named = weir::task("t", weir::task_options{.retries = 3}, [](int a) { return a; });
const weir::flow_options kept{.retries = 1, .version = "2"};
const auto from_variable = weir::flow("f", kept, [] {});

// Two pairs of braces would make one string of two pointers out of {{"io", "cpu"}}, if tags were a vector of strings.
const std::vector<std::string> list{"a"};
const auto one_pair = weir::task("t", {.tags = {"io", std::string("cpu"), std::string_view("net")}}, [] {});
const auto two_pairs = weir::task("t", {.tags = {{"io", "cpu"}}}, [] {});
const auto a_vector = weir::task("t", {.tags = list}, [] {});
const auto no_tags = weir::task("t", {.tags = {}}, [] {});

weir::duration fibonacci(int) { return 1s; }
const std::vector<weir::duration> delays{1s, 2s};
const auto a_duration = weir::task("t", {.retry_delay = 100ms}, [] {});
const weir::duration half_a_second = 500ms;
const auto a_duration_kept = weir::task("t", {.retry_delay = half_a_second}, [] {});
const auto a_fraction = weir::task("t", {.retry_delay = 0.5s}, [] {});
const auto a_list = weir::task("t", {.retry_delay = {1s, 500ms, 0.25s}}, [] {});
const auto in_two_pairs = weir::task("t", {.retry_delay = {{1s, 2s}}}, [] {});
const auto a_list_of_one = weir::task("t", {.retry_delay = {1s}}, [] {});
const auto a_list_kept = weir::task("t", {.retry_delay = delays}, [] {});
const auto no_delay = weir::task("t", {.retry_delay = {}}, [] {});
const auto growing = weir::task("t", {.retry_delay = weir::exponential_backoff(1s, {.factor = 2, .max = 1min})}, [] {});
const auto by_number = weir::task("t", {.retry_delay = [](int n) { return 0.5s * n; }}, [] {});
const auto by_function = weir::task("t", {.retry_delay = fibonacci}, [] {});
const auto by_attempt =
    weir::task("t", {.retry_delay = [](const weir::attempt_info& a) { return a.number * 1s; }}, [] {});
// Asked about a number, it answers; asked about an attempt, it would not compile.
const auto generic = weir::task("t", {.retry_delay = [](auto n) { return 1s * n; }}, [] {});
const auto with_jitter = weir::task("t", {.retry_delay = {100ms, 1min}, .retry_jitter = 1}, [] {});

struct http_error : std::runtime_error {
  using runtime_error::runtime_error;
  int status = 0;
};
const auto for_one_type = weir::task("t", {.retry_if = [](const http_error& e) { return e.status > 499; }}, [] {});
const auto for_any = weir::task("t", {.retry_if = [](const std::exception_ptr& e) { return bool(e); }}, [] {});
const auto for_any_value = weir::task("t", {.retry_if = [](std::exception_ptr e) { return bool(e); }}, [] {});
const auto for_types = weir::task("t", {.retry_if = weir::retry_on<http_error, std::bad_alloc>()}, [] {});

void alert(const weir::run_info&) {}
const auto generic_hook = [](const auto& run) { (void)run.name; };
const auto one_hook = weir::task("t", {.on_running = alert, .on_failure = generic_hook}, [] {});
const auto hooks = weir::flow(
    "f", {.on_completion = {alert, generic_hook, [](const weir::run_info&) {}}, .on_failure = {alert}}, [] {});
const auto erased_hook = weir::task("t", {.on_failure = std::function<void(const weir::run_info&)>(alert)}, [] {});

const auto cached = weir::task(
    "t", {.cache = weir::cache::inputs().without("b") + weir::cache::key("v2"), .cache_expiration = 24h},
    [](int a, int b) { return a + b; }, weir::arg("a"), weir::arg("b"));
const auto by_key = weir::task("t", {.cache = weir::cache::by([](int a) { return a % 2; })}, [](int a) { return a; });

int changed() {
  const auto a = named.with({.retries = 0, .run_name = "once"});
  const auto b = named.with({.retry_delay = {1s, 2s}, .tags = {"a", "b"}});
  const auto c = named.with({.retry_delay = {{1s, 2s}}, .tags = {{"a", "b"}}});
  const auto d = named.with({.retry_delay = [](int n) { return n * 1s; }});
  const auto e = named.with(weir::task_options{.durability = weir::durability::power});
  from_variable.with({.retries = 0})();
  return a(1) + b(1) + c(1) + d(1) + e(1) + named.with({})(1);
}
