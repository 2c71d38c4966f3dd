// A codec for a family of types that would also pass for ranges: the one that somebody wrote wins.

#include <weir/weir.hpp>

template <class T>
struct matrix {
  using value_type = T;
  std::vector<T> d;
  auto begin() const { return d.begin(); }
  auto end() const { return d.end(); }
  std::size_t size() const { return d.size(); }
};
template <class T>
struct weir::codec<matrix<T>> {
  static void write(weir::json_writer& w, const matrix<T>& m) { w.bytes(std::as_bytes(std::span(m.d)), "f64"); }
  static matrix<T> read(weir::json_reader) { return {}; }
};

struct money {
  long cents = 0;
};
template <>
struct weir::codec<money> {
  static void write(weir::json_writer& w, const money& m) { w.string(std::to_string(m.cents)); }
  static money read(weir::json_reader r) { return {std::stol(r.string())}; }
  static weir::json_schema schema() { return weir::json_schema::string(); }
};

static_assert(weir::has_codec<matrix<double>> && weir::has_codec<std::optional<money>>);
struct without {};
static_assert(!weir::has_codec<without> && !weir::has_codec<std::vector<without>>);

// A range whose elements are of its own type: asking for their codec would never end.
struct tree {
  using value_type = tree;
  const tree* begin() const { return children.data(); }
  const tree* end() const { return children.data() + children.size(); }
  std::vector<tree> children{};
};
static_assert(!weir::has_codec<tree>);

const auto transpose = weir::task(
    "transpose", [](const matrix<double>& m) { return m; }, weir::arg("m"));
const auto count = weir::task("count", [](const tree& t) { return t.children.size(); });
const auto pay = weir::task("pay", [](money m, const without&) { return m.cents; });
long calls() { return static_cast<long>(transpose(matrix<double>{}).size() + count({})) + pay({100}, {}); }
