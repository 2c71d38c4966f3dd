// What must hold for every value: it reads back as it was, equal values give equal text and equal keys, and the text
// satisfies the schema. WEIR_SEED=n repeats what failed with "seed n".

#include "support/codecs.hpp"
#include "support/json_schema.hpp"
#include "support/random_value.hpp"

#include <deque>
#include <list>
#include <map>
#include <set>
#include <unordered_map>
#include <unordered_set>

using namespace weir::testing;

namespace {

enum class small_enum : unsigned char {};
enum class yes_or_no : bool {};
enum class wide_enum : std::int64_t {};

template <class T>
using per = std::chrono::duration<T, std::milli>;
using frames = std::chrono::duration<std::int64_t, std::ratio<1001, 30000>>;
template <class D>
using local = std::chrono::time_point<std::chrono::local_t, D>;

using scalars =
    std::tuple<bool, char, signed char, unsigned char, short, unsigned short, int, unsigned, long, unsigned long, float,
               double, char8_t, char16_t, char32_t, wchar_t, std::byte, small_enum, yes_or_no, wide_enum>;
using texts = std::tuple<std::string, std::filesystem::path, std::optional<std::string>, std::vector<std::string>>;
using rows = std::tuple<std::vector<double>, std::vector<float>, std::vector<int>, std::vector<std::uint64_t>,
                        std::vector<char>, std::vector<std::byte>, std::vector<bool>, std::array<double, 3>,
                        std::array<std::int16_t, 40>, std::array<std::array<float, 2>, 2>, std::array<int, 0>>;
using maps = std::tuple<std::map<std::string, double>, std::map<int, std::string>, std::multimap<std::string, int>,
                        std::unordered_map<std::string, std::vector<int>>, std::unordered_map<int, std::string>,
                        std::unordered_multimap<int, int>, std::map<std::string, std::map<std::string, int>>>;
using ranges =
    std::tuple<std::list<std::deque<int>>, std::set<std::string>, std::multiset<int>, std::unordered_set<std::string>,
               std::unordered_multiset<int>, std::vector<std::vector<double>>>;
using options =
    std::tuple<std::optional<int>, std::optional<std::optional<int>>, std::optional<std::vector<std::optional<int>>>,
               std::optional<std::optional<std::optional<std::string>>>, std::vector<std::optional<double>>,
               std::optional<std::monostate>, std::optional<std::optional<std::vector<std::optional<bool>>>>>;
using choices = std::tuple<std::variant<int, double, std::string>, std::variant<std::monostate, std::vector<double>>,
                           std::optional<std::variant<std::optional<int>, std::monostate>>, std::tuple<>,
                           std::pair<int, std::string>>;
using times = std::tuple<
    std::chrono::nanoseconds, std::chrono::milliseconds, std::chrono::hours, per<double>, per<float>,
    std::chrono::duration<double>, std::chrono::duration<float>, frames, per<std::uint64_t>,
    std::chrono::duration<std::int8_t>, std::chrono::sys_time<std::chrono::nanoseconds>, std::chrono::sys_days,
    std::chrono::sys_seconds, std::chrono::sys_time<frames>, std::chrono::sys_time<std::chrono::duration<double>>,
    std::chrono::sys_time<std::chrono::duration<std::int64_t, std::pico>>, std::chrono::sys_time<per<std::uint64_t>>,
    local<std::chrono::microseconds>, std::chrono::year_month_day>;

template <class T>
void check_round_trips(random_source& r) {
  const auto value = any<T>(r);
  const auto text = written(value);
  INFO(weir::detail::type_name<T>() << " written as " << text.substr(0, 500));
  const auto back = read_back<T>(text);
  CHECK(same(back, value));
  CHECK(written(back) == text);
  CHECK(key_of(back) == key_of(value));
  CHECK(schema_problem(nlohmann::json::parse(weir::schema_of<T>().text()), nlohmann::json::parse(text)).empty());
  for (const std::size_t inline_limit : {0, 5000}) {
    const auto kept = keep(value, inline_limit);
    CHECK(kept.is_inline == (kept.bytes == text));
    CHECK(kept.opened == (kept.is_inline ? 0 : 1));
    CHECK(same(read_kept<T>(kept.bytes), value));
  }
}

}  // namespace

TEMPLATE_TEST_CASE("any value reads back as it was", "[core][codec][property]", scalars, texts, rows, maps, ranges,
                   options, choices, times) {
  const auto first = first_seed();
  for (auto seed = first; seed != first + 100; ++seed) {
    INFO("seed " << seed);
    random_source r(seed);
    [&]<class... T>(std::type_identity<std::tuple<T...>>) {
      (check_round_trips<T>(r), ...);
    }(std::type_identity<TestType>{});
  }
}
