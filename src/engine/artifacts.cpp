// The functions of weir/artifact.hpp, but for progress.

#include "engine/artifacts.hpp"

#include <weir/artifact.hpp>

#include "core/artifact_key.hpp"
#include "core/image_type.hpp"
#include "core/kept_result.hpp"
#include "core/markdown_link.hpp"
#include "core/name_text.hpp"
#include "core/tag_set.hpp"
#include "engine/calls.hpp"
#include "engine/failure.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

namespace weir::inline v0 {
namespace detail {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

/// Content on its way: in the row while it is small, else in a file of the store.
class kept_content {
 public:
  explicit kept_content(store_port& store) : store_(store) {}

  void write(std::span<const std::byte> bytes) {
    size_ += bytes.size();
    if (!large_ && size_ <= core::longest_inline_result) {
      kept_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      return;
    }
    if (!large_) {
      large_ = store_.keep_large_value();
      large_->write(bytes_of(std::string_view(kept_).substr(1)));
    }
    large_->write(bytes);
  }
  /// See "kept content" in store_port.hpp.
  std::string finish() {
    if (large_) kept_.assign(1, 'f').append(large_->commit());
    return std::move(kept_);
  }
  std::uint64_t size() const noexcept { return size_; }

 private:
  store_port& store_;
  std::unique_ptr<large_value_writer> large_;
  std::string kept_ = "j";
  std::uint64_t size_ = 0;
};

struct labels {
  std::string_view type, key, description, media_type{};
};

/// `fill(kept_content&)` writes what the artifact holds; it is not called where nothing is recorded.
template <class Fill>
uuid record(const labels& l, Fill&& fill) {
  auto* maker = maker_of_artifact();
  if (!maker) return {};
  auto& records = *maker->flow->records;
  std::string kept;
  auto fact = new_artifact(*maker, l.type);
  try {
    kept_content content(*records.port());
    fill(content);
    kept = content.finish();
    fact.bytes = content.size();
  } catch (const store_error& e) {
    // The work that is reported on is worth more than the report: the run goes on, and its flow says at its end that not
    // all of it was recorded.
    log::warning("the {} \"{}\" is not recorded: {}", l.type, l.key, e.what());
    records.lose(std::current_exception());
    return {};
  }
  auto& facts = this_thread_scratch().facts;
  facts.clear();
  put_fact(facts, fact, l.key, cut(l.description, longest_message), l.media_type, kept);
  records.append(facts, maker->engine->executor());
  return fact.id;
}

uuid record_text(const labels& l, std::string_view text) {
  return record(l, [&](kept_content& to) { to.write(bytes_of(text)); });
}

std::string_view type_of_image(std::span<const std::byte> begin, std::string_view what) {
  if (begin.empty()) throw usage_error(fmt::format("create_image: {} is empty; give a whole image", what));
  const auto type = core::image_type(begin);
  if (!type.empty()) return type;
  std::string first;
  for (const auto b : begin.first(std::min<std::size_t>(begin.size(), 8)))
    first += fmt::format("{}{:02x}", first.empty() ? "" : " ", std::to_integer<unsigned>(b));
  throw usage_error(fmt::format(
      "create_image: {} begins with {}, so it is none of PNG, JPEG, GIF, WebP and SVG; convert it to one of these",
      what, first));
}

// Whole, where it can be: the end of a long path says the most. What cannot is no path, but perhaps the bytes of an image.
std::string path_on_one_line(std::string_view path) {
  return core::unprintable(path).empty() ? std::string(path) : core::shown(path);
}

/// A file of the user's, read in pieces and not mapped: somebody else may be writing it.
class image_file {
 public:
  /// \throws usage_error  there is no file to read; says why
  explicit image_file(std::string_view path) : path_(path) {
    std::error_code why;
    const auto found = std::filesystem::status(path_, why);
    if (found.type() == std::filesystem::file_type::not_found)
      refuse("does not exist; look at its path, or write it first (bytes are given with std::as_bytes)");
    if (std::filesystem::is_directory(found)) refuse("is a directory; give a file in it");
    if (std::filesystem::exists(found) && !std::filesystem::is_regular_file(found))
      refuse("is a device or a pipe; read it yourself, and give its bytes");
    in_.open(path_, std::ios::binary);
    if (!in_) refuse("cannot be read; look at its permissions");
  }
  /// Fills `to` as far as there is something. \throws error
  std::size_t read(std::span<std::byte> to) {
    in_.read(reinterpret_cast<char*>(to.data()), static_cast<std::streamsize>(to.size()));
    if (in_.bad()) throw error(fmt::format("create_image: {} cannot be read to its end; look at its disk", shown()));
    return static_cast<std::size_t>(in_.gcount());
  }

 private:
  [[noreturn]] void refuse(std::string_view why) const {
    throw usage_error(fmt::format("create_image: {} {}", path_.empty() ? "a file without a name" : shown(), why));
  }

  std::string shown() const { return path_on_one_line(path_.native()); }

  std::filesystem::path path_;
  std::ifstream in_;
};

}  // namespace

void check_artifact_key(std::string_view function, std::string_view key) {
  if (core::is_artifact_key(key)) return;
  const auto near = core::nearest_artifact_key(key);
  throw usage_error(fmt::format(
      "{}: \"{}\" cannot be a key, which has lower-case letters, digits and hyphens, at most 200{}", function,
      core::shown(key), near.empty() ? "; leave it empty for none" : fmt::format("; the nearest one is \"{}\"", near)));
}

run_context* maker_of_artifact() {
  auto* e = engine::current();
  if (!e) return nullptr;
  auto& c = parent_for(*e);
  // A forked child does not write for the run that it was forked in.
  return c.flow->records->inherited() ? &e->ambient() : &c;
}

artifact_fact new_artifact(const run_context& maker, std::string_view type) {
  auto& e = *maker.engine;
  const auto now = e.clock().now();
  artifact_fact f;
  f.run = maker.flow->serial;
  f.n = maker.n;
  f.type = intern(type);
  f.created = f.updated = now.micros();
  // Version 7, as flow runs have it: ordered by time, and no other artifact's.
  f.id = core::make_flow_run_id(now, e.random().next(), e.random().next());
  return f;
}

uuid record_table(std::string_view key, void* rows, table_writer write, std::string_view description) {
  check_artifact_key("create_table", key);
  return record({"table", key, description}, [&](kept_content& to) {
    std::vector<char> text;
    auto json = json_writer::for_people(text);
    write(rows, json);
    if (text.empty() || (text[0] != '[' && text[0] != '{'))
      throw usage_error(fmt::format(
          "create_table: \"{}\" was written as {}, which is no table; its codec must write an array of rows or an object of "
          "columns",
          key, cut({text.data(), text.size()}, 80)));
    to.write(std::as_bytes(std::span(text)));
  });
}

}  // namespace detail

uuid create_markdown(std::string_view key, std::string_view text, std::string_view description) {
  detail::check_artifact_key("create_markdown", key);
  return detail::record_text({"markdown", key, description}, text);
}

uuid create_link(std::string_view key, std::string_view url, std::string_view text, std::string_view description) {
  detail::check_artifact_key("create_link", key);
  if (url.empty()) throw usage_error("create_link: the URL is empty; give where the link leads");
  if (const auto what = core::unprintable(url); !what.empty())
    throw usage_error(fmt::format("create_link: the URL has {}; encode it, or give what it says as the text", what));
  return detail::record_text({"link", key, description}, core::markdown_link(url, text));
}

uuid create_image(std::string_view key, std::span<const std::byte> bytes, std::string_view description) {
  detail::check_artifact_key("create_image", key);
  const auto type = detail::type_of_image(bytes, "the image");
  return detail::record({"image", key, description, type}, [&](detail::kept_content& to) { to.write(bytes); });
}

uuid create_image(std::string_view key, std::string_view path, std::string_view description) {
  detail::check_artifact_key("create_image", key);
  detail::image_file file(path);
  std::vector<std::byte> piece(core::longest_inline_result);
  auto n = file.read(piece);
  const auto type = detail::type_of_image(std::span(piece).first(n), detail::path_on_one_line(path));
  return detail::record({"image", key, description, type}, [&](detail::kept_content& to) {
    for (; n > 0; n = file.read(piece)) to.write(std::span(piece).first(n));
  });
}

}  // namespace weir::inline v0
