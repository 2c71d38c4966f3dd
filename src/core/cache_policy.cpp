#include <weir/cache.hpp>

#include <algorithm>
#include <atomic>
#include <tuple>

namespace weir::inline v0 {
namespace {

using kind = detail::cache_part::kind;
std::atomic<bool> wanted{false};  // see flow_parameters_wanted

using part_list = std::vector<detail::cache_part>;

// By kind, whichever order they were added in, and each once. Functions keep their order: it only numbers them for people,
// the key sorts what they give.
part_list in_order(part_list parts) {
  const auto before = [](const auto& a, const auto& b) {
    return std::tie(a.what, a.text, a.without) < std::tie(b.what, b.text, b.without);
  };
  std::stable_sort(parts.begin(), parts.end(), before);
  const auto same = [&](const auto& a, const auto& b) {
    return !before(a, b) && !before(b, a) && a.function.target == b.function.target;
  };
  parts.erase(std::unique(parts.begin(), parts.end(), same), parts.end());
  return parts;
}

}  // namespace

cache_policy::cache_policy(detail::cache_part part)
    : parts_(std::make_shared<const part_list>(part_list{std::move(part)})) {}

std::span<const detail::cache_part> cache_policy::parts() const noexcept {
  if (!parts_) return {};
  return *parts_;
}

cache_policy cache_policy::without(std::string_view parameter) const {
  part_list parts(this->parts().begin(), this->parts().end());
  for (auto& p : parts)
    if (p.what == kind::inputs && std::find(p.without.begin(), p.without.end(), parameter) == p.without.end())
      p.without.insert(std::upper_bound(p.without.begin(), p.without.end(), parameter), std::string(parameter));
  cache_policy out;
  if (parts_) out.parts_ = std::make_shared<const part_list>(in_order(std::move(parts)));
  return out;
}

cache_policy operator+(const cache_policy& a, const cache_policy& b) {
  if (!a.parts_) return b;
  part_list parts(a.parts().begin(), a.parts().end());
  parts.insert(parts.end(), b.parts().begin(), b.parts().end());
  cache_policy out;
  out.parts_ = std::make_shared<const part_list>(in_order(std::move(parts)));
  return out;
}

namespace cache {

cache_policy inputs() { return version() + cache_policy({.what = kind::inputs}); }
cache_policy version() { return cache_policy({.what = kind::task}); }
cache_policy flow_parameters() {
  wanted.store(true);
  return cache_policy({.what = kind::flow_parameters});
}
cache_policy run_id() { return cache_policy({.what = kind::run_id}); }
cache_policy key(std::string_view text) { return cache_policy({.what = kind::text, .text = std::string(text)}); }

}  // namespace cache

bool detail::flow_parameters_wanted() noexcept { return wanted.load(std::memory_order_relaxed); }

}  // namespace weir::inline v0
