// Artifacts: what a run leaves for people to look at: a report, a table, a link, an image, how far it has come.
//
//   weir::create_markdown("sales-report", "# Sales\n\n| region | total |\n|---|---|\n| north | 12 |\n");
//   weir::create_table("sales", rows);
//   auto progress = weir::create_progress("files", files.size());
//   for (const auto& file : files) load(file), ++progress;
//
// Each is stored with the task and the flow run in whose body the calling thread is (or to which it was bound, see
// bind_context). Outside any run it is stored all the same, and belongs to none: a program may sum up its runs. Where
// nothing is recorded, nothing happens, but for the checks.
//
// A key names a series: each artifact made with it is its next version, and store::artifact(key) gives the newest. Keys
// are lower-case letters, digits and hyphens, at most 200 bytes; another one is a usage_error that names the nearest. An
// empty key is none: such an artifact is listed with its run, and has no versions.
//
// What is over 16 KiB is kept in a file beside the store. Where it cannot be, the run says so and goes on; a top-level
// flow then throws the store_error at its end, as for all that could not be recorded.
//
// Threads: safe from any thread. Every function returns the artifact's id; zero where nothing was recorded.

#pragma once

#include <weir/codec.hpp>
#include <weir/state.hpp>

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>

namespace weir::inline v0 {

namespace detail {

using table_writer = void (*)(void* rows, json_writer&);
WEIR_EXPORT uuid record_table(std::string_view key, void* rows, table_writer, std::string_view description);

template <class T>
concept any_json = is_json<T> || is_ordered_json<T>;
/// What can stand in a table as a row, or as a column: something with parts.
template <class T>
concept table_part = !number_like<T> && !text_like<T> && !path_like<T>;
template <class T>
concept table_of_columns = map_like<T> && requires {
  requires text_like<typename T::key_type>;
  requires table_part<typename T::mapped_type>;
};
template <class T>
concept range_to_walk = requires(T& t) {
  std::begin(t) != std::end(t);
  *std::begin(t);
};

template <class Rows>
void write_table(json_writer& w, Rows& rows) {
  using table = std::remove_cv_t<Rows>;
  if constexpr (has_codec<table>) {
    codec<table>::write(w, rows);
  } else {
    w.begin_array();
    for (auto&& row : rows) codec<std::remove_cvref_t<decltype(row)>>::write(w, row);
    w.end_array();
  }
}

template <class Rows>
constexpr bool is_table() {
  using table = std::remove_cv_t<Rows>;
  if constexpr (any_json<table> || has_to_json<table>) return true;
  else if constexpr (map_like<table>) return table_of_columns<table> && has_codec<table>;
  else if constexpr (range_to_walk<Rows> && table_part<table>) {
    using row = std::remove_cvref_t<decltype(*std::begin(std::declval<Rows&>()))>;
    return table_part<row> && has_codec<row>;
  } else return false;
}

template <class Rows>
uuid create_table(std::string_view key, Rows& rows, std::string_view description) {
  static_assert(
      is_table<Rows>(),
      "weir: a table is a range of rows (structs, maps, tuples, arrays) that have a codec, or a map of columns by "
      "name; see weir/codec.hpp");
  if constexpr (is_table<Rows>())
    return record_table(
        key, const_cast<void*>(static_cast<const void*>(std::addressof(rows))),
        [](void* from, json_writer& w) { write_table(w, *static_cast<Rows*>(from)); }, description);
  else return {};
}

/// A whole number of any type.
struct count {
  std::int64_t value;
  template <std::integral N>
    requires(!std::same_as<N, bool>)
  constexpr count(N n_) noexcept
      : value(std::is_unsigned_v<N> && static_cast<std::uint64_t>(n_) > INT64_MAX ? INT64_MAX
                                                                                  : static_cast<std::int64_t>(n_)) {}
};

class progress_state;

}  // namespace detail

/// \param text  markdown, kept byte for byte
WEIR_EXPORT uuid create_markdown(std::string_view key, std::string_view text, std::string_view description = {});

/// \param rows  any range of rows, each a struct, map, tuple or array with a codec; or a map of columns by name; or a
///              nlohmann::json of either form. Kept as JSON that any program reads: no bytes as base64, broken UTF-8 mended
/// \throws usage_error  a type of its own was written neither as an array nor as an object
template <class Rows>
uuid create_table(std::string_view key, Rows&& rows, std::string_view description = {}) {
  return detail::create_table(key, rows, description);
}
/// create_table("months", {std::tuple{"January", 76'518}, {"February", 64'572}})
template <class Row>
uuid create_table(std::string_view key, std::initializer_list<Row> rows, std::string_view description = {}) {
  return detail::create_table(key, rows, description);
}

/// \param url   kept as markdown, [text](url)
/// \param text  what is shown of the link; empty: the URL
/// \throws usage_error  an empty URL, or one with control characters
WEIR_EXPORT uuid create_link(std::string_view key, std::string_view url, std::string_view text = {},
                             std::string_view description = {});

/// PNG, JPEG, GIF, WebP or SVG, told by the first bytes. The record has a copy: the file may go.
/// \throws usage_error  there is no such file, it is a directory, empty, cannot be read, or is none of these
WEIR_EXPORT uuid create_image(std::string_view key, std::string_view path, std::string_view description = {});
template <detail::path_like Path>
uuid create_image(std::string_view key, const Path& path, std::string_view description = {}) {
  return create_image(key, std::string_view(path.string()), description);
}
/// \throws usage_error  empty, or none of these
WEIR_EXPORT uuid create_image(std::string_view key, std::span<const std::byte> bytes,
                              std::string_view description = {});

class progress;
WEIR_EXPORT progress create_progress(std::string_view, detail::count, std::string_view);

/// How far something has come, in whole numbers from 0 to a total. A handle: copies mean the same progress.
///
/// An update costs some tens of nanoseconds: it stores a number and looks at the clock. The record, which has percent, gets
/// the newest one at most every 100 ms of the runtime's clock, and where there is something new when the total is reached,
/// when the attempt of the run that made it ends, and when the last handle goes; nothing else moves it, so between two
/// updates it may lag.
///
/// Threads: safe from any thread, with or without a run; may outlive the run and the runtime. Once the runtime is gone
/// updates are no longer recorded.
class WEIR_EXPORT progress {
 public:
  // No moves, which would leave handles of nothing.
  progress(const progress&) = default;
  progress& operator=(const progress&) = default;
  ~progress() = default;

  const progress& operator++() const { return *this += 1; }
  const progress& operator+=(detail::count n) const;
  /// May go back. Below 0 counts as 0 percent, above the total as 100.
  void set(detail::count n) const;

  std::int64_t value() const noexcept;
  std::int64_t total() const noexcept;
  /// Zero where nothing is recorded.
  uuid id() const noexcept;

 private:
  friend progress create_progress(std::string_view, detail::count, std::string_view);
  explicit progress(std::shared_ptr<detail::progress_state> state) noexcept : state_(std::move(state)) {}

  std::shared_ptr<detail::progress_state> state_;
};

/// Begins at 0 of `total`; a total of 0 is complete.
/// \throws usage_error  a negative total
WEIR_EXPORT progress create_progress(std::string_view key, detail::count total, std::string_view description = {});

}  // namespace weir::inline v0
