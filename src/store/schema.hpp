// The tables of a store file, and how an older file becomes a newer one.

#pragma once

#include <SQLiteCpp/Database.h>

#include <string>

namespace weir::inline v0::store_detail {

/// Written into the file's header: this is a store of weir. "weir" in ASCII.
constexpr int application_id = 0x77656972;

/// Whether the file is a store that this version can use. \throws store_error with what to do, where it is not
/// \return the version of its schema; 0 for an empty file
int check_store(SQLite::Database& db, const std::string& path);

/// Makes the tables, or brings them up to date, in one transaction: a migration that fails leaves the old store.
/// \throws store_error
void migrate(SQLite::Database& db, const std::string& path);

/// Why a store cannot live on a file system of this kind (statfs's f_type); empty where it can.
std::string file_system_problem(long magic);

}  // namespace weir::inline v0::store_detail
