// The cache entries and the large values of a store in memory.

#pragma once

#include <weir/store_port.hpp>

#include <functional>
#include <map>
#include <mutex>

namespace weir::inline v0::store_detail {

/// Threads: safe from any thread.
class memory_cache {
 public:
  /// The id of a task run; nullopt where its flow run is not known.
  using id_of = std::function<std::optional<uuid>(std::uint64_t run, std::uint32_t n)>;

  void record(const cache_fact&, const id_of&);
  std::optional<found_cache_entry> find(std::string_view key) const;
  page<cache_record> list(const cache_filter&, timestamp now) const;
  std::size_t clear(const cache_filter&, timestamp now);

  std::string keep(std::vector<std::byte> value);
  large_value find_value(std::string_view name) const;

 private:
  struct entry {
    cache_record shown;
    std::string result;
  };
  mutable std::mutex mutex_;                           // guards both
  std::map<std::string, entry, std::less<>> entries_;  // by the bytes of the key
  std::map<std::string, std::shared_ptr<const std::vector<std::byte>>, std::less<>> values_;
};

}  // namespace weir::inline v0::store_detail
