#include "core/history.hpp"

namespace weir::inline v0::core {
namespace {

constexpr unsigned has_name = 1, has_message = 2;

// Times that lie further apart, or ahead, are damage; so far they can be added without care. 146,000 years.
constexpr std::int64_t longest_wait = std::int64_t{1} << 62;

void put_varint(std::string& out, std::uint64_t v) {
  while (v >= 0x80) {
    out.push_back(static_cast<char>(v | 0x80));
    v >>= 7;
  }
  out.push_back(static_cast<char>(v));
}

struct cursor {
  std::string_view rest;
  bool good = true;

  std::uint64_t varint() {
    std::uint64_t v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest.empty()) break;
      const auto byte = static_cast<unsigned char>(rest.front());
      rest.remove_prefix(1);
      v |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return v;
    }
    good = false;
    return 0;
  }
  std::string text() {
    const auto n = varint();
    if (n > rest.size()) good = false;
    if (!good) return {};
    std::string out(rest.substr(0, n));
    rest.remove_prefix(n);
    return out;
  }
};

}  // namespace

void append_state(std::string& packed, std::int64_t last_at, state_type type, std::int64_t at) {
  packed.push_back(static_cast<char>(static_cast<unsigned>(type) << 3));
  put_varint(packed, static_cast<std::uint64_t>(at - last_at));
}

void append_state(std::string& packed, std::int64_t last_at, const weir::state& next) {
  const bool named = next.name != default_name(next.type);
  const bool told = !next.message.empty();
  packed.push_back(
      static_cast<char>((static_cast<unsigned>(next.type) << 3) | (named ? has_name : 0) | (told ? has_message : 0)));
  put_varint(packed, static_cast<std::uint64_t>(next.at.micros() - last_at));
  if (named) {
    put_varint(packed, next.name.size());
    packed += next.name;
  }
  if (told) {
    put_varint(packed, next.message.size());
    packed += next.message;
  }
}

std::vector<weir::state> unpack_history(std::string_view packed, std::int64_t created) {
  std::vector<weir::state> out;
  cursor c{packed};
  std::int64_t at = created;
  while (!c.rest.empty()) {
    const auto head = c.varint(), later = c.varint();
    if (head >> 3 > static_cast<std::uint64_t>(state_type::cancelled)) c.good = false;
    if (later > longest_wait || at > longest_wait) c.good = false;
    if (!c.good) break;
    at += static_cast<std::int64_t>(later);
    weir::state s;
    s.type = static_cast<state_type>(head >> 3);
    if (head & has_name) s.name = c.text();
    if (head & has_message) s.message = c.text();
    if (!c.good) break;
    if (!(head & has_name)) s.name = default_name(s.type);
    s.at = timestamp::from_micros(at);
    out.push_back(std::move(s));
  }
  return out;
}

}  // namespace weir::inline v0::core
