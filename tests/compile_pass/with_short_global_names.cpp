// Globals of one letter, some before our header and some after: -Wshadow must not find them in our templates.

int a, b, c, d, e, f, g, h, i, j, k, l, m;

#include <weir/testing/testing.hpp>
#include <weir/weir.hpp>

#include <map>

int n, o, p, q, r, s, t, u, v, w, x, y, z;
const char *name, *text, *args, *body, *params, *result, *value, *run, *out, *at, *list, *site, *task, *flow, *error,
    *state, *options, *words, *place, *held, *self, *target, *call, *other, *otherwise, *ended, *format, *type, *size,
    *count, *id, *tags, *level, *data, *item, *path, *store;

using namespace std::chrono_literals;

const auto step = weir::task(
    "step",
    {.retries = 1,
     .retry_delay = [](int number) { return number * 1s; },
     .retry_if = [](const std::exception& thrown) { return thrown.what()[0] == 'x'; },
     .cache = weir::cache::inputs() + weir::cache::by([] { return 1; }),
     .tags = {"one"},
     .on_failure = [](const weir::run_info&) {}},
    [](const std::map<std::string, int>& one, std::tuple<int, std::optional<double>> two, std::pair<int, int> three,
       std::array<int, 2> four, std::vector<weir::timestamp> five, std::unique_ptr<int> six) {
      return one.size() + five.size() + static_cast<std::size_t>(std::get<0>(two) + three.first + four[0] + *six);
    },
    weir::arg("one"), weir::arg("two"), weir::arg("three"), weir::arg("four") = std::array{1, 2},
    weir::arg("five") = {}, weir::arg("six") = nullptr);
const auto signed_task = weir::task<int(int)>(
    "signed", [](auto one) { return one; }, weir::arg("one") = 1);
const weir::task_of<int(int)> table = signed_task;
const auto whole = weir::flow("whole", {.retry_if = weir::retry_on<std::bad_alloc>()}, [](int one) {
  weir::log::info("{}", one);
  weir::log::debug("{}", weir::this_run::id());
  return table(one);
});

std::size_t calls(weir::runtime& there) {
  const weir::tags scope("one", std::string("two"));
  weir::bind_context([](int) {})(3);
  const auto o_ = whole.on(there).as({.run_name = "one"}).run(3);
  return step({{"a", 1}}, {1, 2.0}, {3, 4}) + step.with({.retries = 0}).on(there)({}, {}, {}, {}, {}, nullptr) +
         step.fn({}, {}, {}) + static_cast<std::size_t>(o_.result() + o_.result_or(0) + whole(1));
}
