// A WHERE clause as it grows, with the values of its parameters.

#pragma once

#include "store/statement.hpp"

#include <variant>
#include <vector>

namespace weir::inline v0::store_detail {

struct bytes {
  std::string value;
};

class where {
 public:
  template <class... Value>
  void add(std::string_view condition, Value&&... values) {
    text_ += (text_.empty() ? " WHERE " : " AND ");
    text_ += condition;
    (values_.emplace_back(std::forward<Value>(values)), ...);
  }
  const std::string& text() const noexcept { return text_; }
  void bind(statement& s) const {
    for (const auto& v : values_) {
      if (const auto* i = std::get_if<std::int64_t>(&v)) s.integer(*i);
      else if (const auto* b = std::get_if<bytes>(&v)) s.blob(b->value);
      else s.text(std::get<std::string>(v));
    }
  }

 private:
  std::string text_;
  std::vector<std::variant<std::int64_t, std::string, bytes>> values_;
};

}  // namespace weir::inline v0::store_detail
