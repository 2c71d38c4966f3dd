#include "core/ids.hpp"
#include "support/catch2.hpp"

#include <weir/error.hpp>
#include <weir/log.hpp>
#include <weir/state.hpp>

#include <fmt/format.h>

#include <sstream>

using weir::state;
using weir::state_type;
using weir::uuid;

TEST_CASE("each type of state has its name on the wire, its name for people, and its number for ever",
          "[core][state]") {
  struct expected {
    state_type type;
    int number;
    const char *wire, *name;
    bool final;
  };
  for (const auto& e : {expected{state_type::scheduled, 0, "SCHEDULED", "Scheduled", false},
                        {state_type::pending, 1, "PENDING", "Pending", false},
                        {state_type::running, 2, "RUNNING", "Running", false},
                        {state_type::paused, 3, "PAUSED", "Paused", false},
                        {state_type::cancelling, 4, "CANCELLING", "Cancelling", false},
                        {state_type::completed, 5, "COMPLETED", "Completed", true},
                        {state_type::failed, 6, "FAILED", "Failed", true},
                        {state_type::crashed, 7, "CRASHED", "Crashed", true},
                        {state_type::cancelled, 8, "CANCELLED", "Cancelled", true}}) {
    CAPTURE(e.wire);
    CHECK(static_cast<int>(e.type) == e.number);
    CHECK(to_string(e.type) == e.wire);
    CHECK(default_name(e.type) == e.name);
    CHECK(fmt::format("{}", e.type) == e.wire);
    CHECK(is_final(e.type) == e.final);
    const state s{.type = e.type, .name = {}, .message = {}, .at = {}};
    CHECK(s.is_final() == e.final);
    CHECK(s.is_completed() == (e.type == state_type::completed));
    CHECK(s.is_cancelled() == (e.type == state_type::cancelled));
    CHECK(s.is_failed() == (e.type == state_type::failed || e.type == state_type::crashed));
  }
}

TEST_CASE("a number from a damaged file that is no type or level is shown as unknown", "[core][state]") {
  for (const int n : {9, 10, 255}) {
    CHECK(to_string(static_cast<state_type>(n)) == "UNKNOWN");
    CHECK(default_name(static_cast<state_type>(n)) == "Unknown");
  }
  for (const int n : {0, 5, 255}) CHECK(fmt::format("{}", static_cast<weir::log::level>(n)) == "UNKNOWN");
  CHECK(fmt::format("{}", weir::log::level::debug) == "DEBUG");
  CHECK(fmt::format("{}", weir::log::level::error) == "ERROR");
}

TEST_CASE("an id is read in either case and written in lower case", "[core][state]") {
  const auto id = uuid::parse("0190F3A2-7c4e-7B1D-9f00-2b6E8D1C5A77");
  CHECK(to_string(id) == "0190f3a2-7c4e-7b1d-9f00-2b6e8d1c5a77");
  CHECK(fmt::format("{}", id) == to_string(id));
  std::ostringstream out;
  out << id;
  CHECK(out.str() == to_string(id));
  CHECK(id.bytes[0] == 0x01);
  CHECK(id.bytes[15] == 0x77);
  CHECK(uuid() < id);

  weir::core::random_source random(1);
  for (int i = 0; i < 1000; ++i) {
    uuid any;
    for (auto& b : any.bytes) b = static_cast<unsigned char>(random.next());
    CHECK(uuid::try_parse(to_string(any)) == any);
  }
}

TEST_CASE("a text that is not an id is refused, and quoted", "[core][state]") {
  const std::string good = "0190f3a2-7c4e-7b1d-9f00-2b6e8d1c5a77";
  CHECK_FALSE(uuid::try_parse(""));
  CHECK_FALSE(uuid::try_parse(good + " "));
  CHECK_FALSE(uuid::try_parse("{" + good.substr(2) + "}"));
  CHECK_FALSE(uuid::try_parse("0190f3a27c4e7b1d9f002b6e8d1c5a77"));
  for (std::size_t i = 0; i < good.size(); ++i) {
    CHECK_FALSE(uuid::try_parse(good.substr(0, i)));
    for (const char wrong : {'g', 'G', '/', ':', '@', '`', ' ', '\0', '-', 'a'}) {
      auto bad = good;
      bad[i] = wrong;
      const bool still_good = good[i] == '-' ? wrong == '-' : wrong == 'a';
      CHECK(uuid::try_parse(bad).has_value() == still_good);
    }
  }
  CHECK_THROWS_AS(uuid::parse("nonsense"), weir::usage_error);
  CHECK_THROWS_WITH(uuid::parse("nonsense"), ContainsSubstring("\"nonsense\"") && ContainsSubstring(good.substr(0, 8)));
  CHECK(std::string_view([&]() -> std::string {
          try {
            uuid::parse(std::string(1'000'000, 'x'));
          } catch (const weir::usage_error& e) {
            return e.what();
          }
          return {};
        }())
            .size() < 300);
}
