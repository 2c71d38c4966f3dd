// Caching: what the result of a task is looked up by.
//
//   weir::task("features", {.cache = weir::cache::inputs(), .cache_expiration = 24h}, make_features)
//
// A policy is made of parts. Equal parts make equal keys, in any run, any process, on the same store. What is not part of
// the policy does not count: parts are named one by one, so that "why did this run?" has an answer (runtime::explain_cache).
//
// Keys are 128-bit hashes, made to tell accidents apart, not attackers (docs/design/caching.md).

#pragma once

#include <weir/codec.hpp>
#include <weir/detail/sig.hpp>

#include <span>

namespace weir::inline v0 {

namespace detail {

/// A function that makes a key, behind its type: what it wants, and how it is called.
struct key_function {
  std::shared_ptr<const void> target;
  /// The types of its parameters, as type_name() writes them; none: any task will do.
  std::span<const std::string_view> parameters;
  /// `arguments` are of these types. Writes the key; false: this call is not cached.
  bool (*call)(const void* target, const void* const* arguments, json_writer& key);
};

struct cache_part {
  enum class kind : std::uint8_t { task, inputs, flow_parameters, run_id, text, function };
  kind what{};
  std::string text{};                  // of kind text: the text
  std::vector<std::string> without{};  // of kind inputs: parameters that do not count
  key_function function{};             // of kind function
};

/// A policy with flow_parameters() was made: flows then hash theirs, however long.
bool flow_parameters_wanted() noexcept;

}  // namespace detail

/// What a cached result depends on. Empty: nothing is cached. Threads: a value; nothing in it changes.
class WEIR_EXPORT cache_policy {
 public:
  cache_policy() = default;
  explicit cache_policy(detail::cache_part part);

  /// The same without this parameter among the inputs. An unknown name is a usage_error at the first use of the task.
  [[nodiscard]] cache_policy without(std::string_view parameter) const;
  /// Both: the key changes when either does. The order does not matter.
  friend cache_policy operator+(const cache_policy&, const cache_policy&);

  bool is_set() const noexcept { return parts_ != nullptr; }
  std::span<const detail::cache_part> parts() const noexcept;

 private:
  std::shared_ptr<const std::vector<detail::cache_part>> parts_;
};

WEIR_EXPORT cache_policy operator+(const cache_policy&, const cache_policy&);

namespace cache {

/// The values of all arguments, with the task's name and version: another task with equal arguments has another key. The
/// types of the parameters need codecs, else a usage_error at the first use that names parameter and type.
WEIR_EXPORT cache_policy inputs();
/// The task's name and its `version` alone.
WEIR_EXPORT cache_policy version();
/// The parameters of the flow run that the task is called in. Outside a flow, nothing is cached.
WEIR_EXPORT cache_policy flow_parameters();
/// The flow run: nothing is shared between runs.
WEIR_EXPORT cache_policy run_id();
/// A text of yours. Alone it is a key that all tasks share.
WEIR_EXPORT cache_policy key(std::string_view text);

}  // namespace cache

namespace detail {

template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};

template <class T>
bool write_key(const T& made, json_writer& w) {
  if constexpr (is_optional<T>::value) {
    return made && write_key(*made, w);
  } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    w.string(std::string_view(made));
    return true;
  } else {
    codec<T>::write(w, made);
    return true;
  }
}

template <class F, class List>
struct key_caller;
template <class F, class... P>
struct key_caller<F, list<P...>> {
  static constexpr std::array<std::string_view, sizeof...(P)> names{type_name<std::remove_cvref_t<P>>()...};
  static bool call(const void* target, [[maybe_unused]] const void* const* arguments, json_writer& w) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return write_key((*static_cast<const F*>(target))(*static_cast<const std::remove_cvref_t<P>*>(arguments[I])...),
                       w);
    }(std::index_sequence_for<P...>{});
  }
};

}  // namespace detail

namespace cache {

/// The key that `f` makes of the arguments: a text, any value with a codec, or an optional of one (nullopt: this call is not
/// cached). It takes the task's own parameter types, by value or const reference, or nothing; others are a usage_error at
/// the first use. Called in the context of the run, before the body; what it throws is said once and the call not cached.
/// Alone it is a key that all tasks share: add version() or a text where that is not meant.
template <class F>
cache_policy by(F f) {
  static_assert(
      detail::introspectable<F>,
      "weir: cache::by needs a function with one plain operator(), taking the task's own parameter types or nothing");
  if constexpr (detail::introspectable<F>) {
    using caller = detail::key_caller<F, typename detail::signature_of<F>::params>;
    return cache_policy({.what = detail::cache_part::kind::function,
                         .function = {std::make_shared<const F>(std::move(f)),
                                      std::span<const std::string_view>(caller::names), &caller::call}});
  }
}

}  // namespace cache

}  // namespace weir::inline v0
