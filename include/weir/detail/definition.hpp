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

/// A type as the engine knows it.
struct type_info {
  std::string_view name;  // as the compiler writes it
  bool written = false;   // has a codec that writes
  bool read = false;      // and one that reads
};

/// What the engine may know about a body without its type.
struct body_info {
  /// The types of the parameters, without references and const.
  std::span<const type_info> parameters{};
  type_info result{};
  /// Position, from 1, of a parameter that takes a move-only argument by value; 0: none. Such a body cannot be called twice.
  std::size_t single_use = 0;
  /// One schema for each parameter, appended.
  void (*schemas)(std::vector<json_schema>&) = nullptr;
};

/// What the engine may do with the frame of one call.
struct frame_ops {
  /// \return whether all of them are there as they are: none secret, too large or without codec
  bool (*write_parameters)(const void* frame, std::span<const param_info>, json_writer&);
  /// Calls the body. Where another attempt may follow, by-value arguments are copied, else moved.
  void (*invoke)(void* frame, bool last_attempt);
  /// The value of one parameter; only where its type is `written`.
  void (*write_argument)(const void* frame, std::size_t parameter, json_writer&);
  /// Where the value of each parameter lies.
  void (*arguments)(const void* frame, const void** out);
  /// The result, where its type is `written`, and back, where it is `read`. Of void: null.
  void (*write_result)(const void* frame, json_writer&);
  void (*read_result)(void* frame, json_reader);
};

/// Where in the source a task or flow was made, and what it was called.
struct named_place {
  std::string_view name;
  const char* file;
  int line;

  template <class S>
    requires(std::is_convertible_v<const S&, std::string_view> && !std::is_null_pointer_v<S>)
  named_place(const S& name_, const char* file_ = __builtin_FILE(), int line_ = __builtin_LINE())
      : name(std::string_view(name_)), file(file_), line(line_) {}
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

template <class T>
void write_value([[maybe_unused]] json_writer& w, [[maybe_unused]] const T& v) {
  if constexpr (has_codec<T>) codec<T>::write(w, v);
}

/// Writes one parameter: its value, or the name of its type where it has no codec or does not fit the budget.
/// \return whether it is the value
template <class T>
bool write_parameter(json_writer& w, const param_info& p, const T& v) {
  const auto mark = w.mark(p.name);
  if (p.is_secret) {
    w.string("***");
    if (w.full()) w.replace(mark, "secret", std::nullopt);
    return false;
  }
  write_value(w, v);
  if (has_codec<T> && !w.full()) return true;
  std::optional<std::size_t> size;
  if constexpr (requires {
                  { v.size() } -> std::convertible_to<std::size_t>;
                })
    size = v.size();
  w.replace(mark, type_name<T>(), size);
  return false;
}

}  // namespace weir::inline v0::detail
