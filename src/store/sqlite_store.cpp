#include "store/sqlite_store.hpp"

#include "store/schema.hpp"
#include "store/sqlite_reader.hpp"
#include "store/sqlite_writer.hpp"
#include "store/value_files.hpp"

#include <fmt/format.h>
#include <sys/vfs.h>

#include <filesystem>

namespace weir::inline v0 {
namespace {

using namespace store_detail;

// Said before SQLite is asked: its own words for these are poor.
void check_place(const std::string& path) {
  if (path.empty())
    throw store_error("cannot open the store: its path is empty; name a file", error_code::store_cannot_open);
  const auto folder = std::filesystem::absolute(path).parent_path();
  std::error_code ignored;
  const auto there = std::filesystem::status(path, ignored);
  if (is_directory(there))
    throw store_error(fmt::format("cannot open the store {}: it is a directory; name a file in it", path),
                      error_code::store_cannot_open);
  if (exists(there) && !is_regular_file(there))  // opening a pipe would wait for its other end
    throw store_error(fmt::format("cannot open the store {}: it is a device or a pipe; name a file", path),
                      error_code::store_cannot_open);
  if (!std::filesystem::is_directory(folder, ignored))
    throw store_error(
        fmt::format("cannot open the store {}: there is no directory {}; make it first", path, folder.string()),
        error_code::store_cannot_open);
  struct statfs where {};
  if (::statfs(folder.c_str(), &where) != 0) return;
  if (const auto problem = file_system_problem(where.f_type); !problem.empty())
    throw store_error(
        fmt::format(
            "cannot open the store {}: {}, where SQLite's write-ahead log does not work; put it on a local disk", path,
            problem),
        error_code::store_network_file_system);
}

class sqlite_store_port final : public store_port {
 public:
  sqlite_store_port(const std::string& path, open_mode mode)
      : path_(path), writer_(mode == open_mode::read_write ? std::make_unique<sqlite_writer>(path) : nullptr),
        reader_(path), values_(path) {}

  std::uint64_t open_session(timestamp now) override { return writer().open_session(now.micros()); }
  void close_session(std::uint64_t session, timestamp now) override { writer().close_session(session, now.micros()); }
  void apply(std::span<const std::byte> batch, durability how) override { writer().apply(batch, how); }
  void idle() noexcept override {
    if (writer_) writer_->checkpoint_if_large();
  }
  std::uint64_t lost_facts() const noexcept override { return writer_ ? writer_->lost_facts() : 0; }
  void mark_crashed(timestamp now) { writer().mark_crashed(now.micros()); }
  std::vector<crashed_run> take_crashed() override { return writer().take_crashed(); }
  std::size_t clear_cache(const cache_filter& f, timestamp now) override {
    return writer().clear_cache(f, now.micros());
  }

  std::vector<flow_record> flows() const override { return reader_.flows(); }
  page<flow_run_record> flow_runs(const flow_run_filter& f) const override { return reader_.flow_runs(f); }
  page<task_run_record> task_runs(const task_run_filter& f) const override { return reader_.task_runs(f); }
  page<log_record> logs(const log_filter& f) const override { return reader_.logs(f); }
  std::size_t count_flow_runs(const flow_run_filter& f) const override { return reader_.count_flow_runs(f); }
  std::size_t count_task_runs(const task_run_filter& f) const override { return reader_.count_task_runs(f); }
  std::vector<known_task_run> known_task_runs(const uuid& id) const override { return reader_.known_task_runs(id); }
  std::optional<earlier_task_run> find_earlier(const uuid& id, std::uint32_t n) const override {
    return reader_.find_earlier(id, n);
  }
  std::optional<std::string> find_result(const uuid& id) const override { return reader_.find_result(id); }
  page<cache_record> cache_entries(const cache_filter& f, timestamp now) const override {
    return reader_.cache_entries(f, now.micros());
  }
  std::string cache_use(const uuid& id) const override { return reader_.cache_use(id); }
  store_info info() const override { return reader_.info(); }

  // On a connection of its own: a long query must not hold up tasks that look for their results.
  std::optional<found_cache_entry> find_cache_entry(std::string_view key) const override {
    std::call_once(lookups_made_, [this] { lookups_ = std::make_unique<sqlite_reader>(path_); });
    return lookups_->find_cache_entry(key);
  }

  std::unique_ptr<large_value_writer> keep_large_value() override { return values_.keep(); }
  large_value find_large_value(std::string_view name) const override { return values_.find(name); }

 private:
  sqlite_writer& writer() const {
    if (!writer_)
      throw usage_error("the store " + path_ +
                        " was opened for reading; open it with open_mode::read_write to change it");
    return *writer_;
  }

  const std::string path_;
  std::unique_ptr<sqlite_writer> writer_;  // before the reader: it makes the file
  sqlite_reader reader_;
  mutable std::once_flag lookups_made_;
  mutable std::unique_ptr<sqlite_reader> lookups_;
  value_files values_;
};

}  // namespace

std::shared_ptr<store_port> open_sqlite_store(const std::string& path, open_mode mode) {
  check_place(path);
  auto port = std::make_shared<sqlite_store_port>(path, mode);
  if (mode == open_mode::read_write) port->mark_crashed(std::chrono::system_clock::now());
  return port;
}

}  // namespace weir::inline v0
