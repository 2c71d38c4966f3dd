#include "core/history.hpp"
#include "core/ids.hpp"
#include "support/catch2.hpp"
#include "support/records.hpp"

using namespace weir_test;
using weir::state_type;
using weir::timestamp;
using weir::core::append_state;
using weir::core::unpack_history;

namespace {

constexpr std::int64_t created = 1'767'225'600'000'000;

std::string pack(const std::vector<weir::state>& states) {
  std::string out;
  auto last = created;
  for (const auto& s : states) {
    append_state(out, last, s);
    last = s.at.micros();
  }
  return out;
}

/// States of every type, with and without names and messages, ever later.
std::vector<weir::state> many_states(std::uint64_t seed, int count) {
  weir::core::random_source random(seed);
  const std::vector<std::string> texts{"", "AwaitingRetry", std::string("a\0b\xff", 4), std::string(300, 'm')};
  std::vector<weir::state> out;
  auto at = created;
  for (int i = 0; i < count; ++i) {
    weir::state s;
    s.type = static_cast<state_type>(random.next() % 9);
    s.name = texts[random.next() % texts.size()];
    if (s.name.empty()) s.name = default_name(s.type);
    s.message = texts[random.next() % texts.size()];
    at += static_cast<std::int64_t>(random.next() >> (random.next() % 40 + 24)) + (i == 0 ? 0 : 1);
    s.at = timestamp::from_micros(at);
    out.push_back(s);
  }
  return out;
}

}  // namespace

TEST_CASE("a packed history gives back its states, names, messages and times", "[core][history]") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    const auto states = many_states(seed, static_cast<int>(seed));
    const auto back = unpack_history(pack(states), created);
    CHECK(difference(shown(back), shown(states)) == "");
    for (std::size_t i = 1; i < back.size(); ++i) CHECK(back[i - 1].at < back[i].at);
  }
  CHECK(unpack_history("", created).empty());

  for (int bit = 0; bit < 62; ++bit)
    for (const std::int64_t more : {-1, 0, 1}) {
      const auto wait = (std::int64_t{1} << bit) + more;
      std::string packed;
      append_state(packed, created, state_type::running, created + wait);
      CHECK(unpack_history(packed, created).at(0).at.micros() == created + wait);
    }
}

TEST_CASE("the cheap form packs the same bytes as the full one", "[core][history]") {
  for (int i = 0; i < 9; ++i) {
    const auto type = static_cast<state_type>(i);
    std::string cheap, full;
    append_state(cheap, created, type, created + 12345);
    append_state(full, created, {type, std::string(default_name(type)), "", timestamp::from_micros(created + 12345)});
    CHECK(cheap == full);
  }
}

TEST_CASE("a task run that simply completes takes six to nine bytes", "[core][history]") {
  const auto size = [](std::int64_t run_time) {
    std::string packed;
    append_state(packed, created, state_type::pending, created);
    append_state(packed, created, state_type::running, created + 1);
    append_state(packed, created + 1, state_type::completed, created + 1 + run_time);
    return packed.size();
  };
  CHECK(size(1) == 6);
  CHECK(size(2'000'000) == 8);
  CHECK(size(200'000'000) == 9);
}

TEST_CASE("a history cut off anywhere gives the states that are whole", "[core][history]") {
  const auto states = many_states(7, 12);
  const auto packed = pack(states);
  std::vector<std::size_t> ends{0};
  for (std::size_t n = 1; n <= states.size(); ++n) ends.push_back(pack({states.begin(), states.begin() + n}).size());
  std::size_t whole = 0;
  for (std::size_t length = 0; length <= packed.size(); ++length) {
    CAPTURE(length);
    while (whole + 1 < ends.size() && ends[whole + 1] <= length) ++whole;
    const auto back = unpack_history(packed.substr(0, length), created);
    REQUIRE(back.size() == whole);
    CHECK(shown(back) == shown(std::vector(states.begin(), states.begin() + static_cast<std::ptrdiff_t>(whole))));
  }
  CHECK(whole == states.size());
}

TEST_CASE("bytes that are no history end it, whatever they are", "[core][history]") {
  const auto good = pack(many_states(3, 2));
  const auto count_after = [&](const std::string& bytes) { return unpack_history(good + bytes, created).size(); };
  CHECK(count_after(std::string("\x48\x01", 2)) == 2);      // type 9
  CHECK(count_after(std::string("\xa8\x10\x01", 3)) == 2);  // type 261, of which a byte would be COMPLETED
  CHECK(count_after(std::string(11, '\xff')) == 2);         // a number of more than 64 bits
  CHECK(count_after(std::string("\x28", 1) + std::string(9, '\xff') + '\x7f') == 2);  // more time than there is
  CHECK(count_after(std::string("\x29\x01\xff\xff\x03"
                                "ab",
                                7)) == 2);  // a name longer than the rest
  std::string ages;
  for (int i = 0; i < 4; ++i) append_state(ages, 0, state_type::running, std::int64_t{1} << 62);
  CHECK(unpack_history(ages, created).size() == 1);  // a second such wait would be past the end of time

  weir::core::random_source random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string noise;
    for (auto n = random.next() % 40; n > 0; --n) noise += static_cast<char>(random.next());
    auto last = std::numeric_limits<std::int64_t>::min();
    for (const auto& s : unpack_history(noise, created)) {
      if (s.at.micros() < last || s.type > state_type::cancelled) FAIL("noise " << i << ": " << visible(noise));
      last = s.at.micros();
    }
  }
}
