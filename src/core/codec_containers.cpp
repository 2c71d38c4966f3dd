// What the codecs of containers leave to compiled code.

#include "core/json_tree.hpp"
#include "core/utf8.hpp"

#include <weir/codec.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace weir::inline v0::detail {

void out_of_range(const json_reader& r, std::string_view type) {
  core::unexpected(fmt::format("a value that fits {}", type), *static_cast<const nlohmann::json*>(r.nlohmann()));
}

bool is_utf8_text(std::string_view text) { return core::is_utf8(text); }

std::size_t array_size(const json_reader& r) {
  if (!r.is_array()) core::unexpected("an array", *static_cast<const nlohmann::json*>(r.nlohmann()));
  return r.size();
}

void expect_elements(const json_reader& r, std::size_t n) {
  if (!r.is_array() || r.size() != n)
    core::unexpected(fmt::format("an array of {}", n), *static_cast<const nlohmann::json*>(r.nlohmann()));
}

json_writer canonical_order::next(const void* element) {
  entries_.push_back({element, text_.size()});
  return json_writer(text_);
}

std::span<const void* const> canonical_order::sort() {
  const auto key = [this](std::size_t i) {
    const auto end = i + 1 < entries_.size() ? entries_[i + 1].begin : text_.size();
    return std::string_view(text_.data() + entries_[i].begin, end - entries_[i].begin);
  };
  std::vector<std::size_t> order(entries_.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  sorted_.clear();
  for (const auto i : order) sorted_.push_back(entries_[i].element);
  return sorted_;
}

json_schema row_schema(const json_schema& element, std::string_view dtype, std::optional<std::size_t> size) {
  const auto limits = size ? fmt::format(R"(,"minItems":{0},"maxItems":{0})", *size) : std::string();
  return json_schema::from_text(fmt::format(
      R"({{"type":["array","object"],"items":{}{},"required":["dtype"],"properties":{{"dtype":{{"const":"{}"}}}}}})",
      element.text(), limits, dtype));
}

json_schema text_map_schema(const json_schema& key, const json_schema& value) {
  return json_schema::from_text(fmt::format(R"({{"type":["object","array"],"additionalProperties":{},"items":{}}})",
                                            value.text(), json_schema::tuple_of({key, value}).text()));
}

}  // namespace weir::inline v0::detail
