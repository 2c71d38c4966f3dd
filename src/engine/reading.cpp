#include "engine/reading.hpp"

#include "engine/engine.hpp"

namespace weir::inline v0::detail {
namespace {

class flushing_port final : public store_port {
 public:
  explicit flushing_port(std::weak_ptr<engine> of, std::shared_ptr<store_port> port)
      : engine_(std::move(of)), port_(std::move(port)) {}

  std::uint64_t open_session(timestamp) override { refuse(); }
  void close_session(std::uint64_t, timestamp) override { refuse(); }
  void apply(std::span<const std::byte>, durability) override { refuse(); }

  std::vector<flow_record> flows() const override { return fresh().flows(); }
  page<flow_run_record> flow_runs(const flow_run_filter& f) const override { return fresh().flow_runs(f); }
  page<task_run_record> task_runs(const task_run_filter& f) const override { return fresh().task_runs(f); }
  page<log_record> logs(const log_filter& f) const override { return fresh().logs(f); }
  std::size_t count_flow_runs(const flow_run_filter& f) const override { return fresh().count_flow_runs(f); }
  std::size_t count_task_runs(const task_run_filter& f) const override { return fresh().count_task_runs(f); }
  store_info info() const override { return fresh().info(); }
  // How old an entry is, the runtime's clock says, which made it.
  page<cache_record> cache_entries(const cache_filter& f, timestamp now) const override {
    const auto& store = fresh();
    const auto e = engine_.lock();
    return store.cache_entries(f, e ? e->clock().now() : now);
  }
  page<found_artifact> artifacts(const artifact_filter& f) const override { return fresh().artifacts(f); }
  std::size_t count_artifacts(const artifact_filter& f) const override { return fresh().count_artifacts(f); }
  std::vector<known_task_run> known_task_runs(const uuid& id) const override { return fresh().known_task_runs(id); }
  std::optional<earlier_task_run> find_earlier(const uuid& id, std::uint32_t n) const override {
    return fresh().find_earlier(id, n);
  }
  std::optional<std::string> find_result(const uuid& id) const override { return fresh().find_result(id); }
  std::optional<found_cache_entry> find_cache_entry(std::string_view key) const override {
    return fresh().find_cache_entry(key);
  }
  std::string cache_use(const uuid& id) const override { return fresh().cache_use(id); }
  std::unique_ptr<large_value_writer> keep_large_value() override { refuse(); }
  large_value find_large_value(std::string_view name) const override { return port_->find_large_value(name); }

  std::size_t clear_cache(const cache_filter& f, timestamp) override {
    if (auto e = engine_.lock()) return e->writable()->clear_cache(f, e->clock().now());
    refuse();
  }

 private:
  [[noreturn]] static void refuse() {
    throw usage_error("runtime::store() is for reading, as long as its runtime lives");
  }

  const store_port& fresh() const {
    if (auto e = engine_.lock()) e->flush(durability::relaxed);
    return *port_;
  }

  std::weak_ptr<engine> engine_;
  std::shared_ptr<store_port> port_;
};

}  // namespace

std::shared_ptr<store_port> read_after_flush(const std::shared_ptr<engine>& e) {
  return std::make_shared<flushing_port>(e, e->writable()->port());
}

}  // namespace weir::inline v0::detail
