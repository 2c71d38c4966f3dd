// What the templates hand to the compiled engine: a definition (name, options, parameters), and for each call a frame
// with one constexpr table of functions. No type of a body or an argument goes further than this.

#pragma once

#include <weir/codec.hpp>
#include <weir/fwd.hpp>
#include <weir/options.hpp>

namespace weir::inline v0::detail {

enum class kind : bool { task, flow };

struct param_info {
  const char* name = "";
  bool has_default = false;
  bool is_secret = false;
};

/// What the engine may know about a body without its type.
struct body_info {
  std::size_t arity = 0;
  /// Position, from 1, of a parameter that takes a move-only argument by value; 0: none. Such a body cannot be called twice.
  std::size_t single_use = 0;
  /// One schema for each parameter, appended.
  void (*schemas)(std::vector<json_schema>&) = nullptr;
};

/// What the engine may do with the frame of one call.
struct frame_ops {
  void (*write_parameters)(const void* frame, std::span<const param_info>, json_writer&);
  /// Calls the body. Where another attempt may follow, by-value arguments are copied, else moved.
  void (*invoke)(void* frame, bool last_attempt);
};

/// Where in the source a task or flow was made, and what it was called.
struct named_place {
  std::string_view name;
  const char* file;
  int line;

  template <class S>
    requires std::is_convertible_v<const S&, std::string_view>
  named_place(const S& s, const char* file_ = __builtin_FILE(), int line_ = __builtin_LINE())
      : name(std::string_view(s)), file(file_), line(line_) {}
};

class definition;
using definition_ptr = std::shared_ptr<const definition>;

WEIR_EXPORT definition_ptr define(const named_place&, task_options&&, std::vector<param_info>&&, const body_info&);
WEIR_EXPORT definition_ptr define(const named_place&, flow_options&&, std::vector<param_info>&&, const body_info&);
/// The same definition with some options changed: it keeps the name, and so the identity.
WEIR_EXPORT definition_ptr redefine(const definition&, const task_options&);
WEIR_EXPORT definition_ptr redefine(const definition&, const flow_options&);
WEIR_EXPORT const std::string& name_of(const definition&) noexcept;

/// What a prepared call says besides its arguments.
struct call_site {
  weir::runtime* runtime = nullptr;
  run_options run{};
};

/// How a flow run ended, without its value.
struct ended_run {
  uuid id{};
  std::string name{};
  weir::state state{};
  std::optional<weir::failure> failure{};
  std::exception_ptr error{};
};

/// Runs the body on this thread, with its attempts; throws what the last one threw.
WEIR_EXPORT void run_task(const definition&, const call_site*, const frame_ops&, void* frame);
WEIR_EXPORT void run_flow(const definition&, const call_site*, const frame_ops&, void* frame);
/// Never throws for what the body did.
WEIR_EXPORT ended_run run_flow_to_end(const definition&, const call_site*, const frame_ops&, void* frame);

/// Writes one parameter: its value, or the name of its type where it has no codec or does not fit the budget.
template <class T>
void write_parameter(json_writer& w, const param_info& p, const T& v) {
  w.key(p.name);
  if (p.is_secret) {
    w.string("***");
    return;
  }
  const auto mark = w.mark();
  if constexpr (has_codec<T>) codec<T>::write(w, v);
  if constexpr (requires {
                  { v.size() } -> std::convertible_to<std::size_t>;
                }) {
    if (!has_codec<T> || w.full()) w.replace(mark, type_name<T>(), v.size());
  } else {
    if (!has_codec<T> || w.full()) w.replace(mark, type_name<T>(), std::nullopt);
  }
}

}  // namespace weir::inline v0::detail
