// Durations, instants and dates as text.

#include "core/json_tree.hpp"

#include <weir/codec.hpp>

#include <fmt/format.h>

#include <cmath>

namespace weir::inline v0::detail {
namespace {

__extension__ using int128 = __int128;  // nanoseconds of ten thousand years do not fit 64 bits

constexpr std::int64_t second = 1'000'000'000;
constexpr int128 day = int128(86'400) * second;

int128 floor_division(int128 a, int128 b) { return a / b - (a % b < 0); }

const nlohmann::json& found(const json_reader& r) { return *static_cast<const nlohmann::json*>(r.nlohmann()); }

bool fits(int128 count, const ticks& t) { return count >= t.least && count <= t.most; }

double seconds_of(std::int64_t count, const ticks& t) {
  return static_cast<double>(count) * static_cast<double>(t.num) / static_cast<double>(t.den);
}

std::optional<std::int64_t> count_of(double seconds, const ticks& t) {
  const auto count = std::nearbyint(seconds * static_cast<double>(t.den) / static_cast<double>(t.num));
  if (!(count >= -0x1p63 && count < 0x1p63)) return std::nullopt;
  const auto whole = static_cast<std::int64_t>(count);
  if (!fits(whole, t)) return std::nullopt;
  return whole;
}

std::string period(const ticks& t) { return fmt::format("{}/{}", t.num, t.den); }

std::int64_t checked(const json_reader& r, int128 count, const ticks& t) {
  if (!fits(count, t)) core::unexpected(fmt::format("a count of {} s that fits its type", period(t)), found(r));
  return static_cast<std::int64_t>(count);
}

// Takes numbers of a fixed number of digits and the characters between them from the front of a text.
class scanner {
 public:
  explicit scanner(std::string_view text) : rest_(text) {}
  bool number(std::size_t digits, int& to) {
    if (rest_.size() < digits) return false;
    to = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return false;
      to = to * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(digits);
    return true;
  }
  bool character(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

bool scan_date(scanner& s, int& year, int& month, int& dom) {
  return s.number(4, year) && s.character('-') && s.number(2, month) && s.character('-') && s.number(2, dom);
}

std::optional<std::chrono::sys_days> days_of(int year, int month, int dom) {
  const std::chrono::year_month_day date(std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(dom)));
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

// "Z", "+01:00" or "-00:30", in minutes.
bool scan_zone(scanner& s, int& minutes) {
  minutes = 0;
  if (s.character('Z')) return true;
  const bool west = s.character('-');
  int h = 0, m = 0;
  if ((!west && !s.character('+')) || !s.number(2, h) || !s.character(':') || !s.number(2, m) || h > 23 || m > 59)
    return false;
  minutes = (h * 60 + m) * (west ? -1 : 1);
  return true;
}

// Nanoseconds since 1970.
std::optional<int128> parse_time(std::string_view text, bool local) {
  scanner s(text);
  int year = 0, month = 0, dom = 0, h = 0, m = 0, sec = 0, zone = 0;
  if (!scan_date(s, year, month, dom) || !s.character('T') || !s.number(2, h) || !s.character(':') || !s.number(2, m) ||
      !s.character(':') || !s.number(2, sec) || h > 23 || m > 59 || sec > 60)
    return std::nullopt;
  std::int64_t fraction = 0;
  if (s.character('.')) {
    int digit = 0;
    if (!s.number(1, digit)) return std::nullopt;
    std::int64_t unit = second / 10;
    do {
      fraction += unit * digit;
      unit /= 10;
    } while (s.number(1, digit));
  }
  const auto days = days_of(year, month, dom);
  if ((!local && !scan_zone(s, zone)) || !s.at_end() || !days) return std::nullopt;
  return days->time_since_epoch().count() * day + int128(h * 3600 + (m - zone) * 60 + sec) * second + fraction;
}

int128 read_nanoseconds(const json_reader& r, bool local) {
  if (r.is_string())
    if (const auto t = parse_time(found(r).get_ref<const std::string&>(), local)) return *t;
  core::unexpected(local ? "a local time like 2026-01-31T12:00:00" : "a time like 2026-01-31T12:00:00Z", found(r));
}

}  // namespace

void end_count(json_writer& w, ticks t) {
  w.key("per");
  w.string(period(t));
  w.end_object();
}

json_reader read_count(const json_reader& r, ticks t) {
  const auto per = r.at("per");
  if (per.string() != period(t)) core::unexpected(fmt::format("a count of {} s", period(t)), found(r));
  return r.at("count");
}

void write_duration(json_writer& w, std::int64_t count, ticks t) {
  const auto seconds = seconds_of(count, t);
  if (count_of(seconds, t) == count) w.number(seconds);
  else write_count(w, count, t);
}

std::int64_t read_duration(const json_reader& r, ticks t) {
  if (r.is_object()) return checked(r, read_count(r, t).integer(), t);
  const auto count = count_of(r.number(), t);
  if (!count) core::unexpected("a duration in seconds that fits its type", found(r));
  return *count;
}

void write_time(json_writer& w, std::int64_t count, ticks t, bool local) {
  // Year 0 to 9999: what RFC 3339 has.
  constexpr std::int64_t first_day = -719'528, last_day = 2'932'896;
  const int128 nanoseconds = second % t.den == 0 ? int128(count) * t.num * (second / t.den) : 0;
  const auto days = floor_division(nanoseconds, day);
  if (second % t.den != 0 || days < first_day || days > last_day) return write_count(w, count, t);

  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(static_cast<int>(days)))};
  const auto in_day = static_cast<std::int64_t>(nanoseconds - days * day);
  const auto s = in_day / second, fraction = in_day % second;
  auto text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}", int{date.year()}, unsigned{date.month()},
                          unsigned{date.day()}, s / 3600, s / 60 % 60, s % 60, fraction / 1000);
  if (fraction % 1000 != 0) text += fmt::format("{:03}", fraction % 1000);
  if (!local) text += 'Z';
  w.string(text);
}

std::int64_t read_time(const json_reader& r, ticks t, bool local) {
  if (r.is_object()) return checked(r, read_count(r, t).integer(), t);
  return checked(r, floor_division(read_nanoseconds(r, local) * t.den, int128(t.num) * second), t);
}

double read_time_as_seconds(const json_reader& r, bool local) {
  return static_cast<double>(read_nanoseconds(r, local)) / static_cast<double>(second);
}

void write_date(json_writer& w, date d, bool valid, bool with_day) {
  if (!valid || d.year < 0 || d.year > 9999) {
    w.begin_array();
    w.integer(d.year);
    w.unsigned_integer(d.month);
    if (with_day) w.unsigned_integer(d.day);
    w.end_array();
  } else if (with_day) {
    w.string(fmt::format("{:04}-{:02}-{:02}", d.year, d.month, d.day));
  } else {
    w.string(fmt::format("{:04}-{:02}", d.year, d.month));
  }
}

date read_date(const json_reader& r, bool with_day) {
  if (r.is_array()) {
    expect_elements(r, with_day ? 3 : 2);
    return {codec<std::int16_t>::read(r.at(std::size_t{0})), codec<std::uint8_t>::read(r.at(std::size_t{1})),
            with_day ? codec<std::uint8_t>::read(r.at(std::size_t{2})) : 0u};
  }
  int year = 0, month = 0, dom = 1;
  if (r.is_string()) {
    scanner s(found(r).get_ref<const std::string&>());
    const bool read =
        with_day ? scan_date(s, year, month, dom) : s.number(4, year) && s.character('-') && s.number(2, month);
    if (read && s.at_end() && days_of(year, month, dom))
      return {year, static_cast<unsigned>(month), static_cast<unsigned>(dom)};
  }
  core::unexpected(with_day ? "a date like 2026-01-31" : "a month like 2026-01", found(r));
}

json_schema duration_schema(bool floating) {
  return json_schema::from_text(
      floating ? R"({"type":["number","string","object"],"pattern":"^(NaN|-?Infinity)$","required":["count","per"]})"
               : R"({"type":["number","object"],"required":["count","per"]})");
}
json_schema time_schema(bool local) {
  return json_schema::from_text(
      local ? R"({"type":["string","object"],"required":["count","per"]})"
            : R"({"type":["string","object"],"format":"date-time","required":["count","per"]})");
}
json_schema date_schema(bool with_day) {
  return json_schema::from_text(with_day ? R"({"type":["string","array"],"format":"date"})"
                                         : R"({"type":["string","array"],"pattern":"^[0-9]{4}-[0-9]{2}$"})");
}

}  // namespace weir::inline v0::detail
