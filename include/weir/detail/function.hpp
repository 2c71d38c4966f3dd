// A callable of any type behind one signature. std::function costs the umbrella header 9 to 14 % and wants copyable
// targets; this one shares its target, so that copies are cheap and a move-only target is fine.

#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace weir::inline v0::detail {

template <class Signature>
class function;

template <class R, class... A>
class function<R(A...)> {
 public:
  function() = default;
  template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, function> &&
             std::is_invocable_r_v<R, const std::decay_t<F>&, A...>)
  function(F&& f_)
      : target_(std::make_shared<const std::decay_t<F>>(std::forward<F>(f_))), call_(&call<std::decay_t<F>>) {}

  explicit operator bool() const noexcept { return call_ != nullptr; }
  R operator()(A... args) const { return call_(target_.get(), std::forward<A>(args)...); }

 private:
  template <class F>
  static R call(const void* target, A... args) {
    const auto& body = *static_cast<const F*>(target);
    if constexpr (std::is_void_v<R>) body(std::forward<A>(args)...);
    else return body(std::forward<A>(args)...);
  }

  std::shared_ptr<const void> target_;
  R (*call_)(const void*, A...) = nullptr;
};

}  // namespace weir::inline v0::detail
