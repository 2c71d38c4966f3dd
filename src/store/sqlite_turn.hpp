// A transaction, in this process's turn among all that write the file.

#pragma once

#include "store/sqlite_writer.hpp"
#include "store/write_statements.hpp"

namespace weir::inline v0::store_detail {

class sqlite_writer::turn {
 public:
  explicit turn(sqlite_writer& w) : w_(w), lost_before_(w.lost_) {
    w_.locks_.lock(turn_byte);
    try {
      w_.sql_->begin.run();
    } catch (...) {
      w_.locks_.unlock(turn_byte);
      throw;
    }
  }
  void commit() {
    w_.sql_->commit.run();
    done_ = true;
    w_.new_names_.clear();
    w_.new_keys_.clear();
  }
  ~turn() {
    if (!done_) {
      w_.db_.tryExec("ROLLBACK");
      for (const auto id : w_.new_names_) w_.names_[id] = 0;
      for (const auto run : w_.new_keys_) w_.keys_.erase(run);
      w_.new_names_.clear();
      w_.new_keys_.clear();
      w_.lost_ = lost_before_;
    }
    w_.locks_.unlock(turn_byte);
  }
  turn(const turn&) = delete;
  turn& operator=(const turn&) = delete;

 private:
  sqlite_writer& w_;
  const std::uint64_t lost_before_;
  bool done_ = false;
};

}  // namespace weir::inline v0::store_detail
