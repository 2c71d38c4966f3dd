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

[[noreturn]] void cannot_open(const std::string& path, std::string_view why, error_code code) {
  throw store_error(fmt::format("cannot open the store {}: {}", path, why), code);
}

// Links resolved: the lock file lies beside the file itself, whichever of its names a process was given.
std::string real_path(const std::string& path) {
  if (path.empty())
    throw store_error("cannot open the store: its path is empty; name a file", error_code::store_cannot_open);
  std::error_code ignored;
  const auto whole = std::filesystem::absolute(path, ignored);
  const auto real = std::filesystem::weakly_canonical(whole, ignored);
  return real.empty() ? whole.string() : real.string();
}

// Said before SQLite is asked: its own words for these are poor, it waits for ever on a pipe, and leaves a journal beside
// a device.
void check_place(const std::string& path) {
  const auto folder = std::filesystem::absolute(path).parent_path();
  std::error_code ignored;
  const auto found = std::filesystem::status(path, ignored);
  if (std::filesystem::is_directory(found))
    cannot_open(path, "it is a directory; name a file in it", error_code::store_cannot_open);
  if (std::filesystem::exists(found) && !std::filesystem::is_regular_file(found))
    cannot_open(path, "it is a device or a pipe; name a file, or \"off\" to record nothing",
                error_code::store_cannot_open);
  // SQLite takes a file of one byte for an empty one and would write over it.
  if (const auto bytes = std::filesystem::file_size(path, ignored);
      std::filesystem::is_regular_file(found) && bytes > 0 && bytes < 100)
    cannot_open(path, "it is not a store, or damaged; name another file or restore a copy",
                error_code::store_not_a_store);
  const auto around = std::filesystem::status(folder, ignored);
  if (std::filesystem::exists(around) && !std::filesystem::is_directory(around))
    cannot_open(path, fmt::format("{} is a file; name a directory there", folder.string()),
                error_code::store_cannot_open);
  if (!std::filesystem::is_directory(around))
    cannot_open(path, fmt::format("there is no directory {}; make it first", folder.string()),
                error_code::store_cannot_open);
  struct statfs where {};
  if (::statfs(folder.c_str(), &where) != 0) return;
  if (const auto problem = file_system_problem(where.f_type); !problem.empty())
    cannot_open(path, fmt::format("{}, where SQLite's write-ahead log does not work; put it on a local disk", problem),
                error_code::store_network_file_system);
}

class sqlite_store_port final : public store_port {
 public:
  sqlite_store_port(const std::string& path, open_mode mode) : path_(path), values_(path) {
    const platform::no_fork here;
    connection_owner::close_inherited();
    std::unique_ptr<sqlite_writer> writer;  // before the reader: it makes the file
    if (mode == open_mode::read_write) writer = std::make_unique<sqlite_writer>(path);
    if (mode == open_mode::read_write) values_.sweep();
    reader_ = std::make_unique<sqlite_reader>(path);
    writer_ = std::move(writer);
  }
  ~sqlite_store_port() override {
    const platform::no_fork here;
    writer_.reset();
    lookups_.reset();
    reader_.reset();
  }

  std::uint64_t open_session(timestamp now) override {
    const platform::no_fork here;
    return writer().open_session(now.micros());
  }
  void close_session(std::uint64_t session, timestamp now) override {
    const platform::no_fork here;
    writer().close_session(session, now.micros());
  }
  void apply(std::span<const std::byte> batch, durability how) override {
    const platform::no_fork here;
    writer().apply(batch, how);
  }
  void idle() noexcept override {
    const platform::no_fork here;
    if (writer_) writer_->checkpoint_if_large();
  }
  std::uint64_t lost_facts() const noexcept override { return writer_ ? writer_->lost_facts() : 0; }
  void mark_crashed(timestamp now) {
    const platform::no_fork here;
    writer().mark_crashed(now.micros());
  }
  std::vector<crashed_run> take_crashed() override { return writer().take_crashed(); }
  std::size_t clear_cache(const cache_filter& f, timestamp now) override {
    const platform::no_fork here;
    return writer().clear_cache(f, now.micros());
  }

  std::vector<flow_record> flows() const override { return reader_->flows(); }
  page<flow_run_record> flow_runs(const flow_run_filter& f) const override { return reader_->flow_runs(f); }
  page<task_run_record> task_runs(const task_run_filter& f) const override { return reader_->task_runs(f); }
  page<log_record> logs(const log_filter& f) const override { return reader_->logs(f); }
  std::size_t count_flow_runs(const flow_run_filter& f) const override { return reader_->count_flow_runs(f); }
  std::size_t count_task_runs(const task_run_filter& f) const override { return reader_->count_task_runs(f); }
  std::vector<known_task_run> known_task_runs(const uuid& id) const override { return reader_->known_task_runs(id); }
  std::optional<earlier_task_run> find_earlier(const uuid& id, std::uint32_t n) const override {
    return reader_->find_earlier(id, n);
  }
  std::optional<std::string> find_result(const uuid& id) const override { return reader_->find_result(id); }
  page<cache_record> cache_entries(const cache_filter& f, timestamp now) const override {
    return reader_->cache_entries(f, now.micros());
  }
  std::string cache_use(const uuid& id) const override { return reader_->cache_use(id); }
  page<found_artifact> artifacts(const artifact_filter& f) const override { return reader_->artifacts(f); }
  std::size_t count_artifacts(const artifact_filter& f) const override { return reader_->count_artifacts(f); }
  store_info info() const override { return reader_->info(); }

  // On a connection of its own: a long query must not hold up tasks that look for their results.
  std::optional<found_cache_entry> find_cache_entry(std::string_view key) const override {
    std::call_once(lookups_made_, [this] {
      const platform::no_fork here;
      lookups_ = std::make_unique<sqlite_reader>(path_);
    });
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
  std::unique_ptr<sqlite_writer> writer_;
  std::unique_ptr<sqlite_reader> reader_;
  mutable std::once_flag lookups_made_;
  mutable std::unique_ptr<sqlite_reader> lookups_;
  value_files values_;
};

}  // namespace

std::shared_ptr<store_port> open_sqlite_store(const std::string& given, open_mode mode) {
  const auto path = real_path(given);
  check_place(path);
  const auto lock = lock_path(path);
  const bool lock_was_there = std::filesystem::exists(lock);
  try {
    auto port = std::make_shared<sqlite_store_port>(path, mode);
    if (mode == open_mode::read_write) port->mark_crashed(std::chrono::system_clock::now());
    return port;
  } catch (const store_error& e) {
    // Somebody else's file: nothing of ours stays beside it. Whoever opened the lock file since fails as we did.
    std::error_code ignored;
    if (!lock_was_there && e.code() == error_code::store_not_a_store) std::filesystem::remove(lock, ignored);
    throw;
  }
}

}  // namespace weir::inline v0
