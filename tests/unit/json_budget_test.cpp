// A record must not cost more than its budget, and must be JSON whatever did not fit.

#include "support/catch2.hpp"

#include <weir/weir.hpp>

#include <nlohmann/json.hpp>

#include <map>

using weir::json_writer;

namespace {

struct unwritable {};

struct parameters {
  std::string secret = "hunter2", text = std::string(40, 't');
  std::vector<int> numbers = std::vector<int>(20, 7);
  std::map<std::string, std::vector<std::string>> table{{"a", {"x", "y"}}, {"b", {}}, {std::string(30, 'k'), {"z"}}};
  int small = 5;
  unwritable odd{};

  void write(json_writer& w) const {
    using weir::detail::write_parameter;
    w.begin_object();
    write_parameter(w, {.name = "text"}, text);
    write_parameter(w, {.name = "token", .is_secret = true}, secret);
    write_parameter(w, {.name = "numbers"}, numbers);
    write_parameter(w, {.name = "table"}, table);
    write_parameter(w, {.name = "odd"}, odd);
    write_parameter(w, {.name = "small"}, small);
  }
};

/// What is written within a budget, and how long it is.
template <class T>
std::pair<std::size_t, bool> cost(const T& value, std::size_t budget) {
  std::vector<char> out;
  json_writer w(out, budget);
  weir::codec<T>::write(w, value);
  return {out.size(), w.full()};
}

}  // namespace

TEST_CASE("parameters are JSON with each of their names, whatever the budget", "[core][json][budget]") {
  const parameters p;
  std::size_t whole = 0;
  for (std::size_t budget = 0; budget < 500; ++budget) {
    std::vector<char> out;
    json_writer w(out, budget);
    p.write(w);
    const std::string text(out.begin(), out.end());
    CAPTURE(budget, text);
    const auto j = nlohmann::json::parse(text + "}", nullptr, false);
    REQUIRE(j.is_object());
    CHECK(j.size() == 6);
    CHECK(text.find(p.secret) == std::string::npos);
    const auto is = [&](const char* name, const nlohmann::json& value) {
      REQUIRE(j.contains(name));
      if (j[name] == value) return true;
      CHECK(j[name].contains("$type"));
      return false;
    };
    const bool all = is("text", p.text) & is("numbers", p.numbers) & is("table", p.table) & is("small", p.small) &
                     is("token", "***");
    CHECK(j["odd"].contains("$type"));
    whole += all;
    CHECK((!all || budget >= 200));
    CHECK(text.size() <= budget + 600);
  }
  CHECK(whole > 100);
}

TEST_CASE("a parameter that does not fit is told by its type and its size", "[core][json][budget]") {
  std::vector<char> out;
  json_writer w(out, 20);
  w.begin_object();
  weir::detail::write_parameter(w, {.name = "v"}, std::vector<int>(1000, 1));
  const auto j = nlohmann::json::parse(std::string(out.begin(), out.end()) + "}");
  CHECK(j["v"]["$size"] == 1000);
  CHECK_THAT(j["v"]["$type"].get<std::string>(), ContainsSubstring("vector"));
}

TEST_CASE("writing stops at the budget, however the value is built", "[core][json][budget]") {
  const std::size_t budget = 1000, slack = 100;
  const auto stops = [&](const auto& value) {
    const auto [size, full] = cost(value, budget);
    CHECK(full);
    CHECK(size <= budget + slack);
  };
  stops(std::string(1'000'000, 'x'));
  stops(std::vector<int>(1'000'000));
  stops(std::vector<std::string>(1'000'000));
  stops(std::vector<std::vector<int>>(1'000'000));  // a million pairs of brackets
  stops(std::vector<std::pair<int, int>>(1'000'000));
  stops(std::vector<std::map<std::string, int>>(1'000'000));
  stops(std::vector<std::optional<int>>(1'000'000));
  std::map<int, int> map;
  std::map<std::string, std::vector<int>> keys;
  for (int i = 0; i < 100'000; ++i) map[i] = i, keys[std::to_string(i)];
  stops(map);
  stops(keys);
  stops(nlohmann::json(std::vector<std::vector<int>>(100'000)));
  stops(nlohmann::json(keys));

  std::vector<char> out;
  json_writer w(out, 10);
  w.begin_object();
  w.key("a key that does not fit");
  CHECK(w.full());
  CHECK(std::string(out.begin(), out.end()) == "{");

  const auto fits = cost(std::vector<std::vector<int>>(10), budget);
  CHECK_FALSE(fits.second);
  CHECK(fits.first == 31);
}

TEST_CASE("what is replaced makes room for what follows", "[core][json][budget]") {
  std::vector<char> out;
  json_writer w(out, 60);
  w.begin_array();
  const auto mark = w.mark();
  w.string(std::string(100, 'x'));
  CHECK(w.full());
  w.replace(mark, "text", std::nullopt);
  CHECK_FALSE(w.full());
  w.integer(1);
  w.end_array();
  CHECK(std::string(out.begin(), out.end()) == R"([{"$type":"text"},1])");
}

TEST_CASE("a string that grows by its escapes fills the budget", "[core][json][budget]") {
  CHECK_FALSE(cost(std::string(100, '\x01'), 602).second);
  CHECK(cost(std::string(100, '\x01'), 601).second);
}
