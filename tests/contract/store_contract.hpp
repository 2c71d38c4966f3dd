// What every store must do, whatever it keeps its records in: the kinds of stores that the cases of this folder run
// against. A new kind of store is done when it is in the list and they pass.

#pragma once

#include "store/memory_store.hpp"
#include "store/sqlite_store.hpp"
#include "support/catch2.hpp"
#include "support/facts.hpp"
#include "support/files.hpp"
#include "support/records.hpp"
#include "support/sqlite.hpp"

#include <algorithm>

namespace weir_test {

constexpr auto kept = weir::durability::process;

struct in_memory {
  std::shared_ptr<weir::store_port> port = weir::make_memory_store();

  /// Closes the store, where it can be opened again.
  void reopen() {}
  /// From now on the next write fails, if it is the second one and has a line that says "poison".
  void fail_second_write() { port = weir::make_memory_store(2); }
  void repair() {}
};

struct in_a_file {
  temporary_folder folder{};
  std::string path = folder / "weir.db";
  std::shared_ptr<weir::store_port> port = open();

  std::shared_ptr<weir::store_port> open() const { return weir::open_sqlite_store(path, weir::open_mode::read_write); }
  void reopen() {
    port.reset();
    port = open();
  }
  // In the middle of the batch: SQLite writes lines last.
  void fail_second_write() {
    raw_sqlite(path).ask(
        "CREATE TRIGGER poison BEFORE INSERT ON log WHEN new.message = 'poison' BEGIN SELECT RAISE(ABORT, 'poison'); END");
  }
  void repair() { raw_sqlite(path).ask("DROP TRIGGER IF EXISTS poison"); }
};

}  // namespace weir_test

/// The kinds of stores, for TEMPLATE_TEST_CASE.
#define WEIR_EVERY_STORE in_memory, in_a_file
